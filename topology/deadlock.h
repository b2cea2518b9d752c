// Freedom from deadlock of lossless fabrics, by the channel dependency graph (Dally and Seitz, 1987): its vertices are
// links, and link b depends on link a when some route uses b right after a. A packet that waits on a full buffer of b
// holds one of a; a cycle can wait for ever, no cycle cannot.
//
// What is left out: virtual channels (every link has one); the scale-up layer, which has flow control and virtual
// channels of its own; and peer cards: a route that crosses one (PXN) is stored in its memory and sent anew, so it
// waits for nothing beyond and the dependency ends there.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "topology/shortest_paths.h"
#include "topology/topology.h"

namespace polyplane::topology {

class ChannelDependencies {
 public:
  /// Keeps a reference to the topology.
  explicit ChannelDependencies(const Topology& topology);

  /// Some route uses `next` right after `first`. REQUIRES: `next` leaves the device that `first` enters.
  void add(LinkId first, LinkId next);
  /// Links that wait for each other in a ring, from the lowest one on; empty when there is no cycle.
  [[nodiscard]] std::vector<LinkId> cycle() const;

 private:
  const Topology& topology_;
  std::vector<std::uint32_t> out_index_;          // by link: its place among the links that leave the same device
  std::vector<std::vector<std::uint64_t>> next_;  // by link: a bit for each link that leaves the device it enters
};

/// Picks one of several equal next hops (edges) towards an exit: an index into `hops`.
using NextHopPick = std::function<std::uint32_t(const Access& exit, std::span<const std::uint32_t> hops)>;

/// A cycle among the dependencies of all routes over shortest paths of one layer; empty when free of deadlock. Without
/// `pick`, routes use all shortest paths. Derived from the next hops towards each target, never pair by pair.
/// Components whose every edge leads up or down need no look: their paths go up, then down (shortest_paths.h), and
/// links numbered by tier upwards, then by tier downwards, only ever wait for a higher number.
[[nodiscard]] std::vector<LinkId> find_dependency_cycle(const Topology& topology, ShortestPaths& paths,
                                                        const NextHopPick& pick = {});

/// "a -> b waits for b -> c waits for c -> a waits for a -> b" with device names; long rings are cut in the middle.
[[nodiscard]] std::string describe_cycle(const Topology& topology, std::span<const LinkId> cycle);

}  // namespace polyplane::topology
