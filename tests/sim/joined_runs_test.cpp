// Runs on several clusters joined by a thin link. Two cards a member behind one switch; a step inside pays 600 + 10 + 200
// + 10 + 600 = 1,420 ns (clusters.h), one between members 20,000 ns more.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/cluster_graph.h"
#include "sim/cluster_nodes.h"
#include "sim/placement.h"
#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using collectives::CollectiveKind;
using testing::HasSubstr;

Experiment on_members(const topology::ClusterSpec& member, int count,
                      std::optional<topology::InterconnectSpec> between) {
  Experiment experiment = on_cluster({}, "spray");
  const auto choice = std::make_shared<const ClusterChoice>(ClusterChoice{member, {}, {}, {}});
  experiment.cluster = {};
  experiment.cluster.spec.name = "joined";
  for (int i = 0; i < count; ++i) experiment.cluster.members.push_back({"a" + std::to_string(i), choice});
  experiment.cluster.interconnect = between;
  return experiment;
}

topology::ClusterSpec two_cards() { return topology::plain_cluster(2, 4, "single_switch", {}); }

const topology::InterconnectSpec kThin{100_Gbps, 20_us};

CollectiveJob all_reduce_over_sites(Bytes size) {
  CollectiveJob job = collective_job(CollectiveKind::all_reduce, "hierarchical_sites", size);
  job.slices = 1;
  return job;
}

