#include <map>

#include "base/error.h"
#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"
#include "topology/metrics.h"

namespace polyplane::topology {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

Counts counts_of(const ClusterSpec& spec) { return count_parts(build_cluster(spec)); }

std::string refusal(std::int32_t nodes, std::int32_t radix, std::vector<std::string> options) {
  return message_of<InputError>(
      [&] { (void)build_cluster(plain_cluster(nodes, radix, "fat_tree", std::move(options))); });
}

/// Cables from one switch to each switch above it, by name.
std::map<std::string, int> cables_up(const Topology& topology, std::string_view name) {
  std::map<std::string, int> cables;
  const DeviceId from = topology.find_device(name);
  for (const LinkId id : topology.out_links(from)) {
    const Device& to = topology.device(topology.link(id).to);
    if (to.tier > topology.device(from).tier) ++cables[to.name];
  }
  return cables;
}

std::string leaf_of(const Topology& topology, std::string_view card) {
  for (const LinkId id : topology.out_links(topology.find_device(card))) {
    if (topology.link(id).kind == LinkKind::scale_out) return topology.device(topology.link(id).to).name;
  }
  return "";
}

TEST(FatTree, TwoTiersOf64PortsHold2048) {
  const Counts counts = counts_of(plain_cluster(2048, 64, "fat_tree", {"tiers=2"}));
  EXPECT_THAT(counts.switches_by_tier, ElementsAre(Pair("leaf", 64), Pair("spine", 32)));
  EXPECT_EQ(counts.links, 2048);
}

TEST(FatTree, DeepSeekPlanesAndTheLargestOnes) {
  EXPECT_THAT(counts_of(deepseek_v3()).switches_by_tier, ElementsAre(Pair("leaf", 64), Pair("spine", 32)));
  // DeepSeek, Table 3: MPFT 16,384 endpoints, 768 switches, 16,384 links.
  const Counts mpft =
      counts_of(nvlink_cluster(2048, "fat_tree", {"tiers=2", "placement=rail_optimised"}, PlaneMode::per_nic));
  EXPECT_EQ(mpft.endpoints, 16384);
  EXPECT_EQ(mpft.switches, 768);
  EXPECT_EQ(mpft.links, 16384);
}

TEST(FatTree, ThreeTiersOf64PortsHold65536) {
  // DeepSeek, Table 3: FT3 65,536 endpoints, 5,120 switches, 131,072 links.
  const Counts counts = counts_of(plain_cluster(65536, 64, "fat_tree", {"tiers=3"}));
  EXPECT_THAT(counts.switches_by_tier, ElementsAre(Pair("leaf", 2048), Pair("spine", 2048), Pair("core", 1024)));
  EXPECT_EQ(counts.links, 131072);
}

TEST(FatTree, PartialPodsNeedFewerCoresWithParallelCables) {
  // 10 pods of 16 ports (radix 8): 160 ports. Leaves 40, spines 40; a group of cores: 10 pods do not fit radix 8.
  EXPECT_THAT(refusal(160, 8, {"tiers=3"}), AllOf(HasSubstr("at most 128"), HasSubstr("160 are needed")));
  // 2 pods: each spine has 4 up; a core takes 2 pods x 4 = 8 cables: 1 core a group, 4 groups.
  const Topology topology = build_cluster(plain_cluster(32, 8, "fat_tree", {"tiers=3"}));
  EXPECT_THAT(count_parts(topology).switches_by_tier, ElementsAre(Pair("leaf", 8), Pair("spine", 8), Pair("core", 4)));
  EXPECT_THAT(cables_up(topology, "spine5"), ElementsAre(Pair("core1", 4)));
  // 3 pods, the last with one leaf: 36 ports = 9 leaves; 3 x 4 = 12 cables a group: 2 cores with 2 cables a spine.
  const Topology partial = build_cluster(plain_cluster(36, 8, "fat_tree", {"tiers=3"}));
  EXPECT_THAT(count_parts(partial).switches_by_tier, ElementsAre(Pair("leaf", 9), Pair("spine", 12), Pair("core", 8)));
  EXPECT_THAT(cables_up(partial, "spine9"), ElementsAre(Pair("core2", 2), Pair("core3", 2)));
  EXPECT_EQ(partial.device(partial.find_device("leaf8")).pod, 2);
  EXPECT_EQ(partial.device(partial.find_device("node35/gpu0")).pod, 2);
}

TEST(FatTree, OversubscriptionSplitsTheLeaf) {
  // 3:1 of radix 64: 48 down, 16 up; 96 ports = 2 leaves, 2 x 16 = 32 uplinks fit one spine.
  const Topology topology = build_cluster(plain_cluster(96, 64, "fat_tree", {"tiers=2", "oversubscription=3:1"}));
  EXPECT_THAT(count_parts(topology).switches_by_tier, ElementsAre(Pair("leaf", 2), Pair("spine", 1)));
  EXPECT_THAT(cables_up(topology, "leaf1"), ElementsAre(Pair("spine0", 16)));
  EXPECT_THAT(refusal(8, 4, {"oversubscription=7:1"}), HasSubstr("may sum to at most 4"));
}

TEST(FatTree, RailOptimisedPutsARailOnOneLeaf) {
  const Topology topology = build_cluster(nvlink_cluster(64, "fat_tree", {"tiers=2", "placement=rail_optimised"}));
  for (int node = 0; node < 64; ++node) {
    for (int rail = 0; rail < 8; ++rail) {
      const std::string card = "node" + std::to_string(node) + "/gpu" + std::to_string(rail);
      ASSERT_EQ(leaf_of(topology, card), "leaf" + std::to_string(node / 32 * 8 + rail));
    }
  }
  EXPECT_EQ(topology.device(topology.find_device("leaf13")).rail, 5);
  // 16 nodes fill half a leaf with one rail, so two rails share one: 4 leaves.
  const Topology half = build_cluster(nvlink_cluster(16, "fat_tree", {"tiers=2", "placement=rail_optimised"}));
  EXPECT_EQ(leaf_of(half, "node15/gpu5"), "leaf2");
  EXPECT_EQ(half.device(half.find_device("leaf2")).rail, -1);
  EXPECT_EQ(count_parts(half).switches_by_tier[0].second, 4);
}

TEST(FatTree, PackedFillsLeavesInNodeOrder) {
  const Topology topology = build_cluster(nvlink_cluster(6, "fat_tree", {"tiers=2"}));
  EXPECT_EQ(leaf_of(topology, "node3/gpu7"), "leaf0");
  EXPECT_EQ(leaf_of(topology, "node4/gpu0"), "leaf1");
}

TEST(FatTree, OverridesAreTakenAndSpreadEvenly) {
  const Topology topology = build_cluster(plain_cluster(40, 16, "fat_tree", {"tiers=2", "leaves=10", "spines=6"}));
  EXPECT_THAT(count_parts(topology).switches_by_tier, ElementsAre(Pair("leaf", 10), Pair("spine", 6)));
  EXPECT_EQ(leaf_of(topology, "node7/gpu0"), "leaf1");  // 4 ports a leaf
  // 8 uplinks over 6 spines: one each, and two more that rotate by two with the leaf.
  EXPECT_EQ(cables_up(topology, "leaf0")["spine0"], 2);
  EXPECT_EQ(cables_up(topology, "leaf0")["spine1"], 2);
  EXPECT_EQ(cables_up(topology, "leaf0")["spine2"], 1);
  EXPECT_EQ(cables_up(topology, "leaf1")["spine2"], 2);
  EXPECT_EQ(cables_up(topology, "leaf1")["spine0"], 1);
  // 4 pods of 2 leaves: 2 x 4 uplinks on spines with 4 ports down = 2 spines a pod with 4 ports up, so 2 groups; 8 cores
  // are 4 a group, one cable each.
  const Topology pods = build_cluster(plain_cluster(32, 8, "fat_tree", {"tiers=3", "pods=4", "cores=8"}));
  EXPECT_THAT(count_parts(pods).switches_by_tier, ElementsAre(Pair("leaf", 8), Pair("spine", 8), Pair("core", 8)));
  EXPECT_EQ(cables_up(pods, "spine3")["core7"], 1);
}

TEST(FatTree, RefusalsSayWhatWouldFit) {
  EXPECT_THAT(refusal(2049, 64, {"tiers=2"}), AllOf(HasSubstr("at most 2048"), HasSubstr("tiers=3")));
  EXPECT_THAT(refusal(65, 64, {"tiers=1"}), HasSubstr("tiers=2"));
  EXPECT_THAT(refusal(16, 1, {"tiers=2"}), HasSubstr("radix 1 cannot be split 1:1"));
  EXPECT_THAT(refusal(16, 8, {"tiers=4"}), HasSubstr("tiers"));
  EXPECT_THAT(refusal(16, 8, {"tires=2"}), HasSubstr("tiers"));
  EXPECT_THAT(refusal(16, 8, {"tiers=1", "spines=2"}), HasSubstr("spines means something from 2 tiers on"));
  EXPECT_THAT(refusal(16, 8, {"tiers=2", "pods=2"}), HasSubstr("pods means something from 3 tiers on"));
  EXPECT_THAT(refusal(16, 8, {"tiers=2", "spines=5"}), HasSubstr("from 2 to 4"));
  EXPECT_THAT(refusal(16, 8, {"tiers=2", "leaves=3"}), HasSubstr("from 4 to 8"));
  EXPECT_THAT(refusal(32, 8, {"tiers=3", "cores=3"}), HasSubstr("a multiple of 4 from 4 to 16"));
  EXPECT_THAT(refusal(32, 8, {"tiers=3", "pods=9"}), HasSubstr("from 2 to 8"));
  EXPECT_THAT(refusal(32, 8, {"tiers=3", "leaves=5"}), HasSubstr("up to 4"));
  const ClusterSpec rails = nvlink_cluster(33, "fat_tree", {"tiers=2", "placement=rail_optimised", "leaves=17"});
  EXPECT_THAT(message_of<InputError>([&] { (void)build_cluster(rails); }), HasSubstr("a multiple of 8 from 16 to 64"));
}

// DGX SuperPOD A100: 7 units of 20 nodes, radix 40. A leaf has 20 down, 20 up; a pod is the 7 leaves of a rail:
// 7 x 20 / 10 spines = 14 down and 14 up each; a group of cores meets 8 x 5 spines: 40 x 14 / 40 = 14 cores.
TEST(FatTree, PodsOfRailsAndSharedGroupsOfCores) {
  ClusterSpec spec =
      nvlink_cluster(140, "fat_tree", {"tiers=3", "placement=rail_optimised", "pods_by=rail", "core_groups=2"});
  spec.fabric.switch_radix = 40;
  const Topology topology = build_cluster(spec);
  const Counts counts = count_parts(topology);
  EXPECT_THAT(counts.switches_by_tier, ElementsAre(Pair("leaf", 56), Pair("spine", 80), Pair("core", 28)));
  EXPECT_EQ(counts.links, 2 * 1120);
  // Leaf 9 is rail 1 of unit 1: all its cables go to the ten spines of pod 1, two each.
  const std::map<std::string, int> leaf = cables_up(topology, "leaf9");
  EXPECT_EQ(leaf.size(), 10U);
  for (const auto& [spine, cables] : leaf) EXPECT_EQ(cables, 2) << spine;
  EXPECT_TRUE(leaf.contains("spine10") && leaf.contains("spine19"));
  // Spines 0 to 4 of a pod share the first 14 cores, 5 to 9 the last 14.
  EXPECT_EQ(cables_up(topology, "spine14").size(), 14U);
  EXPECT_EQ(cables_up(topology, "spine14")["core13"], 1);
  EXPECT_EQ(cables_up(topology, "spine15")["core14"], 1);
  // Same rail over a spine: leaf, spine, leaf; another rail over a core.
  EXPECT_EQ(measure_hops(topology)->diameter, 6);
}

// Alibaba HPN's ToR: 128 x 200G down, which take 64 ports of 400G, and 60 x 400G up; every one meets all 60 aggregation
// switches, which have 120 ports down.
TEST(FatTree, SplitPortsAndPortsByNumber) {
  ClusterSpec spec = nvlink_cluster(1920, "fat_tree",
                                    {"tiers=2", "placement=rail_optimised", "split=2", "leaf_down=128", "leaf_up=60"},
                                    PlaneMode::striped);
  spec.fabric.num_planes = 2;
  spec.fabric.switch_radix = 128;
  const Counts counts = count_parts(build_cluster(spec));
  EXPECT_THAT(counts.switches_by_tier, ElementsAre(Pair("leaf", 240), Pair("spine", 120)));
  EXPECT_EQ(counts.links, 2 * 120 * 60);
  // 1:1 before splitting: 32 ports split in two are 64 down.
  ClusterSpec even = nvlink_cluster(64, "fat_tree", {"tiers=2", "placement=rail_optimised", "split=2"});
  even.node.nic_rate = BitRate::from_bps(200'000'000'000);
  EXPECT_THAT(count_parts(build_cluster(even)).switches_by_tier, ElementsAre(Pair("leaf", 8), Pair("spine", 4)));
  even.node.nic_rate = BitRate::from_bps(400'000'000'000);
  EXPECT_THAT(message_of<InputError>([&] { (void)build_cluster(even); }), HasSubstr("divides into ports of 200 Gbps"));
}

// Meta's pod: racks of 16 below chassis of 576 ports; 16 chassis a pod, 2 cables from each rack, 28 ports up (7:1 of
// half of the 384 down); 2 pods x 16 chassis below 7 chassis, 4 cables each.
TEST(FatTree, TiersOfDifferentSwitches) {
  const std::vector<std::string> options = {"tiers=3",       "leaf_down=16",   "leaf_up=32", "spine_radix=576",
                                            "spine_up=28",   "core_radix=576", "leaves=192", "spines=16",
                                            "core_groups=1", "cores=7"};
  const Topology topology = build_cluster(nvlink_cluster(768, "fat_tree", options));
  EXPECT_THAT(count_parts(topology).switches_by_tier,
              ElementsAre(Pair("leaf", 384), Pair("spine", 32), Pair("core", 7)));
  EXPECT_EQ(cables_up(topology, "leaf200")["spine16"], 2);
  EXPECT_EQ(cables_up(topology, "spine31")["core6"], 4);
}

TEST(FatTree, RefusesTiersThatDoNotFit) {
  EXPECT_THAT(refusal(16, 8, {"tiers=2", "leaf_down=5", "leaf_up=4"}),
              HasSubstr("does not hold 5 ports down and 4 up"));
  EXPECT_THAT(refusal(16, 8, {"tiers=2", "leaf_down=8"}), HasSubstr("does not hold 8 ports down and 0 up"));
  EXPECT_THAT(refusal(16, 8, {"tiers=2", "leaf_up=2", "oversubscription=3:1"}), HasSubstr("contradicts leaf_down"));
  EXPECT_THAT(refusal(16, 8, {"tiers=2", "spine_up=2"}), HasSubstr("spine_up means something from 3 tiers on"));
  EXPECT_THAT(refusal(16, 8, {"tiers=1", "split=2"}), HasSubstr("split means something from 2 tiers on"));
  EXPECT_THAT(refusal(16, 8, {"tiers=3", "spine_up=8"}), HasSubstr("at most 7"));
  EXPECT_THAT(refusal(33, 8, {"tiers=2", "spine_radix=4"}), HasSubstr("radix 8 and 4 with 4 ports down a leaf hold"));
  EXPECT_THAT(refusal(16, 8, {"tiers=3", "pods_by=rail"}), HasSubstr("contradicts placement=packed"));
  EXPECT_THAT(refusal(32, 8, {"tiers=3", "core_groups=3"}), HasSubstr("does not divide the 4 spines"));
  EXPECT_THAT(refusal(64, 8, {"tiers=3", "core_groups=1"}), HasSubstr("has 16 spines below"));
  const std::vector<std::string> rails = {"tiers=3", "placement=rail_optimised", "pods_by=rail", "pods=2"};
  EXPECT_THAT(message_of<InputError>([&] { (void)build_cluster(nvlink_cluster(64, "fat_tree", rails)); }),
              HasSubstr("pods contradicts pods_by=rail"));
  const std::vector<std::string> long_rails = {"tiers=3", "placement=rail_optimised", "pods_by=rail", "spine_radix=4"};
  EXPECT_THAT(message_of<InputError>([&] { (void)build_cluster(nvlink_cluster(96, "fat_tree", long_rails)); }),
              HasSubstr("a rail of 3 leaves does not fit below spines with 2"));
}

/// Everything small: what is accepted is a sound tree, what is refused is too large.
TEST(FatTree, EverySmallTreeIsSound) {
  int built = 0, refused = 0;
  for (const std::int32_t radix : {2, 3, 4, 6, 8}) {
    for (const std::int32_t nodes : {1, 2, 3, 5, 8, 13, 24}) {
      for (const std::int32_t cards : {1, 2, 3}) {
        for (const std::string tiers : {"1", "2", "3"}) {
          for (const std::string ratio : {"1:1", "2:1", "3:1", "1:2"}) {
            for (const std::string placement : {"packed", "rail_optimised"}) {
              if (tiers == "1" && ratio != "1:1") continue;
              ClusterSpec spec = plain_cluster(nodes, radix, "fat_tree", {"tiers=" + tiers, "placement=" + placement});
              if (tiers != "1") spec.fabric.options.push_back("oversubscription=" + ratio);
              spec.node.accelerators = spec.node.nics = cards;
              SCOPED_TRACE(testing::Message() << "radix " << radix << ", " << nodes << " x " << cards << ", tiers "
                                              << tiers << ", " << ratio << ", " << placement);
              try {
                const Topology topology = build_cluster(spec);
                ++built;
                std::map<std::uint32_t, int> degree;
                for (const Link& link : topology.links()) ++degree[link.from.index()];
                for (std::uint32_t i = 0; i < topology.devices().size(); ++i) {
                  if (topology.devices()[i].kind == DeviceKind::network_switch) { ASSERT_LE(degree[i], radix); }
                  ASSERT_GT(degree[i], 0) << topology.devices()[i].name;
                  const std::map<std::string, int> up = cables_up(topology, topology.devices()[i].name);
                  for (const auto& [above, cables] : up) ASSERT_EQ(cables, up.begin()->second) << above;
                }
                const std::optional<Hops> hops = measure_hops(topology);
                if (hops) { ASSERT_EQ(hops->unreachable_pairs, 0); }
              } catch (const InputError&) { ++refused; }
            }
          }
        }
      }
    }
  }
  EXPECT_GT(built, 400);
  EXPECT_GT(refused, 400);
}

}  // namespace
}  // namespace polyplane::topology
