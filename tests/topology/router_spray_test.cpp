#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/topology/net.h"
#include "topology/modular.h"

namespace polyplane::topology {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::Pair;

/// `leaves` leaves with two cards each, `spines` spines, `parallel` cables between each pair.
Net leaf_spine(int leaves, int spines, int parallel = 1) {
  Net net;
  for (int l = 0; l < leaves; ++l) {
    for (int c = 0; c < 2; ++c) net.card("g" + std::to_string(2 * l + c), 2 * l + c);
  }
  for (int l = 0; l < leaves; ++l) net.leaf("l" + std::to_string(l));
  for (int s = 0; s < spines; ++s) net.spine("s" + std::to_string(s));
  for (int l = 0; l < leaves; ++l) {
    for (int c = 0; c < 2; ++c) net.access("g" + std::to_string(2 * l + c), "l" + std::to_string(l));
  }
  for (int l = 0; l < leaves; ++l) {
    for (int s = 0; s < spines; ++s) {
      for (int p = 0; p < parallel; ++p) net.cable("l" + std::to_string(l), "s" + std::to_string(s));
    }
  }
  return net;
}

/// The trunk that holds the first link from `from` to `to`.
TrunkId trunk_between(const Topology& topology, const Router& router, std::string_view from, std::string_view to) {
  for (std::uint32_t t = 0; t < router.trunks().size(); ++t) {
    for (const TrunkMember& m : router.members(TrunkId(t))) {
      const Link& l = topology.link(m.link);
      if (topology.device(l.from).name == from && topology.device(l.to).name == to) return TrunkId(t);
    }
  }
  return {};
}

TEST(Spray, HealthyUplinksAreOneTrunk) {
  const Topology t = leaf_spine(3, 2).build();
  const auto router = make_router(t, {.name = "spray"});
  // 6 cards x 2 access links stay single; each of 3 leaves has one trunk up (2 links) and one down.
  EXPECT_EQ(router->trunks().size(), 12U + 3U + 3U);
  Route route;
  router->route(key_of(t, "g0", "g5"), route);
  ASSERT_EQ(route.hops.size(), 4U);  // access, up, down, access
  for (const Hop& hop : route.hops) EXPECT_EQ(hop.weight, 1.0);
  EXPECT_TRUE(route.scale_out);
  EXPECT_EQ(route.num_links, 4U);
  EXPECT_EQ(route.latency, Duration::from_ps(400'000));  // 4 links x 100 ns
  const TrunkId up = route.hops[1].trunk;
  EXPECT_EQ(up, trunk_between(t, *router, "l0", "s0"));
  EXPECT_EQ(up, trunk_between(t, *router, "l0", "s1"));
  EXPECT_EQ(router->trunks()[up.index()].capacity, BitRate::from_bps(800'000'000'000));  // 2 x 400 Gbps
  for (const TrunkMember& m : router->members(up)) EXPECT_EQ(m.share, 0.5);
  expect_sound_routes(t, *router);
}

TEST(Spray, LinksInSeriesAreNeverMerged) {
  // Two leaves, one spine: the way up and the way down have the same row (one pair of leaves), but follow one another.
  const Topology t = leaf_spine(2, 1).build();
  const auto router = make_router(t, {.name = "spray"});
  EXPECT_NE(trunk_between(t, *router, "l0", "s0"), trunk_between(t, *router, "s0", "l1"));
  expect_sound_routes(t, *router);
}

TEST(Spray, ParallelCablesMerge) {
  const Topology t = leaf_spine(2, 1, 8).build();
  const auto router = make_router(t, {.name = "spray"});
  const TrunkId up = trunk_between(t, *router, "l0", "s0");
  EXPECT_EQ(router->members(up).size(), 8U);
  EXPECT_EQ(router->trunks()[up.index()].capacity, BitRate::from_bps(3'200'000'000'000));  // 8 x 400 Gbps
  for (const TrunkMember& m : router->members(up)) EXPECT_EQ(m.share, 0.125);
  expect_sound_routes(t, *router);
}

TEST(Spray, WeightsAreWholeWhereTheFanOutIsNoPowerOfTwo) {
  // 7 spines: seven times 1/7 is 1 - 2^-53 in floating point, and must be 1 here.
  const Topology t = leaf_spine(2, 7).build();
  const auto router = make_router(t, {.name = "spray"});
  Route route;
  router->route(key_of(t, "g0", "g3"), route);
  ASSERT_EQ(route.hops.size(), 4U);
  for (const Hop& hop : route.hops) EXPECT_EQ(hop.weight, 1.0);
  EXPECT_EQ(router->trunks()[route.hops[1].trunk.index()].capacity, BitRate::from_bps(2'800'000'000'000));
}

TEST(Spray, OneCableDownSplitsTheTrunkThatMeetsIt) {
  Net net = leaf_spine(3, 2);
  net.cut(LinkId(12));  // l0-s0: the first cable after 6 access cables
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "spray"});
  // From l0 all goes over s1; towards l0 likewise; l1 to l2 still splits.
  EXPECT_THAT(loads(t, *router, "g0", "g2"), ElementsAre(Pair("g0->l0", DoubleEq(1)), Pair("l0->s1", DoubleEq(1)),
                                                         Pair("l1->g2", DoubleEq(1)), Pair("s1->l1", DoubleEq(1))));
  EXPECT_THAT(loads(t, *router, "g2", "g5"),
              ElementsAre(Pair("g2->l1", DoubleEq(1)), Pair("l1->s0", DoubleEq(0.5)), Pair("l1->s1", DoubleEq(0.5)),
                          Pair("l2->g5", DoubleEq(1)), Pair("s0->l2", DoubleEq(0.5)), Pair("s1->l2", DoubleEq(0.5))));
  // l1 -> s0 carries (to l0: 0, to l2: 1/2), l1 -> s1 (1, 1/2): not proportional.
  EXPECT_NE(trunk_between(t, *router, "l1", "s0"), trunk_between(t, *router, "l1", "s1"));
  Route route;
  router->route(key_of(t, "g2", "g5"), route);
  ASSERT_EQ(route.hops.size(), 6U);
  EXPECT_EQ(route.hops[1].weight, 0.5);
  EXPECT_EQ(route.hops[2].weight, 0.5);
  expect_sound_routes(t, *router);
}

TEST(Spray, UnevenButProportionalLinksMergeWithTheirShares) {
  // l0 meets s0 by two cables and s1 by one; both spines meet l1 by one. Up: each cable 1/3. Down: s0 gets 2/3, s1 1/3,
  // the only pair of leaves, so the two links down are proportional 2:1.
  Net net = leaf_spine(2, 2);
  net.cable("l0", "s0");
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "spray"});
  Route route;
  router->route(key_of(t, "g0", "g2"), route);
  ASSERT_EQ(route.hops.size(), 4U);
  const TrunkId down = route.hops[2].trunk;
  ASSERT_EQ(router->members(down).size(), 2U);
  EXPECT_DOUBLE_EQ(router->members(down)[0].share, 2.0 / 3);
  EXPECT_DOUBLE_EQ(router->members(down)[1].share, 1.0 / 3);
  // s0 -> l1 is full when the trunk carries 400 / (2/3) = 600 Gbps.
  EXPECT_NEAR(static_cast<double>(router->trunks()[down.index()].capacity.bps()), 600e9, 1);
  expect_sound_routes(t, *router);
}

TEST(Spray, DegradedMemberBindsItsTrunk) {
  Net net = leaf_spine(2, 2);
  net.builder().link(LinkId(8)).rate = BitRate::from_bps(100'000'000'000);  // l0 -> s0, after 4 access cables
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "spray"});
  const TrunkId up = trunk_between(t, *router, "l0", "s0");
  EXPECT_EQ(router->members(up).size(), 2U);
  // Half of the bytes cross the slow link, so the trunk carries 2 x 100 Gbps.
  EXPECT_EQ(router->trunks()[up.index()].capacity, BitRate::from_bps(200'000'000'000));
  EXPECT_EQ(router->trunks()[up.index()].nominal(), BitRate::from_bps(800'000'000'000));  // 2 x 400 Gbps
}

TEST(Spray, LatencyIsThatOfTheLongestPath) {
  Net net = leaf_spine(2, 2);
  net.builder().link(LinkId(8)).latency = Duration::from_ps(700'000);  // l0 -> s0 takes 700 ns instead of 100
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "spray"});
  Route route;
  router->route(key_of(t, "g0", "g3"), route);
  EXPECT_EQ(route.latency, Duration::from_ps(100'000 + 700'000 + 100'000 + 100'000));
  EXPECT_THAT(router->latency_by_tier(key_of(t, "g0", "g3")),
              ElementsAre(Duration::from_ps(200'000), Duration::from_ps(800'000)));  // access, leaf-spine
}

TEST(Spray, PathsOfATreeNeverTurnUpAgain) {
  // s0 and s1 have both lost one leaf: l0 - s0 - l1 - s1 - l2 is a path of links, but it goes down and up again at l1.
  Net net = leaf_spine(3, 2);
  net.cut(LinkId(12 + 2));      // l0-s1
  net.cut(LinkId(12 + 2 * 4));  // l2-s0
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "spray"});
  Route route;
  EXPECT_NO_THROW(router->route(key_of(t, "g0", "g2"), route));
  EXPECT_NO_THROW(router->route(key_of(t, "g2", "g4"), route));
  EXPECT_THROW(router->route(key_of(t, "g0", "g4"), route), InputError);
}

TEST(Modular, InverseAndFractions) {
  for (const std::uint64_t n : {1ULL, 2ULL, 3ULL, 64ULL, 1'000'003ULL}) {
    EXPECT_EQ((Modular(n) * Modular(n).inverse()).value(), 1U) << n;
  }
  EXPECT_EQ((Modular(Modular::kPrime - 1) + Modular(1)).value(), 0U);
  const auto two_thirds = small_fraction(Modular(2) * Modular(3).inverse(), 1 << 20);
  ASSERT_TRUE(two_thirds.has_value());
  EXPECT_EQ(two_thirds->numerator, 2);
  EXPECT_EQ(two_thirds->denominator, 3);
  // A random element stands for no small fraction; nor does -1/3.
  EXPECT_FALSE(small_fraction(Modular(0x123456789abcdefULL), 1 << 20).has_value());
  EXPECT_FALSE(small_fraction(Modular(Modular::kPrime - 1) * Modular(3).inverse(), 1 << 20).has_value());
}

}  // namespace
}  // namespace polyplane::topology
