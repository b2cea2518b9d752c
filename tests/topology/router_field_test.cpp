// The compiled graph below the routers: what is a vertex, what is access, how far it is.
#include <gtest/gtest.h>

#include "tests/topology/net.h"
#include "topology/shortest_paths.h"

namespace polyplane::topology {
namespace {

Vertex vertex(const Topology& t, const TransitGraph& graph, std::string_view name) {
  for (Vertex v = 0; v < graph.num_vertices(); ++v) {
    if (t.device(graph.device(v)).name == name) return v;
  }
  return kNoVertex;
}

/// l0 - s0 - l1 - s1 - l2 and cards a on l0, b on l2.
Topology zigzag() {
  Net net;
  net.card("a", 0);
  net.card("b", 1);
  for (const auto* leaf : {"l0", "l1", "l2"}) net.leaf(leaf);
  for (const auto* spine : {"s0", "s1"}) net.spine(spine);
  net.access("a", "l0");
  net.access("b", "l2");
  net.cable("l0", "s0");
  net.cable("l1", "s0");
  net.cable("l1", "s1");
  net.cable("l2", "s1");
  return std::move(net).build();
}

TEST(TransitGraph, HoldsSwitchesAndKeepsCardsAsAccess) {
  const Topology t = zigzag();
  const TransitGraph graph(t, Layer::scale_out);
  EXPECT_EQ(graph.num_vertices(), 5U);
  EXPECT_EQ(graph.edges().size(), 8U);
  ASSERT_EQ(graph.components().size(), 1U);
  EXPECT_TRUE(graph.components()[0].tiered);
  EXPECT_FALSE(graph.components()[0].level);
  ASSERT_EQ(graph.entries(1).size(), 1U);
  EXPECT_EQ(graph.entries(1)[0].vertex, vertex(t, graph, "l2"));
  EXPECT_EQ(graph.exits(0)[0].number, 0U);
  EXPECT_EQ(graph.exits(1)[0].number, 1U);
  EXPECT_EQ(graph.targets().size(), 2U);
  EXPECT_EQ(TransitGraph(t, Layer::scale_up).num_vertices(), 0U);
}

TEST(TransitGraph, DownDevicesAreNotThere) {
  TopologyBuilder builder = TopologyBuilder::copy_of(zigzag());
  builder.device(DeviceId(5)).up = false;  // s0
  const Topology t = std::move(builder).build();
  const TransitGraph graph(t, Layer::scale_out);
  EXPECT_EQ(vertex(t, graph, "s0"), kNoVertex);
  EXPECT_NE(vertex(t, graph, "l0"), kNoVertex);  // its card can still reach cards on the same leaf
  EXPECT_EQ(graph.components().size(), 2U);      // l0 alone; l1, l2 and s1
}

TEST(ShortestPaths, GoUpThenDown) {
  const Topology t = zigzag();
  ShortestPaths paths(t, Layer::scale_out);
  const auto distance = [&](std::string_view a, std::string_view b) {
    return paths.distance(vertex(t, paths.graph(), a), vertex(t, paths.graph(), b));
  };
  EXPECT_EQ(distance("l0", "l1"), 2U);
  EXPECT_EQ(distance("l1", "l2"), 2U);
  EXPECT_EQ(distance("s0", "l1"), 1U);
  EXPECT_EQ(distance("l0", "l0"), 0U);
  EXPECT_EQ(distance("l0", "l2"), DistanceField::kUnreachable);  // only down and up again at l1
  EXPECT_EQ(distance("s0", "s1"), DistanceField::kUnreachable);
}

TEST(ShortestPaths, WithoutTiersAnyShortestPathIsLegal) {
  Net net;
  for (int i = 0; i < 6; ++i) {
    net.flat("x" + std::to_string(i));
    net.card("g" + std::to_string(i), i);
    net.access("g" + std::to_string(i), "x" + std::to_string(i));
  }
  for (int i = 0; i < 6; ++i) net.cable("x" + std::to_string(i), "x" + std::to_string((i + 1) % 6));
  const Topology t = std::move(net).build();
  ShortestPaths paths(t, Layer::scale_out);
  const std::uint32_t expected[] = {0, 1, 2, 3, 2, 1};
  std::vector<std::uint32_t> buffer;
  for (Vertex v = 0; v < 6; ++v) {
    EXPECT_EQ(paths.distance(v, 0), expected[v]) << v;
    EXPECT_EQ(paths.next_hops(paths.field(0), {v, false}, buffer).size(), v == 0 ? 0U : v == 3 ? 2U : 1U) << v;
  }
}

TEST(ShortestPaths, OneWayLinksCountOneWay) {
  Net net;
  net.card("a", 0);
  net.card("b", 1);
  net.flat("x");
  net.flat("y");
  net.access("a", "x");
  net.access("b", "y");
  net.builder().add_link(net.id("x"), net.id("y"), BitRate::from_bps(1'000'000'000), Duration{}, LinkKind::scale_out,
                         "wire", "w");
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "spray"});
  EXPECT_EQ(path_of(t, *router, "a", "b"), "a x y b");
  Route route;
  EXPECT_THROW(router->route(key_of(t, "b", "a"), route), InputError);
}

}  // namespace
}  // namespace polyplane::topology
