// Every generator under every routing: routes take channels by their order, the dependency graph of links and channels has
// no cycle, and no route takes more channels than the routing says it needs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>

#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"
#include "tests/topology/net.h"
#include "topology/channel_need.h"
#include "topology/deadlock.h"
#include "topology/grid.h"

namespace polyplane::topology {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint32_t kNoEdge = 0xffffffffU;

/// Puts the channels of routes of one layer into a dependency graph.
class ChannelBook {
 public:
  ChannelBook(const Topology& topology, Layer layer, bool by_dimension)
      : paths_(topology, layer), dependencies_(topology, kMost) {
    order_ = by_dimension ? Grids(topology, paths_.graph()).order()
                          : ChannelOrder::for_shortest_paths(topology, paths_.graph());
    edge_of_.assign(topology.links().size(), kNoEdge);
    for (std::uint32_t e = 0; e < paths_.graph().edges().size(); ++e) {
      edge_of_[paths_.graph().edges()[e].link.index()] = e;
    }
  }

  /// Links of another layer, and of access, end a chain of waits within this one.
  void add_path(std::span<const std::pair<LinkId, double>> path) {
    std::uint32_t before = kNoEdge, channel = 0;
    for (const auto& [link, fraction] : path) {
      const std::uint32_t edge = edge_of_[link.index()];
      if (edge == kNoEdge) {
        before = kNoEdge;
        continue;
      }
      add(before, edge, channel);
      before = edge;
    }
  }

  /// All shortest paths at once, by what can follow what: from each vertex where traffic enters to each where it leaves.
  void add_shortest_paths() {
    std::vector<std::uint32_t> hops;
    for (const Vertex target : paths_.graph().targets()) {
      const DistanceField& field = paths_.field(target);
      using At = std::tuple<Vertex, bool, std::uint32_t, std::uint32_t>;  // state, the edge before, its channel
      std::set<At> seen;
      std::vector<At> open;
      const auto reach = [&](const At& at) {
        if (seen.insert(at).second) open.push_back(at);
      };
      for (const Vertex origin : paths_.graph().origins()) {
        const bool joined = paths_.graph().component_of(origin) == paths_.graph().component_of(target);
        if (joined && field.from(origin) != DistanceField::kUnreachable) reach({origin, false, kNoEdge, 0});
      }
      while (!open.empty()) {
        const auto [vertex, descending, before, channel] = open.back();
        open.pop_back();
        std::vector<std::uint32_t> buffer;
        for (const std::uint32_t edge : paths_.next_hops(field, {vertex, descending}, buffer)) {
          std::uint32_t taken = channel;
          add(before, edge, taken);
          const PathState after = paths_.after({vertex, descending}, edge);
          reach({after.vertex, after.descending, edge, taken});
        }
      }
    }
  }

  [[nodiscard]] std::uint32_t used() const { return used_; }
  [[nodiscard]] std::vector<LinkId> cycle() const { return dependencies_.cycle(); }
  void set_width(std::uint32_t width) { order_.set_width(width); }

 private:
  static constexpr std::uint32_t kMost = 24;
  void add(std::uint32_t before, std::uint32_t edge, std::uint32_t& channel) {
    const std::uint32_t was = channel;
    channel = before == kNoEdge ? 0 : order_.next(channel, before, edge);
    used_ = std::max(used_, channel + 1);
    if (before == kNoEdge) return;
    dependencies_.add(paths_.graph().edges()[before].link, paths_.graph().edges()[edge].link, was, channel);
  }

