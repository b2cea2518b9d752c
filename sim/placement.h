// Where ranks meet the graph: a RankLayout of some accelerators of a topology.
#pragma once

#include <vector>

#include "base/ids.h"
#include "collectives/rank_layout.h"
#include "collectives/schedule.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// Rank i on devices[i]; switches that reduce for them are its agents. Domains and sites (members of joined clusters) are numbered by first appearance, rails by the
/// cards' own rail.
/// Throws InputError when a card comes twice.
[[nodiscard]] collectives::RankLayout make_layout(const topology::Topology& topology,
                                                  const std::vector<DeviceId>& devices);

/// Devices of the agents of a layout that make_layout() made of `devices` (RankLayout::reducers()), in their order.
[[nodiscard]] std::vector<DeviceId> agent_devices(const topology::Topology& topology,
                                                  const std::vector<DeviceId>& devices,
                                                  const collectives::RankLayout& layout);
/// What Job::devices is for a schedule on that layout: `devices`, then those of its agents if it has any. `devices` may be
/// those of several groups that lie alike, one after the other (collectives/side_by_side.h); then so are the agents.
[[nodiscard]] std::vector<DeviceId> participant_devices(const topology::Topology& topology,
                                                        const std::vector<DeviceId>& devices,
                                                        const collectives::RankLayout& layout,
                                                        const collectives::Schedule& schedule);

/// Throws InputError that names two of the cards when they lie in clusters that nothing joins.
void refuse_islands(const topology::Topology& topology, const std::vector<DeviceId>& devices);

}  // namespace polyplane::sim
