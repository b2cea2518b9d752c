#include "topology/metrics.h"

#include <queue>

#include "base/random.h"
#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"
#include "topology/faults.h"

namespace polyplane::topology {
namespace {

using namespace literals;

/// Slow and obvious: links of a shortest path from one card to all devices over links of some kinds, past no card or NIC
/// unless it forwards and is not a NIC in mid-fabric. Trees only: on a connected fat tree without faults the shortest path
/// is up then down anyway.
std::vector<int> search(const Topology& topology, DeviceId from, bool scale_up) {
  std::vector<int> hops(topology.devices().size(), -1);
  std::queue<DeviceId> queue;
  hops[from.index()] = 0;
  queue.push(from);
  while (!queue.empty()) {
    const DeviceId at = queue.front();
    queue.pop();
    if (at != from && !topology.device(at).forwards) continue;
    for (const LinkId id : topology.out_links(at)) {
      const Link& link = topology.link(id);
      if (!link.up || (link.kind == LinkKind::scale_up) != scale_up || hops[link.to.index()] >= 0) continue;
      hops[link.to.index()] = hops[at.index()] + 1;
      queue.push(link.to);
    }
  }
  return hops;
}

Hops slow_hops(const Topology& topology) {
  const auto cards = topology.accelerators();
  std::vector<std::vector<int>> inside, outside;
  for (const DeviceId card : cards) {
    inside.push_back(search(topology, card, true));
    outside.push_back(search(topology, card, false));
  }
  const auto peers = [&](std::size_t a, std::size_t b) {
    return topology.scaleup_domain()[a] == topology.scaleup_domain()[b] && a != b;
  };
  Hops hops;
  double sum = 0;
  std::int64_t pairs = 0;
  for (std::size_t a = 0; a < cards.size(); ++a) {
    for (std::size_t b = 0; b < cards.size(); ++b) {
      if (a == b) continue;
      int best = peers(a, b) ? inside[a][cards[b].index()] : -1;
      if (best < 0) best = outside[a][cards[b].index()];
      for (std::size_t p = 0; best < 0 && p < cards.size(); ++p) {
        if (!peers(a, p) || inside[a][cards[p].index()] < 0 || outside[p][cards[b].index()] < 0) continue;
        const int way = inside[a][cards[p].index()] + outside[p][cards[b].index()];
        best = best < 0 ? way : std::min(best, way);
      }
      if (best < 0) {
        ++hops.unreachable_pairs;
        continue;
      }
      sum += best;
      ++pairs;
      hops.diameter = std::max(hops.diameter, best);
    }
  }
  hops.mean = pairs > 0 ? sum / static_cast<double>(pairs) : 0;
  return hops;
}

void expect_slow_hops(const Topology& topology) {
  const std::optional<Hops> fast = measure_hops(topology);
  const Hops slow = slow_hops(topology);
  ASSERT_TRUE(fast.has_value());
  EXPECT_EQ(fast->diameter, slow.diameter);
  EXPECT_EQ(fast->unreachable_pairs, slow.unreachable_pairs);
  EXPECT_NEAR(fast->mean, slow.mean, 1e-12);
}

TEST(Counts, SwitchCablesAreApartFromPorts) {
  const Counts counts = count_parts(build_cluster(deepseek_v3()));
  EXPECT_EQ(counts.endpoints, 2048);
  EXPECT_EQ(counts.nodes, 256);
  EXPECT_EQ(counts.switches, 96);
  EXPECT_EQ(counts.scaleup_switches, 256);
  EXPECT_EQ(counts.links, 8 * 8 * 32);
  EXPECT_EQ(counts.access_links, 2048);
  EXPECT_EQ(counts.scaleup_links, 2048);
  EXPECT_EQ(counts.host_links, 0);
  EXPECT_EQ(counts.planes, 8);
  EXPECT_EQ(counts.rails, 8);
}

TEST(Counts, WhatIsDownDoesNotCount) {
  // Node 5: 8 cards and their crossbar, 8 cables to leaves and 8 to the crossbar.
  const Counts counts = count_parts(apply_faults(build_cluster(deepseek_v3()), {"node=5"}, 0));
  EXPECT_EQ(counts.endpoints, 2040);
  EXPECT_EQ(counts.nodes, 255);
  EXPECT_EQ(counts.scaleup_switches, 255);
  EXPECT_EQ(counts.access_links, 2040);
  EXPECT_EQ(counts.scaleup_links, 2040);
  EXPECT_EQ(counts.switches, 96);
}

struct KnownTree {
  std::int32_t radix, endpoints;
  std::string tiers;
  std::int64_t switches, links, bisection_links;
  std::int32_t switch_diameter;
};

/// Counts of full trees, by the closed forms N = k^2/2 or k^3/4 and by enumeration elsewhere.
TEST(Metrics, FullTreesAgreeWithTheirClosedForms) {
  for (const KnownTree& tree :
       {KnownTree{4, 8, "2", 6, 8, 4, 2}, KnownTree{8, 32, "2", 12, 32, 16, 2}, KnownTree{16, 128, "2", 24, 128, 64, 2},
        KnownTree{64, 2048, "2", 96, 2048, 1024, 2}, KnownTree{4, 16, "3", 20, 32, 8, 4},
        KnownTree{8, 128, "3", 80, 256, 64, 4}, KnownTree{16, 1024, "3", 320, 2048, 512, 4},
        KnownTree{64, 65536, "3", 5120, 131072, 32768, 4}}) {
    SCOPED_TRACE(testing::Message() << "radix " << tree.radix << ", tiers " << tree.tiers);
    const Topology topology =
        build_cluster(plain_cluster(tree.endpoints, tree.radix, "fat_tree", {"tiers=" + tree.tiers}));
    const Counts counts = count_parts(topology);
    EXPECT_EQ(counts.switches, tree.switches);
    EXPECT_EQ(counts.links, tree.links);
    EXPECT_EQ(counts.access_links, tree.endpoints);
    EXPECT_EQ(measure_bisection(topology), tree.bisection_links * 400_Gbps);
    EXPECT_EQ(measure_hops(topology)->diameter, tree.switch_diameter + 2);
  }
}

TEST(Hops, DeepSeekByHand) {
  const std::optional<Hops> hops = measure_hops(build_cluster(deepseek_v3()));
  // From one card: 7 peers at 2 links. Same rail: 31 nodes on its leaf at 2, 224 others at 4. Seven other rails: two
  // links more, over the peer card: 31 x 4 + 224 x 6.
  const double sum = 7 * 2 + 31 * 2 + 224 * 4 + 7 * (31 * 4 + 224 * 6);
  EXPECT_DOUBLE_EQ(hops->mean, sum / 2047);
  EXPECT_EQ(hops->diameter, 6);
  EXPECT_EQ(hops->unreachable_pairs, 0);
}

TEST(Hops, AgreeWithASlowSearch) {
  for (const std::string placement : {"packed", "rail_optimised"}) {
    for (const PlaneMode planes : {PlaneMode::single, PlaneMode::per_nic, PlaneMode::striped}) {
      ClusterSpec spec = nvlink_cluster(9, "fat_tree", {"tiers=2", "placement=" + placement}, planes);
      spec.node.accelerators = spec.node.nics = 4;
      spec.fabric.switch_radix = 16;
      if (planes == PlaneMode::striped) spec.fabric.num_planes = 2;
      expect_slow_hops(build_cluster(spec));
      spec.node.scale_up.kind = "full_mesh";
      expect_slow_hops(build_cluster(spec));
      spec.node.scale_up = {};
      if (planes != PlaneMode::per_nic) expect_slow_hops(build_cluster(spec));
    }
  }
  ClusterSpec shared = nvlink_cluster(5, "fat_tree", {"tiers=3"});
  shared.node.nics = 2;
  shared.node.host_rate = 64_GBps;
  shared.fabric.switch_radix = 4;
  expect_slow_hops(build_cluster(shared));
  shared.node.scale_up = {};
  expect_slow_hops(build_cluster(shared));
}

TEST(Hops, PairsThatAreCutOffAreCounted) {
  // Without scale-up, planes never meet at all: of 3 x 4 cards each reaches the 2 of its rail.
  ClusterSpec spec = nvlink_cluster(3, "single_switch", {}, PlaneMode::per_nic);
  spec.node.accelerators = spec.node.nics = 4;
  spec.node.scale_up = {};
  const std::optional<Hops> hops = measure_hops(build_cluster(spec));
  EXPECT_EQ(hops->unreachable_pairs, 12 * 9);
  EXPECT_DOUBLE_EQ(hops->mean, 2);
}

TEST(Hops, APlaneThatFailedIsBypassedOverAPeer) {
  ClusterSpec spec = nvlink_cluster(2, "single_switch", {}, PlaneMode::per_nic);
  spec.node.accelerators = spec.node.nics = 2;
  const Topology topology = apply_faults(build_cluster(spec), {"plane=1"}, 0);
  // Cards a0 a1 | b0 b1; a0-b0: 2. a1-b0: 2 + 2. a0-b1: 2 + 2. a1-b1: 2 + 2 + 2. Peers: 2. Both directions alike.
  const std::optional<Hops> hops = measure_hops(topology);
  EXPECT_EQ(hops->unreachable_pairs, 0);
  EXPECT_EQ(hops->diameter, 6);
  EXPECT_DOUBLE_EQ(hops->mean, 2.0 * (2 + 4 + 4 + 6 + 2 + 2) / 12);
}

TEST(Hops, CardsJoinedDirectlyNeedNoFabric) {
  TopologyBuilder builder("pair");
  Device device;
  device.name = "a";
  const DeviceId a = builder.add_device(device);
  device.name = "b";
  const DeviceId b = builder.add_device(device);
  builder.add_cable(a, b, 1_Gbps, 1_ns, LinkKind::scale_out, "link");
  const Topology pair = std::move(builder).build();
  EXPECT_DOUBLE_EQ(measure_hops(pair)->mean, 1);
  EXPECT_EQ(measure_bisection(pair), 1_Gbps);
}

TEST(Hops, OneCardHasNone) {
  const Topology topology = build_cluster(plain_cluster(1, 4, "single_switch", {}));
  EXPECT_FALSE(measure_hops(topology).has_value());
  EXPECT_FALSE(measure_bisection(topology).has_value());
  EXPECT_EQ(measure_path_diversity(topology), 0);
}

TEST(Bisection, ByHand) {
  // DeepSeek: 128 nodes x 8 ports of 50 GB/s to each side.
  EXPECT_EQ(measure_bisection(build_cluster(deepseek_v3())), 128 * 8 * 50_GBps);
  // 3:1: 96 + 96 ports of radix 64 on 4 leaves with 16 up; the cut is the uplinks of two leaves.
  EXPECT_EQ(measure_bisection(build_cluster(plain_cluster(192, 64, "fat_tree", {"oversubscription=3:1"}))),
            2 * 16 * 400_Gbps);
  // One node: 4 cards x 160 GB/s into the NVSwitch.
  EXPECT_EQ(measure_bisection(build_cluster(nvlink_cluster(1, "single_switch", {}))), 4 * 160_GBps);
  // A ring of 8 is cut in two places; each cable has half the rate of a card.
  ClusterSpec ring = nvlink_cluster(1, "", {});
  ring.node.scale_up.kind = "ring";
  EXPECT_EQ(measure_bisection(build_cluster(ring)), 2 * 80_GBps);
  // Three nodes: one against two.
  EXPECT_EQ(measure_bisection(build_cluster(nvlink_cluster(3, "single_switch", {}))), 8 * 400_Gbps);
}

TEST(Bisection, FaultsTakeTheirShare) {
  // Two leaves, one spine, 32 cables of 400 Gbps each: one down, one at a quarter.
  const Topology healthy = build_cluster(nvlink_cluster(8, "fat_tree", {"tiers=2"}));
  EXPECT_EQ(measure_bisection(healthy), 32 * 400_Gbps);
  const Topology hurt =
      apply_faults(healthy, {"link=leaf0.spine0#5", "link=leaf1.spine0#0 at 25%", "link=leaf1.spine0#1 at 25%"}, 0);
  // Leaf 0 sends 31 x 400 = 12,400; leaf 1 takes in 30 x 400 + 2 x 100 = 12,200.
  EXPECT_EQ(measure_bisection(hurt), BitRate::from_bps(12'200'000'000'000));
}

TEST(Bisection, SharedNicsLimitTheirCards) {
  // 4 nodes, 2 NICs of 400 Gbps each; 4 cards of 64 GB/s = 2,048 Gbps share a NIC: the NICs bind.
  ClusterSpec spec = nvlink_cluster(4, "single_switch", {});
  spec.node.nics = 2;
  spec.node.host_rate = 64_GBps;
  EXPECT_EQ(measure_bisection(build_cluster(spec)), 2 * 2 * 400_Gbps);
  // 10 GB/s of each card: 4 x 80 = 320 Gbps a NIC: the host links bind.
  spec.node.host_rate = 10_GBps;
  EXPECT_EQ(measure_bisection(build_cluster(spec)), 2 * 2 * 320_Gbps);
}

/// Slow and obvious: augmenting paths on the whole graph in units of 1 Gbps.
std::int64_t slow_bisection_gbps(const Topology& topology) {
  const std::size_t n = topology.devices().size() + 2, source = n - 2, sink = n - 1;
  std::vector<std::vector<std::int64_t>> left(n, std::vector<std::int64_t>(n, 0));
  for (const Link& link : topology.links()) {
    if (link.up && link.kind == LinkKind::scale_out)
      left[link.from.index()][link.to.index()] += link.rate.bps() / 1'000'000'000;
  }
  const std::size_t half = topology.accelerators().size() / 2;
  for (std::size_t i = 0; i < topology.accelerators().size(); ++i) {
    const std::size_t card = topology.accelerators()[i].index();
    (i < half ? left[source][card] : left[card][sink]) = INT64_MAX / 4;
    // Cards pass nothing on.
    for (std::size_t v = 0; v < source; ++v) (i < half ? left[v][card] : left[card][v]) = 0;
  }
  std::int64_t flow = 0;
  for (;;) {
    std::vector<std::size_t> before(n, n);
    std::queue<std::size_t> queue;
    queue.push(source);
    before[source] = source;
    while (!queue.empty() && before[sink] == n) {
      const std::size_t v = queue.front();
      queue.pop();
      for (std::size_t w = 0; w < n; ++w) {
        if (before[w] != n || left[v][w] == 0) continue;
        before[w] = v;
        queue.push(w);
      }
    }
    if (before[sink] == n) return flow;
    std::int64_t push = INT64_MAX;
    for (std::size_t w = sink; w != source; w = before[w]) push = std::min(push, left[before[w]][w]);
    for (std::size_t w = sink; w != source; w = before[w]) {
      left[before[w]][w] -= push;
      left[w][before[w]] += push;
    }
    flow += push;
  }
}

TEST(Bisection, AgreesWithASlowMaxFlowUnderRandomFaults) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    const std::string tiers = seed % 2 == 0 ? "2" : "3";
    const Topology healthy = build_cluster(plain_cluster(16, seed % 2 == 0 ? 8 : 4, "fat_tree", {"tiers=" + tiers}));
    std::vector<std::string> faults{"20% of leaf-spine", "3 of leaf-spine at 25%", "2 of gpu-leaf"};
    if (tiers == "3") faults.push_back("3 of spine-core");
    const Topology hurt = apply_faults(healthy, faults, seed);
    EXPECT_EQ(measure_bisection(hurt)->bps(), slow_bisection_gbps(hurt) * 1'000'000'000);
  }
}

TEST(PathDiversity, CountsShortestPathsWithParallelCablesApart) {
  // 32 spines, one cable each way.
  EXPECT_EQ(measure_path_diversity(build_cluster(plain_cluster(2048, 64, "fat_tree", {"tiers=2"}))), 32);
  // DeepSeek: 4 spines x 8 cables up x 8 down, on the plane of the first card.
  EXPECT_EQ(measure_path_diversity(build_cluster(deepseek_v3())), 256);
  // k-ary 3 tiers of radix 8: 4 spines x 4 cores.
  EXPECT_EQ(measure_path_diversity(build_cluster(plain_cluster(128, 8, "fat_tree", {"tiers=3"}))), 16);
  EXPECT_EQ(measure_path_diversity(build_cluster(plain_cluster(4, 8, "single_switch", {}))), 1);
}

}  // namespace
}  // namespace polyplane::topology
