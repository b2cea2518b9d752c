#include <gtest/gtest.h>

#include <functional>

#include "sim/catalog.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

Catalog catalog() { return Catalog(POLYPLANE_CONFIGS_DIRECTORY); }

constexpr const char* kCluster = R"(nodes: 4
node {
  accelerator: "nvidia-h800-sxm5"
  accelerators: 8
  scale_up { latency: "300 ns" }
  nic: "cx7-ndr"
  nics: 8
}
fabric {
  generator: "fat_tree"
  options: "tiers=2"
  planes: per_nic
  switch: "qm9700"
  cable_latency: "100 ns"
  access_cable_latency: "50 ns"
}
)";

/// kCluster with one piece replaced, which must be there.
std::string with(std::string_view piece, std::string_view replacement) {
  std::string text = kCluster;
  const std::size_t at = text.find(piece);
  EXPECT_NE(at, std::string::npos) << piece;
  return text.replace(at, piece.size(), replacement);
}

std::string refusal_of(const std::string& text) {
  const TemporaryFile file(text);
  return refusal([&] { (void)catalog().cluster(file.path()); }, file.path());
}

TEST(ClusterFile, DeepSeekResolvesToItsFigures) {
  const topology::ClusterSpec spec = catalog().cluster("deepseek-v3-2048").spec;
  EXPECT_EQ(spec.nodes, 256);
  EXPECT_EQ(spec.node.accelerators, 8);
  EXPECT_EQ(spec.node.scale_up.kind, "switched");
  EXPECT_EQ(spec.node.scale_up.rate.bps(), 1600000000000);  // 200 GB/s
  EXPECT_EQ(spec.node.nics, 8);
  EXPECT_EQ(spec.node.nic_rate.bps(), 400000000000);
  EXPECT_EQ(spec.node.nic_latency.ps(), 300000);  // half of 600 ns at each end
  EXPECT_EQ(spec.fabric.planes, topology::PlaneMode::per_nic);
  EXPECT_EQ(spec.fabric.num_planes, 8);
  EXPECT_EQ(spec.fabric.switch_radix, 64);
  EXPECT_EQ(spec.fabric.switch_latency.ps(), 130000);
  EXPECT_EQ(spec.fabric.cable_latency.ps(), 318500);        // 65 m x 4.9 ns/m
  EXPECT_EQ(spec.fabric.access_cable_latency.ps(), 98000);  // 20 m x 4.9 ns/m
  EXPECT_EQ(spec.default_routing, "spray");
  EXPECT_TRUE(spec.fabric.lossless);
  // DeepSeek's Table 5: crossing the spine adds two switches and two cables, 0.9 us.
  EXPECT_NEAR(2 * (spec.fabric.switch_latency + spec.fabric.cable_latency).microseconds(), 0.9, 0.005);
}

TEST(ClusterFile, NameDefaultsToTheFile) {
  const TemporaryFile file(kCluster, "my-cluster.textproto");
  EXPECT_EQ(catalog().cluster(file.path()).spec.name, "my-cluster");
}

TEST(ClusterFile, AValueMayBeLowerThanItsPart) {
  const TemporaryFile file(with("nics: 8", "nics: 8 nic_rate: \"200 Gbps\""));
  EXPECT_EQ(catalog().cluster(file.path()).spec.node.nic_rate.bps(), 200000000000);
}

TEST(ClusterFile, WhatPartsAssumeIsCollected) {
  const auto assumed = catalog().cluster("deepseek-v3-2048").spec.assumed;
  EXPECT_EQ(assumed.front(), "cx7-ndr, latency 600 ns: the vendor claims less than 1 us only");
  EXPECT_EQ(assumed.size(), 5U);
}

struct Contradiction {
  const char* piece;
  const char* replacement;
  const char* message;
};

