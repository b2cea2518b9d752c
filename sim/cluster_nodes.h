// Nodes of a cluster, from its description alone: before a graph is built, in the order of Topology::accelerators().
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/experiment.h"

namespace polyplane::sim {

/// Cards of each node that has one. Throws LimitError beyond topology::kMaxDevices cards.
[[nodiscard]] std::vector<std::uint32_t> cards_per_node(const ClusterChoice& cluster);
/// Sum of these.
[[nodiscard]] std::int64_t count_cards(const ClusterChoice& cluster);

/// "node12", of a member "a0/node12"; of a plain graph what stands before the last '/' of its first card's name, or the
/// whole name where there is none.
[[nodiscard]] std::vector<std::string> node_names(const ClusterChoice& cluster);

}  // namespace polyplane::sim
