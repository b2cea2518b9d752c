// Which links of a route stand for processors, and what a message and a step put on them, by hand. Whole runs: tests/fit.
#include "sim/processor_work.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>

#include "base/error.h"
#include "collectives/explicit_schedule.h"
#include "sim/job_costs.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using topology::Hop;
using topology::Trunk;

constexpr std::uint32_t kPort = 1;

/// Trunks of 8 Gbps (1 GB/s), numbered as the hops, by tier.
struct Route {
  std::vector<Trunk> trunks;
  std::vector<Hop> hops;
  explicit Route(std::initializer_list<std::uint32_t> tiers) {
    for (const std::uint32_t tier : tiers) {
      hops.push_back({TrunkId(static_cast<std::uint32_t>(trunks.size()))});
      trunks.push_back({.capacity = 8_Gbps, .tier = tier});
    }
  }
  [[nodiscard]] Processors processors() const { return processors_of(hops, trunks, kPort); }
};

void expect_ends(const Route& route, TrunkId sender, TrunkId receiver) {
  EXPECT_EQ(route.processors().sender, sender);
  EXPECT_EQ(route.processors().receiver, receiver);
}

TEST(ProcessorsOf, ARouteAreTheNearestToItsEnds) {
  expect_ends(Route({0, 1, 2, 2, 1, 0}), TrunkId(1), TrunkId(4));
  expect_ends(Route({1, 1}), TrunkId(0), TrunkId(1));
  expect_ends(Route({1}), TrunkId(0), TrunkId(0));  // one link between two cards is both
  expect_ends(Route({0, 2, 1, 0}), TrunkId(), TrunkId(2));
  expect_ends(Route({0, 1, 2, 0}), TrunkId(1), TrunkId());
  expect_ends(Route({0, 2, 0}), TrunkId(), TrunkId());
  EXPECT_FALSE(processors_of(Route({1, 1}).hops, Route({1, 1}).trunks, std::nullopt).sender.valid());
}

ProtocolCosts costs() {
  ProtocolCosts costs;
  costs.by_size = {{.size = 1_KiB, .cost = 1_us, .work = 512_ns, .copy = 100_ns, .reduction = 1024_ns}};
  return costs;
}

/// What is left to be paid before the message.
Duration put(Route& route, const WorkedMessage& message, Bytes& wire) {
  return put_work(costs(), route.processors(), route.trunks, message, wire, route.hops).delay;
}

// 1024 B at 1 GB/s are 1024 ns: 512 ns of work weigh 0.5, a sum of 1024 ns 1.
TEST(PutWork, IsWeightAtBothEnds) {
  Route route({1, 0, 1});
  Bytes wire = 1_KiB;
  EXPECT_EQ(put(route, {.payload = 1_KiB, .added_up = true}, wire), 1_us);
  EXPECT_EQ(route.hops[0].weight, 1.5);
  EXPECT_EQ(route.hops[1].weight, 1.0);
  EXPECT_EQ(route.hops[2].weight, 2.5);
  EXPECT_EQ(wire, 1_KiB);
}

TEST(PutWork, OfOneLinkIsThatOfBothEnds) {
  Route route({1});
  Bytes wire = 1_KiB;
  EXPECT_EQ(put(route, {.payload = 1_KiB}, wire), 1_us);
  EXPECT_EQ(route.hops[0].weight, 2.0);
}

TEST(PutWork, OfAnEndWithoutALinkIsADelay) {
  Route to_none({1, 0, 0});
  Bytes wire = 1_KiB;
  EXPECT_EQ(put(to_none, {.payload = 1_KiB, .added_up = true}, wire), 1_us + 512_ns + 1024_ns);
  EXPECT_EQ(to_none.hops[0].weight, 1.5);
  Route none({0, 0});
  EXPECT_EQ(put(none, {.payload = 1_KiB}, wire), 1_us + 2 * 512_ns);
  EXPECT_EQ(none.hops[0].weight, 1.0);
}

TEST(PutWork, AgentsDoNone) {
  Route up({1, 0, 0});
  Bytes wire = 1_KiB;
  EXPECT_EQ(put(up, {.payload = 1_KiB, .to_agent = true}, wire), 1_us);
  Route star({1});
  EXPECT_EQ(put(star, {.payload = 1_KiB, .to_agent = true}, wire), 1_us);
  EXPECT_EQ(star.hops[0].weight, 1.5);
}

