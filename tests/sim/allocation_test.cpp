#include "sim/network/allocation.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/error.h"
#include "base/random.h"
#include "tests/oracle/textbook_max_min.h"
#include "tests/sim/cases.h"
#include "tests/sim/random_lift.h"

namespace polyplane::sim {
namespace {

using namespace polyplane::literals;

/// What the allocation says of a flow, to the bit; the exact share of the last change of rate.
struct Answer {
  double rate = 0;
  BitRate capacity;
  std::int64_t sharers = 0;
  friend bool operator==(const Answer&, const Answer&) = default;
};

/// The flows of a play that are here, and what was answered last.
class Allocated {
 public:
  explicit Allocated(const Play& play)
      : play_(play),
        allocation_(play.capacities, static_cast<std::uint32_t>(play.flows.size())),
        here_(play.flows.size(), false),
        answers_(play.flows.size()) {}

  /// In: becomes out; out: comes in.
  void toggle(std::uint32_t flow) {
    const PlayedFlow& played = play_.flows[flow];
    if (played.hops.empty()) return;
    if (here_[flow]) {
      allocation_.remove(flow);
      answers_[flow] = {};
    } else {
      allocation_.set_route(flow, played.hops, played.loads, played.copies);
      allocation_.add(flow);
    }
    here_[flow] = !here_[flow];
  }
  void set_capacity(TrunkId trunk, BitRate capacity) { allocation_.set_capacity(trunk.index(), capacity); }
  void settle() {
    for (const Allocation::Rerated& rerated : allocation_.settle()) {
      Answer& answer = answers_[rerated.flow];
      const double rate = allocation_.rate(rerated.flow);
      if (rate == answer.rate && rate > 0) continue;
      answer = {rate, rerated.sharers > 0 ? rerated.capacity : BitRate(), rerated.sharers};
    }
    allocation_.certify();
  }
  [[nodiscard]] bool here(std::uint32_t flow) const { return here_[flow]; }
  [[nodiscard]] const Answer& answer(std::uint32_t flow) const { return answers_[flow]; }

 private:
  const Play& play_;
  Allocation allocation_;
  std::vector<bool> here_;
  std::vector<Answer> answers_;
};

/// Flows of a lift come and go, orbit by orbit, several at once; the copies in an order of their own.
void expect_same_bits(std::uint64_t seed, const Lift& lift) {
  RandomStream random(seed, 3);
  const auto below = [&](std::uint64_t bound) { return static_cast<std::uint32_t>(random.below(bound)); };
  Allocated folded(lift.folded), unfolded(lift.unfolded);
  const auto orbits = static_cast<std::uint32_t>(lift.folded.flows.size());
  for (int round = 0; round < 20; ++round) {
    std::vector<std::uint32_t> chosen = random_order(orbits, random);
    chosen.resize(1 + below(round % 4 == 0 ? orbits : 2));
    std::erase_if(chosen, [&](std::uint32_t orbit) { return orbit >= orbits; });
    std::vector<std::uint32_t> copies;
    for (const std::uint32_t orbit : chosen) {
      folded.toggle(orbit);
      for (std::uint32_t c = 0; c < lift.copies; ++c) copies.push_back(orbit * lift.copies + c);
    }
    for (const std::uint32_t i : random_order(static_cast<std::uint32_t>(copies.size()), random)) {
      unfolded.toggle(copies[i]);
    }
    if (below(4) == 0) {
      const std::uint32_t trunk = below(lift.orbits.size());
      const BitRate capacity = below(3) == 0 ? BitRate() : BitRate::from_bps(1 + below(400'000'000));
      folded.set_capacity(TrunkId(trunk), capacity);
      for (const TrunkId lifted : lift.orbits[trunk]) unfolded.set_capacity(lifted, capacity);
    }
    folded.settle();
    unfolded.settle();
    for (std::uint32_t f = 0; f < orbits * lift.copies; ++f) {
      const Answer& one = folded.answer(f / lift.copies);
      ASSERT_EQ(unfolded.answer(f).rate, one.rate) << "round " << round << ", orbit " << f / lift.copies;
      ASSERT_EQ(unfolded.answer(f), one) << "round " << round << ", orbit " << f / lift.copies;
    }
  }
}

TEST(Allocation, OneFlowForAnOrbitHasTheBitsOfTheOrbit) {
  for (std::uint64_t seed = 1; seed <= cases(300); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_same_bits(seed, random_lift(seed, 2 + static_cast<std::uint32_t>(seed % 6), 8, 20));
  }
}

TEST(Allocation, OneFlowForALargeOrbitHasTheBitsOfTheOrbit) {
  for (std::uint64_t seed = 1'000'001; seed <= 1'000'000 + cases(20); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_same_bits(seed, random_lift(seed, 16 + static_cast<std::uint32_t>(seed % 48), 12, 24));
  }
}

// Rates of the folded play against a solve from nothing, while flows come and go and trunks change.
TEST(Allocation, RatesAreThoseOfTheTextbook) {
  for (std::uint64_t seed = 2'000'001; seed <= 2'000'000 + cases(200); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomStream random(seed, 3);
    const Play play = random_lift(seed, 1 + static_cast<std::uint32_t>(seed % 3), 12, 40).folded;
    Allocated allocated(play);
    std::vector<BitRate> capacities = play.capacities;
    const auto count = static_cast<std::uint32_t>(play.flows.size());
    for (int round = 0; round < 15; ++round) {
      for (std::uint64_t i = random.below(round % 5 == 0 ? count + 1 : 3); i > 0; --i) {
        allocated.toggle(static_cast<std::uint32_t>(random.below(count)));
      }
      if (random.below(3) == 0) {
        const auto trunk = static_cast<std::uint32_t>(random.below(capacities.size()));
        capacities[trunk] = BitRate::from_bps(static_cast<std::int64_t>(random.below(9)) * 50'000'000'000);
        allocated.set_capacity(TrunkId(trunk), capacities[trunk]);
      }
      allocated.settle();
      std::vector<double> links;
      for (const BitRate capacity : capacities) links.push_back(static_cast<double>(capacity.bps()));
      std::vector<std::uint32_t> ids;
      std::vector<std::vector<oracle::WeightedHop>> flows;
      for (std::uint32_t f = 0; f < count; ++f) {
        if (!allocated.here(f)) continue;
        ids.push_back(f);
        flows.emplace_back();
        for (std::size_t hop = 0; hop < play.flows[f].hops.size(); ++hop) {
          flows.back().push_back({play.flows[f].hops[hop].trunk.index(), play.flows[f].loads[hop]});
        }
      }
      const std::vector<double> rates = oracle::textbook_max_min(links, flows);
      for (std::size_t i = 0; i < ids.size(); ++i) {
        ASSERT_NEAR(allocated.answer(ids[i]).rate, rates[i], 1e-9 * rates[i] + 1.0) << "flow " << ids[i];
      }
    }
  }
}

TEST(Allocation, RefusesACapacityThatCannotBeCounted) {
  Allocation allocation({400_Gbps}, 1);
  EXPECT_THROW(allocation.set_capacity(0, BitRate::from_bps(INT64_MAX)), LimitError);
  EXPECT_NO_THROW(Allocation({BitRate::from_bps(INT64_MAX / 2)}, 1));
}

}  // namespace
}  // namespace polyplane::sim
