#include "tests/import/imports.h"

namespace polyplane::topology {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

/// How many edges read so, by their words.
std::size_t count(const ImportedFabric& fabric, const std::string& words) {
  std::size_t n = 0;
  for (const std::string& edge : edges_of(fabric)) n += edge == words ? 1 : 0;
  return n;
}

TEST(SlurmConf, Tree) {
  const ImportedFabric fabric = import_input("slurm_conf", "tree.conf");
  EXPECT_EQ(fabric.devices.size(), 8U + 3U);
  EXPECT_EQ(fabric.devices[7].name, "node07/gpu0");
  EXPECT_EQ(device_of(fabric, "spine").tier, 2);
  // Four nodes of one card below each leaf: four uplinks of the rate of a NIC.
  EXPECT_EQ(count(fabric, "leaf0 -- spine 400 Gbps 0 ps leaf-spine plane 0"), 4U);
  EXPECT_EQ(count(fabric, "node07/gpu0 -- leaf1 400 Gbps 0 ps gpu-leaf plane 0"), 1U);
  EXPECT_THAT(warnings_of(fabric), ElementsAre("2: LinkSpeed is not read; Slurm does not use it either"));
  EXPECT_THAT(fabric.assumed, Contains("not given: NICs and cables of 400 Gbps"));
}

TEST(SlurmConf, CardsRatesAndOversubscription) {
  const ImportedFabric fabric = import_input("slurm_conf", "tree.conf",
                                             {"accelerators_per_node=2", "rate=200 Gbps", "oversubscription=3:1",
                                              "scale_up_rate=450 GB/s", "cable_latency=1 us"});
  // 8 cards below a leaf, three to one: 8/3, so 3 uplinks.
  EXPECT_EQ(count(fabric, "leaf0 -- spine 200 Gbps 1 us leaf-spine plane 0"), 3U);
  EXPECT_EQ(count(fabric, "node03/gpu1 -- leaf0 200 Gbps 0 ps gpu-leaf plane 0"), 1U);
  EXPECT_EQ(count(fabric, "node03/gpu1 -- node03/nvswitch 3.6 Tbps 0 ps nvlink"), 1U);
}

TEST(SlurmConf, Blocks) {
  const ImportedFabric fabric = import_input("slurm_conf", "block.conf", {"scale_up_rate=900 GB/s"});
  // Sizes 2 and 4: two blocks make a group; both groups meet on one more switch.
  EXPECT_EQ(count(fabric, "rack2 -- blocks4-1 400 Gbps 0 ps leaf-spine plane 0"), 2U);
  EXPECT_EQ(count(fabric, "blocks4-1 -- blocks-all-0 400 Gbps 0 ps spine-core plane 0"), 4U);
  EXPECT_EQ(count(fabric, "n6/gpu0 -- rack3/nvswitch 7.2 Tbps 0 ps nvlink"), 1U);  // a block is a scale-up domain
}

TEST(SlurmConf, Rings) {
  const ImportedFabric fabric = import_input("slurm_conf", "ring.conf");
  EXPECT_EQ(count(fabric, "router/a5 -- router/a1 400 Gbps 0 ps leaf-leaf plane 0"), 1U);
  EXPECT_EQ(count(fabric, "router/b1 -- router/b2 400 Gbps 0 ps leaf-leaf plane 1"), 1U);  // two nodes: one cable
  EXPECT_EQ(fabric.edges.size(), 7U + 5U + 1U);
  EXPECT_FALSE(fabric.lossless);
}

TEST(SlurmConf, RefusesWithLineAndField) {
  const auto refuse = [](const std::string& text) { return refusal("slurm_conf", text); };
  EXPECT_EQ(
      refuse("\nSwichName=a Nodes=b"),
      "file:2: SwichName: unknown key \"SwichName\"; did you mean \"SwitchName\"? Allowed: BlockName, BlockSizes, "
      "LinkSpeed, Nodes, RingName, SwitchName, Switches");
  EXPECT_EQ(refuse("SwitchName=a"), "file:1: Nodes: one of Nodes and Switches is needed, not both");
  EXPECT_EQ(refuse("SwitchName=a Nodes=n1\nSwitchName=a Nodes=n2"), "file:2: name: \"a\" is there already, at line 1");
  EXPECT_EQ(refuse("SwitchName=a Nodes=n1\nSwitchName=b Nodes=n[1-2]"),
            "file:2: nodes: \"n1\" is there twice (line 1)");
  EXPECT_EQ(refuse("SwitchName=leaf1 Nodes=n1\nSwitchName=b Switches=leaf2"),
            "file:2: Switches: unknown switch \"leaf2\"; did you mean \"leaf1\"? Allowed: leaf1, b");
  EXPECT_EQ(refuse("SwitchName=a Switches=b\nSwitchName=b Switches=a\nSwitchName=c Nodes=n"),
            "file:1: Switches: switch \"a\" is above itself, over other switches");
  EXPECT_EQ(refuse("SwitchName=a Nodes=n1\nSwitchName=b Switches=a,a"), "file:2: Switches: \"a\" is named twice");
  EXPECT_EQ(refuse("SwitchName=a Nodes=n1\nBlockName=b Nodes=n2"),
            "file:2: BlockName: does not go with another kind of topology in the same file");
  EXPECT_THAT(refuse("SwitchName=a Nodes=n[1-"), testing::StartsWith("file:1: Nodes: "));
  EXPECT_EQ(refuse("SwitchName=a Nodes"), "file:1: \"Nodes\" is not Key=Value");
  EXPECT_EQ(refuse("RingName=a Nodes=n[1-17]"), "file:1: Nodes: a ring has at most 16 nodes, not 17");
  EXPECT_EQ(refuse("BlockSizes=4\nSwitchName=a Nodes=n"), "file:2: BlockSizes: is there without a BlockName");
  EXPECT_EQ(refuse("BlockSizes=4,6\nBlockName=a Nodes=n1\nBlockName=b Nodes=n2"),
            "file:2: BlockSizes: 6 is no multiple of the size before it, 4");
  EXPECT_EQ(refuse("# nothing"), "file: holds no SwitchName, BlockName or RingName");
  EXPECT_EQ(refusal("slurm_conf", "SwitchName=a Nodes=n1", {"hosts=n2"}),
            "file:1: names its nodes itself; option hosts is for a flat topology");
}

TEST(SlurmConf, HostlistBombsAreRefusedBeforeTheyGoOff) {
  EXPECT_THAT(refusal<LimitError>("slurm_conf", "SwitchName=a Nodes=n[0-999999]"), HasSubstr("file:1: Nodes: "));
  EXPECT_THAT(
      refusal<LimitError>("slurm_conf", "SwitchName=a Nodes=n[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]"),
      HasSubstr("file:1: Nodes: "));
}

TEST(SlurmYaml, TheDefaultOfSeveral) {
  const ImportedFabric fabric = import_input("slurm_yaml", "several.yaml");
  EXPECT_EQ(count(fabric, "s2 -- top 400 Gbps 0 ps leaf-spine plane 0"), 3U);
  EXPECT_EQ(fabric.devices.size(), 5U + 3U);
  EXPECT_EQ(fabric.warnings.size(), 5U);
  EXPECT_EQ(warnings_of(fabric).front(), "12: topology \"racks\" is not read; option topology chooses");
}

TEST(SlurmYaml, Torus) {
  const ImportedFabric fabric = import_input("slurm_yaml", "several.yaml", {"topology=cube"});
  // 3 x 2 x 1, x fastest: two circles of three in x, three pairs in y. Node 4 is at (0,1).
  EXPECT_EQ(fabric.edges.size(), 6U + 2 * 3U + 3U);
  EXPECT_EQ(count(fabric, "router/node03 -- router/node01 400 Gbps 0 ps leaf-leaf plane 0"), 1U);
  EXPECT_EQ(count(fabric, "router/node01 -- router/node04 400 Gbps 0 ps leaf-leaf plane 0"), 1U);
  EXPECT_THAT(warnings_of(fabric), Contains("31: placements are not read: they say where jobs may go"));
}

TEST(SlurmYaml, RegionsOfATorus) {
  const ImportedFabric fabric = import_input("slurm_yaml", "several.yaml", {"topology=parts"});
  // a3 is at (0,1,1): place 0 + 2 * (1 + 2 * 1) = 6. Its neighbour in z is place 4 - no node there.
  EXPECT_EQ(count(fabric, "router/u-2 -- router/a3 400 Gbps 0 ps leaf-spine plane 0"), 1U);
  EXPECT_EQ(fabric.devices.size(), 4U + 8U);
}

TEST(SlurmYaml, BlocksRingsAndFlat) {
  EXPECT_EQ(count(import_input("slurm_yaml", "several.yaml", {"topology=racks"}),
                  "b1 -- blocks4-0 400 Gbps 0 ps leaf-spine plane 0"),
            2U);
  EXPECT_EQ(import_input("slurm_yaml", "several.yaml", {"topology=circle"}).edges.size(), 8U);
  EXPECT_EQ(import_input("slurm_yaml", "several.yaml", {"topology=one", "hosts=x[1-3]"}).edges.size(), 3U);
  EXPECT_EQ(refusal("slurm_yaml", input("slurm_yaml/several.yaml"), {"topology=one"}),
            "file:40: flat: names no nodes; option hosts must: hosts=node[1-8]");
}

TEST(SlurmYaml, RefusesWithLineAndField) {
  const std::string text = input("slurm_yaml/several.yaml");
  const auto with = [&](const std::string& from, const std::string& to) {
    return refusal("slurm_yaml", replaced(text, from, to));
  };
  EXPECT_EQ(
      with("children: s[1-2]", "childrn: s[1-2]"),
      "file:7: [0].tree.switches[0]: unknown key \"childrn\"; did you mean \"children\"? Allowed: children, nodes, "
      "switch");
  EXPECT_EQ(with("cluster_default: true", "cluster_default: maybe"),
            "file:3: [0].cluster_default: \"maybe\" is neither true nor false");
  EXPECT_EQ(with("switch: s2", "switch: s1"), "file:10: [0].tree.switches[2]: \"s1\" is there already, at line 8");
  EXPECT_EQ(refusal("slurm_yaml", text, {"topology=cubes"}),
            "file: option topology: unknown topology \"cubes\"; did you mean \"cube\"? Allowed: fabric, racks, circle, "
            "cube, parts, one");
  EXPECT_EQ(refusal("slurm_yaml", replaced(text, "x: 3", "x: 4"), {"topology=cube"}),
            "file:28: nodes: 6 do not fill 8 places");
  EXPECT_EQ(refusal("slurm_yaml", "a: [1"), "file:2: is not YAML: did not find expected ',' or ']'");
  EXPECT_EQ(refusal("slurm_yaml", "tree: 1"), "file:1: is a mapping where a list belongs");
  EXPECT_EQ(refusal("slurm_yaml", "- topology: a\n  topology: b"), "file:2: topology: is given twice");
  EXPECT_EQ(refusal("slurm_yaml", "- {topology: a}\n---\n- b"), "file:2: holds a second document; one is read");
  EXPECT_EQ(refusal("slurm_yaml", ""), "file: holds no YAML document");
}

TEST(SlurmYaml, BillionLaughsAndDeepNesting) {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int k = 0; k < 10; ++k) laughs += (k ? ", " : "") + before;
    laughs += "]\n";
  }
  EXPECT_THAT(refusal<LimitError>("slurm_yaml", laughs), HasSubstr("has more than 2000000 values"));
  EXPECT_THAT(refusal<LimitError>("slurm_yaml", std::string(100, '[') + std::string(100, ']')),
              HasSubstr("nested more than 64 deep"));
}

}  // namespace
}  // namespace polyplane::topology
