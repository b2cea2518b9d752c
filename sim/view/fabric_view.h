// A cluster as columns: v1::FabricView of configs/schema/view.proto.
#pragma once

#include <string>
#include <vector>

#include "configs/schema/view.pb.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// Devices, links, tiers and counts; routing, faults and names of members are the caller's to fill.
void write_fabric(const topology::Topology& topology, v1::FabricView& fabric);

/// Ends of each directed link, in their order. Throws InputError for columns that do not hold together.
struct LinkEnds {
  std::vector<std::int32_t> from, to;
};
[[nodiscard]] LinkEnds read_link_ends(const v1::LinkTable& links);

}  // namespace polyplane::sim
