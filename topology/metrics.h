// What a cluster is made of and how its graph measures. Failed devices and links are left out of every figure; degraded
// links count with the rate that is left.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/units.h"
#include "topology/topology.h"

namespace polyplane::topology {

struct Counts {
  std::int64_t endpoints = 0;  // accelerators
  std::int64_t nodes = 0;
  std::int64_t switches = 0;  // scale-out
  /// "leaf", "spine", "core", from the bottom; "switch" where there is one tier whose members are joined to one another.
  std::vector<std::pair<std::string, std::int64_t>> switches_by_tier;
  std::int64_t scaleup_switches = 0;
  // Cables; a one-way link of a user's graph counts as one.
  std::int64_t links = 0;         // scale-out, switch to switch (as DeepSeek's Table 3 counts)
  std::int64_t access_links = 0;  // scale-out, with an accelerator or NIC at an end
  std::int64_t scaleup_links = 0;
  std::int64_t host_links = 0;
  std::int64_t planes = 0;
  std::int64_t rails = 0;  // most cards (accelerators or NICs) of one node with scale-out ports of their own
};
[[nodiscard]] Counts count_parts(const Topology& topology);

/// What reports call network switches of a tier: "leaf", "spine", "core", else "switch".
[[nodiscard]] std::string switch_tier_name(std::int32_t tier);

/// Over ordered pairs of different accelerators: links of a shortest path. A pair of one scale-up domain stays inside
/// it. Other pairs go through the fabric, past no card in between; only where no such path exists (planes that never
/// meet) a peer card of the source node passes the data on, else one of the destination's node, else both.
struct Hops {
  std::int32_t diameter = 0;
  double mean = 0;                     // links
  std::int64_t unreachable_pairs = 0;  // left out of diameter and mean
};
/// Exact. Accelerators with equal attach points are one class; nothing when classes x (fabric links + classes) is over
/// kMaxHopWork, far above 131,072 endpoints on 64-port switches, or when there are fewer than two accelerators.
inline constexpr double kMaxHopWork = 2e10;
[[nodiscard]] std::optional<Hops> measure_hops(const Topology& topology);

/// Maximum flow, one direction, from the first half of the nodes to the second half (scale-up domains in node order;
/// the middle one of an odd number is in the second) over scale-out links, all cards of a half together. Exact for that
/// split, hence an upper bound of the bisection bandwidth, and equal to it on fat trees with an even number of pods. A
/// lone scale-up domain is split between its accelerators, over scale-up links. Nothing when there are fewer than two
/// accelerators or when the sum of rates is over 4.6e18 bit/s.
[[nodiscard]] std::optional<BitRate> measure_bisection(const Topology& topology);

/// Shortest paths, parallel cables counted apart, from the first accelerator to the last one that it reaches through
/// the fabric without a peer card; exact below 2^53. 0 when there is no such pair.
[[nodiscard]] double measure_path_diversity(const Topology& topology);

}  // namespace polyplane::topology