TEST(ClusterFile, ContradictionsAreRefusedWithTheirPlace) {
  for (const Contradiction& wrong : {
           Contradiction{"nics: 8", "nics: 8 nic_rate: \"800 Gbps\"",
                         ":7:11: node.nic_rate: \"800 Gbps\" contradicts cx7-ndr, which has 50 GB/s; lower the rate or "
                         "leave the name of the part out"},
           Contradiction{
               "accelerators: 8", "accelerators: 16",
               ":4:3: node.accelerators: 16 contradicts nvidia-h800-sxm5, whose scale-up domain has at most 8"},
           Contradiction{"latency: \"300 ns\"", "latency: \"300 ns\" kind: \"full_mesh\"",
                         ":5:32: node.scale_up.kind: full_mesh contradicts nvidia-h800-sxm5, which is switched"},
           Contradiction{"latency: \"300 ns\"", "kind: \"none\" latency: \"300 ns\"",
                         ":5:27: node.scale_up.latency: contradicts kind none"},
           Contradiction{"latency: \"300 ns\"", "",
                         ":5:3: node.scale_up.latency: is missing, and nvidia-h800-sxm5 does not state it"},
           Contradiction{
               "planes: per_nic", "planes: per_nic num_planes: 4",
               ":12:19: fabric.num_planes: 4 contradicts planes: per_nic with nics: 8; there is one plane for "
               "each NIC of a node"},
           Contradiction{"planes: per_nic", "num_planes: 4",
                         ":12:3: fabric.num_planes: 4 contradicts planes: single; write per_nic or striped"},
           Contradiction{"planes: per_nic", "planes: striped",
                         ":9:1: fabric.num_planes: is missing; planes: striped needs their number"},
           Contradiction{"planes: per_nic", "planes: striped num_planes: 7",
                         ":12:19: fabric.num_planes: 7 does not divide the rate of a NIC, 400 Gbps"},
           Contradiction{"switch: \"qm9700\"", "switch: \"qm9700\" switch_radix: 128",
                         ":13:20: fabric.switch_radix: 128 ports of 400 Gbps contradict qm9700, which switches 25.6 "
                         "Tbps in all"},
           Contradiction{"cable_latency: \"100 ns\"", "cable_latency: \"100 ns\" cable_length: \"3 m\"",
                         ":14:27: fabric.cable_length: contradicts cable_latency; state one of the two"},
           Contradiction{"cable_latency: \"100 ns\"", "cable_length: \"3 m\"",
                         ":9:1: fabric.cable: is missing; a length needs a cable that states its propagation"},
           Contradiction{"cable_latency: \"100 ns\"", "cable_length: \"101 m\" cable: \"dr4-400-nv\"",
                         ":14:3: fabric.cable_length: \"101 m\" is beyond the reach of dr4-400-nv, 100 m"},
           Contradiction{"cable_latency: \"100 ns\"", "cable_length: \"3 m\" cable: \"mpo16-trunk\"",
                         ":14:23: fabric.cable: mpo16-trunk states no propagation; state cable_latency"},
           Contradiction{"nic: \"cx7-ndr\"\n  nics: 8", "nic: \"cx7-ndr\"",
                         ":6:3: node.nic: contradicts a node without NICs; set nics"},
           Contradiction{"nics: 8", "nics: 8 host_latency: \"1 us\"",
                         ":7:11: node.host_latency: contradicts nics: each accelerator owns its NICs, so no host link "
                         "is modelled"},
           Contradiction{"nics: 8", "nics: 4", ":2:1: node.host_latency: is missing, and no part states it"},
           Contradiction{"switch: \"qm9700\"", "switch: \"sn5600\"",
                         ":9:1: fabric.switch_latency: is missing, and sn5600 does not state it"},
           Contradiction{"nodes: 4", "nodes: 4 graph { devices { name: \"a\" } }",
                         ":1:1: nodes: contradicts graph: a cluster is either a recipe or a graph"},
           Contradiction{"nodes: 4\n", "", ":1:1: nodes: is missing; a cluster has nodes or a graph"},
       }) {
    EXPECT_EQ(refusal_of(with(wrong.piece, wrong.replacement)), wrong.message);
  }
}

TEST(ClusterFile, UnknownNamesHaveSuggestions) {
  for (const Contradiction& wrong : {
           Contradiction{"nvidia-h800-sxm5", "nvidia-h800-sxm4",
                         ":3:3: node.accelerator: unknown accelerator \"nvidia-h800-sxm4\"; did you mean "
                         "\"nvidia-h800-sxm5\"? "},
           Contradiction{"cx7-ndr", "cx7-ndrx", ":6:3: node.nic: unknown NIC \"cx7-ndrx\"; did you mean \"cx7-ndr\"? "},
           Contradiction{"qm9700", "qm97000",
                         ":13:3: fabric.switch: unknown switch \"qm97000\"; did you mean \"qm9700\"? "},
           Contradiction{
               "fat_tree", "fattree",
               ":10:3: fabric.generator: unknown topology generator \"fattree\"; did you mean \"fat_tree\"? "},
           Contradiction{"tiers=2", "teirs=2",
                         ":11:3: fabric.options[0]: unknown option of fat_tree \"teirs\"; did you mean \"tiers\"? "},
           Contradiction{"nodes: 4", "nodes: 4 routing: \"sprai\"",
                         ":1:10: routing: unknown routing \"sprai\"; did you mean \"spray\"? "},
       }) {
    const std::string text = refusal_of(with(wrong.piece, wrong.replacement));
    EXPECT_TRUE(text.starts_with(wrong.message)) << text;
  }
  EXPECT_TRUE(refusal([] {
                (void)catalog().cluster("deepseek-v3-2408");
              }).starts_with("unknown cluster \"deepseek-v3-2408\"; did you mean \"deepseek-v3-2048\"? "));
}

