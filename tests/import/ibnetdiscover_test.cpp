#include "tests/import/imports.h"

namespace polyplane::topology {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Ibnetdiscover, ReadsWhatItPrintedOfAFatTree) {
  // Made by scripts/make-ibnet fat_tree:endpoints=16,radix=8,tiers=2: 4 leaves with 4 hosts and 4 uplinks each, 2 spines.
  const ImportedFabric fabric = import_input("ibnetdiscover", "fat-tree-16.txt");
  EXPECT_EQ(fabric.devices.size(), 16U + 6U);
  EXPECT_EQ(fabric.edges.size(), 16U + 16U);
  EXPECT_EQ(fabric.devices[2].name, "host2/mlx5_0");  // after host1, before host10
  EXPECT_EQ(fabric.devices[10].node, 10);
  EXPECT_EQ(device_of(fabric, "leaf0").tier, 1);
  EXPECT_EQ(device_of(fabric, "spine1").tier, 2);
  std::size_t access = 0, between = 0;
  for (const std::string& edge : edges_of(fabric)) {
    access += edge.ends_with("100 Gbps 0 ps gpu-leaf plane 0") ? 1 : 0;
    between += edge.ends_with("100 Gbps 0 ps leaf-spine plane 0") ? 1 : 0;
  }
  EXPECT_EQ(access, 16U);
  EXPECT_EQ(between, 16U);
  EXPECT_TRUE(fabric.lossless);
  EXPECT_TRUE(fabric.warnings.empty());
}

TEST(Ibnetdiscover, LatenciesAreThoseOfANativeFabric) {
  const ImportedFabric fabric = import_input(
      "ibnetdiscover", "fat-tree-16.txt",
      {"switch_latency=130 ns", "cable_latency=320 ns", "access_cable_latency=98 ns", "nic_latency=300 ns"});
  // Into a switch: 300 + 98 + 130 = 528 ns, out of it 398 ns; between switches 320 + 130 = 450 ns.
  for (const ImportedFabric::Edge& edge : fabric.edges) {
    const bool from_host = fabric.devices[edge.from].kind == DeviceKind::accelerator;
    const std::string text = words_of(fabric, edge);
    if (edge.tier == "leaf-spine") {
      EXPECT_THAT(text, HasSubstr("450 ns leaf-spine"));
    } else {
      EXPECT_THAT(text, HasSubstr(from_host ? "528 ns / 398 ns" : "398 ns / 528 ns"));
    }
  }
  EXPECT_THAT(fabric.assumed, testing::Each(testing::Not(HasSubstr("taken as 0"))));
}

TEST(Ibnetdiscover, PlanesRailsAndWhatIsNoHost) {
  const ImportedFabric fabric = import_input("ibnetdiscover", "two-planes.txt");
  EXPECT_THAT(names_of(fabric), ElementsAre("node2_pod1/mlx5_0", "node2_pod1/mlx5_1", "node10_pod1/mlx5_0",
                                            "node10_pod1/mlx5_1", "plane0-leaf", "plane1-leaf"));
  EXPECT_THAT(edges_of(fabric), ElementsAre("node2_pod1/mlx5_0 -- plane0-leaf 400 Gbps 0 ps gpu-leaf plane 0",
                                            "node2_pod1/mlx5_1 -- plane1-leaf 200 Gbps 0 ps gpu-leaf plane 1",
                                            "node10_pod1/mlx5_0 -- plane0-leaf 400 Gbps 0 ps gpu-leaf plane 0",
                                            "node10_pod1/mlx5_1 -- plane1-leaf 200 Gbps 0 ps gpu-leaf plane 1"));
  EXPECT_EQ(device_of(fabric, "node10_pod1/mlx5_1").rail, 1);
  EXPECT_EQ(device_of(fabric, "node10_pod1/mlx5_1").node, 1);
  EXPECT_THAT(warnings_of(fabric),
              ElementsAre("35: aggregation nodes of SHARP are left out: they are no hosts",
                          "39: routers are left out: one subnet is read",
                          "19+3: a '.' in the name of a device became '_' (selectors write A.B for a link)",
                          "0: the switches are 2 planes that no cable joins; cards on different ones reach each other "
                          "only through a node whose cards are joined (scale_up_rate)"));
}

