// The parts of a component between its global edges: the groups of a dragonfly, or the whole.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/transit_graph.h"

namespace polyplane::topology {

class VertexGroups {
 public:
  static constexpr std::uint32_t kUnbounded = 0xffffffffU;

  /// Keeps a reference to the graph.
  VertexGroups(const TransitGraph& graph, std::uint32_t component);

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(first_.size()); }
  /// REQUIRES: a vertex of the component.
  [[nodiscard]] std::uint32_t of(Vertex v) const { return group_[v - component().first]; }
  /// Global edges from one group to another, ascending.
  [[nodiscard]] std::span<const std::uint32_t> between(std::uint32_t from, std::uint32_t to) const;
  /// Vertices of a group where traffic enters, ascending.
  [[nodiscard]] std::span<const Vertex> origins(std::uint32_t group) const { return origins_[group]; }

  /// At least the level hops of any shortest path inside a group, at least 1; kUnbounded where that is not quick to tell.
  [[nodiscard]] std::uint32_t most_hops_inside() const;
  /// At least the global edges of any shortest path: 1 where every group meets every other; kUnbounded where that is not
  /// quick to tell.
  [[nodiscard]] std::uint32_t most_globals() const;

 private:
  struct Meeting {
    std::uint32_t from, to, edge;
    friend auto operator<=>(const Meeting&, const Meeting&) = default;
  };
  [[nodiscard]] const TransitGraph::Component& component() const { return graph_.components()[number_]; }
  template <class Visit>
  void for_each_edge(Visit&& visit) const;
  [[nodiscard]] std::uint32_t reach(std::uint32_t first, bool forth) const;

  const TransitGraph& graph_;
  std::uint32_t number_;
  bool has_local_edges_ = false;                // level ones
  std::vector<std::uint32_t> group_;            // by vertex of the component
  std::vector<std::uint32_t> first_, members_;  // of each group: first vertex of the component, number of vertices
  std::vector<Meeting> meetings_;               // sorted
  std::vector<std::uint32_t> edges_;            // of meetings_
  std::vector<std::vector<Vertex>> origins_;
};

}  // namespace polyplane::topology
