#include "base/error.h"
#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"

namespace polyplane::topology {
namespace {

using namespace literals;
using testing::AllOf;
using testing::HasSubstr;

/// The one link from a to b.
const Link& link_between(const Topology& topology, std::string_view a, std::string_view b) {
  const DeviceId from = topology.find_device(a), to = topology.find_device(b);
  EXPECT_TRUE(from.valid() && to.valid()) << a << " " << b;
  for (const LinkId id : topology.out_links(from)) {
    if (topology.link(id).to == to) return topology.link(id);
  }
  throw std::runtime_error("no link from " + std::string(a) + " to " + std::string(b));
}

std::size_t count_links(const Topology& topology, std::string_view a, std::string_view b) {
  std::size_t count = 0;
  for (const LinkId id : topology.out_links(topology.find_device(a))) {
    if (topology.device(topology.link(id).to).name == b) ++count;
  }
  return count;
}

std::string refusal(const ClusterSpec& spec) {
  return message_of<InputError>([&] { (void)build_cluster(spec); });
}

TEST(BuildCluster, SwitchedNodesAndOwnedNics) {
  const Topology topology = build_cluster(nvlink_cluster(16, "fat_tree", {"tiers=2"}));
  // 16 nodes x (8 cards + 1 NVSwitch), 128 ports = 4 leaves of 32, 4 x 32 uplinks / 64 = 2 spines.
  EXPECT_EQ(topology.devices().size(), 16U * 9 + 4 + 2);
  // 128 NVLinks, 128 ports, 128 uplinks, two directions.
  EXPECT_EQ(topology.links().size(), 2U * (128 + 128 + 128));
  const Device& card = topology.device(topology.find_device("node12/gpu3"));
  EXPECT_EQ(card.kind, DeviceKind::accelerator);
  EXPECT_EQ(card.node, 12);
  EXPECT_EQ(card.rail, 3);
  EXPECT_EQ(card.part, "card");
  EXPECT_FALSE(card.forwards);
  EXPECT_EQ(topology.accelerators()[12 * 8 + 3], topology.find_device("node12/gpu3"));
  EXPECT_EQ(topology.device(topology.find_device("node12/nvswitch")).kind, DeviceKind::scaleup_switch);
  EXPECT_EQ(topology.scaleup_domain()[12 * 8 + 3], 12);
  EXPECT_EQ(topology.num_nodes(), 16);
  EXPECT_EQ(topology.num_planes(), 1);
}

TEST(BuildCluster, LatencyIsTheCableAndWhatItEnters) {
  const Topology topology = build_cluster(nvlink_cluster(16, "fat_tree", {"tiers=2"}));
  // Card to card over NVLink 1000 ns: half on each side of the switch.
  EXPECT_EQ(link_between(topology, "node0/gpu0", "node0/nvswitch").latency, 500_ns);
  EXPECT_EQ(link_between(topology, "node0/nvswitch", "node0/gpu0").latency, 500_ns);
  // NIC 600 + cable 10, and the switch 200 where it is entered.
  EXPECT_EQ(link_between(topology, "node0/gpu0", "leaf0").latency, 810_ns);
  EXPECT_EQ(link_between(topology, "leaf0", "node0/gpu0").latency, 610_ns);
  // Cable 50 + switch 200, both ways.
  EXPECT_EQ(link_between(topology, "leaf0", "spine1").latency, 250_ns);
  EXPECT_EQ(link_between(topology, "spine1", "leaf0").latency, 250_ns);
}

TEST(BuildCluster, AnOddLatencyIsSplitWithoutLoss) {
  ClusterSpec spec = nvlink_cluster(1, "single_switch", {});
  spec.node.scale_up.latency = Duration::from_ps(333);
  const Topology topology = build_cluster(spec);
  EXPECT_EQ(link_between(topology, "node0/gpu0", "node0/nvswitch").latency.ps(), 166);
  EXPECT_EQ(link_between(topology, "node0/nvswitch", "node0/gpu5").latency.ps(), 167);
}

TEST(BuildCluster, FullMeshGivesEachPairItsShare) {
  ClusterSpec spec = nvlink_cluster(1, "", {});
  spec.node.scale_up.kind = "full_mesh";
  spec.node.scale_up.rate = 448_GBps;
  const Topology topology = build_cluster(spec);
  EXPECT_EQ(topology.devices().size(), 8U);
  EXPECT_EQ(topology.links().size(), 8U * 7);
  // 448 GB/s over 7 peers.
  EXPECT_EQ(link_between(topology, "node0/gpu2", "node0/gpu7").rate, 64_GBps);
  EXPECT_EQ(link_between(topology, "node0/gpu2", "node0/gpu7").latency, 1000_ns);
  EXPECT_FALSE(topology.devices()[0].forwards);
  EXPECT_EQ(topology.num_planes(), 0);
}

TEST(BuildCluster, RingsForwardAndARingOfTwoHasTwoCables) {
  ClusterSpec spec = nvlink_cluster(1, "", {});
  spec.node.scale_up.kind = "ring";
  const Topology ring = build_cluster(spec);
  EXPECT_EQ(ring.links().size(), 2U * 8);
  EXPECT_EQ(link_between(ring, "node0/gpu0", "node0/gpu7").rate, 80_GBps);
  EXPECT_TRUE(ring.devices()[0].forwards);
  spec.node.accelerators = 2;
  spec.node.nics = 2;
  EXPECT_EQ(count_links(build_cluster(spec), "node0/gpu0", "node0/gpu1"), 2U);
}

TEST(BuildCluster, SharedNicsAreVertices) {
  ClusterSpec spec = nvlink_cluster(2, "single_switch", {});
  spec.node.nics = 2;
  spec.node.host_rate = 64_GBps;
  spec.node.host_latency = 300_ns;
  const Topology topology = build_cluster(spec);
  // Cards 0-3 share NIC 0, cards 4-7 NIC 1.
  EXPECT_EQ(link_between(topology, "node1/gpu3", "node1/nic0").rate, 64_GBps);
  EXPECT_EQ(link_between(topology, "node1/gpu4", "node1/nic1").latency, 300_ns);
  EXPECT_EQ(link_between(topology, "node1/nic1", "leaf0").latency, 810_ns);
  EXPECT_EQ(link_between(topology, "node1/nic1", "leaf0").rate, 400_Gbps);
  EXPECT_EQ(count_links(topology, "node1/gpu4", "leaf0"), 0U);
  EXPECT_EQ(topology.device(topology.find_device("node1/nic1")).kind, DeviceKind::nic);
  EXPECT_TRUE(topology.device(topology.find_device("node1/nic1")).forwards);
  EXPECT_EQ(topology.link(topology.out_links(topology.find_device("node1/nic1"))[0]).kind, LinkKind::host);
}

TEST(BuildCluster, SeveralNicsOfOneCardAreParallelPorts) {
  ClusterSpec spec = nvlink_cluster(2, "single_switch", {});
  spec.node.nics = 16;
  const Topology topology = build_cluster(spec);
  EXPECT_EQ(count_links(topology, "node1/gpu4", "leaf0"), 2U);
}

TEST(BuildCluster, PerNicPutsEachRailOnItsPlane) {
  const Topology topology = build_cluster(deepseek_v3());
  EXPECT_EQ(topology.num_planes(), 8);
  // 256 ports a plane: 8 leaves of 32, 8 x 32 / 64 = 4 spines, 32 / 4 = 8 cables for each pair.
  for (int plane = 0; plane < 8; ++plane) {
    const std::string prefix = "plane" + std::to_string(plane) + "/";
    EXPECT_TRUE(topology.find_device(prefix + "leaf7").valid());
    EXPECT_FALSE(topology.find_device(prefix + "leaf8").valid());
    EXPECT_TRUE(topology.find_device(prefix + "spine3").valid());
    EXPECT_FALSE(topology.find_device(prefix + "spine4").valid());
    EXPECT_EQ(count_links(topology, prefix + "leaf3", prefix + "spine2"), 8U);
    EXPECT_EQ(topology.device(topology.find_device(prefix + "leaf3")).rail, plane);
  }
  // Planes never meet but through a node: no link joins switches of two planes, and a card has one port.
  for (const Link& link : topology.links()) {
    const Device& from = topology.device(link.from);
    const Device& to = topology.device(link.to);
    if (link.kind != LinkKind::scale_out) continue;
    if (from.kind == DeviceKind::network_switch && to.kind == DeviceKind::network_switch) {
      ASSERT_EQ(from.plane, to.plane);
    }
    if (from.kind == DeviceKind::accelerator) { ASSERT_EQ(from.rail, to.plane); }
  }
}

TEST(BuildCluster, StripedSplitsEachNicOverThePlanes) {
  ClusterSpec spec = nvlink_cluster(2, "single_switch", {}, PlaneMode::striped);
  spec.fabric.num_planes = 4;
  spec.fabric.port_rate = 100_Gbps;
  const Topology topology = build_cluster(spec);
  for (int plane = 0; plane < 4; ++plane) {
    const Link& port = link_between(topology, "node1/gpu6", "plane" + std::to_string(plane) + "/leaf0");
    EXPECT_EQ(port.rate, 100_Gbps);
    EXPECT_EQ(port.plane, plane);
  }
}

TEST(BuildCluster, PodsReachAllDevicesOfANode) {
  const Topology topology = build_cluster(nvlink_cluster(64, "fat_tree", {"tiers=2", "placement=rail_optimised"}));
  EXPECT_EQ(topology.device(topology.find_device("node31/gpu7")).pod, 0);
  EXPECT_EQ(topology.device(topology.find_device("node32/nvswitch")).pod, 1);
  EXPECT_EQ(topology.device(topology.find_device("leaf8")).pod, 1);
}

TEST(BuildCluster, SizeIsKnownBeforeBuilding) {
  const ClusterSize size = cluster_size(deepseek_v3());
  // 256 x 9 + 8 x 12 devices; 2 x (2048 NVLinks + 2048 ports + 8 planes x 8 leaves x 32) links.
  EXPECT_TRUE(size.devices == 256 * 9 + 96);
  EXPECT_TRUE(size.links == 2 * (2048 + 2048 + 2048));
}

TEST(BuildCluster, LimitsAreRefusedBeforeAnythingIsAllocated) {
  ClusterSpec spec = nvlink_cluster(2'000'000'000, "fat_tree", {"tiers=3"});
  EXPECT_THAT(message_of<LimitError>([&] { (void)build_cluster(spec); }),
              AllOf(HasSubstr("18000000000 devices"), HasSubstr("8000000")));
  spec = nvlink_cluster(1, "", {});
  spec.node.scale_up.kind = "full_mesh";
  spec.node.accelerators = 2'000'000'000;
  spec.node.scale_up.rate = kMaxRate;
  // n (n - 1) directed links: beyond 64 bits' half, exact in 128.
  EXPECT_THAT(message_of<LimitError>([&] { (void)build_cluster(spec); }), HasSubstr("3999999998000000000 directed"));
  spec = nvlink_cluster(1000, "fat_tree", {"tiers=3"}, PlaneMode::striped);
  spec.fabric.num_planes = 1'000'000;
  EXPECT_THAT(message_of<LimitError>([&] { (void)build_cluster(spec); }), HasSubstr("directed links"));
}

TEST(BuildCluster, RefusalsSayWhatWouldFit) {
  ClusterSpec spec = nvlink_cluster(4, "single_switch", {});
  spec.node.nics = 3;
  EXPECT_THAT(refusal(spec), AllOf(HasSubstr("cluster \"test\": node.nics"), HasSubstr("1, 2, 4, 8")));
  spec = nvlink_cluster(4, "single_switch", {});
  spec.node.nics = 0;
  EXPECT_THAT(refusal(spec), HasSubstr("node.nics: 0 is too small"));
  spec = nvlink_cluster(0, "single_switch", {});
  EXPECT_THAT(refusal(spec), HasSubstr("nodes: 0 is too small"));
  spec = nvlink_cluster(4, "single_switch", {});
  spec.node.accelerators = -8;
  EXPECT_THAT(refusal(spec), HasSubstr("node.accelerators: -8"));
  spec = nvlink_cluster(4, "", {});
  EXPECT_THAT(refusal(spec), HasSubstr("4 nodes need a fabric"));
  spec = nvlink_cluster(4, "fat_treee", {});
  EXPECT_THAT(refusal(spec), HasSubstr("fat_tree"));
  spec = nvlink_cluster(9, "single_switch", {});
  EXPECT_THAT(refusal(spec), AllOf(HasSubstr("radix 64"), HasSubstr("72 ports")));
  spec = nvlink_cluster(2, "single_switch", {});
  spec.fabric.switch_radix = 0;
  EXPECT_THAT(refusal(spec), HasSubstr("switch_radix"));
  for (const std::string generator : {"single_switch", "fat_tree"}) {
    spec = nvlink_cluster(2, generator, {});
    spec.fabric.switch_radix = INT32_MAX;
    EXPECT_THAT(refusal(spec), HasSubstr("a radix of 2147483647 is too large; at most 100000"));
  }
}

TEST(BuildCluster, RefusesContradictoryPlanesAndRates) {
  ClusterSpec spec = nvlink_cluster(2, "single_switch", {}, PlaneMode::per_nic);
  spec.fabric.num_planes = 4;
  EXPECT_THAT(refusal(spec), HasSubstr("4 planes contradict planes: per_nic with 8 NICs"));
  spec = nvlink_cluster(2, "single_switch", {});
  spec.fabric.num_planes = 2;
  EXPECT_THAT(refusal(spec), HasSubstr("2 planes contradict planes: single"));
  spec = nvlink_cluster(2, "single_switch", {}, PlaneMode::striped);
  spec.fabric.num_planes = 3;
  EXPECT_THAT(refusal(spec), HasSubstr("400 Gbps do not divide over 3 planes"));
  spec = nvlink_cluster(2, "single_switch", {});
  spec.fabric.port_rate = 200_Gbps;
  EXPECT_THAT(refusal(spec), HasSubstr("a NIC port of 400 Gbps does not fit a switch port of 200 Gbps"));
  spec = nvlink_cluster(2, "single_switch", {});
  spec.node.nic_rate = BitRate();
  EXPECT_THAT(refusal(spec), HasSubstr("node.nic_rate: 0 bps"));
  spec = nvlink_cluster(2, "single_switch", {});
  spec.node.scale_up.rate = BitRate::from_bps(-5);
  EXPECT_THAT(refusal(spec), HasSubstr("node.scale_up.rate"));
  spec = nvlink_cluster(2, "single_switch", {});
  spec.fabric.switch_latency = Duration::from_ps(-1);
  EXPECT_THAT(refusal(spec), HasSubstr("fabric.switch_latency"));
  spec = nvlink_cluster(2, "single_switch", {});
  spec.fabric.cable_latency = kMaxLatency + 1_ps;
  EXPECT_THAT(refusal(spec), HasSubstr("fabric.cable_latency"));
  spec = nvlink_cluster(2, "single_switch", {});
  spec.node.accelerators = spec.node.nics = 1;
  EXPECT_THAT(refusal(spec), HasSubstr("node.scale_up: a domain of one accelerator"));
  spec = nvlink_cluster(2, "single_switch", {});
  spec.node.nics = 4;
  EXPECT_THAT(refusal(spec), HasSubstr("node.host_rate"));
}

}  // namespace
}  // namespace polyplane::topology
