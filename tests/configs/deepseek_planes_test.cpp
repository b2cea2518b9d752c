// The main job's cluster as it ships: eight planes of 8 leaves and 4 spines that meet in nodes only.
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "sim/catalog.h"
#include "topology/cluster_spec.h"

namespace polyplane::sim {
namespace {

using topology::Device;
using topology::DeviceKind;
using topology::Link;
using topology::Topology;

Topology deepseek() {
  return topology::build_cluster(Catalog(POLYPLANE_CONFIGS_DIRECTORY).cluster("deepseek-v3-2048").spec);
}

/// For each device, one that stands for all that it reaches without passing an accelerator.
std::vector<std::uint32_t> reach_outside_nodes(const Topology& topology) {
  std::vector<std::uint32_t> stands(topology.devices().size());
  std::iota(stands.begin(), stands.end(), 0U);
  const auto find = [&](std::uint32_t device) {
    while (stands[device] != device) device = stands[device] = stands[stands[device]];
    return device;
  };
  for (const Link& link : topology.links()) {
    if (topology.device(link.from).kind == DeviceKind::accelerator) continue;
    if (topology.device(link.to).kind == DeviceKind::accelerator) continue;
    stands[find(link.from.index())] = find(link.to.index());
  }
  for (std::uint32_t i = 0; i < stands.size(); ++i) stands[i] = find(i);
  return stands;
}

TEST(DeepSeekPlanes, EachHasEightLeavesAndFourSpines) {
  const Topology topology = deepseek();
  std::vector<int> leaves(8, 0), spines(8, 0);
  for (const Device& device : topology.devices()) {
    if (device.kind != DeviceKind::network_switch) continue;
    ++(device.tier == 1 ? leaves : spines).at(static_cast<std::size_t>(device.plane));
  }
  EXPECT_EQ(leaves, std::vector<int>(8, 8));
  EXPECT_EQ(spines, std::vector<int>(8, 4));
}

// Two switches reach each other without a node exactly when they are of one plane.
TEST(DeepSeekPlanes, MeetInNodesOnly) {
  const Topology topology = deepseek();
  const std::vector<std::uint32_t> reach = reach_outside_nodes(topology);
  std::vector<std::uint32_t> of_plane(8, 0);
  for (std::uint32_t i = 0; i < reach.size(); ++i) {
    const Device& device = topology.devices()[i];
    if (device.kind == DeviceKind::network_switch) of_plane.at(static_cast<std::size_t>(device.plane)) = reach[i];
  }
  for (std::uint32_t i = 0; i < reach.size(); ++i) {
    const Device& device = topology.devices()[i];
    if (device.kind != DeviceKind::network_switch) continue;
    for (std::size_t plane = 0; plane < 8; ++plane) {
      EXPECT_EQ(reach[i] == of_plane[plane], device.plane == static_cast<std::int32_t>(plane)) << device.name;
    }
  }
}

}  // namespace
}  // namespace polyplane::sim
