// Valiant's detours (Valiant and Brebner, 1981): by a minimal path to a random place in between, and on by another one.
// Any traffic then looks like uniform traffic, at twice the way.
//
// The place in between:
//   groups joined by global links, no tiers inside (dragonfly)  a random third group, entered by a random link from the
//                   group of the source (Kim, Dally, Scott and Abts, ISCA 2008): local, global, local, global, local. Inside
//                   one group, and where there are but two, the path is minimal.
//   such groups with tiers inside (dragonfly+)  a random leaf of a random third group
//   other level links   a random vertex; with tiers a random leaf
//   none (fat trees)    none: a path up and down passes a random switch of the top already
// "Random" is a hash of the flow with the seed: same flow, same path. Where the two legs meet a vertex twice, the loop is cut
// out.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "topology/minimal_walk.h"
#include "topology/vertex_groups.h"

namespace polyplane::topology {

/// Of one layer. Not thread-safe; keeps references.
class Detours {
 public:
  Detours(const Topology& topology, ShortestPaths& paths, NextHopTable& table, std::uint64_t seed);

  [[nodiscard]] MinimalWalk& minimal() { return minimal_; }
  [[nodiscard]] const MinimalWalk& minimal() const { return minimal_; }
  /// Appends the edges of the detour of a flow; false, and nothing appended, where it has none.
  bool append(const FlowKey& key, Vertex from, Vertex to, std::vector<std::uint32_t>& edges);

 private:
  bool append_over_group(const FlowKey& key, Vertex from, Vertex to, std::vector<std::uint32_t>& edges);
  bool append_over_link(const FlowKey& key, std::span<const std::uint32_t> links, Vertex from, Vertex to,
                        std::vector<std::uint32_t>& edges);
  /// `places`: ascending.
  bool append_over_one_of(const FlowKey& key, std::span<const Vertex> places, Vertex from, Vertex to,
                          std::vector<std::uint32_t>& edges);
  void cut_loops(Vertex from, std::vector<std::uint32_t>& edges) const;
  [[nodiscard]] std::uint64_t draw(const FlowKey& key, std::uint64_t what) const;

  const TransitGraph& graph_;
  MinimalWalk minimal_;
  std::vector<std::optional<VertexGroups>> groups_;  // by component; of those with global edges
  std::vector<std::vector<Vertex>> places_;          // by component; of others with level edges: all in between
};

}  // namespace polyplane::topology
