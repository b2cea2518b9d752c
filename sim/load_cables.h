// The cables of a fabric or of a scale-up domain: names and lengths for the bill of materials, latencies for the graph.
#pragma once

#include <google/protobuf/message.h>

#include "configs/schema/cluster.pb.h"
#include "configs/schema/document.h"
#include "sim/part_lookup.h"
#include "topology/cluster_spec.h"

namespace polyplane::sim {

/// Fills cable, access_cable, tier_cables and their latencies. A latency is stated as such or follows from a length and
/// the cable's propagation. Throws InputError through source.fail(): neither or both, a cable that states no
/// propagation, a length beyond its reach, a tier given twice.
void load_fabric_cables(const configs::Source& source, const v1::Fabric& from, PartLookup& parts,
                        topology::FabricSpec& fabric);

/// Of the links that leave a node.
[[nodiscard]] topology::CableSpec load_scale_up_cable(const configs::Source& source, const v1::ScaleUp& from,
                                                      const PartLookup& parts);

}  // namespace polyplane::sim
