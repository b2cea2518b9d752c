// The table against the search that it stands for, state by state.
#include "topology/next_hop_table.h"

#include <gtest/gtest.h>

#include "tests/topology/clusters.h"
#include "tests/topology/random_graph.h"
#include "topology/faults.h"

namespace polyplane::topology {
namespace {

void expect_table_equals_search(const Topology& topology) {
  for (const Layer layer : {Layer::scale_up, Layer::scale_out}) {
    ShortestPaths paths(topology, layer);
    const TransitGraph& graph = paths.graph();
    NextHopTable table(paths);
    std::vector<std::uint32_t> buffer;
    for (Vertex target = 0; target < graph.num_vertices(); ++target) {
      const TransitGraph::Component& component = graph.components()[graph.component_of(target)];
      for (int round = 0; round < 2; ++round) {  // the first one searches, the second one looks up
        for (Vertex v = component.first; v < component.first + component.num_vertices; ++v) {
          for (const bool descending : {false, true}) {
            if (descending && !component.tiered) continue;
            const auto expected = paths.next_hops(paths.field(target), {v, descending}, buffer);
            const NextHops found = table.towards(target, {v, descending});
            ASSERT_EQ(found.size(), expected.size());
            if (!expected.empty()) { EXPECT_EQ(found.front(), expected[0]); }
            for (std::uint32_t i = 0; i < expected.size(); ++i) EXPECT_EQ(found[i], expected[i]);
          }
        }
      }
    }
    for (std::uint32_t e = 0; e < graph.edges().size(); ++e) {
      EXPECT_EQ(table.step(e).to, graph.edges()[e].to);
      EXPECT_EQ(table.step(e).link, graph.edges()[e].link);
      EXPECT_EQ(table.latency_of(table.step(e)), graph.edges()[e].latency);
    }
  }
}

TEST(NextHopTable, EqualsTheSearchOnRandomGraphs) {
  for (std::uint64_t seed = 1; seed <= cases(200); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomStream random(seed, 1);
    expect_table_equals_search(random_graph(random));
  }
}

TEST(NextHopTable, EqualsTheSearchOnFatTreesWithAndWithoutFaults) {
  ClusterSpec spec = plain_cluster(40, 8, "fat_tree", {"tiers=3"});
  expect_table_equals_search(build_cluster(spec));
  // Without spine 1 the ways up of a leaf are no neighbours: a list instead of a run.
  expect_table_equals_search(apply_faults(build_cluster(spec), {"2 of leaf-spine", "switch=spine1"}, 3));
}

}  // namespace
}  // namespace polyplane::topology
