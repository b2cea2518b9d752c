// Bills by hand. Prices and watts that the arithmetic uses stand in configs/hardware and configs/prices.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/bill_of_materials.h"
#include "sim/catalog.h"
#include "sim/cluster_graph.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

Catalog catalog() { return Catalog(POLYPLANE_CONFIGS_DIRECTORY); }

BillOfMaterials bill_of(const std::string& cluster, const std::string& prices) {
  const ClusterChoice choice = catalog().cluster(cluster);
  return bill(build(choice), choice, catalog().prices(prices));
}

BillOfMaterials bill_of_file(const std::string& text, const std::string& prices) {
  const TemporaryFile file(text);
  return bill_of(file.path(), prices);
}

const BillLine& line_of(const BillOfMaterials& bill, const std::string& item) {
  const auto found = std::ranges::find(bill.lines, item, &BillLine::item);
  if (found != bill.lines.end()) return *found;
  std::string items;
  for (const BillLine& line : bill.lines) items += line.item + "; ";
  throw std::logic_error("no line " + item + " among " + items);
}

double dollars(const BillTotal<Money>& total) { return total.sum ? total.sum->used.dollars() : -1; }
double watts(const BillTotal<Power>& total) { return total.sum ? total.sum->used.watts() : -1; }

using Texts = std::vector<std::string>;

/// Four nodes of eight H800 on eight planes of one 64-port switch each. Pieces of it are replaced below.
constexpr const char* kCluster = R"(nodes: 4
node {
  accelerator: "nvidia-h800-sxm5"
  accelerators: 8
  scale_up { latency: "300 ns" switch: "nvswitch-3" switches: 4 }
  nic: "cx7-ndr"
  nics: 8
}
fabric {
  generator: "single_switch"
  planes: per_nic
  switch: "qm9700"
  cable: "dr4-400-nv"
  cable_length: "65 m"
  access_cable_length: "20 m"
}
)";

std::string with(std::string_view piece, std::string_view replacement) {
  std::string text = kCluster;
  const std::size_t at = text.find(piece);
  EXPECT_NE(at, std::string::npos) << piece;
  return text.replace(at, piece.size(), replacement);
}

