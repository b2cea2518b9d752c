// Clusters that several tests share.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "topology/cluster_spec.h"

namespace polyplane::topology {

/// `nodes` of 8 H800-like cards behind one NVSwitch, a 400 Gbps NIC each, 64-port switches. Latencies in ns: NVLink 1000,
/// NIC 600, access cable 10, cable 50, switch 200.
inline ClusterSpec nvlink_cluster(std::int32_t nodes, std::string generator, std::vector<std::string> options,
                                  PlaneMode planes = PlaneMode::single) {
  using namespace literals;
  ClusterSpec spec;
  spec.name = "test";
  spec.nodes = nodes;
  spec.node.accelerator_part = "card";
  spec.node.accelerators = 8;
  spec.node.scale_up = {
      .kind = "switched", .rate = 160_GBps, .latency = 1000_ns, .tier_name = "nvlink", .switch_part = "crossbar"};
  spec.node.nics = 8;
  spec.node.nic_rate = 400_Gbps;
  spec.node.nic_latency = 600_ns;
  spec.fabric.generator = std::move(generator);
  spec.fabric.options = std::move(options);
  spec.fabric.planes = planes;
  spec.fabric.switch_part = "switch";
  spec.fabric.switch_radix = 64;
  spec.fabric.port_rate = 400_Gbps;
  spec.fabric.switch_latency = 200_ns;
  spec.fabric.cable_latency = 50_ns;
  spec.fabric.access_cable_latency = 10_ns;
  return spec;
}

/// `nodes` of one card each, no scale-up: endpoints of a plain fat tree.
inline ClusterSpec plain_cluster(std::int32_t nodes, std::int32_t radix, std::string generator,
                                 std::vector<std::string> options) {
  ClusterSpec spec = nvlink_cluster(nodes, std::move(generator), std::move(options));
  spec.node.accelerators = 1;
  spec.node.nics = 1;
  spec.node.scale_up = {};
  spec.fabric.switch_radix = radix;
  return spec;
}

/// DeepSeek-V3's cluster: 256 nodes, NIC i of every node on plane i.
inline ClusterSpec deepseek_v3() {
  return nvlink_cluster(256, "fat_tree", {"tiers=2", "placement=rail_optimised"}, PlaneMode::per_nic);
}

}  // namespace polyplane::topology
