// scale_up of a cluster file or one-liner: what it takes from the accelerator, and what contradicts it.
#include <gtest/gtest.h>

#include "base/error.h"
#include "sim/catalog.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

topology::ScaleUpSpec scale_up_of(const std::string& text) {
  const TemporaryFile file(text);
  return Catalog(POLYPLANE_CONFIGS_DIRECTORY).cluster(file.path()).spec.node.scale_up;
}

/// Without the name of the file.
std::string refusal_of(const std::string& text) {
  const TemporaryFile file(text);
  return refusal([&] { (void)Catalog(POLYPLANE_CONFIGS_DIRECTORY).cluster(file.path()); }, file.path());
}

std::string cards(const std::string& accelerator, int count, const std::string& scale_up, int nodes = 1) {
  return "nodes: " + std::to_string(nodes) + " node { accelerator: \"" + accelerator +
         "\" accelerators: " + std::to_string(count) + " scale_up { latency: \"1 us\" " + scale_up + " } }";
}

TEST(ScaleUpFile, KindAndLinkGroupsComeFromThePart) {
  const auto mi300x = scale_up_of(cards("amd-mi300x", 2, ""));
  EXPECT_EQ(mi300x.kind, "full_mesh");
  EXPECT_EQ(mi300x.rate.bps(), 448'000'000'000 * 8);
  EXPECT_EQ(mi300x.peer_rate.bps(), 64'000'000'000 * 8);
  EXPECT_EQ(mi300x.link_rate.bps(), 0);                                                   // of no use to a full mesh
  EXPECT_EQ(scale_up_of(cards("intel-gaudi3", 8, "")).peer_rate.bps(), 600'000'000'000);  // 3 x 200 Gbps
  EXPECT_EQ(scale_up_of(cards("huawei-ascend-910b", 8, "")).peer_rate.bps(), 224'000'000'000);
  const auto h100 = scale_up_of(cards("nvidia-h100-sxm5", 8, ""));
  EXPECT_EQ(h100.kind, "switched");
  EXPECT_EQ(h100.peer_rate.bps(), 0);
  const auto tpu = scale_up_of(cards("google-tpu-v5p", 4, "options: \"dims=2x2x1\" options: \"cubes=4\""));
  EXPECT_EQ(tpu.kind, "torus");
  EXPECT_EQ(tpu.link_rate.bps(), 800'000'000'000);
}

TEST(ScaleUpFile, ALowerRateLowersLinksInProportion) {
  EXPECT_EQ(scale_up_of(cards("amd-mi300x", 8, "rate: \"224 GB/s\"")).peer_rate.bps(), 32'000'000'000 * 8);
  EXPECT_EQ(scale_up_of(cards("amd-mi300x", 8, "rate: \"224 GB/s\" peer_rate: \"64 GB/s\"")).peer_rate.bps(),
            64'000'000'000 * 8);
}

TEST(ScaleUpFile, TheDomainIsComparedWithThePart) {
  EXPECT_EQ(scale_up_of(cards("nvidia-gb200-nvl72", 4, "domain_nodes: 18", 18)).domain_nodes, 18);
  EXPECT_EQ(
      refusal_of(cards("nvidia-gb200-nvl72", 4, "domain_nodes: 19", 19)),
      ":1:95: node.scale_up.domain_nodes: 19 nodes of 4 contradicts nvidia-gb200-nvl72, whose scale-up domain has "
      "at most 72");
  EXPECT_EQ(refusal_of(cards("nvidia-h100-sxm5", 16, "")),
            ":1:49: node.accelerators: 16 contradicts nvidia-h100-sxm5, whose scale-up domain has at most 8");
  // Islands of two stand in a node of eight.
  EXPECT_EQ(scale_up_of(cards("nvidia-h100-nvl", 8, "")).kind, "bridge");
  EXPECT_NE(refusal_of(cards("nvidia-h100-nvl", 8, "options: \"island=4\"")).find("has at most 2"), std::string::npos);
}

TEST(ScaleUpFile, ContradictionsAreRefused) {
  const auto says = [](const std::string& text, const std::string& part) {
    const std::string problem = refusal_of(text);
    EXPECT_NE(problem.find(part), std::string::npos) << problem;
  };
  says(cards("nvidia-h100-sxm5", 8, "link_rate: \"25 GB/s\""), "contradicts kind switched, which has no use for it");
  says(cards("amd-mi300x", 8, "peer_rate: \"65 GB/s\""), "node.scale_up.peer_rate");
  says(cards("amd-mi300x", 8, "kind: \"ring\""), "ring contradicts amd-mi300x, which is full_mesh");
  says(cards("amd-mi300x", 1, ""), "a domain of one accelerator has no peer");
  says(cards("google-tpu-v4", 4, ""), "dims");
  says(cards("google-tpu-v4", 4, "options: \"dims=2x3\""), "has 6 points for the 4 cards");
  says(cards("google-tpu-v4", 4, "options: \"dim=2x2\""), "did you mean \"dims\"?");
  says(cards("google-tpu-v4", 27, "options: \"dims=3x3x3\" options: \"lanes=2\""),
       "12 links of 400 Gbps contradict 2.4 Tbps over all links of a card");
  says(cards("nvidia-gb200-nvl72", 4, "domain_nodes: 5", 18), "5 does not divide the 18 nodes");
  says(cards("nvidia-gb200-nvl72", 4, "kind: \"none\" domain_nodes: 2", 2), "contradicts kind none");
}

TEST(ScaleUpOneLiner, OptionsHaveThePrefix) {
  const auto spec = [](const std::string& text) { return Catalog(POLYPLANE_CONFIGS_DIRECTORY).cluster(text).spec; };
  const auto torus = spec(
      "single_switch:endpoints=32,radix=64,per_node=4,scale_up=torus,scale_up_dims=4x4,scale_up_domain_nodes=4,"
      "scale_up_link_rate=400Gbps");
  EXPECT_EQ(torus.nodes, 8);
  EXPECT_EQ(torus.node.scale_up.kind, "torus");
  EXPECT_EQ(torus.node.scale_up.domain_nodes, 4);
  EXPECT_EQ(torus.node.scale_up.options, std::vector<std::string>{"dims=4x4"});
  EXPECT_EQ(torus.node.scale_up.link_rate.bps(), 400'000'000'000);
  // The kind of the accelerator, too, tells which options there are; a domain of single cards is one.
  EXPECT_EQ(spec("single_switch:endpoints=16,radix=64,accelerator=google-tpu-v4,scale_up_domain_nodes=16,"
                 "scale_up_dims=4x4x1")
                .node.scale_up.options,
            std::vector<std::string>{"dims=4x4x1"});
  const auto refusal_of_line = [&](const std::string& text) { return refusal([&] { (void)spec(text); }, text); };
  EXPECT_NE(refusal_of_line("single_switch:endpoints=16,radix=64,per_node=4,scale_up=tours").find("\"torus\""),
            std::string::npos);
  EXPECT_NE(
      refusal_of_line("single_switch:endpoints=16,radix=64,per_node=4,scale_up=ring,scale_up_dims=4").find("dims"),
      std::string::npos);
  EXPECT_NE(refusal_of_line("single_switch:endpoints=16,radix=64,scale_up=ring").find("set per_node"),
            std::string::npos);
}

}  // namespace
}  // namespace polyplane::sim
