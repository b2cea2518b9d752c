// The flow model behind its own seam, without graph or experiment: flows with weights on their trunks, as uneven
// spraying makes them, and loads above one, as folding makes them, against the oracle in exact rationals.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "tests/golden/agreement.h"
#include "tests/sim/flow_player.h"

namespace polyplane::golden {
namespace {

/// The problem for a network model. A load of the oracle is split into copies and a weight at random: one flow that stands
/// for several puts as much on a trunk as they do.
sim::Play to_play(std::uint64_t seed, const oracle::Problem& problem) {
  RandomStream random(seed, 1);
  sim::Play play;
  for (const oracle::Link& link : problem.links) play.capacities.push_back(BitRate::from_bps(link.capacity_bps));
  for (const oracle::Flow& flow : problem.flows) {
    sim::PlayedFlow played{
        TimePoint::from_ps(flow.start_ps), Bytes(flow.size_bits / 8), Duration::from_ps(flow.latency_ps), {}};
    const bool several = random.below(3) == 0;
    for (const oracle::Hop& hop : flow.hops) {
      const double load = static_cast<double>(hop.weight.numerator) / static_cast<double>(hop.weight.denominator);
      const double copies = several ? 1.0 + static_cast<double>(random.below(5)) : 1.0;
      played.hops.push_back({TrunkId(static_cast<std::uint32_t>(hop.link)), load / copies});
      if (several) played.loads.push_back(load);
    }
    play.flows.push_back(played);
  }
  for (const oracle::CapacityEvent& event : problem.capacity_events) {
    play.changes.push_back({TimePoint::from_ps(event.time_ps), TrunkId(static_cast<std::uint32_t>(event.link)),
                            BitRate::from_bps(event.capacity_bps)});
  }
  return play;
}

/// Every allocation on the way is certified.
Ends run(std::uint64_t seed, const oracle::Problem& problem) {
  const sim::Play play = to_play(seed, problem);
  sim::FlowPlayer player(play, Duration(), true);
  const Ends ends = player.run();
  const sim::ModelFacts facts = player.model().model_facts();
  EXPECT_EQ(facts.certified, facts.solves);
  return ends;
}

struct Shape {
  std::uint64_t links, flows, capacity_events;
};

oracle::Problem random_problem(std::uint64_t seed, const Shape& shape) {
  constexpr std::int64_t kGbps = 1'000'000'000;
  constexpr std::int64_t kUs = 1'000'000;
  RandomStream random(seed, 0);
  const auto below = [&random](std::uint64_t bound) { return static_cast<std::int64_t>(random.below(bound)); };
  const auto rate = [&below] { return below(2) == 0 ? (1 + below(8)) * 100 * kGbps : 50 * kGbps + below(750 * kGbps); };
  const auto instant = [&below] { return below(2) == 0 ? below(5) * 100 * kUs : below(500 * kUs); };
  oracle::Problem problem;
  for (std::int64_t l = 1 + below(shape.links); l > 0; --l) problem.links.push_back({.capacity_bps = rate()});
  for (std::int64_t f = 1 + below(shape.flows); f > 0; --f) {
    oracle::Flow flow{.start_ps = instant(), .latency_ps = below(2) * below(3 * kUs)};
    flow.size_bits = below(20) == 0 ? 0 : 8 * (1 + below(8U << 20U));
    for (std::size_t l = static_cast<std::size_t>(below(problem.links.size())); l < problem.links.size();
         l += static_cast<std::size_t>(1 + below(4))) {
      const oracle::Weight weight = below(2) == 0 ? oracle::Weight{} : oracle::Weight{1 + below(8), 4};
      flow.hops.push_back({.link = l, .weight = weight});
    }
    problem.flows.push_back(flow);
  }
  for (std::int64_t e = below(shape.capacity_events + 1); e > 0; --e) {
    const auto link = static_cast<std::size_t>(below(problem.links.size()));
    problem.capacity_events.push_back({instant(), link, below(4) == 0 ? 0 : rate()});
    problem.capacity_events.push_back({600 * kUs + below(kUs), link, rate()});
  }
  return problem;
}

TEST(WeightedFlows, SmallProblemsAgreeWithExactRationals) {
  for (std::uint64_t seed = 1; seed <= cases(600); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const oracle::Problem problem = random_problem(seed, {.links = 8, .flows = 12, .capacity_events = 4});
    expect_agreement(run(seed, problem), exact_truth(problem));
  }
}

TEST(WeightedFlows, LargeProblemsAgreeWithLongDouble) {
  for (std::uint64_t seed = 1'000'001; seed <= 1'000'000 + cases(100); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const oracle::Problem problem = random_problem(seed, {.links = 60, .flows = 200, .capacity_events = 12});
    expect_agreement(run(seed, problem), long_double_truth(problem));
  }
}

}  // namespace
}  // namespace polyplane::golden
