// How the ranks of a layout lie to the scale-out fabric, as a RankLayout tells it to algorithms.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "collectives/rank_layout.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// For RankLayout::set_groups(): domains whose first cards are on one leaf, and leaves of one pod (Device::pod), links that are
/// down included. Empty where a domain has no leaf; without the pods where a leaf has none.
[[nodiscard]] std::vector<std::vector<std::uint32_t>> groups_in_fabric(const topology::Topology& topology,
                                                                       const std::vector<DeviceId>& devices,
                                                                       const collectives::RankLayout& layout);

/// For RankLayout::set_plane_shares(): rates of the ports that are up, in sixteenths of the highest, in lowest terms; at the
/// slowest of the domains each. By plane where all cards have ports on the same planes, several of them, as built; else what
/// each local has in all. What switches further on have left does not count.
[[nodiscard]] std::optional<collectives::PlaneShares> plane_shares(const topology::Topology& topology,
                                                                   const std::vector<DeviceId>& devices,
                                                                   const collectives::RankLayout& layout);

}  // namespace polyplane::sim
