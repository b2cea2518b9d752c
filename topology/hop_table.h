// Hops from all vertices to many targets, found together: one breadth-first search for 64 targets of a component, a bit a
// target (MS-BFS; Then et al., "The More the Merrier", VLDB 2014). Where a search spreads to most vertices in a few hops,
// as between switches, that takes a tenth of the time of one search a target. The paths are those of ShortestPaths: up,
// then down.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/transit_graph.h"

namespace polyplane::topology {

/// Not thread-safe. Keeps a reference to the graph. REQUIRES: a graph made with Metric::hops.
class HopTable {
 public:
  static constexpr std::uint32_t kUnreachable = 0xffff;
  static constexpr std::size_t kBatch = 64;

  explicit HopTable(const TransitGraph& graph);

  /// Forgets the targets so far. REQUIRES: each once. Throws LimitError when a path needs more than 65,534 hops. Takes
  /// two bytes a vertex for each target, rounded up to 64 targets a component.
  void fill(std::vector<Vertex> targets);
  [[nodiscard]] bool has(Vertex target) const { return place_[target] != kNone; }
  /// REQUIRES: has(target), both in one component.
  [[nodiscard]] std::uint32_t hops(Vertex from, Vertex target) const {
    return hops_[place_[target] + (from - first_of(target)) * kBatch];
  }

 private:
  static constexpr std::size_t kNone = SIZE_MAX;
  /// A bit a target: those whose search has just come to the vertex.
  struct Front {
    std::uint64_t climbing = 0, falling = 0;
  };
  [[nodiscard]] Vertex first_of(Vertex v) const { return graph_.components()[graph_.component_of(v)].first; }
  /// `base`: of the batch in hops_.
  void search(std::span<const Vertex> targets, std::size_t base);
  /// Adds `front` to what comes to `v` next.
  void reach(Vertex v, Front front);
  void spread(Vertex from, Front front);

  const TransitGraph& graph_;
  std::vector<std::size_t> place_;   // by target: of its first vertex in hops_
  std::vector<std::uint16_t> hops_;  // by batch, vertex of its component, target of the batch
  std::vector<Vertex> targets_;
  // Workspaces of search(), by vertex; all zero between searches.
  std::vector<Front> seen_, next_;
  std::vector<Vertex> active_, next_active_;
};

}  // namespace polyplane::topology
