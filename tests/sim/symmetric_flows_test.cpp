// What the flow model owes to folding: symmetric flows end at the same picosecond, one flow that stands for an orbit ends
// when the orbit does, and the numbering of flows and trunks decides nothing.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/random.h"
#include "tests/sim/cases.h"
#include "tests/sim/flow_player.h"
#include "tests/sim/random_lift.h"

namespace polyplane::sim {
namespace {

using Ends = std::vector<std::optional<std::int64_t>>;

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
