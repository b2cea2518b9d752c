// What a built cluster consists of, alike things counted together: the quantities of a bill of materials, without
// names of cables and without prices (sim/bill_of_materials.h). Failed devices and links were bought too and count.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "topology/topology.h"

namespace polyplane::topology {

/// Devices of one kind, tier, place and part.
struct DeviceGroup {
  DeviceKind kind = DeviceKind::accelerator;
  std::int32_t tier = 0;  // network switches: 1 leaf, 2 spine, 3 core
  bool in_node = true;    // false: it stands apart, like a rack's scale-up switch
  std::string part;
  std::int64_t count = 0;
};

/// How many switches, or nodes, hold so many ends of the cables of a group.
struct EndCount {
  std::int64_t ends = 0, owners = 0;
  friend bool operator==(const EndCount&, const EndCount&) = default;
};

/// Cables of one kind, tier and rate. A one-way link of a user's graph counts as one.
struct CableGroup {
  LinkKind kind = LinkKind::scale_out;
  std::uint32_t tier = 0;   // index into Topology::tier_names()
  BitRate rate;             // per direction, as built
  bool access = false;      // scale-out: with an end in a node
  bool leaves_node = true;  // false: both ends are in one node, so it is a trace of a board
  std::int64_t count = 0;
  std::vector<EndCount> at_switches, at_nodes;  // by ascending ends; of groups that leave a node

  /// Pluggable modules when one serves `per_module` ends and none is shared by two switches or two nodes.
  /// REQUIRES: per_module >= 1.
  [[nodiscard]] static std::int64_t modules(const std::vector<EndCount>& where, std::int64_t per_module);
};

struct Materials {
  std::vector<DeviceGroup> devices;  // by kind, then tier, place and part
  std::vector<CableGroup> cables;    // by kind, then tier, rate and place
};
[[nodiscard]] Materials count_materials(const Topology& topology);

}  // namespace polyplane::topology
