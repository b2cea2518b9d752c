// A sweep over all origins against the flows of each origin on its own.
#include "topology/target_sweep.h"

#include <gtest/gtest.h>

#include "tests/topology/clusters.h"
#include "tests/topology/random_graph.h"
#include "topology/faults.h"
#include "topology/path_finder.h"
#include "topology/stretch_cache.h"

namespace polyplane::topology {
namespace {

struct Tally {
  int in_line = 0, mixed = 0;
};

Tally compare_all_pairs(const Topology& topology) {
  PathFinder finder(topology);
  const TrunkTable trunks = merged_trunks(topology, finder.paths(Layer::scale_up), finder.paths(Layer::scale_out));
  ShortestPaths& paths = finder.paths(Layer::scale_out);
  const TransitGraph& graph = paths.graph();
  TargetSweep sweep(paths, trunks);
  UnitFlow flow(paths);
  StretchCache cache(paths, trunks);
  Tally tally;
  for (const Vertex y : graph.targets()) {
    sweep.sweep(y);
    for (Vertex x = 0; x < graph.num_vertices(); ++x) {
      if (x == y || paths.distance(x, y) == DistanceField::kUnreachable) {
        EXPECT_FALSE(sweep.in_line(x));
        continue;
      }
      std::vector<WeightedPart> parts;
      for (const EdgeShare& e : flow.spread(x, y)) {
        parts.push_back({trunks.trunk_of_link[graph.edges()[e.edge].link.index()].index(), e.depth, e.share});
      }
      merge_parts(parts);
      const bool whole = parts.size() == paths.distance(x, y) &&
                         std::all_of(parts.begin(), parts.end(), [](const WeightedPart& p) { return p.weight == 1; });
      EXPECT_EQ(sweep.in_line(x), whole) << x << " to " << y;
      ++(whole ? tally.in_line : tally.mixed);
      if (whole) {
        std::vector<std::uint32_t> chain, expected;
        sweep.for_each_trunk(x, [&](TrunkId trunk) { chain.push_back(trunk.index()); });
        for (const WeightedPart& part : parts) expected.push_back(part.id);
        EXPECT_EQ(chain, expected) << x << " to " << y;
        EXPECT_EQ(sweep.latency(x), flow.latency());
      }
      // One by one at first, then out of a sweep.
      const StretchCache::Entry entry = cache.entry(x, y);
      const auto kept = cache.parts(entry);
      EXPECT_EQ(entry.hops, paths.distance(x, y));
      EXPECT_EQ(entry.latency, flow.latency());
      const auto equal = [](const WeightedPart& a, const WeightedPart& b) {
        return a.id == b.id && a.depth == b.depth && a.weight == b.weight;
      };
      EXPECT_TRUE(std::equal(kept.begin(), kept.end(), parts.begin(), parts.end(), equal)) << x << " to " << y;
    }
  }
  return tally;
}

TEST(TargetSweep, HealthyFatTreesAreInLine) {
  const Tally tally = compare_all_pairs(build_cluster(plain_cluster(64, 8, "fat_tree", {"tiers=3"})));
  EXPECT_GT(tally.in_line, 16 * 15);  // all pairs of 16 leaves, and those from spines and cores
  EXPECT_EQ(tally.mixed, 0);
}

TEST(TargetSweep, FaultsMixSomePairsOnly) {
  const Topology healthy = build_cluster(plain_cluster(64, 8, "fat_tree", {"tiers=3"}));
  const Tally tally = compare_all_pairs(apply_faults(healthy, {"1 of leaf-spine"}, 5));
  EXPECT_GT(tally.in_line, 0);
  EXPECT_GT(tally.mixed, 0);
}

TEST(TargetSweep, EqualsUnitFlowsOnRandomGraphs) {
  Tally sum;
  for (std::uint64_t seed = 1; seed <= cases(200); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomStream random(seed, 3);
    const Tally tally = compare_all_pairs(random_graph(random));
    sum.in_line += tally.in_line;
    sum.mixed += tally.mixed;
  }
  EXPECT_GT(sum.in_line, 500);
  EXPECT_GT(sum.mixed, 100);
}

}  // namespace
}  // namespace polyplane::topology
