// Searches for many targets at once against one search a target.
#include "topology/hop_table.h"

#include "base/error.h"
#include "tests/topology/clusters.h"
#include "tests/topology/random_graph.h"
#include "topology/cluster_spec.h"
#include "topology/shortest_paths.h"

namespace polyplane::topology {
namespace {

void expect_hops_of_single_searches(const Topology& topology) {
  ShortestPaths paths(topology, Layer::scale_out, Metric::hops);
  const TransitGraph& graph = paths.graph();
  HopTable table(graph);
  std::vector<Vertex> all;
  for (Vertex v = 0; v < graph.num_vertices(); ++v) all.push_back(v);
  for (const std::size_t count : {all.size(), all.size() / 2, std::size_t{1}}) {  // a table is filled again and again
    table.fill({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(count, all.size()))});
    for (const Vertex target : all) {
      ASSERT_EQ(table.has(target), target < count);
      if (target >= count) continue;
      for (const Vertex from : all) {
        if (graph.component_of(from) != graph.component_of(target)) continue;
        ASSERT_EQ(table.hops(from, target), paths.distance(from, target)) << from << " to " << target;
      }
    }
  }
}

TEST(HopTable, RandomGraphs) {
  RandomStream random(2, 0);
  for (std::uint64_t i = 0; i < cases(500); ++i) {
    SCOPED_TRACE(i);
    expect_hops_of_single_searches(random_graph(random));
  }
}

TEST(HopTable, NetworksOfManySwitches) {
  // More than 64 targets a component, several components, tiers, long ways.
  expect_hops_of_single_searches(build_cluster(plain_cluster(72, 9, "dragonfly", {"p=1", "a=8", "h=1"})));
  expect_hops_of_single_searches(build_cluster(plain_cluster(272, 8, "dragonfly_plus", {})));
  expect_hops_of_single_searches(build_cluster(plain_cluster(128, 8, "fat_tree", {"tiers=3"})));
  expect_hops_of_single_searches(build_cluster(plain_cluster(100, 3, "torus", {"dims=100"})));
  expect_hops_of_single_searches(
      build_cluster(nvlink_cluster(9, "fat_tree", {"tiers=2", "placement=rail_optimised"}, PlaneMode::per_nic)));
}

TEST(HopTable, RefusesWaysThatAreTooLong) {
  const Topology line = build_cluster(plain_cluster(1, 3, "torus", {"dims=66000", "wrap=no"}));
  const TransitGraph graph(line, Layer::scale_out, Metric::hops);
  EXPECT_THROW(HopTable(graph).fill({0}), LimitError);
  HopTable middle(graph);
  middle.fill({33000});
  EXPECT_EQ(middle.hops(65999, 33000), 32999U);
}

}  // namespace
}  // namespace polyplane::topology
