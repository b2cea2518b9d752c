// Clusters whose counts are published: DeepSeek's Table 3 (arXiv:2505.09343) and Slim Fly (SC14) with q = 19.
#include <gtest/gtest.h>

#include "configs/directory.h"
#include "sim/catalog.h"
#include "topology/cluster_spec.h"
#include "topology/metrics.h"

namespace polyplane::sim {
namespace {

topology::ClusterSpec spec_of(const std::string& name) {
  return Catalog(POLYPLANE_CONFIGS_DIRECTORY).cluster(name).spec;
}

TEST(PublishedClusters, SlimFly) {
  const topology::Counts counts = count_parts(build_cluster(spec_of("slim-fly")));
  EXPECT_EQ(counts.endpoints, 10830);
  EXPECT_EQ(counts.switches, 722);
  EXPECT_EQ(counts.links, 10469);
}

TEST(PublishedClusters, Dragonfly) {
  // Table 3: 261,632 endpoints, 16,352 switches, 384,272 links; here with an NVSwitch in each of 32,704 nodes.
  const topology::Topology topology = build_cluster(spec_of("dragonfly"));
  const topology::Counts counts = count_parts(topology);
  EXPECT_EQ(counts.endpoints, 261632);
  EXPECT_EQ(counts.switches, 16352);
  EXPECT_EQ(counts.links, 384272);
  EXPECT_EQ(counts.access_links, 261632);
}

}  // namespace
}  // namespace polyplane::sim
