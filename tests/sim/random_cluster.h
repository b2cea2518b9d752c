// Random small clusters for property tests. The same seed gives the same cluster on every machine.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "topology/cluster_spec.h"

namespace polyplane::sim {

/// 2 to 24 cards in 1 to 6 nodes: every kind of scale-up domain, own and shared NICs, one plane, planes per NIC and
/// striped planes, one switch or a fat tree of two tiers, round and crooked rates and latencies. Always buildable.
[[nodiscard]] topology::ClusterSpec random_cluster(std::uint64_t seed);

/// What a failing test has to print.
[[nodiscard]] std::string describe(const topology::ClusterSpec& spec);

/// Routings that need no coordinates and no loads.
[[nodiscard]] inline std::vector<std::string> routings_of_any_graph() { return {"ecmp", "spray", "static", "valiant"}; }

}  // namespace polyplane::sim
