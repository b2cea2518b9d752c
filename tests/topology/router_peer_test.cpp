// Ways over peer cards (PXN), and pairs that nothing joins.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/topology/expect_error.h"
#include "tests/topology/net.h"

namespace polyplane::topology {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::string card(int node, int rail) { return "n" + std::to_string(node) + "g" + std::to_string(rail); }

/// `nodes` nodes of `rails` cards behind an NVSwitch; NIC i on plane i, one leaf a plane.
Net per_nic(int nodes, int rails) {
  Net net("cluster");
  for (int n = 0; n < nodes; ++n) {
    for (int r = 0; r < rails; ++r) net.card(card(n, r), n, r);
    net.device("nv" + std::to_string(n), DeviceKind::scaleup_switch);
    for (int r = 0; r < rails; ++r) net.nvlink(card(n, r), "nv" + std::to_string(n));
  }
  for (int r = 0; r < rails; ++r) {
    net.leaf("plane" + std::to_string(r));
    for (int n = 0; n < nodes; ++n) net.access(card(n, r), "plane" + std::to_string(r));
  }
  return net;
}

void fail_device(Net& net, std::string_view name) { net.builder().device(net.id(name)).up = false; }

TEST(Peers, SameRailGoesStraight) {
  const Topology t = per_nic(2, 4).build();
  const auto router = make_router(t, {.name = "spray"});
  EXPECT_EQ(path_of(t, *router, "n0g2", "n1g2"), "n0g2 plane2 n1g2");
}

TEST(Peers, OtherRailGoesOverThePeerOnTheRailOfTheFarEnd) {
  const Topology t = per_nic(3, 4).build();
  for (const auto* name : {"spray", "ecmp", "static"}) {
    const auto router = make_router(t, {.name = name});
    EXPECT_EQ(path_of(t, *router, "n0g1", "n2g3"), "n0g1 nv0 n0g3 plane3 n2g3") << name;
    Route route;
    router->route(key_of(t, "n0g1", "n2g3"), route);
    EXPECT_TRUE(route.scale_out);
    EXPECT_EQ(route.num_links, 4U);
    EXPECT_EQ(route.latency, Duration::from_ps(2 * 500'000 + 2 * 100'000));
    expect_sound_routes(t, *router);
  }
}

TEST(Peers, AFailedPlaneIsPassedRoundAtTheSourceOrAtTheDestination) {
  Net net = per_nic(2, 4);
  fail_device(net, "plane3");
  const Topology t = std::move(net).build();
  for (const auto* name : {"spray", "ecmp", "static"}) {
    const auto router = make_router(t, {.name = name});
    // From the failed rail: over the peer on the rail of the far end.
    EXPECT_EQ(path_of(t, *router, "n0g3", "n1g1"), "n0g3 nv0 n0g1 plane1 n1g1") << name;
    // To the failed rail: over the card of the destination node on the rail of the source.
    EXPECT_EQ(path_of(t, *router, "n0g1", "n1g3"), "n0g1 plane1 n1g1 nv1 n1g3") << name;
    expect_sound_routes(t, *router);
  }
}

TEST(Peers, BothEndsOnTheFailedPlaneTakePeersAtBoth) {
  Net net = per_nic(2, 4);
  fail_device(net, "plane3");
  const Topology t = std::move(net).build();
  const auto spray = make_router(t, {.name = "spray"});
  // Rails 0, 1 and 2 are left and equal: a third each, whole on the two NVLinks of the ends.
  const auto load = loads(t, *spray, "n0g3", "n1g3");
  EXPECT_DOUBLE_EQ(load.at("n0g3->nv0"), 1.0);
  EXPECT_DOUBLE_EQ(load.at("nv1->n1g3"), 1.0);
  for (int r = 0; r < 3; ++r) {
    EXPECT_DOUBLE_EQ(load.at(card(0, r) + "->plane" + std::to_string(r)), 1.0 / 3) << r;
    EXPECT_DOUBLE_EQ(load.at("nv0->" + card(0, r)), 1.0 / 3) << r;
  }
  Route route;
  spray->route(key_of(t, "n0g3", "n1g3"), route);
  EXPECT_EQ(route.num_links, 6U);
  EXPECT_EQ(route.hops.front().weight, 1.0);
  EXPECT_EQ(route.hops.back().weight, 1.0);
  const auto ecmp = make_router(t, {.name = "ecmp"});
  std::map<std::string, int> chosen;
  for (std::uint32_t flow = 0; flow < 300; ++flow) ++chosen[path_of(t, *ecmp, "n0g3", "n1g3", flow)];
  EXPECT_EQ(chosen.size(), 3U);  // one rail a flow, every rail used
  EXPECT_EQ(chosen.count("n0g3 nv0 n0g1 plane1 n1g1 nv1 n1g3"), 1U);
}

TEST(Peers, OnOnePlaneThePeerOnTheRailOfTheFarEndIsPreferred) {
  // All NICs on one switch; the NIC of n0g0 is down. Any peer would do; the one on rail 1 is taken for n1g1.
  Net net;
  for (int n = 0; n < 2; ++n) {
    for (int r = 0; r < 3; ++r) net.card(card(n, r), n, r);
    net.device("nv" + std::to_string(n), DeviceKind::scaleup_switch);
    for (int r = 0; r < 3; ++r) net.nvlink(card(n, r), "nv" + std::to_string(n));
  }
  net.leaf("leaf");
  for (int n = 0; n < 2; ++n) {
    for (int r = 0; r < 3; ++r) {
      const LinkId port = net.cable(card(n, r), "leaf", "access");
      if (n == 0 && r == 0) net.cut(port);
    }
  }
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "spray"});
  EXPECT_EQ(path_of(t, *router, "n0g0", "n1g1"), "n0g0 nv0 n0g1 leaf n1g1");
  // For n1g0 no peer is on the right rail: the two left split evenly.
  EXPECT_THAT(loads(t, *router, "n0g0", "n1g0"),
              ElementsAre(Pair("leaf->n1g0", DoubleEq(1)), Pair("n0g0->nv0", DoubleEq(1)),
                          Pair("n0g1->leaf", DoubleEq(0.5)), Pair("n0g2->leaf", DoubleEq(0.5)),
                          Pair("nv0->n0g1", DoubleEq(0.5)), Pair("nv0->n0g2", DoubleEq(0.5))));
  expect_sound_routes(t, *router);
}

