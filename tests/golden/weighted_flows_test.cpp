// The flow model behind its own seam, without graph or experiment: flows with weights on their trunks, as uneven
// spraying makes them, against the oracle in exact rationals.
#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/random.h"
#include "sim/network/network_model.h"
#include "tests/golden/agreement.h"

namespace polyplane::golden {
namespace {

/// Plays a problem of the oracle on a network model and notes when each flow was delivered.
class Player : public sim::FlowSink, public sim::EventHandler {
 public:
  explicit Player(const oracle::Problem& problem) : problem_(problem), ends_(problem.flows.size()) {
    std::vector<BitRate> capacities;
    for (const oracle::Link& link : problem.links) capacities.push_back(BitRate::from_bps(link.capacity_bps));
    model_ = sim::network_models().at("flow")(
        {engine_, *this, capacities, static_cast<std::uint32_t>(problem.flows.size())});
    engine_.attach(sim::EventKind::capacity, *this);
  }

  Ends play() {
    for (std::uint32_t e = 0; e < problem_.capacity_events.size(); ++e) {
      engine_.schedule(TimePoint::from_ps(problem_.capacity_events[e].time_ps), sim::EventKind::capacity, e);
    }
    for (std::uint32_t f = 0; f < problem_.flows.size(); ++f) {
      const oracle::Flow& flow = problem_.flows[f];
      std::vector<topology::Hop> hops;
      for (const oracle::Hop& hop : flow.hops) {
        const double weight = static_cast<double>(hop.weight.numerator) / static_cast<double>(hop.weight.denominator);
        hops.push_back({TrunkId(static_cast<std::uint32_t>(hop.link)), weight});
      }
      model_->start({FlowId(f), TimePoint::from_ps(flow.start_ps), Bytes(flow.size_bits / 8),
                     Duration::from_ps(flow.latency_ps), hops});
    }
    engine_.run({});
    return ends_;
  }

  void delivered(FlowId id) override { ends_[id.index()] = engine_.now().ps(); }
  void handle(sim::EventKind, std::span<const sim::Event> events) override {
    for (const sim::Event& event : events) {
      const oracle::CapacityEvent& change = problem_.capacity_events[event.id];
      model_->set_capacity(TrunkId(static_cast<std::uint32_t>(change.link)), BitRate::from_bps(change.capacity_bps));
    }
  }

 private:
  const oracle::Problem& problem_;
  Ends ends_;
  sim::Engine engine_;
  std::unique_ptr<sim::NetworkModel> model_;
};

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
    expect_agreement(Player(problem).play(), exact_truth(problem));
  }
}

TEST(WeightedFlows, LargeProblemsAgreeWithLongDouble) {
  for (std::uint64_t seed = 1'000'001; seed <= 1'000'000 + cases(100); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const oracle::Problem problem = random_problem(seed, {.links = 60, .flows = 200, .capacity_events = 12});
    expect_agreement(Player(problem).play(), long_double_truth(problem));
  }
}

}  // namespace
}  // namespace polyplane::golden
