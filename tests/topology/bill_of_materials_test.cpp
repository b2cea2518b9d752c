#include "topology/bill_of_materials.h"

#include <gtest/gtest.h>

#include "tests/topology/clusters.h"
#include "topology/faults.h"

namespace polyplane::topology {
namespace {

/// "kind/tier part xN" of each group.
std::vector<std::string> devices_of(const Materials& materials) {
  std::vector<std::string> texts;
  for (const DeviceGroup& group : materials.devices) {
    texts.push_back(std::to_string(static_cast<int>(group.kind)) + "/" + std::to_string(group.tier) + " " + group.part +
                    " x" + std::to_string(group.count));
  }
  return texts;
}

std::vector<std::string> cables_of(const Topology& topology, const Materials& materials) {
  std::vector<std::string> texts;
  for (const CableGroup& group : materials.cables) {
    texts.push_back(topology.tier_names()[group.tier] + (group.access ? " access" : "") +
                    (group.leaves_node ? "" : " inside") + " x" + std::to_string(group.count));
  }
  return texts;
}

TEST(Materials, OfDeepSeeksCluster) {
  const Topology topology = build_cluster(deepseek_v3());
  const Materials materials = count_materials(topology);
  // 256 x 8 cards, 256 crossbars, 8 planes x (8 leaves + 4 spines).
  EXPECT_EQ(devices_of(materials),
            (std::vector<std::string>{"0/0 card x2048", "2/0 crossbar x256", "3/1 switch x64", "3/2 switch x32"}));
  // 8 planes x 8 leaves x 32 ports up, one port for each card.
  EXPECT_EQ(cables_of(topology, materials),
            (std::vector<std::string>{"nvlink inside x2048", "gpu-leaf access x2048", "leaf-spine x2048"}));
}

TEST(Materials, FailedPartsWereBoughtToo) {
  const Topology topology = build_cluster(deepseek_v3());
  const Topology less = apply_faults(topology, {"switch=plane3/leaf0"}, 0);
  EXPECT_EQ(devices_of(count_materials(less)), devices_of(count_materials(topology)));
  EXPECT_EQ(cables_of(less, count_materials(less)), cables_of(topology, count_materials(topology)));
}

TEST(Materials, EndsByOwner) {
  // 8 nodes of one card on switches of 4 ports: 4 leaves of 2 down and 2 up, 2 spines.
  const Topology topology = build_cluster(plain_cluster(8, 4, "fat_tree", {"tiers=2"}));
  const Materials materials = count_materials(topology);
  ASSERT_EQ(cables_of(topology, materials), (std::vector<std::string>{"gpu-leaf access x8", "leaf-spine x8"}));
  const CableGroup& access = materials.cables[0];
  EXPECT_EQ(access.at_nodes, (std::vector<EndCount>{{.ends = 1, .owners = 8}}));
  EXPECT_EQ(access.at_switches, (std::vector<EndCount>{{.ends = 2, .owners = 4}}));
  const CableGroup& inner = materials.cables[1];
  EXPECT_TRUE(inner.at_nodes.empty());
  EXPECT_EQ(inner.at_switches, (std::vector<EndCount>{{.ends = 2, .owners = 4}, {.ends = 4, .owners = 2}}));
  EXPECT_EQ(CableGroup::modules(inner.at_switches, 1), 16);
  EXPECT_EQ(CableGroup::modules(inner.at_switches, 2), 8);
  EXPECT_EQ(CableGroup::modules(inner.at_switches, 3), 8);  // 4 x ceil(2/3) + 2 x ceil(4/3)
}

TEST(Materials, AOneWayLinkIsOneCableWithTwoEnds) {
  using namespace literals;
  TopologyBuilder builder("graph");
  const DeviceId a = builder.add_device({.name = "a", .node = 0});
  const DeviceId b = builder.add_device({.name = "b", .node = 1});
  builder.add_link(a, b, 400_Gbps, 0_ns, LinkKind::scale_out, "link", "l");
  const Topology topology = std::move(builder).build();
  const Materials materials = count_materials(topology);
  ASSERT_EQ(materials.cables.size(), 1U);
  EXPECT_EQ(materials.cables[0].count, 1);
  EXPECT_EQ(materials.cables[0].at_nodes, (std::vector<EndCount>{{.ends = 1, .owners = 2}}));
}

}  // namespace
}  // namespace polyplane::topology