TEST(ClusterFile, AKindOfScaleUpDomainThatIsNotKnownIsRefused) {
  const TemporaryFile file("nodes: 1 node { accelerators: 8 scale_up { kind: \"switch\" latency: \"1 us\" } }");
  EXPECT_TRUE(refusal([&] { (void)catalog().cluster(file.path()); }, file.path())
                  .starts_with(":1:44: node.scale_up.kind: unknown kind of scale-up domain \"switch\"; did you mean "
                               "\"switched\"?"));
}

TEST(ClusterFile, SeveralLevelsMustBeStated) {
  const TemporaryFile file(
      "nodes: 1 node { accelerator: \"huawei-ascend-910c\" accelerators: 8 scale_up { latency: \"1 us\" } }");
  EXPECT_TRUE(refusal([&] { (void)catalog().cluster(file.path()); }, file.path())
                  .starts_with(":1:67: node.scale_up.kind: is missing; huawei-ascend-910c joins its domain in several "
                               "levels, so say how: "));
}

TEST(GraphFile, IsReadAsItIs) {
  const TemporaryFile file(
      "graph {\n"
      "  devices { name: \"a\" } devices { name: \"b\" node: 5 } devices { name: \"c\" node: 5 }\n"
      "  devices { name: \"s\" kind: network_switch }\n"
      "  links { name: \"l\" from: \"a\" to: \"s\" rate: \"1 Gbps\" latency: \"1 us\" }\n"
      "  links { name: \"m\" from: \"a\" to: \"s\" rate: \"1 Gbps\" one_way: true fatpipe: true tier: \"x\" }\n"
      "}\n");
  const ClusterChoice choice = catalog().cluster(file.path());
  ASSERT_TRUE(choice.graph.has_value());
  const GraphSpec& graph = *choice.graph;
  ASSERT_EQ(graph.devices.size(), 4U);
  EXPECT_EQ(graph.devices[0].node, 6);  // after the largest stated one
  EXPECT_EQ(graph.devices[2].node, 5);
  EXPECT_EQ(graph.devices[2].rail, 1);
  EXPECT_FALSE(graph.devices[0].forwards);
  EXPECT_TRUE(graph.devices[3].forwards);
  ASSERT_EQ(graph.edges.size(), 2U);
  EXPECT_TRUE(graph.edges[0].two_way && graph.edges[0].shared);
  EXPECT_EQ(graph.edges[0].latency.ps(), 1000000);
  EXPECT_FALSE(graph.edges[1].two_way || graph.edges[1].shared);
  EXPECT_EQ(graph.edges[1].latency.ps(), 0);
}

TEST(GraphFile, NamesThatExistTwiceOrNotAreRefused) {
  const std::string devices = "graph { devices { name: \"a\" } devices { name: \"b\" }\n";
  const std::string link = "links { name: \"l\" from: \"a\" to: \"b\" rate: \"1 Gbps\" }\n";
  EXPECT_EQ(refusal_of("graph { devices { name: \"a\" }\ndevices { name: \"a\" } }"),
            ":2:11: graph.devices[1].name: a device \"a\" exists already");
  EXPECT_EQ(refusal_of(devices + link + link + "}"), ":3:9: graph.links[1].name: a link \"l\" exists already");
  EXPECT_EQ(
      refusal_of(devices + link + "links { name: \"l~\" from: \"a\" to: \"b\" rate: \"1 Gbps\" one_way: true } }"),
      ":3:9: graph.links[1].name: a link \"l~\" exists already");
  EXPECT_EQ(refusal_of(devices + "links { name: \"l\" from: \"a\" to: \"x\" rate: \"1 Gbps\" } }"),
            ":2:29: graph.links[0].to: unknown device \"x\". Allowed: a, b");
  EXPECT_EQ(refusal_of(devices + "links { name: \"l\" from: \"a\" to: \"a\" rate: \"1 Gbps\" } }"),
            ":2:29: graph.links[0].to: a link from a device to itself carries nothing");
  EXPECT_EQ(refusal_of("graph { devices { name: \"a.b\" } }"),
            ":1:19: graph.devices[0].name: \"a.b\" holds a '.', which joins the ends of a link");
  EXPECT_EQ(refusal_of("graph { }"), ":1:1: graph.devices: there is none; a graph needs at least one");
  // Links need no name: any number may have none.
  const std::string plain = "links { from: \"a\" to: \"b\" rate: \"1 Gbps\" }\n";
  EXPECT_EQ(refusal_of(devices + plain + plain + "}"), "");
  EXPECT_EQ(
      refusal_of(devices + "links { from: \"a\" to: \"b\" rate: \"1 Gbps\" one_way: true back_latency: \"1 ns\" } }"),
      ":2:56: graph.links[0].back_latency: contradicts one_way: there is no link back");
}

}  // namespace
}  // namespace polyplane::sim
