// What the flow model owes to folding: symmetric flows end at the same picosecond, one flow that stands for an orbit ends
// when the orbit does, and the numbering of flows and trunks decides nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <string>

#include "base/random.h"
#include "tests/sim/flow_player.h"

namespace polyplane::sim {
namespace {

using Ends = std::vector<std::optional<std::int64_t>>;

std::uint64_t cases(std::uint64_t count) {
  const char* factor = std::getenv("POLYPLANE_CASES");
  return factor == nullptr ? count : count * std::stoull(factor);
}

std::vector<std::uint32_t> random_order(std::uint32_t n, RandomStream& random) {
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  for (std::uint32_t i = n; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

/// The same play with flow f as number flows[f] and trunk t as number trunks[t].
Play renumbered(const Play& play, const std::vector<std::uint32_t>& flows, const std::vector<std::uint32_t>& trunks) {
  Play other = play;
  for (std::uint32_t t = 0; t < trunks.size(); ++t) other.capacities[trunks[t]] = play.capacities[t];
  for (std::uint32_t f = 0; f < flows.size(); ++f) {
    PlayedFlow& flow = other.flows[flows[f]];
    flow = play.flows[f];
    for (topology::Hop& hop : flow.hops) hop.trunk = TrunkId(trunks[hop.trunk.index()]);
    if (flow.after) flow.after = flows[*flow.after];
  }
  for (PlayedChange& change : other.changes) change.trunk = TrunkId(trunks[change.trunk.index()]);
  return other;
}

Ends ends_of(const Play& play, RandomStream& random) {
  const auto flows = random_order(static_cast<std::uint32_t>(play.flows.size()), random);
  const auto trunks = random_order(static_cast<std::uint32_t>(play.capacities.size()), random);
  const Play other = renumbered(play, flows, trunks);
  const Ends ends = FlowPlayer(other).run();
  Ends in_order;
  for (const std::uint32_t f : flows) in_order.push_back(ends[f]);
  return in_order;
}

/// A problem in which ties are common, and the same problem lifted by a cyclic group of `copies`: of each trunk there are
/// `copies`, or one that all share; copy c of a flow crosses copy c + shift of a trunk.
struct Lift {
  std::uint32_t copies = 1;
  Play folded;    // one flow an orbit
  Play unfolded;  // flow f, copy c: number f x copies + c
};

Lift random_lift(std::uint64_t seed, std::uint32_t copies, std::uint64_t most_trunks, std::uint64_t most_flows) {
  RandomStream random(seed, 0);
  const auto below = [&](std::uint64_t bound) { return static_cast<std::uint32_t>(random.below(bound)); };
  const auto rate = [&] { return BitRate::from_bps((below(3) == 0 ? 3 : 4) * std::int64_t{100'000'000'000}); };
  const auto instant = [&] { return TimePoint::from_ps(below(2) == 0 ? 1'000'000 * below(4) : below(4'000'000)); };
  Lift lift;
  lift.copies = copies;
  const auto trunks = static_cast<std::uint32_t>(1 + below(most_trunks));
  std::vector<std::uint32_t> first, orbit;  // of each trunk, in the unfolded play
  for (std::uint32_t t = 0; t < trunks; ++t) {
    first.push_back(static_cast<std::uint32_t>(lift.unfolded.capacities.size()));
    orbit.push_back(below(3) == 0 ? 1 : copies);
    lift.folded.capacities.push_back((orbit[t] == 1 ? 1 + below(copies) : 1U) * rate());
    lift.unfolded.capacities.insert(lift.unfolded.capacities.end(), orbit[t], lift.folded.capacities[t]);
  }
  const auto flows = static_cast<std::uint32_t>(1 + below(most_flows));
  const Bytes usual(1 + below(1'000'000));
  for (std::uint32_t f = 0; f < flows; ++f) {
    PlayedFlow flow{
        instant(), below(2) == 0 ? usual : Bytes(below(2'000'000)), Duration::from_ps(below(2) * 500'000), {}};
    flow.copies = copies;
    if (f > 0 && below(2) == 0) flow.after = below(f);
    const std::uint32_t after_shift = below(copies);
    struct Leg {
      std::uint32_t trunk;
      std::vector<std::uint32_t> shifts;
      double weight;
    };
    std::vector<Leg> legs;
    for (const std::uint32_t t : random_order(trunks, random)) {
      if (legs.size() > below(6)) break;
      Leg leg{t, {below(copies)}, below(6) == 0 ? (1 + below(7)) / 3.0 : 1.0};
      if (orbit[t] > 1 && below(4) == 0) {
        const std::uint32_t other = below(copies);
        if (other != leg.shifts[0]) leg.shifts.push_back(other);
      }
      legs.push_back(leg);
    }
    for (const Leg& leg : legs) {
      flow.hops.push_back({TrunkId(leg.trunk), leg.weight});
      flow.loads.push_back(leg.weight * static_cast<double>(leg.shifts.size()) * (orbit[leg.trunk] == 1 ? copies : 1));
    }
    lift.folded.flows.push_back(flow);
    for (std::uint32_t c = 0; c < copies; ++c) {
      PlayedFlow copy = flow;
      copy.loads.clear();
      copy.copies = 1;
      copy.hops.clear();
      for (const Leg& leg : legs) {
        for (const std::uint32_t shift : leg.shifts) {
          const std::uint32_t place = orbit[leg.trunk] == 1 ? 0 : (c + shift) % copies;
          copy.hops.push_back({TrunkId(first[leg.trunk] + place), leg.weight});
        }
      }
      if (flow.after) copy.after = *flow.after * copies + (c + after_shift) % copies;
      lift.unfolded.flows.push_back(copy);
    }
  }
  for (std::uint32_t change = below(4); change > 0; --change) {
    const std::uint32_t t = below(trunks);
    const TimePoint time = instant();
    for (const auto& [at, capacity] : {std::pair{time, below(3) == 0 ? BitRate() : rate()},
                                       std::pair{time + Duration::from_ps(5'000'000), rate()}}) {
      lift.folded.changes.push_back({at, TrunkId(t), capacity});
      for (std::uint32_t c = 0; c < orbit[t]; ++c)
        lift.unfolded.changes.push_back({at, TrunkId(first[t] + c), capacity});
    }
  }
  return lift;
}

void expect_same_picoseconds(std::uint64_t seed, const Lift& lift) {
  RandomStream random(seed, 1);
  const Ends folded = FlowPlayer(lift.folded).run();
  const Ends unfolded = ends_of(lift.unfolded, random);
  for (std::size_t i = 0; i < unfolded.size(); ++i) {
    ASSERT_TRUE(unfolded[i].has_value());
    ASSERT_EQ(unfolded[i], folded[i / lift.copies]) << "flow " << i / lift.copies << " copy " << i % lift.copies;
  }
}

TEST(SymmetricFlows, OneFlowForAnOrbitEndsWithTheOrbit) {
  for (std::uint64_t seed = 1; seed <= cases(400); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_same_picoseconds(seed, random_lift(seed, 2 + static_cast<std::uint32_t>(seed % 6), 8, 12));
  }
}

// So many that sets of flows pass the size from which everything is solved anew.
TEST(SymmetricFlows, OneFlowForALargeOrbitEndsWithTheOrbit) {
  for (std::uint64_t seed = 1'000'001; seed <= 1'000'000 + cases(20); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    expect_same_picoseconds(seed, random_lift(seed, 16 + static_cast<std::uint32_t>(seed % 48), 12, 24));
  }
}

TEST(SymmetricFlows, NumbersOfFlowsAndTrunksDecideNothing) {
  for (std::uint64_t seed = 2'000'001; seed <= 2'000'000 + cases(150); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomStream random(seed, 2);
    const bool large = seed % 10 == 0;
    const Play play = random_lift(seed, 1, large ? 40 : 10, large ? 300 : 40).unfolded;
    const Ends ends = FlowPlayer(play).run();
    for (int i = 0; i < 4; ++i) ASSERT_EQ(ends_of(play, random), ends);
  }
}

// 64 flows of 1,000,000 B over one trunk of 6.4 Tb/s, 100 Gb/s each: 80 us, as is one flow of load 64. With a 65th flow:
// 65 x 8 x 10^18 / (6.4 x 10^12) = 81.25 us for all.
TEST(SymmetricFlows, LoadsCountAsFlows) {
  Play play;
  play.capacities = {BitRate::from_bps(6'400'000'000'000)};
  play.flows = {{TimePoint(), Bytes(1'000'000), Duration(), {{TrunkId(0), 1.0}}, {64.0}, 64}};
  EXPECT_EQ(FlowPlayer(play).run(), Ends{80'000'000});
  play.flows.push_back({TimePoint(), Bytes(1'000'000), Duration(), {{TrunkId(0), 1.0}}});
  EXPECT_EQ(FlowPlayer(play).run(), (Ends{81'250'000, 81'250'000}));
}

TEST(SymmetricFlows, BytesCarriedAreThoseOfTheLoads) {
  Play play;
  play.capacities = std::vector<BitRate>(2, BitRate::from_bps(100'000'000'000));
  play.flows = {{TimePoint(), Bytes(1001), Duration(), {{TrunkId(0), 1.0}, {TrunkId(1), 0.5}}, {3.0, 2.0}, 4}};
  FlowPlayer player(play);
  player.run();
  EXPECT_EQ(player.model().carried_bytes(TrunkId(0)), 3003.0);
  EXPECT_EQ(player.model().carried_bytes(TrunkId(1)), 2002.0);
}

}  // namespace
}  // namespace polyplane::sim
