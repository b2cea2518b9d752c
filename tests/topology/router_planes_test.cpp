// Ports, planes and NICs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/topology/net.h"

namespace polyplane::topology {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::Pair;

/// Two cards with a port on each of two planes of one switch each.
Topology striped() {
  Net net;
  net.card("a", 0);
  net.card("b", 1);
  net.leaf("p0");
  net.leaf("p1");
  for (const auto* card : {"a", "b"}) {
    for (const auto* plane : {"p0", "p1"}) net.access(card, plane);
  }
  return std::move(net).build();
}

TEST(StripedPlanes, SprayTakesAllPorts) {
  const Topology t = striped();
  const auto router = make_router(t, {.name = "spray"});
  EXPECT_THAT(loads(t, *router, "a", "b"), ElementsAre(Pair("a->p0", DoubleEq(0.5)), Pair("a->p1", DoubleEq(0.5)),
                                                       Pair("p0->b", DoubleEq(0.5)), Pair("p1->b", DoubleEq(0.5))));
  Route route;
  router->route(key_of(t, "a", "b"), route);
  ASSERT_EQ(route.hops.size(), 4U);
  EXPECT_EQ(route.num_links, 2U);
  EXPECT_EQ(route.latency, Duration::from_ps(200'000));
  expect_sound_routes(t, *router);
}

TEST(StripedPlanes, HashingTakesOnePlaneAFlow) {
  const Topology t = striped();
  const auto router = make_router(t, {.name = "ecmp", .seed = 1});
  int first = 0;
  for (std::uint32_t flow = 0; flow < 1000; ++flow) first += path_of(t, *router, "a", "b", flow) == "a p0 b" ? 1 : 0;
  EXPECT_GT(first, 420);  // 500 expected, standard deviation 16
  EXPECT_LT(first, 580);
  expect_sound_routes(t, *router);
}

TEST(StripedPlanes, APortDownLeavesTheOtherPlane) {
  Net net;
  net.card("a", 0);
  net.card("b", 1);
  net.leaf("p0");
  net.leaf("p1");
  net.access("a", "p0");
  net.access("a", "p1");
  net.access("b", "p1");
  net.cut(net.cable("b", "p0", "access"));
  const Topology t = std::move(net).build();
  for (const auto* name : {"spray", "ecmp", "static"}) {
    const auto router = make_router(t, {.name = name});
    EXPECT_EQ(path_of(t, *router, "a", "b"), "a p1 b") << name;
  }
}

TEST(Ports, ThePairOfPortsOnOneLeafIsShortest) {
  // Both cards have ports on both leaves of a tree: same-leaf pairs take 2 links, the others 4.
  Net net;
  net.card("a", 0);
  net.card("b", 1);
  net.leaf("l0");
  net.leaf("l1");
  net.spine("s");
  for (const auto* leaf : {"l0", "l1"}) {
    net.access("a", leaf);
    net.access("b", leaf);
    net.cable(leaf, "s");
  }
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "spray"});
  EXPECT_THAT(loads(t, *router, "a", "b"), ElementsAre(Pair("a->l0", DoubleEq(0.5)), Pair("a->l1", DoubleEq(0.5)),
                                                       Pair("l0->b", DoubleEq(0.5)), Pair("l1->b", DoubleEq(0.5))));
  expect_sound_routes(t, *router);
}

TEST(Ports, PairsThatShareTrunksPassEachOnce) {
  // a has two ports on l0; b has one on l1: two pairs of ports, one way up and down.
  Net net;
  net.card("a", 0);
  net.card("b", 1);
  net.leaf("l0");
  net.leaf("l1");
  net.spine("s");
  net.access("a", "l0");
  net.access("a", "l0");
  net.access("b", "l1");
  net.cable("l0", "s");
  net.cable("l1", "s");
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "spray"});
  Route route;
  router->route(key_of(t, "a", "b"), route);
  ASSERT_EQ(route.hops.size(), 5U);  // two ports at 1/2, up, down, port
  EXPECT_EQ(route.hops[0].weight, 0.5);
  EXPECT_EQ(route.hops[1].weight, 0.5);
  EXPECT_EQ(route.hops[2].weight, 1.0);
  expect_sound_routes(t, *router);
}

/// Two nodes of two cards that share a NIC; the NICs meet at a leaf.
Topology shared_nics() {
  Net net;
  for (int node = 0; node < 2; ++node) {
    for (int rail = 0; rail < 2; ++rail) net.card("n" + std::to_string(node) + "g" + std::to_string(rail), node, rail);
  }
  net.device("nic0", DeviceKind::nic);
  net.device("nic1", DeviceKind::nic);
  net.leaf("leaf");
  for (int node = 0; node < 2; ++node) {
    const std::string nic = "nic" + std::to_string(node);
    for (int rail = 0; rail < 2; ++rail) {
      net.cable("n" + std::to_string(node) + "g" + std::to_string(rail), nic, "pcie", LinkKind::host);
    }
    net.access(nic, "leaf");
  }
  return std::move(net).build();
}

