#include <gtest/gtest.h>

#include "tests/topology/clusters.h"
#include "tests/topology/net.h"

namespace polyplane::topology {
namespace {

/// Most flows on any link when card i sends to card i + shift, for all i at once.
int worst_link(const Topology& topology, Router& router, std::size_t shift) {
  const auto cards = topology.accelerators();
  std::vector<int> flows(topology.links().size(), 0);
  int worst = 0;
  for (std::size_t i = 0; i < cards.size(); ++i) {
    for (const auto& [link, fraction] : router.links({cards[i], cards[(i + shift) % cards.size()], 0})) {
      worst = std::max(worst, ++flows[link.index()]);
    }
  }
  return worst;
}

void expect_no_contention_on_shifts(const ClusterSpec& spec) {
  const Topology t = build_cluster(spec);
  const auto router = make_router(t, {.name = "static"});
  for (std::size_t shift = 1; shift < t.accelerators().size(); ++shift) {
    ASSERT_EQ(worst_link(t, *router, shift), 1) << "shift " << shift;
  }
}

TEST(Static, ShiftsOnATwoTierTreeNeverCollide) {
  expect_no_contention_on_shifts(plain_cluster(32, 8, "fat_tree", {"tiers=2", "placement=packed"}));
}

TEST(Static, ShiftsOverParallelCablesNeverCollide) {
  // 4 leaves with 4 cables up to 2 spines: two cables for each pair.
  expect_no_contention_on_shifts(plain_cluster(16, 8, "fat_tree", {"tiers=2", "placement=packed"}));
}

TEST(Static, ShiftsOnAThreeTierTreeNeverCollide) {
  // 8 pods of 4 leaves of 4 cards.
  expect_no_contention_on_shifts(plain_cluster(128, 8, "fat_tree", {"tiers=3", "placement=packed"}));
}

TEST(Static, ShiftsOnHalfAThreeTierTreeNeverCollide) {
  // 4 pods: spines and cores are joined by parallel cables.
  expect_no_contention_on_shifts(plain_cluster(64, 8, "fat_tree", {"tiers=3", "placement=packed"}));
}

TEST(Static, HashingDoesCollide) {
  const Topology t = build_cluster(plain_cluster(32, 8, "fat_tree", {"tiers=2", "placement=packed"}));
  const auto router = make_router(t, {.name = "ecmp"});
  EXPECT_GT(worst_link(t, *router, 4), 1);
}

TEST(Static, AllSourcesOfALeafTakeOneWayToADestination) {
  const Topology t = build_cluster(plain_cluster(32, 8, "fat_tree", {"tiers=2", "placement=packed"}));
  const auto router = make_router(t, {.name = "static"});
  const auto cards = t.accelerators();
  for (std::size_t dst = 4; dst < 32; ++dst) {
    const LinkId up = router->links({cards[0], cards[dst], 0})[1].first;
    for (std::size_t src = 1; src < 4; ++src) EXPECT_EQ(router->links({cards[src], cards[dst], 7})[1].first, up);
  }
}

TEST(Static, FaultsMoveOnlyWhatTheyMeet) {
  // l0 has lost its cable to the spine that D-mod-k would take for b: the tables take another.
  Net net;
  net.card("a", 0);
  net.card("b", 1);
  for (const auto* leaf : {"l0", "l1"}) net.leaf(leaf);
  for (const auto* spine : {"s0", "s1"}) net.spine(spine);
  net.access("a", "l0");
  net.access("b", "l1");
  // b is exit 1 of the plane (a is 0): 1 mod 2 picks s1.
  net.cable("l0", "s0");
  const LinkId second = net.cable("l0", "s1");
  net.cable("l1", "s0");
  net.cable("l1", "s1");
  const Topology healthy = TopologyBuilder(std::move(net.builder())).build();
  const auto before = make_router(healthy, {.name = "static"});
  EXPECT_EQ(path_of(healthy, *before, "a", "b"), "a l0 s1 l1 b");
  EXPECT_EQ(path_of(healthy, *before, "b", "a"), "b l1 s0 l0 a");  // exit 0
  TopologyBuilder copy = TopologyBuilder::copy_of(healthy);
  copy.link(second).up = false;
  const Topology faulty = std::move(copy).build();
  const auto after = make_router(faulty, {.name = "static"});
  EXPECT_EQ(path_of(faulty, *after, "a", "b"), "a l0 s0 l1 b");
  EXPECT_EQ(path_of(faulty, *after, "b", "a"), "b l1 s0 l0 a");
}

}  // namespace
}  // namespace polyplane::topology