TEST(Ibnetdiscover, CardsOfANodeAreJoinedWhenAsked) {
  const ImportedFabric fabric =
      import_input("ibnetdiscover", "two-planes.txt", {"scale_up_rate=450 GB/s", "scale_up_latency=301 ns"});
  EXPECT_THAT(edges_of(fabric), testing::Contains("node2_pod1/mlx5_0 -- node2_pod1/nvswitch 3.6 Tbps 150.5 ns nvlink"));
  EXPECT_EQ(fabric.edges.size(), 8U);
}

TEST(Ibnetdiscover, EveryRate) {
  const std::string text = input("ibnetdiscover/two-planes.txt");
  const auto rate = [&](std::string word) {
    std::string changed = text;
    for (std::size_t at = changed.find("4xNDR"); at != std::string::npos; at = changed.find("4xNDR")) {
      changed.replace(at, 5, word);
    }
    return import_fabric("ibnetdiscover", "file", changed, {}).edges.front().rate.bps();
  };
  EXPECT_EQ(rate("1xSDR"), 2'000'000'000);
  EXPECT_EQ(rate("4xQDR"), 32'000'000'000);
  EXPECT_EQ(rate("4xFDR10"), 40'000'000'000);
  EXPECT_EQ(rate("4xFDR"), 54'545'454'544);  // 4 x 14.0625 Gb/s x 64/66, each lane rounded down
  EXPECT_EQ(rate("12xEDR"), 300'000'000'000);
  EXPECT_EQ(rate("4xXDR"), 800'000'000'000);
}

TEST(Ibnetdiscover, RefusesWithLineAndField) {
  const std::string text = input("ibnetdiscover/two-planes.txt");
  const auto with = [&](const std::string& from, const std::string& to) {
    return refusal("ibnetdiscover", replaced(text, from, to));
  };
  EXPECT_EQ(with("lid 3 4xNDR", "lid 3 4xNDX"),
            "file:7: speed: unknown speed \"NDX\"; did you mean \"NDR\"? Allowed: SDR, DDR, QDR, FDR10, FDR, EDR, HDR, "
            "NDR, XDR");
  EXPECT_EQ(with("lid 3 4xNDR", "lid 3 5xNDR"), "file:7: width: 5x is none of 1x, 2x, 4x, 8x, 12x");
  EXPECT_EQ(with("lid 3 4xNDR", "lid 3 4xHDR"), "file:20: speed: differs from that of the same cable at line 7");
  EXPECT_EQ(with("Switch\t4", "Switch\tx"), "file:6: ports: \"x\" is not a whole number from 1 to 255");
  EXPECT_EQ(
      with("Switch\t4", "Swich\t4"),
      "file:6: unknown record \"Swich\"; did you mean \"Switch\"? Allowed: Ca, Chassis, Rt, Switch, [port], caguid, "
      "devid, rtguid, switchguid, sysimgguid, vendid");
  EXPECT_EQ(with("[1]\t\"H-0000000000000010\"[1]", "[1]\t\"H-0000000000000010\"[2]"),
            "file:20: peer: port 1 of \"S-00000b8cef603001\" leads elsewhere (line 7)");
  EXPECT_EQ(with("[2][ext 7]", "[1]"), "file:8: port: 1 of \"S-00000b8cef603001\" stands already at line 7");
  EXPECT_EQ(with("[1](11) \t\"S-00000b8cef603001\"[1]", "[2](11) \t\"S-00000b8cef603001\"[1]"),
            "file:20: peer: port 1 of \"S-00000b8cef603001\" leads elsewhere (line 7)");
  EXPECT_EQ(
      with("[1](11) \t\"S-00000b8cef603001\"[1]", "# "),
      "file:7: peer: port 1 of \"H-0000000000000010\" does not stand in the file; every cable stands there twice");
  EXPECT_EQ(with("[1](31) \t\"S-00000b8cef603001\"", "[1](31) \t\"S-0000000000000077\""),
            "file:36: peer: \"S-0000000000000077\" is no Switch, Ca or Rt of this file; is it cut off?");
  EXPECT_EQ(refusal("ibnetdiscover", "# nothing\n"), "file: holds no Switch, Ca or Rt record of ibnetdiscover");
  EXPECT_EQ(refusal("ibnetdiscover", "[1] \"a\"[1]\n"), "file:1: port: stands under no Switch, Ca or Rt");
}

}  // namespace
}  // namespace polyplane::topology
