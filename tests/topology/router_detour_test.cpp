// Minimal routes of dragonflies, dimension order, and detours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"
#include "tests/topology/net.h"
#include "topology/deadlock.h"
#include "topology/grid.h"

namespace polyplane::topology {
namespace {

using testing::HasSubstr;

Topology dragonfly(std::int32_t groups = 9) {
  return build_cluster(
      plain_cluster(8 * groups, 64, "dragonfly", {"p=2", "a=4", "h=2", "groups=" + std::to_string(groups)}));
}

Topology torus(const std::string& dims, std::int32_t nodes) {
  return build_cluster(plain_cluster(nodes, 64, "torus", {"dims=" + dims, "p=1"}));
}

/// Links of a path by tier, the two of access left out.
std::map<std::string, int> tiers_of(const Topology& t, std::span<const std::pair<LinkId, double>> links) {
  std::map<std::string, int> count;
  for (const auto& [link, fraction] : links) ++count[t.tier_names()[t.link(link).tier]];
  return count;
}

/// Loads that a test sets.
class FixedLoads final : public TrunkLoads {
 public:
  explicit FixedLoads(std::uint32_t everywhere = 0) : everywhere_(everywhere) {}
  [[nodiscard]] std::uint32_t flows(TrunkId trunk) const override {
    const auto place = on_.find(trunk);
    return place == on_.end() ? everywhere_ : place->second;
  }
  void set(TrunkId trunk, std::uint32_t flows) { on_[trunk] = flows; }

