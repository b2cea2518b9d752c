// The quick plan against the thorough one: wherever it answers, it answers the same.
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/topology/clusters.h"
#include "tests/topology/random_graph.h"
#include "topology/faults.h"
#include "topology/path_finder.h"

namespace polyplane::topology {
namespace {

bool same(const Access& a, const Access& b) {
  return a.vertex == b.vertex && a.links == b.links && a.num_links == b.num_links && a.latency == b.latency &&
         a.number == b.number;
}

/// Pairs that the quick plan answered.
int compare_all_pairs(const Topology& topology) {
  PathFinder finder(topology);
  const auto reaches = [&](Layer layer, Vertex x, Vertex y) {
    return finder.paths(layer).distance(x, y) != DistanceField::kUnreachable;
  };
  int answered = 0;
  for (const DeviceId src : topology.accelerators()) {
    for (const DeviceId dst : topology.accelerators()) {
      PlainPlan plain;
      if (src == dst) {
        EXPECT_FALSE(finder.plan_plainly(src, dst, plain, reaches));
        continue;
      }
      if (!finder.plan_plainly(src, dst, plain, reaches)) continue;
      ++answered;
      const Plan& plan = finder.plan(src, dst);
      EXPECT_EQ(plain.scale_out, plan.scale_out);
      EXPECT_EQ(plan.ways.size(), 1U);
      EXPECT_EQ(plan.ways[0].num_stretches, plain.num_legs);
      if (plan.ways.size() != 1 || plan.ways[0].num_stretches != plain.num_legs) return answered;
      for (std::uint32_t l = 0; l < plain.num_legs; ++l) {
        const Stretch& stretch = plan.ways[0].stretches[l];
        EXPECT_EQ(stretch.layer, plain.legs[l].layer);
        EXPECT_EQ(stretch.count, 1U);
        EXPECT_TRUE(same(plan.passages[stretch.first].head, *plain.legs[l].head));
        EXPECT_TRUE(same(plan.passages[stretch.first].tail, *plain.legs[l].tail));
      }
    }
  }
  return answered;
}

TEST(PlainPlan, AnswersEveryPairOfAHealthyMultiPlaneCluster) {
  // 32 cards: within a node, on one plane, and over the peer card of the right rail.
  EXPECT_EQ(compare_all_pairs(build_cluster(nvlink_cluster(4, "fat_tree", {"tiers=2"}, PlaneMode::per_nic))), 32 * 31);
  EXPECT_EQ(compare_all_pairs(build_cluster(nvlink_cluster(4, "fat_tree", {"tiers=2"}))), 32 * 31);
}

TEST(PlainPlan, EqualsThePlanBesideFaults) {
  const Topology healthy = build_cluster(nvlink_cluster(4, "fat_tree", {"tiers=2"}, PlaneMode::per_nic));
  // Cards without a port of their own or without NVLink, and cards that are gone.
  const Topology faulty = apply_faults(healthy, {"nic=node0/gpu3", "nic=node2/gpu5", "device=node1/gpu2"}, 0);
  const int answered = compare_all_pairs(faulty);
  EXPECT_GT(answered, 20 * 20);
  EXPECT_LT(answered, 32 * 31);
}

TEST(PlainPlan, LeavesSharedAndStripedNicsToThePlan) {
  ClusterSpec striped = nvlink_cluster(2, "fat_tree", {"tiers=2"}, PlaneMode::striped);
  striped.fabric.num_planes = 2;
  // Within a node only: 2 nodes x 8 x 7.
  EXPECT_EQ(compare_all_pairs(build_cluster(striped)), 2 * 8 * 7);
  ClusterSpec shared = nvlink_cluster(2, "fat_tree", {"tiers=2"});
  shared.node.nics = 4;
  shared.node.host_rate = BitRate::from_bps(400'000'000'000);
  EXPECT_EQ(compare_all_pairs(build_cluster(shared)), 2 * 8 * 7);
}

TEST(PlainPlan, EqualsThePlanOnRandomGraphs) {
  int answered = 0;
  for (std::uint64_t seed = 1; seed <= cases(200); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomStream random(seed, 2);
    answered += compare_all_pairs(random_graph(random));
  }
  EXPECT_GT(answered, 1000);
}

TEST(PlainPlan, ACutIsNotAPlan) {
  Net net;
  for (const char* name : {"a", "b"}) net.card(name, name[0] - 'a');
  net.leaf("l");
  net.leaf("m");
  net.access("a", "l");
  net.access("b", "m");
  net.cable("l", "m", "wire");
  net.builder().link(LinkId(4)).up = false;  // l -> m: one component still, but one way only
  const Topology topology = std::move(net).build();
  EXPECT_EQ(compare_all_pairs(topology), 1);
}

}  // namespace
}  // namespace polyplane::topology
