#include "cli/rank_choice.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "base/error.h"
#include "cli/split.h"
#include "sim/cluster_nodes.h"

namespace polyplane::cli {
namespace {

using Cards = std::vector<std::uint32_t>;

TEST(ChooseCards, EveryCardIsTheEmptyList) {
  EXPECT_EQ(choose_cards({4, 4}, {}), Cards{});
  EXPECT_EQ(choose_cards({4, 4}, {.ranks = 8}), Cards{});
  EXPECT_EQ(choose_cards({4, 4}, {.ranks_per_node = 4}), Cards{});
}

TEST(ChooseCards, FirstOfAllOrOfEachNode) {
  EXPECT_EQ(choose_cards({4, 4}, {.ranks = 5}), (Cards{0, 1, 2, 3, 4}));
  EXPECT_EQ(choose_cards({4, 4, 4}, {.ranks_per_node = 2}), (Cards{0, 1, 4, 5, 8, 9}));
  EXPECT_EQ(choose_cards({4, 4, 4}, {.ranks = 4, .ranks_per_node = 2}), (Cards{0, 1, 4, 5}));
}

TEST(ChooseCards, RefusesWhatDoesNotFit) {
  EXPECT_THROW(choose_cards({4, 4}, {.ranks = 9}), InputError);
  EXPECT_THROW(choose_cards({4, 2}, {.ranks_per_node = 3}), InputError);
  EXPECT_THROW(choose_cards({4, 4}, {.ranks = 6, .ranks_per_node = 2}), InputError);  // 2 nodes x 2 hold 4
  EXPECT_THROW(choose_cards({4, 4}, {.ranks = 3, .ranks_per_node = 2}), InputError);  // half a node
}

TEST(ChooseCards, MapIsChecked) {
  EXPECT_EQ(choose_cards({4}, {.map = Cards{3, 1}}), (Cards{3, 1}));
  EXPECT_THROW(choose_cards({4}, {.map = Cards{3, 4}}), InputError);
  EXPECT_THROW(choose_cards({4}, {.map = Cards{3, 1, 3}}), InputError);
  EXPECT_THROW(choose_cards({4}, {.map = Cards{}}), InputError);
  EXPECT_THROW(choose_cards({4}, {.ranks = 3, .map = Cards{3, 1}}), InputError);
  EXPECT_THROW(choose_cards({4}, {.ranks_per_node = 2, .map = Cards{3, 1}}), InputError);
}

TEST(ParsePlacement, APolicyAndItsHosts) {
  EXPECT_EQ(parse_placement("spread").policy, "spread");
  EXPECT_EQ(parse_placement("hostlist:a0/node[0-3,7]").hosts, "a0/node[0-3,7]");
  for (const char* text : {"", "spred", "hostlist", "hostlist:", "packed:node0", "pod:"}) {
    EXPECT_THROW(parse_placement(text), InputError) << text;
  }
}

TEST(CardsPerNode, GraphsCountTheirAcceleratorsByNode) {
  sim::ClusterChoice cluster;
  cluster.graph.emplace();
  for (const std::int32_t node : {1, 0, 1}) {
    topology::Device device;
    device.node = node;
    cluster.graph->devices.push_back(device);
  }
  EXPECT_EQ(sim::cards_per_node(cluster), (Cards{1, 2}));
}

TEST(CardsPerNode, ABombIsRefusedBeforeAnythingIsAllocated) {
  sim::ClusterChoice cluster;
  cluster.spec.nodes = 2'000'000'000;
  cluster.spec.node.accelerators = 2'000'000'000;
  EXPECT_THROW(sim::cards_per_node(cluster), LimitError);
}

TEST(ReadRankMap, ListsRangesAndStrides) {
  EXPECT_EQ(read_rank_map("0-3,16"), (Cards{0, 1, 2, 3, 16}));
  EXPECT_EQ(read_rank_map("0-24:8, 5"), (Cards{0, 8, 16, 24, 5}));
  for (const char* text : {"3-1", "0-8:0", "1-", "-1", "0:2", "99999999999"}) {
    EXPECT_THROW(read_rank_map(text), InputError) << text;
  }
  EXPECT_THROW(read_rank_map("0-4000000000"), LimitError);
}

TEST(ReadRankMap, Files) {
  const std::string path = ::testing::TempDir() + "rank_map_test.txt";
  std::ofstream(path) << "0 8  # first rail\n1-3\n";
  EXPECT_EQ(read_rank_map(path), (Cards{0, 8, 1, 2, 3}));
  std::ofstream(path) << "0 gpu1\n";
  EXPECT_THROW(read_rank_map(path), InputError);
  std::remove(path.c_str());
  EXPECT_THROW(read_rank_map(path), InputError);
  EXPECT_THROW(read_rank_map(::testing::TempDir()), InputError);
}

using Groups = std::vector<Cards>;

TEST(SplitRanks, TheFourOperatorsOfNcclTests) {
  EXPECT_EQ(split_ranks("%2", 6), (Groups{{0, 2, 4}, {1, 3, 5}}));
  EXPECT_EQ(split_ranks("MOD 2", 6), (Groups{{0, 2, 4}, {1, 3, 5}}));
  EXPECT_EQ(split_ranks("/3", 6), (Groups{{0, 1, 2}, {3, 4, 5}}));
  EXPECT_EQ(split_ranks("div3", 6), (Groups{{0, 1, 2}, {3, 4, 5}}));
  EXPECT_EQ(split_ranks("&0x1", 4), (Groups{{0, 2}, {1, 3}}));
  EXPECT_EQ(split_ranks("AND 0b10", 4), (Groups{{0, 1}, {2, 3}}));
  EXPECT_EQ(split_ranks("|1", 4), (Groups{{0, 1}, {2, 3}}));  // 0|1 = 1|1 = 1, 2|1 = 3|1 = 3
  EXPECT_EQ(split_ranks("OR 01", 4), (Groups{{0, 1}, {2, 3}}));
}

TEST(SplitRanks, RefusesWhatMakesNoGroups) {
  for (const char* text : {"", "8", "%", "%x", "%0", "/0", "DIV", "^3", "%2x", "&0x", "%-1"}) {
    EXPECT_THROW(split_ranks(text, 8), InputError) << text;
  }
  EXPECT_THROW(split_ranks("%3", 8), InputError);  // 3, 3 and 2 ranks
}

}  // namespace
}  // namespace polyplane::cli