 private:
  std::uint32_t everywhere_;
  std::map<TrunkId, std::uint32_t> on_;
};

TEST(GlobalLinks, AMinimalRouteTakesOneAtMost) {
  const Topology t = dragonfly();
  for (const char* routing : {"spray", "ecmp", "static", "ugal"}) {
    const auto router = make_router(t, {.name = routing});
    expect_sound_route(t, *router, {t.accelerators()[0], t.accelerators()[9], 0});
    for (const DeviceId src : t.accelerators()) {
      for (const DeviceId dst : t.accelerators()) {
        if (src == dst) continue;
        double globals = 0, locals = 0;
        for (const auto& [link, fraction] : router->links({src, dst, 0})) {
          const std::string& tier = t.tier_names()[t.link(link).tier];
          globals += tier == "global" ? fraction : 0;
          locals += tier == "local" ? fraction : 0;
        }
        const bool same_group = t.device(src).pod == t.device(dst).pod;
        EXPECT_NEAR(globals, same_group ? 0 : 1, 1e-9);
        EXPECT_LE(locals, (same_group ? 1 : 2) + 1e-9);
      }
    }
  }
}

TEST(GlobalLinks, TwoAreNotShorterThanOneBetweenLocalOnes) {
  // a0 - a1 = b1 - b0 is local, global, local. a0 = c = b0 has two links and two globals: shorter, and not minimal.
  Net net;
  for (const auto* name : {"a0", "a1", "b0", "b1", "c"}) net.flat(name);
  net.card("ga", 0);
  net.card("gb", 1);
  net.access("ga", "a0");
  net.access("gb", "b0");
  net.cable("a0", "a1", "local");
  net.cable("b0", "b1", "local");
  const LinkId direct = net.cable("a1", "b1", "global");
  net.cable("a0", "c", "global");
  net.cable("c", "b0", "global");
  const Topology t = std::move(net).build();
  for (const char* routing : {"spray", "ecmp", "static"}) {
    EXPECT_EQ(path_of(t, *make_router(t, {.name = routing}), "ga", "gb"), "ga a0 a1 b1 b0 gb");
  }
  ShortestPaths own(t, Layer::scale_out), plain(t, Layer::scale_out, Metric::hops);
  const auto at = [&](const char* name) {
    for (Vertex v = 0; v < own.graph().num_vertices(); ++v) {
      if (t.device(own.graph().device(v)).name == name) return v;
    }
    return kNoVertex;
  };
  EXPECT_EQ(own.distance(at("a0"), at("b0")), 3U);
  EXPECT_EQ(plain.distance(at("a0"), at("b0")), 2U);
  TopologyBuilder builder = TopologyBuilder::copy_of(t);
  builder.link(direct).up = builder.link(builder.link(direct).reverse).up = false;
  const Topology cut = std::move(builder).build();
  EXPECT_EQ(path_of(cut, *make_router(cut, {.name = "spray"}), "ga", "gb"), "ga a0 c b0 gb");
}

TEST(DimensionOrder, CorrectsOneCoordinateAfterTheOther) {
  // 4 x 5, last coordinate fastest: switch 5x + y. From (0,0) to (1,4): x first, then y the short way round, 0 -> 4.
  const Topology t = torus("4x5", 20);
  const auto router = make_router(t, {.name = "dimension_order"});
  EXPECT_FALSE(router->follows_shape());
  expect_sound_routes(t, *router);
  ShortestPaths paths(t, Layer::scale_out);
  const TransitGraph& graph = paths.graph();
  for (std::uint32_t a = 0; a < 20; ++a) {
    for (std::uint32_t b = 0; b < 20; ++b) {
      if (a == b) continue;
      const auto links = router->links({t.accelerators()[a], t.accelerators()[b], 0});
      const Vertex from = graph.entries(a)[0].vertex, to = graph.exits(b)[0].vertex;
      EXPECT_EQ(links.size(), paths.distance(from, to) + 2);  // minimal
      std::uint32_t dimension = 0;
      for (std::size_t i = 1; i + 1 < links.size(); ++i) {
        const auto x = t.coordinates(t.link(links[i].first).from), y = t.coordinates(t.link(links[i].first).to);
        const std::uint32_t turned = x[0] != y[0] ? 0 : 1;
        EXPECT_GE(turned, dimension);
        dimension = turned;
      }
    }
  }
}

TEST(DimensionOrder, NeighboursTakeOppositeWaysRoundAnEvenRing) {
  // 1-D torus of 8: each of 8 pairs of opposite switches has two ways of 4 links. Even ones go up, odd ones down, or the
  // other way round: 4 routes x 4 links each way over 8 links each way, 2 on every link.
  const Topology t = torus("8", 8);
  const auto router = make_router(t, {.name = "dimension_order"});
  std::map<LinkId, int> load;
  for (std::uint32_t i = 0; i < 8; ++i) {
    const auto links = router->links({t.accelerators()[i], t.accelerators()[(i + 4) % 8], 0});
    ASSERT_EQ(links.size(), 6U);
    for (std::size_t l = 1; l < 5; ++l) ++load[links[l].first];
  }
  EXPECT_EQ(load.size(), 16U);
  for (const auto& [link, routes] : load) EXPECT_EQ(routes, 2);
}

TEST(DimensionOrder, AFaultOnALineIsPassedTheOtherWayRound) {
  Topology t = torus("8", 8);
  TopologyBuilder builder = TopologyBuilder::copy_of(t);
  const auto between = [&](std::uint32_t a, std::uint32_t b) {
    for (std::uint32_t l = 0; l < t.links().size(); ++l) {
      const auto x = t.coordinates(t.links()[l].from), y = t.coordinates(t.links()[l].to);
      if (!x.empty() && !y.empty() && x[0] == static_cast<std::int32_t>(a) && y[0] == static_cast<std::int32_t>(b)) {
        return LinkId(l);
      }
    }
    return LinkId();
  };
  const LinkId cut = between(0, 1);
  builder.link(cut).up = builder.link(t.link(cut).reverse).up = false;
  const Topology broken = std::move(builder).build();
  const auto router = make_router(broken, {.name = "dimension_order"});
  EXPECT_EQ(router->links({broken.accelerators()[0], broken.accelerators()[1], 0}).size(), 9U);  // 7 links round
  EXPECT_EQ(router->channel_need(Layer::scale_out, 0).channels, 1U);  // a line is left: 1, 2, ... 7, 0
  expect_sound_routes(broken, *router);
}

TEST(DimensionOrder, IsRefusedWithoutCoordinates) {
  const Topology tree = build_cluster(plain_cluster(16, 8, "fat_tree", {"tiers=2"}));
  EXPECT_THAT(message_of<InputError>([&] { (void)make_router(tree, {.name = "dimension_order"}); }),
              HasSubstr("needs switches or cards with coordinates, and \"test\" has none"));
  const Topology t = dragonfly();
  EXPECT_THAT(message_of<InputError>([&] { (void)make_router(t, {.name = "dimension_order"}); }),
              HasSubstr("its scale-out network has no coordinates (switch0)"));
}

/// Four switches in a square with the coordinates given.
Topology square(std::array<std::array<std::int32_t, 2>, 4> places) {
  Net net("square");
  for (int i = 0; i < 4; ++i) {
    const std::string number = std::to_string(i);
    net.flat("x" + number);
    net.card("g" + number, i);
    net.access("g" + number, "x" + number);
    net.builder().set_coordinates(net.id("x" + number), places[static_cast<std::size_t>(i)]);
  }
  for (int i = 0; i < 4; ++i) net.cable("x" + std::to_string(i), "x" + std::to_string((i + 1) % 4));
  return std::move(net).build();
}

TEST(DimensionOrder, CoordinatesThatDoNotFitAreRefused) {
  const Topology good = square({{{0, 0}, {0, 1}, {1, 1}, {1, 0}}});
  EXPECT_EQ(path_of(good, *make_router(good, {.name = "dimension_order"}), "g0", "g2"), "g0 x0 x3 x2 g2");
  const Topology twisted = square({{{0, 0}, {1, 1}, {0, 1}, {1, 0}}});
  EXPECT_THAT(message_of<InputError>([&] { (void)make_router(twisted, {.name = "dimension_order"}); }),
              HasSubstr("has a link that does not stay on one line, as a twist does (x0 -> x1)"));
  const Topology twins = square({{{0, 0}, {0, 1}, {0, 2}, {0, 1}}});
  EXPECT_THAT(message_of<InputError>([&] { (void)make_router(twins, {.name = "dimension_order"}); }),
              HasSubstr("x1 and x3 have the same coordinates"));
  EXPECT_THROW(square({{{0, 0}, {0, 1}, {-1, 1}, {1, 0}}}), InternalError);
}

TEST(DimensionOrder, CutLinesNameThePair) {
  // A mesh of 3 without its middle cable on the line of y = 0: (0,0) to (2,0) has another way, but not by dimensions.
  Net net("mesh");
  for (std::int32_t x = 0; x < 3; ++x) {
    for (std::int32_t y = 0; y < 2; ++y) {
      const std::string number = std::to_string(x) + std::to_string(y);
      net.flat("x" + number);
      net.card("g" + number, 2 * x + y);
      net.access("g" + number, "x" + number);
      net.builder().set_coordinates(net.id("x" + number), std::array{x, y});
      if (y == 1) net.cable("x" + std::to_string(x) + "0", "x" + number);
      if (x > 0 && !(x == 2 && y == 0)) net.cable("x" + std::to_string(x - 1) + std::to_string(y), "x" + number);
    }
  }
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "dimension_order"});
  EXPECT_EQ(path_of(t, *router, "g01", "g20"), "g01 x01 x11 x21 x20 g20");
  EXPECT_THAT(message_of<InputError>([&] { (void)router->links(key_of(t, "g00", "g20")); }),
              HasSubstr("no way by dimensions from x00 to x20: the line of x00 is cut by faults"));
}

