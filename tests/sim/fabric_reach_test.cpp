// What a layout knows of leaves, pods and planes, and what algorithms that use it take, by hand.
//
// Latencies of the clusters (tests/topology/clusters.h): 1420 ns from card to card over one switch, 250 ns for each further
// one; NVLink 1000 ns and 1280 Gbps.
#include "sim/fabric_reach.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "sim/cluster_graph.h"
#include "sim/experiment_topology.h"
#include "sim/placement.h"
#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using collectives::CollectiveKind;
using collectives::PlaneShares;
using collectives::RankLayout;
using topology::ClusterSpec;
using topology::nvlink_cluster;
using topology::plain_cluster;
using topology::PlaneMode;

RankLayout layout_of(const ClusterSpec& spec, std::vector<std::string> faults = {}) {
  Experiment experiment = on_cluster(spec, "spray");
  experiment.faults = std::move(faults);
  const topology::Topology topology = build_topology(experiment);
  return make_layout(topology, {topology.accelerators().begin(), topology.accelerators().end()});
}

Duration time_of(const ClusterSpec& spec, const std::string& algorithm, Bytes size,
                 std::vector<std::string> faults = {}, const std::string& routing = "spray") {
  Experiment experiment = on_cluster(spec, routing);
  experiment.faults = std::move(faults);
  experiment.collectives = {collective_job(CollectiveKind::all_reduce, algorithm, size)};
  experiment.collectives.front().slices = 1;
  return collective_time(experiment);
}

/// 16 cards, two on each leaf, two leaves a pod.
ClusterSpec three_tiers() { return plain_cluster(16, 4, "fat_tree", {"tiers=3"}); }

/// Two nodes of two cards behind an NVSwitch, a plane for each card.
ClusterSpec two_pairs() {
  ClusterSpec spec = nvlink_cluster(2, "single_switch", {}, PlaneMode::per_nic);
  spec.node.accelerators = spec.node.nics = 2;
  return spec;
}

/// Four cards alone, each with ports of 200 Gbps on two planes.
ClusterSpec two_planes() {
  ClusterSpec spec = plain_cluster(4, 4, "single_switch", {});
  spec.fabric.planes = PlaneMode::striped;
  spec.fabric.num_planes = 2;
  return spec;
}

TEST(FabricReach, LeavesAndPodsAreGroups) {
  using Groups = std::vector<std::vector<std::uint32_t>>;
  EXPECT_EQ(layout_of(three_tiers()).groups(), (Groups{{0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7},
                                                       {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3}}));
  // As built: what a fault takes does not move anybody.
  EXPECT_EQ(layout_of(three_tiers(), {"switch=leaf0"}).groups(), layout_of(three_tiers()).groups());
}

TEST(FabricReach, PlanesHaveShares) {
  EXPECT_EQ(layout_of(three_tiers()).plane_shares(), std::nullopt);
  EXPECT_EQ(layout_of(two_pairs()).plane_shares(), std::nullopt);
  const auto any = [](std::vector<std::uint32_t> shares) {
    return PlaneShares{{PlaneShares::kAnyPlane}, std::move(shares)};
  };
  EXPECT_EQ(layout_of(two_pairs(), {"plane=1 at 50%"}).plane_shares(), any({2, 1}));
  EXPECT_EQ(layout_of(two_pairs(), {"plane=0"}).plane_shares(), any({0, 1}));
  EXPECT_EQ(layout_of(two_pairs(), {"nic=node1/gpu0 at 100 Gbps"}).plane_shares(), any({1, 4}));  // the slowest counts
  EXPECT_EQ(layout_of(two_planes()).plane_shares(), (PlaneShares{{0, 1}, {1, 1}}));
  EXPECT_EQ(layout_of(two_planes(), {"plane=0 at 75%"}).plane_shares(), (PlaneShares{{0, 1}, {3, 4}}));
  EXPECT_EQ(layout_of(two_planes(), {"plane=0", "plane=1"}).plane_shares(), std::nullopt);
}