TEST(JoinedRuns, AnAllReduceOverAThinLinkByHand) {
  Experiment experiment = on_members(two_cards(), 2, kThin);
  experiment.collectives = {all_reduce_over_sites(Bytes(8'000'000))};
  const CollectiveResult result = run(experiment, {}).collectives.at(0);
  // Inside: 4 MB at 400 Gbps = 80 us, once to sum and once to gather. Between: 2 MB of each card, two cards share 100 Gbps
  // a direction: 2 x 2 MB x 8 / 100 Gbps = 320 us, once to sum and once to gather.
  EXPECT_EQ(result.time, 2 * (80_us + 1'420_ns) + 2 * (320_us + 21'420_ns));
  // 2 (2 - 1) x 8 MB must leave the two members: 128 Mb over 2 x 100 Gbps = 640 us; and the latency of one step inside.
  EXPECT_THAT(result.lower_bound_reason, HasSubstr("member"));
  EXPECT_EQ(result.lower_bound, 640_us + 1'420_ns);
  EXPECT_EQ(result.bottleneck, "interconnect");
}

TEST(JoinedRuns, FoldedRunsTakeAsLongAsWholeOnes) {
  for (const int members : {2, 3, 5}) {
    Experiment experiment = on_members(topology::nvlink_cluster(2, "fat_tree", {"tiers=2"}), members, kThin);
    CollectiveJob sites = all_reduce_over_sites(Bytes(members * 4 * 8 * 4096));
    CollectiveJob flat = collective_job(CollectiveKind::all_reduce, "hierarchical", sites.sizes[0]);
    CollectiveJob alltoall = collective_job(CollectiveKind::alltoall, "pairwise", Bytes(members * 16 * 65536));
    for (const CollectiveJob& job : {sites, flat, alltoall}) {
      experiment.collectives = {job};
      RunOptions whole;
      whole.symmetry = false;
      const CollectiveResult folded = run(experiment, {}).collectives.at(0);
      EXPECT_EQ(folded.time, run(experiment, whole).collectives.at(0).time) << job.algorithm << ", " << members;
      if (job.algorithm == "hierarchical_sites") { EXPECT_THAT(folded.way.text, HasSubstr("folded")) << members; }
    }
  }
}

TEST(JoinedRuns, AutoTakesTheSitesWhereTheLinkIsThin) {
  Experiment experiment = on_members(topology::nvlink_cluster(4, "fat_tree", {"tiers=2"}), 5, kThin);
  experiment.collectives = {collective_job(CollectiveKind::all_reduce, "auto", Bytes(160 << 20))};
  EXPECT_EQ(run(experiment, {}).collectives.at(0).algorithm, "hierarchical_sites");
}

TEST(JoinedRuns, AcrossIslandsIsRefusedWithAPair) {
  Experiment experiment = on_members(two_cards(), 2, std::nullopt);
  experiment.collectives = {all_reduce_over_sites(Bytes(4096))};
  EXPECT_THAT(message_of<InputError>([&] { static_cast<void>(run(experiment, {})); }),
              testing::AllOf(HasSubstr("a0/node0/gpu0"), HasSubstr("a1/node0/gpu0"), HasSubstr("islands")));
}

TEST(JoinedRuns, GroupsInsideIslandsRunSideBySide) {
  Experiment alone = on_cluster(two_cards(), "spray");
  alone.collectives = {plain_ring(Bytes(1'000'000))};
  Experiment islands = on_members(two_cards(), 3, std::nullopt);
  islands.collectives = {plain_ring(Bytes(1'000'000))};
  islands.collectives[0].groups = {{0, 1}, {2, 3}, {4, 5}};
  const CollectiveResult result = run(islands, {}).collectives.at(0);
  EXPECT_EQ(result.groups, 3U);
  EXPECT_EQ(result.time, collective_time(alone));
  islands.collectives[0].groups = {{0, 1}, {3, 4}};
  EXPECT_THROW(static_cast<void>(run(islands, {})), InputError);
}

TEST(JoinedRuns, ACutInterconnectIsAnIsland) {
  Experiment experiment = on_members(two_cards(), 2, kThin);
  experiment.collectives = {all_reduce_over_sites(Bytes(4096))};
  experiment.faults = {"link=a1/gateway.interconnect"};
  EXPECT_THAT(message_of<InputError>([&] { static_cast<void>(run(experiment, {})); }), HasSubstr("islands"));
  experiment.faults = {"link=a1/gateway.interconnect at 50%"};
  EXPECT_GT(collective_time(experiment), 40_us);
}

TEST(JoinedRuns, MembersOfDifferentMakeRunTogether) {
  Experiment experiment = on_members(topology::nvlink_cluster(2, "fat_tree", {"tiers=2"}), 1, kThin);
  topology::ClusterSpec slow = topology::nvlink_cluster(2, "fat_tree", {"tiers=2"});
  slow.node.scale_up.rate = 50_GBps;
  experiment.cluster.members.push_back({"b", std::make_shared<const ClusterChoice>(ClusterChoice{slow, {}, {}, {}})});
  for (const char* algorithm : {"hierarchical_sites", "hierarchical", "ring", "auto"}) {
    experiment.collectives = {collective_job(CollectiveKind::all_reduce, algorithm, Bytes(1 << 20))};
    EXPECT_GT(collective_time(experiment), 20_us) << algorithm;
  }
}

TEST(ClusterNodes, AreThoseOfTheBuiltGraph) {
  const Experiment experiment = on_members(topology::nvlink_cluster(2, "single_switch", {}), 2, kThin);
  EXPECT_EQ(node_names(experiment.cluster), (std::vector<std::string>{"a0/node0", "a0/node1", "a1/node0", "a1/node1"}));
  EXPECT_EQ(cards_per_node(experiment.cluster), (std::vector<std::uint32_t>(4, 8)));
  EXPECT_EQ(count_cards(experiment.cluster), 32);
  const topology::Topology t = build(experiment.cluster);
  ASSERT_EQ(t.accelerators().size(), 32U);
  EXPECT_EQ(t.device(t.accelerators()[24]).name, "a1/node1/gpu0");
  // What joins members is not counted beforehand: 2 gateways and an exchange, 2 x 2 cables.
  EXPECT_EQ(size_of(experiment.cluster).devices + 3, static_cast<int128>(t.devices().size()));
  EXPECT_EQ(size_of(experiment.cluster).links + 8, static_cast<int128>(t.links().size()));
}

TEST(ClusterNodes, TooManyMembersAreRefusedBeforeAnythingIsBuilt) {
  const topology::ClusterSpec large = topology::plain_cluster(500'000, 128, "fat_tree", {"tiers=3"});
  const Experiment experiment = on_members(large, 17, std::nullopt);  // 8,500,000 cards
  EXPECT_THROW(static_cast<void>(size_of(experiment.cluster)), LimitError);
  EXPECT_THROW(static_cast<void>(cards_per_node(experiment.cluster)), LimitError);
}

TEST(Placement, SitesAreMembersInOrderOfAppearance) {
  const topology::Topology t = build(on_members(two_cards(), 2, kThin).cluster);
  const auto cards = t.accelerators();
  const collectives::RankLayout layout = make_layout(t, {cards[3], cards[0], cards[2]});
  EXPECT_EQ(layout.num_sites(), 2U);
  EXPECT_EQ(layout.place(RankId(0)).site, 0U);
  EXPECT_EQ(layout.place(RankId(1)).site, 1U);
  EXPECT_EQ(layout.place(RankId(2)).site, 0U);
}

}  // namespace
}  // namespace polyplane::sim
