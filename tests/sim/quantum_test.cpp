#include "sim/network/quantum.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/sim/cases.h"
#include "tests/sim/flow_player.h"
#include "tests/sim/random_lift.h"

namespace polyplane::sim {
namespace {

using namespace polyplane::literals;
using Ends = std::vector<std::optional<std::int64_t>>;

Play one_trunk(std::vector<PlayedFlow> flows) {
  for (PlayedFlow& flow : flows) flow.hops = {{TrunkId(0), 1.0}};
  return {{400_Gbps}, std::move(flows)};
}

// 50,000 B at 400 Gb/s: 1 us. Due to start at 0.3 us, starts at 1 us, last byte at 2 us: nothing more is put off.
TEST(Quantum, AStartWaitsForTheNextMultiple) {
  const Play play = one_trunk({{TimePoint::from_ps(100'000), Bytes(50'000), 200_ns, {}}});
  FlowPlayer player(play, 1_us);
  EXPECT_EQ(player.run(), Ends{2'000'000});
  const ModelFacts facts = player.model().model_facts();
  EXPECT_EQ(facts.put_off, 700_ns);
  EXPECT_EQ(facts.most_put_off, 700_ns);
  EXPECT_EQ(facts.drained, 1_us);
}

// Two flows from 0: 50,000 B and 75,000 B share until the first has its last byte at 2 us; with a quantum of 1.5 us it ends
// for the other at 3 us, which has drained its 75,000 B by then at half the rate: 600,000 bit / 200 Gb/s = 3 us. Put off: 1 us.
TEST(Quantum, AFlowKeepsItsShareWhileItWaitsForItsEnd) {
  const Play play = one_trunk({{TimePoint(), Bytes(50'000), {}, {}}, {TimePoint(), Bytes(75'000), {}, {}}});
  FlowPlayer player(play, Duration::from_ps(1'500'000));
  EXPECT_EQ(player.run(), (Ends{3'000'000, 3'000'000}));
  const ModelFacts facts = player.model().model_facts();
  EXPECT_EQ(facts.put_off, 1_us);
  EXPECT_EQ(facts.drained, 5_us);
  EXPECT_EQ(facts.solves, 2U);
}

// As above; at 2.5 us, while the first waits, the trunk gets slower: the second has 100,000 bit left, at 100 Gb/s until 3 us
// 50,000, then alone at 200 Gb/s: 0.25 us more, put off to 4.5 us. The first still had its last byte at 2 us.
TEST(Quantum, AFlowThatWaitsHasDrainedWhateverBecomesOfTheRates) {
  Play play = one_trunk({{TimePoint(), Bytes(50'000), {}, {}}, {TimePoint(), Bytes(75'000), {}, {}}});
  play.changes = {{TimePoint::from_ps(2'500'000), TrunkId(0), 200_Gbps}};
  FlowPlayer player(play, Duration::from_ps(1'500'000));
  EXPECT_EQ(player.run(), (Ends{3'000'000, 4'500'000}));
  const ModelFacts facts = player.model().model_facts();
  EXPECT_EQ(facts.put_off, Duration::from_ps(1'000'000 + 1'250'000));
  EXPECT_EQ(facts.drained, Duration::from_ps(2'000'000 + 3'250'000));
}

TEST(Quantum, AFlowThatStandsStillGoesOnWhenTheTrunkComesBack) {
  // 1 us of bytes; down from 0.5 us to 7.2 us; last byte at 7.7 us, put off to 8 us.
  Play play = one_trunk({{TimePoint(), Bytes(50'000), {}, {}}});
  play.changes = {{TimePoint::from_ps(500'000), TrunkId(0), BitRate()},
                  {TimePoint::from_ps(7'200'000), TrunkId(0), 400_Gbps}};
  EXPECT_EQ(FlowPlayer(play, 1_us).run(), Ends{8'000'000});
}

TEST(Quantum, EmptyFlowsWaitToo) {
  const Play play = one_trunk({{TimePoint::from_ps(1), Bytes(0), {}, {}}});
  FlowPlayer player(play, 1_us);
  EXPECT_EQ(player.run(), Ends{1'000'000});
  EXPECT_EQ(player.model().model_facts().put_off, Duration::from_ps(999'999));
}

TEST(Quantum, FlowsCountForAllThatTheyStandFor) {
  Play play = one_trunk({{TimePoint(), Bytes(50'000), {}, {}}});
  play.flows[0].loads = {4.0};
  play.flows[0].copies = 4;
  FlowPlayer player(play, 3_us);
  EXPECT_EQ(player.run(), Ends{6'000'000});  // 4 us of bytes
  EXPECT_EQ(player.model().model_facts().put_off, 8_us);
  EXPECT_EQ(player.model().model_facts().drained, 16_us);
}

// One picosecond is the clock's own step; a quantum of it changes nothing. A large one: all ends on its multiples, all rates
// certified, fewer instants to solve.
TEST(Quantum, RandomFlowsEndOnMultiples) {
  for (std::uint64_t seed = 1; seed <= cases(60); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Play play = random_lift(seed, 3, 8, 12).unfolded;
    FlowPlayer exact(play), same(play, 1_ps), coarse(play, 700_ns, true);
    EXPECT_EQ(same.run(), exact.run());
    EXPECT_EQ(same.model().model_facts().put_off, Duration());
    for (const std::optional<std::int64_t>& end : coarse.run()) {
      ASSERT_TRUE(end.has_value());
      EXPECT_EQ(*end % 700'000, 0);
    }
    const ModelFacts facts = coarse.model().model_facts();
    EXPECT_EQ(facts.certified, facts.solves);
    EXPECT_LE(facts.most_put_off, 1400_ns);
    EXPECT_LE(facts.put_off, static_cast<std::int64_t>(play.flows.size()) * facts.most_put_off);
  }
}

}  // namespace
}  // namespace polyplane::sim