TEST(Peers, OnlyTheNearestOfThemAreUsed) {
  // n0g0 has no NIC. g1 is on the leaf of the far end, g2 on another: 2 + 2 links against 2 + 4.
  Net net;
  for (int r = 0; r < 3; ++r) net.card(card(0, r), 0, r);
  net.card(card(1, 0), 1, 0);
  net.device("nv", DeviceKind::scaleup_switch);
  for (int r = 0; r < 3; ++r) net.nvlink(card(0, r), "nv");
  net.leaf("l0");
  net.leaf("l1");
  net.spine("s");
  net.cable("l0", "s");
  net.cable("l1", "s");
  net.access(card(0, 2), "l1");
  net.access(card(0, 1), "l0");
  net.access(card(1, 0), "l0");
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "spray"});
  EXPECT_EQ(path_of(t, *router, "n0g0", "n1g0"), "n0g0 nv n0g1 l0 n1g0");
  EXPECT_EQ(path_of(t, *router, "n1g0", "n0g0"), "n1g0 l0 n0g1 nv n0g0");
}

TEST(CutOff, NamesBothEndsAndTheFaults) {
  Net net = per_nic(2, 2);
  fail_device(net, "plane0");
  fail_device(net, "plane1");
  const Topology t = std::move(net).build();
  for (const auto* name : {"spray", "ecmp", "static"}) {
    const auto router = make_router(t, {.name = name});
    Route route;
    const std::string message = message_of<InputError>([&] { router->route(key_of(t, "n0g0", "n1g1"), route); });
    EXPECT_THAT(message, HasSubstr("n0g0 cannot reach n1g1"));
    EXPECT_THAT(message, HasSubstr("cut them off"));
    EXPECT_THAT(message,
                HasSubstr("8 of 16 links are down"));  // 2 nodes x 2 ports x 2 directions, of as many NVLinks more
    EXPECT_NO_THROW(router->route(key_of(t, "n0g0", "n0g1"), route)) << "inside the node all is well";
  }
}

TEST(CutOff, WithoutFaultsSaysSo) {
  Net net("islands");
  net.card("a", 0);
  net.card("b", 1);
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "ecmp"});
  Route route;
  EXPECT_THAT(message_of<InputError>([&] { router->route(key_of(t, "a", "b"), route); }),
              HasSubstr("no path of links joins them in \"islands\""));
}

TEST(CutOff, AFailedCardReachesNobody) {
  Net net = per_nic(2, 2);
  fail_device(net, "n0g0");
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "spray"});
  Route route;
  EXPECT_THROW(router->route(key_of(t, "n0g0", "n0g1"), route), InputError);
  EXPECT_THROW(router->route(key_of(t, "n1g1", "n0g0"), route), InputError);
  EXPECT_NO_THROW(router->route(key_of(t, "n1g0", "n0g1"), route));
}

TEST(Routes, BrokenRequestsAreOurBug) {
  const Topology t = per_nic(2, 2).build();
  const auto router = make_router(t, {.name = "spray"});
  Route route;
  EXPECT_THROW(router->route(key_of(t, "n0g0", "n0g0"), route), InternalError);
}

}  // namespace
}  // namespace polyplane::topology