TEST(Valiant, GoesLocalGlobalLocalGlobalLocalThroughAThirdGroup) {
  const Topology t = dragonfly();
  const auto router = make_router(t, {.name = "valiant", .seed = 1});
  EXPECT_FALSE(router->adaptive());
  expect_sound_routes(t, *router);
  std::set<std::int32_t> between;
  for (std::uint32_t lane = 0; lane < 64; ++lane) {
    const auto links = router->links({t.accelerators()[0], t.accelerators()[8], lane});  // group 0 to group 1
    auto tiers = tiers_of(t, links);
    EXPECT_EQ(tiers["global"], 2);
    EXPECT_LE(tiers["local"], 3);
    for (const auto& [link, fraction] : links) {
      const std::int32_t pod = t.device(t.link(link).to).pod;
      if (pod > 1) between.insert(pod);
    }
  }
  EXPECT_EQ(between.size(), 7U);  // all of the others
  const auto inside = router->links({t.accelerators()[0], t.accelerators()[7], 0});
  EXPECT_EQ(tiers_of(t, inside)["local"], 1);
}

TEST(Valiant, SpreadsTheGroupsInBetweenEvenly) {
  // 8 cards x 512 lanes of group 0 to group 1 over 7 groups: 585 each on average; a binomial strays by 22.4, 5 of those at
  // most.
  const Topology t = dragonfly();
  const auto router = make_router(t, {.name = "valiant"});
  std::map<std::int32_t, int> times;
  for (std::uint32_t src = 0; src < 8; ++src) {
    for (std::uint32_t lane = 0; lane < 512; ++lane) {
      for (const auto& [link, fraction] : router->links({t.accelerators()[src], t.accelerators()[8 + src], lane})) {
        const Link& l = t.link(link);
        if (t.device(l.from).pod == 0 && t.device(l.to).pod > 0) ++times[t.device(l.to).pod];
      }
    }
  }
  EXPECT_EQ(times.size(), 7U);
  for (const auto& [group, count] : times) EXPECT_NEAR(count, 585, 112) << group;
}

