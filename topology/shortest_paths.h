// Shortest paths by hops in a TransitGraph, as distance fields: one breadth-first search a target vertex, made when
// first asked for and confined to the target's component.
//
// Fat trees are walked up* then down*: after an edge that leads down no edge may lead up again. So whatever links fail,
// a fat tree stays free of cyclic waits; two switches that only a down-up detour would join count as cut off. Level
// edges (a torus, the inside of a dragonfly group) are free in both phases.
//
// Where links are global (between the groups of a dragonfly, transit_graph.h), the shortest path is the one with the
// fewest global links, then with the fewest links: local, global, local in a dragonfly whose groups all meet (Kim, Dally,
// Scott and Abts, ISCA 2008). By links alone two global ones through a third group would count as shorter, at twice the
// use of what is dear.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "topology/transit_graph.h"

namespace polyplane::topology {

/// A vertex, and whether the path has begun to descend.
struct PathState {
  Vertex vertex = kNoVertex;
  bool descending = false;
  friend bool operator==(PathState, PathState) = default;
};

/// How far it is to one target, by state. In a component without tiers there is one phase only.
class DistanceField {
 public:
  static constexpr std::uint32_t kUnreachable = 0xffff;
  static constexpr std::uint32_t kMaxHops = 0xfffe;
  /// A global edge is as long as so many others and one, so that distances in the field hold both counts. Where there are
  /// some, no path has as many hops.
  static constexpr std::uint32_t kGlobalLength = 512;

  /// Orders states by what is left of a shortest path; equal for equally good ones.
  [[nodiscard]] std::uint32_t at(PathState s) const {
    return s.descending ? falling_[s.vertex - first_] : climbing_[s.vertex - first_];
  }
  /// Hops of a shortest path from `v`.
  [[nodiscard]] std::uint32_t from(Vertex v) const {
    const std::uint32_t distance = climbing_[v - first_];
    return distance == kUnreachable ? kUnreachable : distance & hops_mask_;
  }

 private:
  friend class ShortestPaths;
  Vertex first_ = 0;
  std::uint32_t hops_mask_ = 0xffff;               // what of a distance counts hops
  std::vector<std::uint16_t> climbing_, falling_;  // by vertex of the component; falling_ is empty without tiers
};

/// An edge that a shortest path may take next, and where it leads.
struct NextHop {
  std::uint32_t edge = 0;  // into TransitGraph::edges()
  PathState state;
};

/// Not thread-safe: fields are cached as they are asked for.
class ShortestPaths {
 public:
  ShortestPaths(const Topology& topology, Layer layer, Metric metric = Metric::fewest_globals)
      : graph_(topology, layer, metric), fields_(graph_.num_vertices()) {}

  [[nodiscard]] const TransitGraph& graph() const { return graph_; }
  /// Hops from `x` to `y`; DistanceField::kUnreachable when cut or in another component.
  [[nodiscard]] std::uint32_t distance(Vertex x, Vertex y);
  /// Throws LimitError when some path needs more than kMaxHops hops; where edges are global, more than 510 or more than 126
  /// global ones.
  [[nodiscard]] const DistanceField& field(Vertex target) {
    if (!fields_[target]) make_field(target);
    return *fields_[target];
  }
  /// The same without caching. `order` gets all states that reach the target, nearest first.
  void fill(Vertex target, DistanceField& field, std::vector<PathState>& order) const;

  /// The edges that lead from `s` one hop nearer, ascending, parallel ones apart; empty at the target and where it is cut
  /// off. They stand in `buffer`, which grows as needed and is meant to be reused.
  std::span<const std::uint32_t> next_hops(const DistanceField& field, PathState s,
                                           std::vector<std::uint32_t>& buffer) const;
  /// Where `edge` leads a path that is in `s`.
  [[nodiscard]] PathState after(PathState s, std::uint32_t edge) const {
    return {graph_.heads()[edge], s.descending || edge >= graph_.out_begin(s.vertex, Slope::down)};
  }
  /// The same off the hot path: calls visit(NextHop) for each.
  template <class Visit>
  void for_each_next_hop(const DistanceField& field, PathState s, Visit&& visit) const {
    std::vector<std::uint32_t> buffer;
    for (const std::uint32_t edge : next_hops(field, s, buffer)) visit(NextHop{edge, after(s, edge)});
  }

 private:
  void make_field(Vertex target);
  /// A state and its distance, on the far side of a global edge.
  struct Seed {
    PathState state;
    std::uint32_t distance = 0;
  };

  TransitGraph graph_;
  std::vector<std::unique_ptr<DistanceField>> fields_;  // by target
};

}  // namespace polyplane::topology
