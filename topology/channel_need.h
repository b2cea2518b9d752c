// How many virtual channels keep a routing free of deadlock where links never drop.
#pragma once

#include <cstdint>
#include <string>

#include "topology/channel_order.h"
#include "topology/shortest_paths.h"
#include "topology/topology.h"

namespace polyplane::topology {

/// Enough channels, and how routes take them, as a phrase. Not `exact`: fewer may do.
struct ChannelNeed {
  std::uint32_t channels = 1;
  bool exact = true;
  std::string rule = "links up, then links down";
};

/// Work (targets x edges) up to which channels are counted route by route; larger graphs get the bound.
inline constexpr std::uint64_t kMaxChannelWork = 400'000'000;

/// Of all shortest paths of one layer by ChannelOrder::for_shortest_paths(). Where a bound that is quick to find is within `have`, that bound; else exact, with the
/// limit above. `have` 0: exact.
[[nodiscard]] ChannelNeed need_of_shortest_paths(const Topology& topology, const ShortestPaths& paths,
                                                 std::uint32_t have);
/// Shortest paths, or detours of two in a row: over any vertex or, where groups are joined by global links and have no tiers
/// inside, over the vertex where a global link enters another group.
enum class Legs : std::uint8_t { one, two };
/// The same for one component.
[[nodiscard]] ChannelNeed need_of_component(const ShortestPaths& paths, const ChannelOrder& order,
                                            std::uint32_t component, std::uint32_t have, Legs legs);

/// Can packets that may take any shortest path leave it for an escape channel (Duato, "A new theory of deadlock-free
/// adaptive routing in wormhole networks", IEEE TPDS 4(12), 1993)? On the escape channel they go up a spanning tree and
/// down again to where they want to go (Autonet's up*/down*), which needs one channel and no packet ever leaves it: its
/// dependencies rise in the order of the tree. Then one more channel, on which packets move as they like, is enough, since
/// who waits there may always take the escape instead. True when every component with level edges is in one piece by
/// links that go both ways.
[[nodiscard]] bool has_escape(const Topology& topology, const TransitGraph& graph);

/// Worth a walk over all dependencies (find_dependency_cycle()) for a report.
[[nodiscard]] bool affordable(const TransitGraph& graph);

}  // namespace polyplane::topology
