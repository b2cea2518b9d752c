// Which cards a job gets, by hand.
#include "sim/rank_placement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/cluster_nodes.h"
#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"

namespace polyplane::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Cards = std::vector<std::uint32_t>;

/// `nodes` of `cards` each.
ClusterChoice nodes_of(std::int32_t nodes, std::int32_t cards) {
  ClusterChoice choice;
  choice.spec = topology::plain_cluster(nodes, 64, "single_switch", {});
  choice.spec.node.accelerators = choice.spec.node.nics = cards;
  return choice;
}

/// Nodes of 1, 4 and 2 cards, named h7, h8 and h9.
ClusterChoice uneven() {
  ClusterChoice choice;
  choice.graph.emplace();
  for (const auto& [node, count] : {std::pair{7, 1}, {8, 4}, {9, 2}}) {
    for (int i = 0; i < count; ++i) {
      topology::Device device;
      device.name = "h" + std::to_string(node) + "/card" + std::to_string(i);
      device.node = node;
      choice.graph->devices.push_back(device);
    }
  }
  return choice;
}

Cards placed(const ClusterChoice& cluster, const PlacementSpec& spec) { return place_ranks(cluster, spec).cards; }

std::string refusal(const ClusterChoice& cluster, const PlacementSpec& spec) {
  return message_of<InputError>([&] { static_cast<void>(place_ranks(cluster, spec)); });
}

TEST(RankPlacement, PackedFillsTheFirstNodes) {
  const ClusterChoice cluster = nodes_of(4, 4);
  EXPECT_THAT(placed(cluster, {.ranks = 6}), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(placed(cluster, {.ranks = 6, .ranks_per_node = 2}), ElementsAre(0, 1, 4, 5, 8, 9));
  EXPECT_THAT(placed(cluster, {.ranks_per_node = 1}), ElementsAre(0, 4, 8, 12));
  EXPECT_EQ(placed(cluster, {}).size(), 16U);
  EXPECT_EQ(place_ranks(cluster, {.ranks = 6}).text, "packed, 6 ranks on 2 nodes: node[0-1]");
}

TEST(RankPlacement, SpreadTakesNodesAtEvenDistances) {
  const ClusterChoice cluster = nodes_of(8, 4);
  EXPECT_THAT(placed(cluster, {.policy = "spread", .ranks = 4}), ElementsAre(0, 8, 16, 24));  // nodes 0 2 4 6
  EXPECT_THAT(placed(cluster, {.policy = "spread", .ranks = 3}), ElementsAre(0, 8, 20));      // 0, 8/3, 16/3
  // 12 ranks do not fit one a node; two a node take six of the eight: 0 8/6 16/6 24/6 32/6 40/6.
  EXPECT_THAT(placed(cluster, {.policy = "spread", .ranks = 12}),
              ElementsAre(0, 1, 4, 5, 8, 9, 16, 17, 20, 21, 24, 25));
  EXPECT_THAT(placed(cluster, {.policy = "spread", .ranks = 8, .ranks_per_node = 4}),
              ElementsAre(0, 1, 2, 3, 16, 17, 18, 19));
  EXPECT_EQ(placed(cluster, {.policy = "spread"}).size(), 32U);
  EXPECT_EQ(place_ranks(cluster, {.policy = "spread", .ranks = 3}).text, "spread, 3 ranks on 3 nodes: node[0,2,5]");
}

TEST(RankPlacement, SpreadOverUnevenNodesKeepsAsFewANodeAsItCan) {
  EXPECT_THAT(placed(uneven(), {.policy = "spread", .ranks = 3}), ElementsAre(0, 1, 5));
  EXPECT_THAT(placed(uneven(), {.policy = "spread", .ranks = 5}), ElementsAre(0, 1, 2, 5, 6));  // 1 + 2 + 2
  EXPECT_EQ(placed(uneven(), {.policy = "spread", .ranks = 7}).size(), 7U);
}

TEST(RankPlacement, HostsInTheOrderOfTheList) {
  const ClusterChoice cluster = nodes_of(4, 2);
  EXPECT_THAT(placed(cluster, {.policy = "hostlist", .hosts = "node[3,0-1]"}), ElementsAre(6, 7, 0, 1, 2, 3));
  EXPECT_THAT(placed(cluster, {.policy = "hostlist", .ranks = 3, .hosts = "node[3,0-1]"}), ElementsAre(6, 7, 0));
  EXPECT_THAT(placed(cluster, {.policy = "hostlist", .ranks_per_node = 1, .hosts = "node[3,0-1]"}),
              ElementsAre(6, 0, 2));
  EXPECT_THAT(placed(uneven(), {.policy = "hostlist", .hosts = "h[9,7]"}), ElementsAre(5, 6, 0));
  EXPECT_EQ(place_ranks(cluster, {.policy = "hostlist", .hosts = "node[3,0-1]"}).text,
            "hostlist, 6 ranks on 3 nodes: node[3,0-1]");
}

TEST(RankPlacement, RandomIsWholeNodesInOrderAndDependsOnTheSeedAlone) {
  const ClusterChoice cluster = nodes_of(64, 4);
  const PlacementSpec spec{.policy = "random", .ranks = 32, .seed = 3};
  const Cards cards = placed(cluster, spec);
  ASSERT_EQ(cards.size(), 32U);
  EXPECT_TRUE(std::ranges::is_sorted(cards));
  for (std::size_t i = 0; i < cards.size(); i += 4) {
    EXPECT_EQ(cards[i] % 4, 0U);
    EXPECT_EQ(cards[i + 3], cards[i] + 3);
  }
  EXPECT_EQ(placed(cluster, spec), cards);
  EXPECT_NE(placed(cluster, {.policy = "random", .ranks = 32, .seed = 4}), cards);
  EXPECT_THAT(place_ranks(cluster, spec).text, HasSubstr("random (seed 3), 32 ranks on 8 nodes: node["));
  // Each node is as likely as any other: 2,000 draws of 1 of 4 are 500 each, standard deviation 19.
  std::vector<int> drawn(4, 0);
  const ClusterChoice few = nodes_of(4, 1);
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    ++drawn[placed(few, {.policy = "random", .ranks = 1, .seed = seed}).front()];
  }
  for (const int count : drawn) EXPECT_NEAR(count, 500, 95);
}