  ShortestPaths paths_;
  ChannelOrder order_;
  ChannelDependencies dependencies_;
  std::vector<std::uint32_t> edge_of_;
  std::uint32_t used_ = 1;
};

struct Case {
  std::string name, generator;
  std::vector<std::string> options;
  std::int32_t nodes = 1;
  bool is_grid = false;
  std::uint32_t minimal = 1, by_dimension = 0, detour = 1;  // channels needed
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Channels : public testing::TestWithParam<Case> {
 protected:
  static ClusterSpec spec() {
    ClusterSpec spec = plain_cluster(GetParam().nodes, 64, GetParam().generator, GetParam().options);
    spec.fabric.lossless = true;
    return spec;
  }
};

TEST_P(Channels, NoCycleWithTheChannelsThatAreClaimed) {
  const Topology t = build_cluster(spec());
  ChannelBook shortest(t, Layer::scale_out, false);
  shortest.add_shortest_paths();
  EXPECT_THAT(shortest.cycle(), IsEmpty());
  const auto need = [&](const char* routing) {
    const ChannelNeed counted = make_router(t, {.name = routing})->channel_need(Layer::scale_out, 0);
    EXPECT_TRUE(counted.exact);
    return counted.channels;
  };
  EXPECT_EQ(need("ecmp"), GetParam().minimal);
  EXPECT_LE(need("static"), GetParam().minimal);
  EXPECT_EQ(need("spray"), std::min(GetParam().minimal, 2U));
  EXPECT_EQ(need("valiant"), GetParam().detour);
  EXPECT_EQ(need("ugal"), GetParam().detour);
  EXPECT_LE(shortest.used(), std::max(GetParam().minimal, 1U));
  std::vector<std::string> routings{"valiant", "ugal"};
  if (GetParam().is_grid) routings.emplace_back("dimension_order");
  ChannelBook book(t, Layer::scale_out, GetParam().is_grid);  // of all together: ugal takes paths of both kinds
  for (const std::string& routing : routings) {
    const auto router = make_router(t, {.name = routing, .seed = 5});
    if (routing == "dimension_order") {
      EXPECT_EQ(router->channel_need(Layer::scale_out, 0).channels, GetParam().by_dimension);
    }
    for (const DeviceId src : t.accelerators()) {
      for (const DeviceId dst : t.accelerators()) {
        if (src == dst) continue;
        for (const std::uint32_t lane : {0U, 1U, 2U}) {
          const auto links = router->links({src, dst, lane});
          ASSERT_EQ(route_defect(t, src, dst, links), "");
          book.add_path(links);
        }
      }
    }
  }
  EXPECT_THAT(book.cycle(), IsEmpty());
  EXPECT_LE(book.used(), GetParam().detour);
}

// Figures of the papers where there are some: one channel for up and down; dragonfly 2 minimal, 3 with Valiant (Kim 2008);
// slim fly 2 and 4 (Besta and Hoefler 2014); dimension order 2 on a torus, 1 on a mesh (Dally and Seitz 1987), and twice
// that in two phases; a full mesh 1 and 2.
INSTANTIATE_TEST_SUITE_P(
    AllGenerators, Channels,
    testing::Values(
        Case{.name = "fat_tree", .generator = "fat_tree", .options = {"tiers=3", "radix=8"}, .nodes = 32},
        Case{.name = "rail_only", .generator = "rail_only", .options = {"tiers=2", "radix=8"}, .nodes = 32},
        Case{.name = "dragonfly",
             .generator = "dragonfly",
             .options = {"p=2", "a=4", "h=2"},
             .nodes = 72,
             .minimal = 2,
             .detour = 3},
        Case{.name = "dragonfly_plus",
             .generator = "dragonfly_plus",
             .options = {"p=4", "leaves=2", "spines=2", "h=4"},
             .nodes = 72,
             .minimal = 1,
             .detour = 2},
        Case{.name = "slim_fly",
             .generator = "slim_fly",
             .options = {"q=5", "p=1"},
             .nodes = 50,
             .minimal = 2,
             .detour = 4},
        Case{.name = "hyperx",
             .generator = "hyperx",
             .options = {"dims=3x4x3", "p=1"},
             .nodes = 36,
             .is_grid = true,
             .minimal = 2,
             .by_dimension = 1,
             .detour = 2},
        Case{.name = "torus",
             .generator = "torus",
             .options = {"dims=4x5", "p=1"},
             .nodes = 20,
             .is_grid = true,
             .minimal = 3,
             .by_dimension = 2,
             .detour = 4},
        Case{.name = "ring",
             .generator = "torus",
             .options = {"dims=9", "p=1"},
             .nodes = 9,
             .is_grid = true,
             .minimal = 2,
             .by_dimension = 2,
             .detour = 4},
        Case{.name = "full_mesh", .generator = "full_mesh", .options = {"p=2"}, .nodes = 12, .minimal = 1, .detour = 2},
        Case{.name = "random_regular",
             .generator = "random_regular",
             .options = {"degree=4", "p=1", "seed=3"},
             .nodes = 24,
             .minimal = 3,
             .detour = 6}),
    [](const testing::TestParamInfo<Case>& test) { return test.param.name; });

TEST(ChannelOrder, ARingOfFourIsOpenedByASecondChannel) {
  Net net("ring");
  for (int i = 0; i < 4; ++i) {
    net.flat("x" + std::to_string(i));
    net.card("g" + std::to_string(i), i);
    net.access("g" + std::to_string(i), "x" + std::to_string(i));
  }
  for (int i = 0; i < 4; ++i) net.cable("x" + std::to_string(i), "x" + std::to_string((i + 1) % 4));
  const Topology t = std::move(net).build();
  ShortestPaths paths(t, Layer::scale_out);
  EXPECT_EQ(find_dependency_cycle(t, paths).size(), 4U);  // with one
  ChannelBook two(t, Layer::scale_out, false);
  two.add_shortest_paths();
  EXPECT_THAT(two.cycle(), IsEmpty());
  EXPECT_EQ(two.used(), 2U);
}

TEST(ChannelOrder, AQuickBoundIsEnoughWhereLinksHaveMore) {
  ClusterSpec spec = plain_cluster(72, 64, "dragonfly", {"p=2", "a=4", "h=2"});
  const Topology t = build_cluster(spec);
  // In a group 1 hop there and 1 back from any switch, 2; one global link between groups, so 2 x 2; a detour 2 + 4.
  EXPECT_EQ(make_router(t, {.name = "ecmp"})->channel_need(Layer::scale_out, 8).channels, 4U);
  EXPECT_EQ(make_router(t, {.name = "valiant"})->channel_need(Layer::scale_out, 8).channels, 6U);
  EXPECT_FALSE(make_router(t, {.name = "ecmp"})->channel_need(Layer::scale_out, 8).exact);
  spec.fabric.virtual_channels = 2;
  const Topology scarce = build_cluster(spec);
  EXPECT_NO_THROW((void)make_router(scarce, {.name = "ecmp"}));
  EXPECT_THAT(message_of<InputError>([&] { (void)make_router(scarce, {.name = "valiant"}); }),
              HasSubstr("3 virtual channels a link would do (the next one after each global link"));
}

TEST(ChannelOrder, SprayingEscapesToATreeWhereTheOrderTakesTooMany) {
  // 12 x 12: hashed shortest paths that go forth in one dimension and back in the other break the order at every turn.
  ClusterSpec spec = plain_cluster(144, 64, "torus", {"dims=12x12", "p=1"});
  spec.fabric.virtual_channels = 2;
  const Topology t = build_cluster(spec);
  EXPECT_THROW((void)make_router(t, {.name = "ecmp"}), InputError);
  const ChannelNeed need = make_router(t, {.name = "spray"})->channel_need(Layer::scale_out, 2);
  EXPECT_EQ(need.channels, 2U);
  EXPECT_THAT(need.rule, HasSubstr("escape"));
  EXPECT_NO_THROW((void)make_router(t, {.name = "dimension_order"}));
  spec.fabric.virtual_channels = 1;
  EXPECT_THAT(message_of<InputError>([&] { (void)make_router(build_cluster(spec), {.name = "spray"}); }),
              HasSubstr("2 virtual channels a link would do"));
}

TEST(ChannelOrder, TheEscapeTreeHasNoCycleAndReachesAll) {
  // Up to the root of a spanning tree by breadth and down again, between all pairs of a torus.
  const Topology t = build_cluster(plain_cluster(20, 64, "torus", {"dims=4x5", "p=1"}));
  const TransitGraph graph(t, Layer::scale_out);
  EXPECT_TRUE(has_escape(t, graph));
  std::vector<LinkId> up(graph.num_vertices());  // towards the root, vertex 0
  std::vector<Vertex> parent(graph.num_vertices(), kNoVertex), queue{0};
  parent[0] = 0;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    for (std::uint32_t e = graph.out_begin(queue[i], Slope::up); e < graph.out_end(queue[i], Slope::down); ++e) {
      const TransitGraph::Edge& edge = graph.edges()[e];
      if (parent[edge.to] != kNoVertex) continue;
      parent[edge.to] = queue[i];
      up[edge.to] = t.link(edge.link).reverse;
      queue.push_back(edge.to);
    }
  }
  ASSERT_EQ(queue.size(), graph.num_vertices());
  ChannelDependencies dependencies(t);
  for (Vertex from = 0; from < graph.num_vertices(); ++from) {
    for (Vertex to = 0; to < graph.num_vertices(); ++to) {
      std::vector<LinkId> path, down;
      std::set<Vertex> above;
      for (Vertex v = to; above.insert(v).second; v = parent[v]) {}
      Vertex at = from;
      for (; !above.contains(at); at = parent[at]) path.push_back(up[at]);
      for (Vertex v = to; v != at; v = parent[v]) down.push_back(t.link(up[v]).reverse);
      path.insert(path.end(), down.rbegin(), down.rend());
      for (std::size_t i = 1; i < path.size(); ++i) dependencies.add(path[i - 1], path[i]);
    }
  }
  EXPECT_THAT(dependencies.cycle(), IsEmpty());
}

TEST(ChannelOrder, OneWayLinksHaveNoEscape) {
  Net net("circle");
  for (int i = 0; i < 4; ++i) net.flat("x" + std::to_string(i));
  for (int i = 0; i < 4; ++i) {
    net.builder().add_link(net.id("x" + std::to_string(i)), net.id("x" + std::to_string((i + 1) % 4)),
                           BitRate::from_bps(1'000), {}, LinkKind::scale_out, "link", "l" + std::to_string(i));
  }
  const Topology t = std::move(net).build();
  EXPECT_FALSE(has_escape(t, TransitGraph(t, Layer::scale_out)));
}

}  // namespace
}  // namespace polyplane::topology