// 127 nodes of 8 H100, 32 leaves, 16 spines; the reference architecture prints 1,020 cables down, of which 1,016 go to
// cards and 4 to the fabric manager, and 1,024 up.
TEST(Bill, DgxSuperPodAtStreetPrices) {
  const BillOfMaterials bill = bill_of("dgx-superpod-h100-4su", "street-2024");
  EXPECT_EQ(bill.endpoints, 1016);
  EXPECT_EQ(line_of(bill, "leaf switch").count, 32);
  EXPECT_EQ(line_of(bill, "spine switch").count, 16);
  EXPECT_EQ(line_of(bill, "link, gpu-leaf").count, 1016);
  EXPECT_EQ(line_of(bill, "link, leaf-spine").count, 1024);
  EXPECT_EQ(line_of(bill, "transceiver in nodes, gpu-leaf").count, 1016);
  EXPECT_EQ(line_of(bill, "transceiver in switches, gpu-leaf").count, 1016);
  EXPECT_EQ(line_of(bill, "transceiver in switches, leaf-spine").count, 2048);
  EXPECT_EQ(bill.transceivers, 4080);  // two a cable
  // 48 x 36,000 + (1,016 + 1,024) x 1,280 + 1,016 x 1,900.
  EXPECT_EQ(dollars(bill.network_cost), 1'728'000 + 2'611'200 + 1'930'400);
  // The share of a server, 38,750, holds the NICs: they are not added again.
  EXPECT_EQ(dollars(bill.system_cost), 1'728'000 + 2'611'200 + 1016 * 38'750);
  EXPECT_EQ(bill.per_endpoint(bill.network_cost)->used.cents(), 6170'87);  // 6,269,600 / 1,016 = 6,170.866
}

TEST(Bill, DeepSeekAtStreetPrices) {
  const BillOfMaterials bill = bill_of("deepseek-v3-2048", "street-2024");
  // 96 x 36,000 + 4,096 x 1,280 (1,266.67 at least) + 2,048 x 1,900.
  EXPECT_EQ(dollars(bill.network_cost), 3'456'000 + 5'242'880 + 3'891'200);
  EXPECT_EQ(bill.network_cost.sum->low.cents(), 345'600'000 + 4096 * 126'667LL + 389'120'000);
  EXPECT_EQ(bill.network_cost.sum->high, bill.network_cost.sum->used);
  EXPECT_FALSE(bill.system_cost.sum);
  EXPECT_EQ(bill.system_cost.missing, Texts{"price of nvidia-h800-sxm5"});
  EXPECT_FALSE(bill.per_endpoint(bill.system_cost));
  // Switches 747 W (bare), modules 8 W at both ends, NICs 25 W, four NVSwitches of 120 W a node.
  EXPECT_EQ(watts(bill.network_power), 96 * 747 + 2 * 4096 * 8 + 2048 * 25 + 256 * 4 * 120);
  // 1,720 W hold the modules in the switch; those in nodes remain.
  EXPECT_EQ(watts(bill.network_power_max), 96 * 1720 + 2048 * 8 + 2048 * 25 + 256 * 4 * 120);
  EXPECT_EQ(watts(bill.system_power), watts(bill.network_power) + 2048 * 700);
  EXPECT_EQ(line_of(bill, "scale-up switch, in nodes").count, 1024);
  EXPECT_EQ(line_of(bill, "scale-up switch, in nodes").price.nothing_because, "sold with the accelerators' board");
  EXPECT_EQ(line_of(bill, "scale-up link, nvlink").count, 2048);
}

TEST(Bill, ModulesAndFibresByTheCatalogue) {
  const BillOfMaterials bill = bill_of("ft2-2048", "catalogue");
  EXPECT_EQ(line_of(bill, "fibre, gpu-leaf").count, 2048);
  EXPECT_EQ(line_of(bill, "fibre, gpu-leaf").price.one->used.cents(), 64'42);     // 40.42 + 20 x 1.20
  EXPECT_EQ(line_of(bill, "fibre, leaf-spine").price.one->used.cents(), 118'42);  // 40.42 + 65 x 1.20
  // 96 x 36,000 + 8,192 x 1,119 + 2,048 x 1,900, and the fibres.
  EXPECT_EQ(bill.network_cost.sum->used.cents(), 345'600'000 + 8192 * 111'900LL + 389'120'000 + 2048 * (6442 + 11842));
  ASSERT_EQ(bill.lengths.size(), 2U);
  EXPECT_EQ(bill.lengths[0].medium, "fibre");
  EXPECT_EQ(bill.lengths[0].up_to, Length::from_metres(30));
  EXPECT_EQ(bill.lengths[0].count, 2048);
  EXPECT_EQ(bill.lengths[1].up_to, Length::from_metres(100));
  EXPECT_EQ(bill.lengths[1].count, 2048);
}

TEST(Bill, ATwinPortModuleServesTwoLinksOfOneOwner) {
  // 32 links; a node has eight, so four modules; a switch has four, so two.
  const BillOfMaterials bill = bill_of_file(with("dr4-400-nv", "2xdr4-800-nv"), "catalogue");
  EXPECT_EQ(line_of(bill, "transceiver in nodes, gpu-leaf").count, 16);
  EXPECT_EQ(line_of(bill, "transceiver in switches, gpu-leaf").count, 16);
  EXPECT_EQ(line_of(bill, "fibre, gpu-leaf").count, 32);
  EXPECT_EQ(line_of(bill, "transceiver in nodes, gpu-leaf").price.one->used, Money::from_dollars(799));
}

TEST(Bill, ASlowModuleIsTakenSeveralTimes) {
  // Ports of 800 Gbps on modules of 400 Gbps: two at each end, two fibres a link.
  std::string text = with("qm9700", "sn5600");
  text.replace(text.find("cx7-ndr"), 7, "cx8");
  text.replace(text.find("switch: \"sn5600\""), 16, "switch: \"sn5600\" switch_latency: \"500 ns\"");
  text.replace(text.find("nics: 8"), 7, "nics: 8 nic_latency: \"300 ns\"");
  const BillOfMaterials bill = bill_of_file(text, "catalogue");
  EXPECT_EQ(line_of(bill, "transceiver in nodes, gpu-leaf").count, 64);
  EXPECT_EQ(line_of(bill, "fibre, gpu-leaf").count, 64);
}

TEST(Bill, AnAssemblyIsOneCableWithBothEnds) {
  std::string text = with("cable: \"dr4-400-nv\"", "cable: \"dr4-400-nv\" access_cable: \"dac-400\"");
  text.replace(text.find("20 m"), 4, "2 m");
  const BillOfMaterials bill = bill_of_file(text, "street-2024");
  const BillLine& cable = line_of(bill, "cable, gpu-leaf");
  EXPECT_EQ(cable.count, 32);
  EXPECT_EQ(cable.price.one->used, Money::from_dollars(150));  // the sheet's link price is of optics
  EXPECT_EQ(cable.power.one->used, Power::from_milliwatts(200));
  EXPECT_EQ(bill.transceivers, 0);
  EXPECT_EQ(bill.lengths[0].medium, "copper");
  EXPECT_EQ(bill.lengths[0].up_to, Length::from_metres(3));
}

TEST(Bill, WithoutTheirNumberTheFewestScaleUpSwitchesAreTaken) {
  // H100: 8 x 450 GB/s = 28.8 Tbps on chips of 12.8 Tbps: 3 a node.
  std::string text = with("nvidia-h800-sxm5", "nvidia-h100-sxm5");
  text.replace(text.find(" switches: 4"), 12, "");
  const BillOfMaterials bill = bill_of_file(text, "street-2024");
  EXPECT_EQ(line_of(bill, "scale-up switch, in nodes").count, 12);
  EXPECT_TRUE(std::ranges::any_of(
      bill.notes, [](const std::string& note) { return note.starts_with("assumed: 3 nvswitch-3 a scale-up domain"); }));
}

// CloudMatrix384 has 6,912 modules of 400G: 5,376 of its scale-up domain, 1,536 of its two-tier RoCE fabric (SemiAnalysis).
TEST(Bill, CloudMatrixHasItsPublishedTransceivers) {
  const BillOfMaterials bill = bill_of_file(R"(nodes: 48
node {
  accelerator: "huawei-ascend-910c"
  accelerators: 8
  scale_up {
    kind: "two_level" domain_nodes: 48 latency: "200 ns" tier_name: "ub"
    switch: "ub-l1-l2-cm384" cable: "ub-sr8-400" cable_length: "30 m"
  }
  nic_rate: "400 Gbps" nic_latency: "300 ns"
  nics: 8
}
fabric {
  generator: "fat_tree" options: "tiers=2"
  switch_radix: 64 port_rate: "400 Gbps" switch_latency: "500 ns"
  cable: "sr8-400" cable_length: "30 m" access_cable_length: "20 m"
})",
                                            "street-2024");
  // 48 nodes x 7 L1 chips x 16 links of 224 Gbps, two links a module; as many at 112 L2 chips of 48 ports.
  EXPECT_EQ(line_of(bill, "transceiver in nodes, ub-up").count, 2688);
  EXPECT_EQ(line_of(bill, "transceiver in switches, ub-up").count, 2688);
  EXPECT_EQ(line_of(bill, "fibre, ub-up").count, 5376);
  EXPECT_EQ(line_of(bill, "scale-up switch, in nodes").count, 336);
  EXPECT_EQ(line_of(bill, "scale-up switch").count, 112);
  // 384 links from cards and 384 between leaves and spines.
  EXPECT_EQ(bill.transceivers, 5376 + 4 * 384);
}

TEST(Bill, AnNvl72RackHasItsCopperAndItsChips) {
  const BillOfMaterials bill = bill_of_file(R"(nodes: 18
node {
  accelerator: "nvidia-gb200-nvl72"
  accelerators: 4
  scale_up {
    domain_nodes: 18 latency: "300 ns" switch: "nvswitch-4" switches: 18 cable: "nvlink-copper" cable_length: "1 m"
  }
})",
                                            "street-2024");
  EXPECT_EQ(line_of(bill, "cable, nvlink").count, 5184);  // 72 x 7,200 Gbps / 100 Gbps
  EXPECT_EQ(line_of(bill, "scale-up switch").count, 18);
  EXPECT_EQ(bill.lengths[0].medium, "copper");
  // All of the rack is in the price of its cards.
  EXPECT_EQ(bill.network_cost.missing, Texts{"price of a network that is no part of the nodes"});
  EXPECT_EQ(dollars(bill.system_cost), 72 * 41'667);
  EXPECT_EQ(bill.network_power.missing, Texts{"power of nvswitch-4"});
}

TEST(Bill, WhoLeavesAcceleratorsOutKnowsNoSystem) {
  const BillOfMaterials bill = bill_of("ft2-2048", "deepseek-table3");
  EXPECT_TRUE(bill.network_cost.sum);
  EXPECT_EQ(bill.system_cost.missing, Texts{"price of nvidia-h800-sxm5"});
}

TEST(Bill, UnknownPricesAndWattsAreNamedAndNeverZero) {
  struct Case {
    std::string from, to, price, power;
  };
  const std::vector<Case> cases = {
      // A switch without a price or watts; without a name.
      {"switch: \"qm9700\"", "switch: \"sn4700\" port_rate: \"400 Gbps\" switch_latency: \"500 ns\"", "price of sn4700",
       "power of sn4700"},
      {"switch: \"qm9700\"", "switch_radix: 64 port_rate: \"400 Gbps\" switch_latency: \"500 ns\"",
       "price of leaf switch (no part is named)", "power of leaf switch (no part is named)"},
      // Only what the chip in it draws is known.
      {"switch: \"qm9700\"", "switch: \"th4\" switch_latency: \"500 ns\"", "price of th4",
       "power of th4 (only that of its chip is known)"},
      // A NIC without a price or watts; without a name.
      {"nic: \"cx7-ndr\"", "nic: \"cn5000\" nic_latency: \"300 ns\"", "price of cn5000", "power of cn5000"},
      {"nic: \"cx7-ndr\"", "nic_rate: \"400 Gbps\" nic_latency: \"300 ns\"", "price of NIC (no part is named)",
       "power of NIC (no part is named)"},
      // A module without a price (and with watts); cables without a name; a constant in place of a cable.
      {"dr4-400-nv\"\n  cable_length: \"65 m\"", "2xsr4-800-nv\"\n  cable_length: \"50 m\"", "price of 2xsr4-800-nv",
       ""},
      {"cable: \"dr4-400-nv\"\n  cable_length: \"65 m\"\n  access_cable_length: \"20 m\"",
       "cable_latency: \"1 ns\" access_cable_latency: \"1 ns\"", "price of link, gpu-leaf (no part is named)",
       "power of link, gpu-leaf (no part is named)"},
      {"dr4-400-nv", "fibre-propagation", "price of link, gpu-leaf of fibre-propagation",
       "power of link, gpu-leaf of fibre-propagation"},
      // Fibres are priced by the metre, and no length is stated.
      {"cable_length: \"65 m\"\n  access_cable_length: \"20 m\"",
       "cable_latency: \"1 ns\" access_cable_latency: \"1 ns\"", "price of fibre, gpu-leaf (no part is named)", ""},
      // A scale-up switch that is not named.
      {" switch: \"nvswitch-3\" switches: 4", "", "price of scale-up switch, in nodes (no part is named)",
       "power of scale-up switch, in nodes (no part is named)"}};
  for (const Case& wrong : cases) {
    const BillOfMaterials bill = bill_of_file(with(wrong.from, wrong.to), "catalogue");
    EXPECT_EQ(bill.network_cost.sum.has_value(), wrong.price.empty()) << wrong.to;
    EXPECT_EQ(bill.network_power.sum.has_value(), wrong.power.empty()) << wrong.to;
    EXPECT_EQ(bill.network_power_max.sum.has_value(), wrong.power.empty()) << wrong.to;
    ASSERT_FALSE(bill.network_cost.missing.empty()) << wrong.to;
    EXPECT_EQ(bill.network_cost.missing[0], wrong.price);
    EXPECT_EQ(bill.network_power.missing, wrong.power.empty() ? Texts{} : Texts{wrong.power});
    EXPECT_FALSE(bill.system_cost.sum);
  }
}

TEST(Bill, AnAcceleratorWithoutWattsLeavesTheSystemUnknown) {
  std::string text = with("nvidia-h800-sxm5", "huawei-ascend-910c");
  text.replace(text.find("latency: \"300 ns\""), 17, "latency: \"300 ns\" kind: \"switched\"");
  const BillOfMaterials bill = bill_of_file(text, "catalogue");
  EXPECT_TRUE(bill.network_power.sum);
  EXPECT_FALSE(bill.system_power.sum);
  EXPECT_EQ(bill.system_power.missing, Texts{"power of huawei-ascend-910c"});
}

TEST(Bill, NicsOnTheAcceleratorCostAndDrawNothingMore) {
  const BillOfMaterials bill =
      bill_of_file(with("nic: \"cx7-ndr\"", "nic: \"gaudi3-integrated\" nic_latency: \"300 ns\""), "street-2024");
  EXPECT_EQ(line_of(bill, "NIC").price.nothing_because, "part of the accelerator");
  EXPECT_TRUE(bill.network_power.sum);
}

TEST(Bill, OtherCablesOfOneTier) {
  std::string text = with("cable_length: \"65 m\"",
                          "cable_length: \"65 m\" tiers { tier: \"leaf-spine\" cable: \"dr4-400-generic\" "
                          "cable_length: \"300 m\" }");
  text.replace(text.find("single_switch"), 13, "fat_tree\" options: \"leaf_down=4\" options: \"tiers=2");
  const BillOfMaterials bill = bill_of_file(text, "catalogue");
  EXPECT_EQ(line_of(bill, "transceiver in switches, leaf-spine").part, "dr4-400-generic");
  EXPECT_EQ(line_of(bill, "fibre, leaf-spine").length, Length::from_metres(300));
  EXPECT_EQ(line_of(bill, "transceiver in switches, gpu-leaf").part, "dr4-400-nv");
  text.replace(text.find("tier: \"leaf-spine\""), 18, "tier: \"leaf-spin\"");
  EXPECT_NE(refusal([&] {
              (void)bill_of_file(text, "catalogue");
            }).find("fabric.tiers: unknown tier of links between switches \"leaf-spin\"; did you mean \"leaf-spine\"?"),
            std::string::npos);
}

TEST(Bill, OfAPlainGraphNamesWhatNobodyNamed) {
  const BillOfMaterials bill = bill_of_file(
      "name: \"pair\" graph { devices { name: \"a\" node: 0 } devices { name: \"b\" node: 1 }\n"
      "links { name: \"l\" from: \"a\" to: \"b\" rate: \"400 Gbps\" } }\n",
      "street-2024");
  EXPECT_EQ(bill.network_cost.missing, Texts{"price of link, link (no part is named)"});
  EXPECT_EQ(bill.system_power.missing,
            (Texts{"power of link, link (no part is named)", "power of accelerator (no part is named)"}));
}

TEST(Bill, OfJoinedClustersAddsItsMembersAndNamesWhatJoinsThem) {
  const std::string islands = "members { name: \"a\" count: 3 cluster: \"ft2-2048\" }\n";
  const BillOfMaterials bill = bill_of_file(islands, "street-2024");
  EXPECT_EQ(bill.endpoints, 6144);
  EXPECT_EQ(line_of(bill, "leaf switch").count, 192);
  EXPECT_EQ(bill.transceivers, 3 * 8192);
  EXPECT_EQ(dollars(bill.network_cost), 3 * 12'590'080);
  EXPECT_EQ(bill.lengths[0].count, 3 * 2048);
  const BillOfMaterials joined =
      bill_of_file(islands + "interconnect { rate: \"1.6 Tbps\" latency: \"100 us\" }\n", "street-2024");
  EXPECT_EQ(joined.network_cost.missing, Texts{"price of interconnect between clusters (no part is named)"});
  EXPECT_EQ(joined.network_power.missing, Texts{"power of interconnect between clusters (no part is named)"});
}

TEST(Bill, AOneLinerIsPricedByRule) {
  // FT2 of DeepSeek's Table 3 without any part: the sheet has rules for all that it counts.
  const BillOfMaterials bill = bill_of("fat_tree:tiers=2,radix=64,endpoints=2048", "deepseek-table3");
  EXPECT_EQ(bill.network_cost.sum->used.cents(), 96 * 8'300'781LL + 2048 * 50'354LL);
  EXPECT_FALSE(bill.network_power.sum);
  // With its parts named: 96 x 36,000 + 4,096 x 1,280 + 2,048 x 1,900, as ft2-2048.
  const BillOfMaterials named = bill_of(
      "fat_tree:tiers=2,endpoints=2048,switch=qm9700,nic=cx7-ndr,cable=dr4-400-nv,cable_length=65m", "street-2024");
  EXPECT_EQ(dollars(named.network_cost), 12'590'080);
  EXPECT_EQ(watts(named.network_power), 96 * 747 + 2 * 4096 * 8 + 2048 * 25);
}

}  // namespace
}  // namespace polyplane::sim