TEST(RankPlacement, PodsAreFilledBestFitFirst) {
  // 12 nodes of one card, radix 4: pods of two leaves of two, so nodes 0-3, 4-7 and 8-11.
  ClusterChoice cluster;
  cluster.spec = topology::plain_cluster(12, 4, "fat_tree", {"tiers=3"});
  EXPECT_THAT(placed(cluster, {.policy = "pod", .ranks = 4}), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(placed(cluster, {.policy = "pod", .ranks = 6}), ElementsAre(0, 1, 2, 3, 4, 5));
  // The last pod of 10 nodes has two: it is the smallest that holds two ranks, and what is left of six after four.
  cluster.spec = topology::plain_cluster(10, 4, "fat_tree", {"tiers=3"});
  EXPECT_THAT(placed(cluster, {.policy = "pod", .ranks = 2}), ElementsAre(8, 9));
  EXPECT_THAT(placed(cluster, {.policy = "pod", .ranks = 6}), ElementsAre(0, 1, 2, 3, 8, 9));
  EXPECT_EQ(place_ranks(cluster, {.policy = "pod", .ranks = 6}).text, "pod, 6 ranks on 6 nodes: node[0-3,8-9]");
  EXPECT_THAT(refusal(nodes_of(4, 2), {.policy = "pod", .ranks = 2}), HasSubstr("node0 is in no pod"));
}

TEST(RankPlacement, MembersHavePrefixedHosts) {
  const auto member = std::make_shared<const ClusterChoice>(nodes_of(3, 2));
  ClusterChoice joined;
  joined.members = {{"a0", member}, {"a1", member}};
  EXPECT_THAT(placed(joined, {.policy = "hostlist", .hosts = "a1/node[0,2]"}), ElementsAre(6, 7, 10, 11));
  EXPECT_THAT(placed(joined, {.policy = "spread", .ranks = 2}), ElementsAre(0, 6));
}

TEST(RankPlacement, WrongOnesAreRefused) {
  const ClusterChoice cluster = nodes_of(4, 2);
  EXPECT_THAT(refusal(cluster, {.policy = "spred"}), HasSubstr("did you mean \"spread\"?"));
  EXPECT_THAT(refusal(cluster, {.ranks = 9}), HasSubstr("9 ranks do not fit on 4 nodes with room for 8"));
  EXPECT_THAT(refusal(cluster, {.ranks = 6, .ranks_per_node = 1}),
              HasSubstr("6 ranks do not fit on 4 nodes with room for 4, 1 a node"));
  EXPECT_THAT(refusal(cluster, {.ranks_per_node = 3}), HasSubstr("node0 has 2 cards"));
  EXPECT_THAT(refusal(cluster, {.ranks = 3, .ranks_per_node = 2}), HasSubstr("3 ranks are not a multiple of 2 a node"));
  EXPECT_THAT(refusal(cluster, {.policy = "hostlist"}), HasSubstr("hostlist needs hosts"));
  EXPECT_THAT(refusal(cluster, {.policy = "packed", .hosts = "node0"}), HasSubstr("hosts are of policy hostlist"));
  EXPECT_THAT(refusal(cluster, {.policy = "hostlist", .hosts = "node[0-4]"}), HasSubstr("\"node4\""));
  EXPECT_THAT(refusal(cluster, {.policy = "hostlist", .hosts = "node[1,1]"}), HasSubstr("node1 comes twice"));
  EXPECT_THAT(refusal(cluster, {.policy = "hostlist", .hosts = "node[1"}), HasSubstr("\"]\" is missing"));
  EXPECT_THAT(refusal(cluster, {.policy = "hostlist", .ranks = 5, .hosts = "node[0-1]"}),
              HasSubstr("5 ranks do not fit on 2 nodes with room for 4"));
  EXPECT_THROW(static_cast<void>(place_ranks(cluster, {.policy = "hostlist", .hosts = "node[0-99999999]"})),
               LimitError);
  ClusterChoice empty;
  empty.graph.emplace();
  EXPECT_THAT(refusal(empty, {}), HasSubstr("no accelerator"));
}

}  // namespace
}  // namespace polyplane::sim