// Of a plain graph: ports that are in no plane are none to keep to.
TEST(FabricReach, PortsWithoutAPlane) {
  const auto shares = [](std::int32_t first_plane) {
    Experiment experiment = on_cluster({}, "spray");
    GraphSpec& graph = experiment.cluster.graph.emplace();
    graph.name = "two switches";
    for (const char* name : {"left", "right"}) {
      graph.devices.push_back(
          {.name = name, .kind = topology::DeviceKind::network_switch, .tier = 1, .part = {}, .forwards = true});
    }
    for (std::int32_t card = 0; card < 2; ++card) {
      const std::string name = "card" + std::to_string(card);
      graph.devices.push_back(
          {.name = name, .kind = topology::DeviceKind::accelerator, .node = card, .rail = 0, .part = {}});
      graph.edges.push_back({.name = {},
                             .from = name,
                             .to = "left",
                             .rate = 200_Gbps,
                             .latency = {},
                             .back_latency = {},
                             .plane = first_plane});
      graph.edges.push_back(
          {.name = {}, .from = name, .to = "right", .rate = 100_Gbps, .latency = {}, .back_latency = {}, .plane = 1});
    }
    const topology::Topology topology = build_topology(experiment);
    return make_layout(topology, {topology.accelerators().begin(), topology.accelerators().end()}).plane_shares();
  };
  EXPECT_EQ(shares(0), (PlaneShares{{0, 1}, {2, 1}}));
  EXPECT_EQ(shares(-1), std::nullopt);
}

// 12 MB on 4 cards by halving and doubling: 6 + 3 + 3 + 6 MB, 144 Mbit. Plane 1 has 100 of 200 Gbps left: an even spray goes at
// 200 Gbps in all; two thirds at 200 beside a third at 100 take 480 us.
TEST(PlaneStriping, ASlowPlaneGetsASmallerStripe) {
  const Bytes size(12'000'000);
  EXPECT_EQ(time_of(two_planes(), "hierarchical", size), 360_us + 4 * 1420_ns);
  EXPECT_EQ(time_of(two_planes(), "plane_striped", size), 360_us + 4 * 1420_ns);
  EXPECT_EQ(time_of(two_planes(), "hierarchical", size, {"plane=1 at 50%"}), 720_us + 4 * 1420_ns);
  EXPECT_EQ(time_of(two_planes(), "plane_striped", size, {"plane=1 at 50%"}), 480_us + 4 * 1420_ns);
  EXPECT_EQ(time_of(two_planes(), "plane_striped", size, {"plane=1"}), 720_us + 4 * 1420_ns);
  EXPECT_EQ(time_of(two_planes(), "auto", size, {"plane=1 at 50%"}), 480_us + 4 * 1420_ns);
}

// A hash puts the one flow that a card sends on one plane; lanes that keep to theirs use both.
TEST(PlaneStriping, NeedsNoLuckWithHashes) {
  EXPECT_EQ(time_of(two_planes(), "hierarchical", Bytes(12'000'000), {}, "ecmp"), 720_us + 4 * 1420_ns);
  EXPECT_EQ(time_of(two_planes(), "plane_striped", Bytes(12'000'000), {}, "ecmp"), 360_us + 4 * 1420_ns);
}

// 12 MB on two pairs, plane 1 at half rate. Even: 6 MB a card, over NVLink 37.5 us; half of that each way on a rail of two, 24
// Mbit at 200 Gbps twice; NVLink again. Striped 2 to 1: 8 MB over NVLink, 50 us; 32 Mbit at 400 Gbps twice (16 at 200 beside);
// NVLink again. Plane 1 down: all 12 MB by card 0, 75 us, 48 Mbit at 400 Gbps twice, 75 us.
TEST(PlaneStriping, CardsWithAPlaneEach) {
  const Bytes size(12'000'000);
  EXPECT_EQ(time_of(two_pairs(), "hierarchical", size, {"plane=1 at 50%"}), 2 * 38'500_ns + 2 * (120_us + 1420_ns));
  EXPECT_EQ(time_of(two_pairs(), "plane_striped", size, {"plane=1 at 50%"}), 2 * 51_us + 2 * (80_us + 1420_ns));
  EXPECT_EQ(time_of(two_pairs(), "plane_striped", size, {"plane=1"}), 2 * 76_us + 2 * (120_us + 1420_ns));
}

// 16 MB: 8 MB to the other card of the leaf, 4 MB to the other leaf of the pod, then 2 and 1 MB between the four pods, and as
// much back: 240 Mbit at 400 Gbps. 1420 ns below a leaf, 1920 ns below the spines, 2420 ns over the cores.
TEST(Levels, EachStageCrossesItsTierOnly) {
  EXPECT_EQ(time_of(three_tiers(), "hierarchical_levels", Bytes(16'000'000)),
            600_us + 2 * 1420_ns + 2 * 1920_ns + 4 * 2420_ns);
}

}  // namespace
}  // namespace polyplane::sim