TEST(SharedNics, LieBetweenCardAndLeaf) {
  const Topology t = shared_nics();
  for (const auto* name : {"spray", "ecmp", "static"}) {
    const auto router = make_router(t, {.name = name});
    EXPECT_EQ(path_of(t, *router, "n0g0", "n1g1"), "n0g0 nic0 leaf nic1 n1g1") << name;
    EXPECT_EQ(path_of(t, *router, "n0g0", "n0g1"), "n0g0 nic0 n0g1") << name;  // never through the leaf
    expect_sound_routes(t, *router);
  }
}

TEST(ScaleUp, SwitchedDomainStaysInside) {
  Net net;
  net.card("a", 0, 0);
  net.card("b", 0, 1);
  net.device("nvswitch", DeviceKind::scaleup_switch);
  net.leaf("leaf");
  net.nvlink("a", "nvswitch");
  net.nvlink("b", "nvswitch");
  net.access("a", "leaf");
  net.access("b", "leaf");
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "ecmp"});
  Route route;
  router->route(key_of(t, "a", "b"), route);
  EXPECT_FALSE(route.scale_out);
  EXPECT_EQ(route.latency, Duration::from_ps(1'000'000));
  EXPECT_EQ(path_of(t, *router, "a", "b"), "a nvswitch b");
}

TEST(ScaleUp, WithoutNvlinkTheCardUsesItsNic) {
  Net net;
  net.card("a", 0, 0);
  net.card("b", 0, 1);
  net.device("nvswitch", DeviceKind::scaleup_switch);
  net.leaf("leaf");
  net.nvlink("a", "nvswitch");
  net.cut(net.cable("b", "nvswitch", "nvlink", LinkKind::scale_up));
  net.access("a", "leaf");
  net.access("b", "leaf");
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "ecmp"});
  Route route;
  router->route(key_of(t, "a", "b"), route);
  EXPECT_TRUE(route.scale_out);
  EXPECT_EQ(path_of(t, *router, "a", "b"), "a leaf b");
}

TEST(ScaleUp, FullMeshIsOneLink) {
  Net net;
  for (int i = 0; i < 4; ++i) net.card("g" + std::to_string(i), 0, i);
  for (int i = 0; i < 4; ++i) {
    for (int j = i + 1; j < 4; ++j) net.nvlink("g" + std::to_string(i), "g" + std::to_string(j));
  }
  const Topology t = std::move(net).build();
  for (const auto* name : {"spray", "ecmp", "static"}) {
    const auto router = make_router(t, {.name = name});
    EXPECT_EQ(path_of(t, *router, "g1", "g3"), "g1 g3") << name;
    expect_sound_routes(t, *router);
  }
}

TEST(ScaleUp, RingSplitsOverBothWaysAtTheFarPoint) {
  Net net;
  for (int i = 0; i < 4; ++i) net.card("g" + std::to_string(i), 0, i, true);
  for (int i = 0; i < 4; ++i) net.nvlink("g" + std::to_string(i), "g" + std::to_string((i + 1) % 4));
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "spray"});
  EXPECT_EQ(path_of(t, *router, "g3", "g0"), "g3 g0");
  EXPECT_THAT(loads(t, *router, "g0", "g2"), ElementsAre(Pair("g0->g1", DoubleEq(0.5)), Pair("g0->g3", DoubleEq(0.5)),
                                                         Pair("g1->g2", DoubleEq(0.5)), Pair("g3->g2", DoubleEq(0.5))));
  expect_sound_routes(t, *router);
}

TEST(ScaleUp, CardsOfARingDoNotJoinPlanes) {
  // a has a port on plane 0 only, b on plane 1 only. Two cards have both: d, a stranger that forwards in a ring of its
  // own, which must not be passed through, and c, a peer of a two NVLinks away.
  Net net;
  for (const auto* card : {"a", "b", "c", "c2", "d", "d2"})
    net.card(card, card[0] == 'd' ? 2 : card[0] == 'b', 0, true);
  net.nvlink("a", "c2");
  net.nvlink("c2", "c");
  net.nvlink("d", "d2");
  net.leaf("p0");
  net.leaf("p1");
  net.access("a", "p0");
  net.access("b", "p1");
  for (const auto* card : {"c", "d"}) {
    net.access(card, "p0");
    net.access(card, "p1");
  }
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "spray"});
  EXPECT_EQ(path_of(t, *router, "a", "b"), "a c2 c p1 b");
}

TEST(ScaleOut, CardsOfATorusForward) {
  Net net;
  for (int i = 0; i < 4; ++i) net.card("g" + std::to_string(i), i, 0, true);
  for (int i = 0; i < 3; ++i) net.cable("g" + std::to_string(i), "g" + std::to_string(i + 1), "torus");
  const Topology t = std::move(net).build();
  for (const auto* name : {"spray", "ecmp", "static"}) {
    const auto router = make_router(t, {.name = name});
    EXPECT_EQ(path_of(t, *router, "g0", "g3"), "g0 g1 g2 g3") << name;
    expect_sound_routes(t, *router);
  }
}

}  // namespace
}  // namespace polyplane::topology
