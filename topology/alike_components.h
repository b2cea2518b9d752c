// Components of a transit graph that are copies of one another, such as the planes of a multi-plane fabric: what is worked
// out for one holds for all.
#pragma once

#include <cstdint>
#include <vector>

#include "topology/transit_graph.h"

namespace polyplane::topology {

/// Indices into TransitGraph::edges() of the edges that leave a component's vertices: all of its edges.
struct EdgeRange {
  std::uint32_t begin = 0, end = 0;
};
[[nodiscard]] EdgeRange edges_of(const TransitGraph& graph, const TransitGraph::Component& component);

/// For each component the first one that is alike, itself if there is none before it. Alike: vertex by vertex and edge by
/// edge, in order, the same ends, slopes and tiers, the same places where traffic enters and leaves, and LinkIds at a
/// constant offset. Rates and latencies may differ.
[[nodiscard]] std::vector<std::uint32_t> first_alike(const Topology& topology, const TransitGraph& graph);

}  // namespace polyplane::topology
