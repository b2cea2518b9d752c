// Several clusters in one graph. Latencies of clusters.h, in ns: NIC 600, access cable 10, cable 50, switch 200.
#include "topology/join_clusters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/check.h"
#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"
#include "tests/topology/net.h"
#include "topology/faults.h"
#include "topology/metrics.h"

namespace polyplane::topology {
namespace {

using namespace literals;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

const InterconnectSpec kThin{100_Gbps, 20_us};

/// Four cards on two leaves and one spine: 7 devices, 8 cables.
Topology small_tree() { return build_cluster(plain_cluster(4, 4, "fat_tree", {"tiers=2"})); }

std::vector<JoinedMember> copies(const Topology& topology, int count) {
  std::vector<JoinedMember> members;
  for (int i = 0; i < count; ++i) {
    members.push_back({.topology = &topology, .name = "a" + std::to_string(i), .port_rate = {}, .port_latency = {}});
  }
  return members;
}

std::vector<std::string> neighbours(const Topology& t, std::string_view name) {
  std::vector<std::string> names;
  for (const LinkId id : t.out_links(t.find_device(name))) names.push_back(t.device(t.link(id).to).name);
  return names;
}

TEST(JoinClusters, CountsNamesAndNumbers) {
  const Topology one = small_tree();
  const Topology t = join_clusters("three", copies(one, 3), kThin);
  // 3 x 7 devices, 3 gateways, 1 exchange; 3 x 8 cables, a gateway to its spine and to the exchange: 3 x 2.
  EXPECT_EQ(t.devices().size(), 25U);
  EXPECT_EQ(t.links().size(), 2U * (24 + 6));
  EXPECT_EQ(t.name(), "three");
  EXPECT_EQ(t.accelerators().size(), 12U);
  EXPECT_EQ(t.num_nodes(), 12);
  EXPECT_EQ(t.num_planes(), 1);
  EXPECT_TRUE(t.lossless());
  const Device& card = t.device(t.accelerators()[5]);
  EXPECT_EQ(card.name, "a1/node1/gpu0");
  EXPECT_EQ(card.node, 5);
  EXPECT_EQ(card.member, 1);
  EXPECT_THAT(neighbours(t, "a1/gateway"), ElementsAre("interconnect", "a1/spine0"));
  EXPECT_THAT(neighbours(t, "interconnect"), ElementsAre("a0/gateway", "a1/gateway", "a2/gateway"));
  EXPECT_EQ(t.device(t.find_device("a2/gateway")).tier, kGatewayTier);
  EXPECT_EQ(t.device(t.find_device("a2/gateway")).member, 2);
  EXPECT_EQ(t.device(t.find_device("interconnect")).tier, kExchangeTier);
  EXPECT_EQ(t.device(t.find_device("interconnect")).member, -1);
}

TEST(JoinClusters, CountsTellWhatJoinsFromSwitches) {
  const Topology one = small_tree();
  const Counts counts = count_parts(join_clusters("three", copies(one, 3), kThin));
  EXPECT_THAT(counts.switches_by_tier,
              ElementsAre(Pair("leaf", 6), Pair("spine", 3), Pair("gateway", 3), Pair("exchange", 1)));
}

TEST(JoinClusters, CopiesLinksAsTheyAre) {
  Topology one = small_tree();
  one = apply_faults(one, {"link=leaf0.spine0#0 at 100 Gbps"}, 0);
  const Topology t = join_clusters("two", copies(one, 2), kThin);
  for (std::uint32_t i = 0; i < one.links().size(); ++i) {
    const Link& from = one.links()[i];
    for (std::uint32_t m = 0; m < 2; ++m) {
      const auto first_link = static_cast<std::uint32_t>(m * one.links().size());
      const Link& link = t.links()[first_link + i];
      EXPECT_EQ(t.device(link.from).name, "a" + std::to_string(m) + "/" + one.device(from.from).name);
      EXPECT_EQ(link.rate, from.rate);
      EXPECT_EQ(link.nominal_rate, from.nominal_rate);
      EXPECT_EQ(link.latency, from.latency);
      EXPECT_EQ(t.tier_names()[link.tier], one.tier_names()[from.tier]);
      EXPECT_EQ(link.reverse, LinkId(first_link + from.reverse.index()));
    }
  }
}

TEST(JoinClusters, RoutesClimbToTheGatewayAndPayTheLatencyOnce) {
  const Topology one = small_tree();
  const Topology t = join_clusters("two", copies(one, 2), kThin);
  const auto router = make_router(t, {.name = "spray"});
  Route route;
  router->route(key_of(t, "a0/node0/gpu0", "a1/node3/gpu0"), route);
  EXPECT_EQ(route.num_links, 8U);
  // NIC and access cable into the leaf 600 + 10 + 200, up 50 + 200, gateway 0, between 20,000, down 50 + 200, 10 + 600.
  EXPECT_EQ(route.latency, 21'920_ns);
  EXPECT_THAT(loads(t, *router, "a0/node0/gpu0", "a1/node3/gpu0"),
              testing::IsSupersetOf({Pair("a0/gateway->interconnect", DoubleEq(1)),
                                     Pair("interconnect->a1/gateway", DoubleEq(1)),
                                     Pair("a1/gateway->a1/spine0", DoubleEq(1))}));
  for (const char* routing : {"spray", "ecmp", "static"}) {
    const auto any = make_router(t, {.name = routing});
    expect_sound_routes(t, *any);
  }
}

TEST(JoinClusters, OddPicosecondsOfTheLatencyAreNotLost) {
  const Topology one = small_tree();
  const Topology t = join_clusters("two", copies(one, 2), InterconnectSpec{100_Gbps, Duration::from_ps(7)});
  const auto router = make_router(t, {.name = "spray"});
  Route route;
  router->route(key_of(t, "a0/node0/gpu0", "a1/node0/gpu0"), route);
  EXPECT_EQ(route.latency, 1'920_ns + Duration::from_ps(7));
}

TEST(JoinClusters, PlanesStayApartAndShareTheRate) {
  const Topology one = build_cluster(nvlink_cluster(4, "fat_tree", {"tiers=2"}, PlaneMode::per_nic));
  const Topology t = join_clusters("two", copies(one, 2), InterconnectSpec{800_Gbps, 20_us});
  const auto router = make_router(t, {.name = "spray"});
  EXPECT_THAT(loads(t, *router, "a0/node0/gpu3", "a1/node2/gpu3"),
              testing::Contains(Pair("a0/gateway3->interconnect3", DoubleEq(1))));
  EXPECT_THAT(neighbours(t, "interconnect3"), ElementsAre("a0/gateway3", "a1/gateway3"));
  const Device& gateway = t.device(t.find_device("a1/gateway5"));
  EXPECT_EQ(gateway.plane, 5);
  for (const LinkId id : t.out_links(t.find_device("a1/gateway5"))) {
    EXPECT_EQ(t.link(id).rate, 100_Gbps);  // 800 / 8 planes
    EXPECT_EQ(t.link(id).plane, 5);
  }
  // From rail 0 to rail 3 of the other member: over a peer card, as between nodes of one member.
  EXPECT_THAT(loads(t, *router, "a0/node0/gpu0", "a1/node0/gpu3"),
              testing::Contains(Pair("a0/gateway3->interconnect3", DoubleEq(1))));
}

TEST(JoinClusters, MembersOfDifferentPlanesMeetInOneExchange) {
  const Topology planes = build_cluster(nvlink_cluster(2, "single_switch", {}, PlaneMode::per_nic));
  const Topology plain = small_tree();
  const std::vector<JoinedMember> members{{.topology = &planes, .name = "p", .port_rate = {}, .port_latency = {}},
                                          {.topology = &plain, .name = "q", .port_rate = {}, .port_latency = {}}};
  const Topology t = join_clusters("mixed", members, InterconnectSpec{80_Gbps, 1_us});
  EXPECT_EQ(neighbours(t, "interconnect").size(), 9U);
  const auto router = make_router(t, {.name = "spray"});
  EXPECT_THAT(loads(t, *router, "p/node1/gpu6", "q/node3/gpu0"),
              testing::IsSupersetOf(
                  {Pair("p/gateway6->interconnect", DoubleEq(1)), Pair("interconnect->q/gateway", DoubleEq(1))}));
  expect_sound_routes(t, *router);
}

/// Routes inside members are those of the member alone.
void expect_own_routes(const Topology& one, const std::string& what) {
  const Topology t = join_clusters("two", copies(one, 2), kThin);
  const auto joined = make_router(t, {.name = "spray"});
  const auto alone = make_router(one, {.name = "spray"});
  const auto cards = one.accelerators();
  for (std::size_t i = 0; i < cards.size(); i += 3) {
    for (std::size_t j = 0; j < cards.size(); ++j) {
      if (i == j) continue;
      const std::string &src = one.device(cards[i]).name, &dst = one.device(cards[j]).name;
      std::map<std::string, double> expected;
      for (const auto& [hop, load] : loads(one, *alone, src, dst)) {
        const std::size_t arrow = hop.find("->");
        expected["a1/" + hop.substr(0, arrow) + "->a1/" + hop.substr(arrow + 2)] = load;
      }
      EXPECT_EQ(loads(t, *joined, "a1/" + src, "a1/" + dst), expected) << what << ": " << src << " to " << dst;
    }
  }
}

TEST(JoinClusters, NothingInsideAMemberLeavesIt) {
  expect_own_routes(build_cluster(plain_cluster(16, 4, "fat_tree", {"tiers=3"})), "fat tree of three tiers");
  expect_own_routes(build_cluster(nvlink_cluster(4, "fat_tree", {"tiers=2", "placement=rail_optimised"})), "rails");
  expect_own_routes(build_cluster(nvlink_cluster(3, "single_switch", {}, PlaneMode::striped)), "striped");
  expect_own_routes(build_cluster(plain_cluster(16, 8, "torus", {"dims=4x4", "p=1"})), "torus");
  expect_own_routes(build_cluster(plain_cluster(36, 8, "dragonfly", {"p=2", "a=2", "h=4", "groups=9"})), "dragonfly");
  Net ring;
  for (int i = 0; i < 6; ++i) {
    ring.device("x" + std::to_string(i), DeviceKind::network_switch, 1, 0);
    ring.card("g" + std::to_string(i), i);
    ring.access("g" + std::to_string(i), "x" + std::to_string(i));
  }
  for (int i = 0; i < 6; ++i) ring.cable("x" + std::to_string(i), "x" + std::to_string((i + 1) % 6));
  expect_own_routes(std::move(ring).build(), "ring of switches");
}

TEST(JoinClusters, IslandsKeepTheirGrids) {
  const Topology torus = build_cluster(plain_cluster(16, 8, "torus", {"dims=4x4", "p=1"}));
  const Topology islands = join_clusters("islands", copies(torus, 2), std::nullopt);
  const Topology joined = join_clusters("joined", copies(torus, 2), kThin);
  std::uint32_t found = 0;
  for (std::uint32_t d = 0; d < torus.devices().size(); ++d) {
    const auto own = torus.coordinates(DeviceId(d));
    if (own.empty()) continue;
    ++found;
    const std::string name = "a1/" + torus.device(DeviceId(d)).name;
    EXPECT_TRUE(std::ranges::equal(islands.coordinates(islands.find_device(name)), own));
    EXPECT_TRUE(joined.coordinates(joined.find_device(name)).empty());
  }
  EXPECT_EQ(found, 16U);
  EXPECT_EQ(joined.virtual_channels(), torus.virtual_channels());
}

TEST(JoinClusters, SwitchesThatAreJoinedLevelHaveOneBorder) {
  Net ring;
  for (int i = 0; i < 5; ++i) {
    ring.device("x" + std::to_string(i), DeviceKind::network_switch, 1, 0);
    ring.card("g" + std::to_string(i), i);
    ring.access("g" + std::to_string(i), "x" + std::to_string(i));
  }
  for (int i = 0; i < 5; ++i) ring.cable("x" + std::to_string(i), "x" + std::to_string((i + 1) % 5));
  const Topology one = std::move(ring).build();
  const Topology t = join_clusters("two", copies(one, 2), kThin);
  EXPECT_THAT(neighbours(t, "a1/gateway"), ElementsAre("interconnect", "a1/x0"));
  const auto router = make_router(t, {.name = "spray"});
  expect_sound_routes(t, *router);
}

TEST(JoinClusters, CardsWithoutSwitchesMeetTheGatewayThemselves) {
  ClusterSpec spec = nvlink_cluster(1, "", {});
  spec.fabric = {};
  const Topology one = build_cluster(spec);
  std::vector<JoinedMember> members = copies(one, 2);
  for (JoinedMember& member : members) {
    member.port_rate = 50_Gbps;
    member.port_latency = 600_ns;
  }
  const Topology t = join_clusters("two", members, kThin);
  EXPECT_EQ(neighbours(t, "a0/gateway").size(), 9U);
  EXPECT_EQ(t.scaleup_domain().back(), 1);  // still two domains
  const auto router = make_router(t, {.name = "spray"});
  Route route;
  router->route(key_of(t, "a0/node0/gpu0", "a1/node0/gpu5"), route);
  EXPECT_EQ(route.latency, 21'200_ns);  // 600 + 20,000 + 600
  EXPECT_EQ(t.link(t.out_links(t.find_device("a0/gateway"))[1]).rate, 50_Gbps);
  router->route(key_of(t, "a0/node0/gpu0", "a0/node0/gpu5"), route);
  EXPECT_FALSE(route.scale_out);
  expect_sound_routes(t, *router);
}

TEST(JoinClusters, IslandsAreCutOff) {
  const Topology one = small_tree();
  const Topology t = join_clusters("islands", copies(one, 2), std::nullopt);
  EXPECT_EQ(t.devices().size(), 14U);
  const auto router = make_router(t, {.name = "spray"});
  Route route;
  const std::string message =
      message_of<InputError>([&] { router->route(key_of(t, "a0/node0/gpu0", "a1/node0/gpu0"), route); });
  EXPECT_THAT(message, testing::AllOf(HasSubstr("a0/node0/gpu0"), HasSubstr("a1/node0/gpu0")));
  router->route(key_of(t, "a1/node0/gpu0", "a1/node3/gpu0"), route);
  EXPECT_EQ(route.num_links, 4U);
}

TEST(JoinClusters, PodsAreNumberedThrough) {
  const Topology one = build_cluster(plain_cluster(16, 4, "fat_tree", {"tiers=3"}));  // 4 pods of 4
  const Topology t = join_clusters("two", copies(one, 2), kThin);
  EXPECT_EQ(t.device(t.find_device("a0/node15/gpu0")).pod, 3);
  EXPECT_EQ(t.device(t.find_device("a1/node0/gpu0")).pod, 4);
}

TEST(JoinClusters, FaultsReachEverything) {
  const Topology one = small_tree();
  const Topology t = join_clusters("two", copies(one, 2), kThin);
  const auto down = [&](const char* selector) {
    const Topology hit = apply_faults(t, {selector}, 1);
    return std::ranges::count(hit.links(), false, &Link::up) / 2;
  };
  EXPECT_EQ(down("link=a0/gateway.interconnect"), 1);
  EXPECT_EQ(down("switch=a1/gateway"), 2);
  EXPECT_EQ(down("device=a1/node2/gpu0"), 1);
  EXPECT_EQ(down("node=6"), 1);
  EXPECT_EQ(down("switch=a*/leaf1"), 8);  // of two members, 2 cards and 2 cables up each
  EXPECT_EQ(down("1 of interconnect"), 1);
  const Topology thin = apply_faults(t, {"2 of interconnect at 50%"}, 1);
  for (const LinkId id : thin.out_links(thin.find_device("interconnect"))) EXPECT_EQ(thin.link(id).rate, 50_Gbps);
  const Topology cut = apply_faults(t, {"link=a0/gateway.interconnect"}, 1);
  const auto router = make_router(cut, {.name = "spray"});
  Route route;
  EXPECT_THAT(message_of<InputError>([&] { router->route(key_of(cut, "a0/node0/gpu0", "a1/node0/gpu0"), route); }),
              HasSubstr("a0/node0/gpu0"));
}

TEST(JoinClusters, OneThatNeverDropsMakesAllCheckedForDeadlock) {
  ClusterSpec spec = plain_cluster(4, 4, "fat_tree", {"tiers=2"});
  spec.fabric.lossless = false;
  const Topology drops = build_cluster(spec), never = small_tree();
  const std::vector<JoinedMember> members{{.topology = &drops, .name = "d", .port_rate = {}, .port_latency = {}},
                                          {.topology = &never, .name = "n", .port_rate = {}, .port_latency = {}}};
  EXPECT_TRUE(join_clusters("both", members, kThin).lossless());
  EXPECT_FALSE(join_clusters("drops", copies(drops, 2), kThin).lossless());
  for (const char* routing : {"spray", "ecmp"}) {
    const Topology t = join_clusters("both", members, kThin);
    EXPECT_TRUE(make_router(t, {.name = routing})->dependency_cycle(Layer::scale_out).empty());
  }
}

TEST(JoinClusters, WrongOnesAreRefused) {
  const Topology planes = build_cluster(nvlink_cluster(2, "single_switch", {}, PlaneMode::per_nic));
  EXPECT_THAT(
      message_of<InputError>([&] {
        static_cast<void>(join_clusters("two", copies(planes, 2), InterconnectSpec{BitRate::from_bps(7), 0_ns}));
      }),
      HasSubstr("cannot be shared by the 8 gateways of member a0"));
  const Topology one = small_tree();
  const Topology two = join_clusters("two", copies(one, 2), kThin);
  EXPECT_THROW(static_cast<void>(join_clusters("four", copies(two, 2), kThin)), InternalError);
  EXPECT_THROW(static_cast<void>(join_clusters("none", {}, kThin)), InternalError);
  std::vector<JoinedMember> same = copies(one, 2);
  same[1].name = same[0].name;
  EXPECT_THAT(message_of<InputError>([&] { static_cast<void>(join_clusters("same", same, kThin)); }),
              HasSubstr("exists twice"));
}

}  // namespace
}  // namespace polyplane::topology
