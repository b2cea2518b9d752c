// Freedom from deadlock of links that never drop, by the channel dependency graph (Dally and Seitz, 1987): its vertices are
// the virtual channels of links, and channel b depends on channel a when some route uses b right after a. A packet that
// waits on a full buffer of b holds one of a; a cycle can wait for ever, no cycle cannot.
//
// Routes take channels by an order in which every dependency rises (channel_order.h), so what is left to find out is how
// many they need (channel_need.h). The graph itself is built where one channel might do although the order breaks, where a
// refusal has to name a cycle, and by the tests, for every generator and routing.
//
// What is left out: peer cards. A route that crosses one (PXN) is stored in its memory and sent anew, so it waits for
// nothing beyond and the dependency ends there. Cards that forward inside their domain pass on what they get without
// storing it, and count.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "topology/router.h"
#include "topology/shortest_paths.h"
#include "topology/topology.h"

namespace polyplane::topology {

class ChannelDependencies {
 public:
  /// Each link has `channels` virtual channels. Keeps a reference to the topology.
  explicit ChannelDependencies(const Topology& topology, std::uint32_t channels = 1);

  /// Some route uses a channel of `next` right after one of `first`. REQUIRES: `next` leaves the device that `first`
  /// enters; channels below their number.
  void add(LinkId first, LinkId next, std::uint32_t first_channel = 0, std::uint32_t next_channel = 0);
  /// Links whose channels wait for each other in a ring, from the lowest one on; empty when there is no cycle.
  [[nodiscard]] std::vector<LinkId> cycle() const;

 private:
  const Topology& topology_;
  std::uint32_t channels_;
  std::vector<std::uint32_t> out_index_;          // by link: its place among the links that leave the same device
  std::vector<std::vector<std::uint64_t>> next_;  // by channel: a bit for each that leaves the device it enters
};

/// Picks one of several equal next hops (edges) towards an exit: an index into `hops`.
using NextHopPick = std::function<std::uint32_t(const Access& exit, std::span<const std::uint32_t> hops)>;

/// A cycle among the dependencies of all routes over shortest paths of one layer; empty when free of deadlock. Without
/// `pick`, routes use all shortest paths. Derived from the next hops towards each target, never pair by pair.
/// Components whose every edge leads up or down need no look: their paths go up, then down (shortest_paths.h), and
/// links numbered by tier upwards, then by tier downwards, only ever wait for a higher number.
[[nodiscard]] std::vector<LinkId> find_dependency_cycle(const Topology& topology, ShortestPaths& paths,
                                                        const NextHopPick& pick = {});

/// `need`, or one channel when that is more than `have` and there is no cycle without any: small rings, static tables. For
/// `have` 0, where the graph is small enough to look.
[[nodiscard]] ChannelNeed one_channel_if_enough(Router& router, Layer layer, std::uint32_t have,
                                                const TransitGraph& graph, ChannelNeed need);

/// "a -> b waits for b -> c waits for c -> a waits for a -> b" with device names; long rings are cut in the middle.
[[nodiscard]] std::string describe_cycle(const Topology& topology, std::span<const LinkId> cycle);

}  // namespace polyplane::topology