TEST(PutWork, StandsOnAByteWhereThereIsNone) {
  Route route({0, 1, 0, 1, 0});
  Bytes wire = 0_B;
  EXPECT_EQ(put(route, {.payload = 0_B}, wire), 1_us);
  EXPECT_EQ(wire, 1_B);
  ASSERT_EQ(route.hops.size(), 2U) << "the byte lies on processors alone";
  EXPECT_EQ(route.hops[0].trunk, TrunkId(1));
  EXPECT_EQ(route.hops[0].weight, 512.0);  // 512 ns, in units of the 1 ns that a byte would take
  EXPECT_EQ(route.hops[1].trunk, TrunkId(3));
  EXPECT_EQ(route.hops[1].weight, 512.0);
  // Without work nothing becomes a byte.
  ProtocolCosts delay;
  delay.by_size = {{.size = 0_B, .cost = 1_us}};
  wire = 0_B;
  EXPECT_EQ(put_work(delay, route.processors(), route.trunks, {}, wire, route.hops).delay, 1_us);
  EXPECT_EQ(wire, 0_B);
}

TEST(PutWork, OfNoBytesToAnAgentIsThatOfTheSender) {
  Route route({1, 0, 1});
  Bytes wire = 0_B;
  EXPECT_EQ(put(route, {.payload = 0_B, .to_agent = true}, wire), 1_us);
  ASSERT_EQ(route.hops.size(), 1U);
  EXPECT_EQ(route.hops[0].trunk, TrunkId(0));
}

// Of 8 Gbps 6 are left: 512 ns are still the work of 512 B, which now take 683 ns.
TEST(PutWork, OfALinkWithAFaultIsThatOfTheWholeLink) {
  Route route({1, 1});
  route.trunks[0].capacity = 6_Gbps;
  route.trunks[0].lost = 2_Gbps;
  Bytes wire = 1_KiB;
  EXPECT_EQ(put(route, {.payload = 1_KiB}, wire), 1_us);
  EXPECT_EQ(route.hops[0].weight, 1.5);
  EXPECT_EQ(bytes_of_work(512_ns, route.trunks[0]), 512_B);
}

TEST(PutWork, RefusesWhatOutweighsAllBytes) {
  Route route({1, 1});
  ProtocolCosts heavy;
  heavy.by_size = {{.size = 0_B, .cost = 0_ns, .work = Duration::from_ps(1'200'000'000'000)}};  // 1.2 s for 1 ns
  Bytes wire = 0_B;
  EXPECT_THROW(static_cast<void>(put_work(heavy, route.processors(), route.trunks, {}, wire, route.hops)), LimitError);
  EXPECT_THROW(static_cast<void>(bytes_of_work(Duration::from_ps(INT64_MAX / 8),
                                               {.capacity = BitRate::from_bps(1'000'000'000'000'000)})),
               LimitError);
  EXPECT_EQ(bytes_of_work(1_us, {.capacity = 8_Gbps}), 1000_B);
  heavy.by_size.front().size = 1_B;  // above, in proportion
  EXPECT_THROW(static_cast<void>(work_cost(heavy, Bytes(INT64_MAX / 2))), LimitError);
}

TEST(LocalCost, IsTheSumOverWhatIsDone) {
  // Two copies of 1 KiB and one addition of 512 B, which costs as much as of the first point.
  const std::vector<collectives::LocalWork> work = {{1_KiB, false}, {1_KiB, false}, {512_B, true}, {0_B, true}};
  EXPECT_EQ(local_cost(costs(), work), 2 * 100_ns + 1024_ns);
}

TEST(LocalCost, NamingsOfImportersTakeNone) {
  using collectives::Collective;
  collectives::ExplicitSchedule::Steps steps(2, std::vector<std::vector<collectives::StoredStep>>(1));
  collectives::StoredStep step;
  step.moves = {{.from = ChunkId(0), .to = ChunkId(2), .is_naming = true}};
  steps[0][0] = {step};
  const Collective contract = Collective::sized(collectives::CollectiveKind::all_gather, 2, 2_KiB, 1, RankId(0));
  const collectives::ExplicitSchedule named(contract, 1, steps, 1);
  EXPECT_FALSE(named.has_local_moves());
  steps[0][0][0].moves.push_back({.from = ChunkId(0), .to = ChunkId(2)});
  const collectives::ExplicitSchedule copied(contract, 1, steps, 1);
  EXPECT_TRUE(copied.has_local_moves());
  std::vector<collectives::LocalWork> work;
  copied.local_work(RankId(0), 0, 0, work);
  EXPECT_EQ(work, (std::vector<collectives::LocalWork>{{1_KiB, false}}));
}

TEST(LocalCost, StepsThatCopyTheOwnShareSpareTheLaunch) {
  const auto contract = collectives::Collective::sized(collectives::CollectiveKind::all_gather, 2, 2_KiB, 1, RankId(0));
  ProtocolCosts ring = costs();
  ring.family = "ring";
  const Protocol protocol{.name = "p", .efficiency = {}, .costs = {ring}};
  collectives::Algorithm algorithm;
  EXPECT_EQ(job_costs(protocol, algorithm, contract).launch, 100_ns);
  algorithm.copies_itself = true;
  EXPECT_EQ(job_costs(protocol, algorithm, contract).launch, 0_ns);
}

}  // namespace
}  // namespace polyplane::sim
