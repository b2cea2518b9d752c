// Is a ClusterSpec consistent in itself? What the generator finds about its own options comes later.
#pragma once

#include "topology/cluster_spec.h"

namespace polyplane::topology {

/// How the NICs of a node hang on its accelerators, once a spec is checked.
struct NicLayout {
  bool shared = false;     // NICs are vertices, each with `group` accelerators
  std::int32_t group = 1;  // shared: accelerators per NIC; owned: NICs per accelerator
  [[nodiscard]] std::int32_t accelerator_of(std::int32_t nic) const { return shared ? nic * group : nic / group; }
};

/// Throws InputError that names the cluster, the field, the value and what would fit.
void check_cluster(const ClusterSpec& spec);

/// REQUIRES: a checked spec with a fabric.
[[nodiscard]] NicLayout nic_layout(const NodeSpec& node);
[[nodiscard]] std::int32_t num_planes(const ClusterSpec& spec);
/// Ports that one node has on one plane, and their rate.
[[nodiscard]] std::int32_t ports_per_node(const ClusterSpec& spec);
[[nodiscard]] BitRate nic_port_rate(const ClusterSpec& spec);

}  // namespace polyplane::topology
