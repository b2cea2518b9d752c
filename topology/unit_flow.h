// One unit of ideally sprayed traffic between two vertices: at each vertex it splits evenly over all next hops on
// shortest paths, parallel links apart.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/shortest_paths.h"

namespace polyplane::topology {

struct EdgeShare {
  std::uint32_t edge = 0;   // into TransitGraph::edges()
  std::uint32_t depth = 0;  // hops from the origin to the edge; 0 for the first edge
  double share = 0;         // of the unit
};

/// A workspace, reused from pair to pair.
class UnitFlow {
 public:
  explicit UnitFlow(ShortestPaths& paths) : paths_(paths), node_of_(2 * paths.graph().num_vertices(), kNone) {}

  /// REQUIRES: y reachable from x. Shares by depth; the result stands until the next call.
  std::span<const EdgeShare> spread(Vertex x, Vertex y);
  /// Of the last spread: sum of latencies along the path where it is longest, and that path (ties: lowest edges).
  [[nodiscard]] Duration latency() const { return nodes_.back().latency; }
  [[nodiscard]] std::vector<LinkId> longest_path() const;

 private:
  static constexpr std::uint32_t kNone = 0xffffffffU;
  struct Node {
    PathState state;
    std::uint32_t depth = 0;
    double share = 0;
    Duration latency{};
    std::uint32_t before = kNone, edge = kNone;  // on the longest path
  };
  std::uint32_t& slot(PathState s) { return node_of_[2 * std::size_t{s.vertex} + (s.descending ? 1 : 0)]; }

  ShortestPaths& paths_;
  std::vector<Node> nodes_;  // in order of depth
  std::vector<std::uint32_t> node_of_;
  std::vector<std::uint32_t> buffer_;
  std::vector<EdgeShare> shares_;
};

}  // namespace polyplane::topology
