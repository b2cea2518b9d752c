// Lists of cards that lie alike.
#include "sim/program/alike_cards.h"

#include <gtest/gtest.h>

#include "tests/sim/program/programs.h"
#include "topology/faults.h"

namespace polyplane::sim {
namespace {

/// Four nodes of eight, each node's NICs on leaves by rail.
topology::Topology four_nodes() {
  return topology::build_cluster(topology::nvlink_cluster(4, "fat_tree", {"tiers=2", "placement=rail_optimised"}));
}

std::vector<DeviceId> cards(const topology::Topology& topology, std::uint32_t first, std::uint32_t count) {
  const auto all = topology.accelerators();
  return {all.begin() + first, all.begin() + first + count};
}

TEST(AlikeCards, NodesAreAlike) {
  const topology::Topology topology = four_nodes();
  const auto router = topology::make_router(topology, {"spray"});
  AlikeCards alike(topology, *router);
  const std::uint32_t first = alike.class_of(cards(topology, 0, 8));
  EXPECT_EQ(alike.class_of(cards(topology, 8, 8)), first);
  EXPECT_EQ(alike.class_of(cards(topology, 24, 8)), first);
  EXPECT_EQ(alike.class_of(cards(topology, 0, 8)), first);
}

// Half a node and the other half are on different rails; eight cards of two nodes are no node; lists that overlap are
// not told to be alike.
TEST(AlikeCards, DifferentPlacesAreNot) {
  const topology::Topology topology = four_nodes();
  const auto router = topology::make_router(topology, {"spray"});
  AlikeCards alike(topology, *router);
  EXPECT_NE(alike.class_of(cards(topology, 0, 4)), alike.class_of(cards(topology, 4, 4)));
  EXPECT_NE(alike.class_of(cards(topology, 0, 8)), alike.class_of(cards(topology, 12, 8)));
  EXPECT_NE(alike.class_of(cards(topology, 0, 8)), alike.class_of(cards(topology, 4, 8)));
}

TEST(AlikeCards, AFaultTellsThemApart) {
  const topology::Topology healthy = four_nodes();
  const topology::Topology topology = topology::apply_faults(healthy, {"nic=node3/gpu0 at 50%"}, 0, nullptr);
  const auto router = topology::make_router(topology, {"spray"});
  AlikeCards alike(topology, *router);
  const std::uint32_t first = alike.class_of(cards(topology, 0, 8));
  EXPECT_EQ(alike.class_of(cards(topology, 8, 8)), first);
  EXPECT_NE(alike.class_of(cards(topology, 24, 8)), first);
}

TEST(AlikeCards, WhereHashesDecideNothingIsAlike) {
  const topology::Topology topology = four_nodes();
  const auto router = topology::make_router(topology, {"ecmp"});
  AlikeCards alike(topology, *router);
  EXPECT_NE(alike.class_of(cards(topology, 0, 8)), alike.class_of(cards(topology, 8, 8)));
}

}  // namespace
}  // namespace polyplane::sim