TEST(Valiant, IsAtMostTwiceTheDiameterAnywhere) {
  struct Net {
    std::string generator;
    std::vector<std::string> options;
    std::int32_t nodes;
    std::size_t diameter;  // between switches
  };
  for (const Net& net : {Net{"slim_fly", {"q=5", "p=1"}, 50, 2}, Net{"torus", {"dims=4x5", "p=1"}, 20, 4},
                         Net{"hyperx", {"dims=3x4", "p=2"}, 24, 2}, Net{"dragonfly", {"p=2", "a=4", "h=2"}, 72, 3},
                         Net{"full_mesh", {"p=2"}, 12, 1}, Net{"fat_tree", {"tiers=2", "radix=8"}, 16, 2}}) {
    const Topology t = build_cluster(plain_cluster(net.nodes, 64, net.generator, net.options));
    const auto router = make_router(t, {.name = "valiant"});
    std::size_t longest = 0;
    for (const DeviceId src : t.accelerators()) {
      for (const DeviceId dst : t.accelerators()) {
        if (src == dst) continue;
        const auto links = router->links({src, dst, 0});
        EXPECT_EQ(route_defect(t, src, dst, links), "");
        longest = std::max(longest, links.size() - 2);
      }
    }
    EXPECT_LE(longest, 2 * net.diameter) << net.generator;
    if (net.generator != "fat_tree") { EXPECT_GT(longest, net.diameter) << net.generator; }
  }
}

TEST(Valiant, SeedAndLaneDecideAndNothingElse) {
  const Topology t = torus("4x5", 20);
  const auto one = make_router(t, {.name = "valiant", .seed = 1}),
             again = make_router(t, {.name = "valiant", .seed = 1});
  const auto other = make_router(t, {.name = "valiant", .seed = 2});
  int differ = 0;
  for (std::uint32_t b = 19; b > 0; --b) {  // asked in another order
    const FlowKey key{t.accelerators()[0], t.accelerators()[b], 1};
    (void)one->links({t.accelerators()[b], t.accelerators()[0], 7});
    EXPECT_EQ(one->links(key), again->links(key));
    differ += one->links(key) != other->links(key) ? 1 : 0;
  }
  EXPECT_GT(differ, 5);
}

TEST(Ugal, IsMinimalWhenIdleAndLeavesWhatIsLoaded) {
  const Topology t = dragonfly();
  const auto ugal = make_router(t, {.name = "ugal"}), valiant = make_router(t, {.name = "valiant"});
  EXPECT_TRUE(ugal->adaptive());
  expect_sound_routes(t, *ugal);
  const FlowKey key{t.accelerators()[0], t.accelerators()[8], 3};
  const auto minimal = ugal->links(key);
  Route route;
  ugal->route_by_load(key, FixedLoads(), route);
  EXPECT_EQ(ugal->links(key), minimal);
  EXPECT_EQ(route.hops.size(), minimal.size());
  // Ten flows on the global link of the minimal path: (10 + 1) x its hops against 1 x those of the detour, 5 at most.
  FixedLoads loads;
  for (const auto& [link, fraction] : minimal) {
    if (t.tier_names()[t.link(link).tier] == "global") loads.set(TrunkId(link.index()), 10);
  }
  ugal->route_by_load(key, loads, route);
  EXPECT_EQ(ugal->links(key), valiant->links(key));
  Duration sum;
  for (const Duration part : ugal->latency_by_tier(key)) sum += part;
  EXPECT_EQ(sum, route.latency);
  // Ten on every link: the shorter one again. And what one flow chose is not what the next one is told.
  ugal->route_by_load(key, FixedLoads(10), route);
  EXPECT_EQ(ugal->links(key), minimal);
  ugal->route_by_load(key, loads, route);
  EXPECT_EQ(ugal->links({key.src, key.dst, 4}), make_router(t, {.name = "ugal"})->links({key.src, key.dst, 4}));
}

TEST(Ugal, WeighsHopsTimesLoad) {
  // Square of switches, g0 to g1: 1 hop, or by x3 and x2 3 hops (or x2's detour loops back: then minimal). With n flows on
  // the direct cable the cost is n + 1 against 3: the detour from n = 3 on, where 4 > 3.
  Net net("square");
  for (int i = 0; i < 4; ++i) {
    net.flat("x" + std::to_string(i));
    net.card("g" + std::to_string(i), i);
    net.access("g" + std::to_string(i), "x" + std::to_string(i));
  }
  LinkId direct;
  for (int i = 0; i < 4; ++i) {
    const LinkId cable = net.cable("x" + std::to_string(i), "x" + std::to_string((i + 1) % 4));
    if (i == 0) direct = cable;
  }
  const Topology t = std::move(net).build();
  const auto ugal = make_router(t, {.name = "ugal"}), valiant = make_router(t, {.name = "valiant"});
  FlowKey key = key_of(t, "g0", "g1");
  while (valiant->links(key).size() != 5) ++key.entropy;  // a lane whose detour is the long way
  Route route;
  for (std::uint32_t n = 0; n < 6; ++n) {
    FixedLoads loads;
    loads.set(TrunkId(direct.index()), n);
    ugal->route_by_load(key, loads, route);
    EXPECT_EQ(route.hops.size(), n >= 3 ? 5U : 3U) << n;
  }
}

}  // namespace
}  // namespace polyplane::topology
