// Where ranks meet the graph: a RankLayout of some accelerators of a topology.
#pragma once

#include <vector>

#include "base/ids.h"
#include "collectives/rank_layout.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// Rank i on devices[i]. Domains and sites (members of joined clusters) are numbered by first appearance, rails by the
/// cards' own rail.
/// Throws InputError when a card comes twice.
[[nodiscard]] collectives::RankLayout make_layout(const topology::Topology& topology,
                                                  const std::vector<DeviceId>& devices);

/// Throws InputError that names two of the cards when they lie in clusters that nothing joins.
void refuse_islands(const topology::Topology& topology, const std::vector<DeviceId>& devices);

}  // namespace polyplane::sim
