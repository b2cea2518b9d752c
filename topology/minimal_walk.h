// One minimal path between two vertices, as its kind of topology has it: by dimension in a grid, else a shortest path with
// ties broken by a hash of the flow at each vertex.
#pragma once

#include <cstdint>
#include <vector>

#include "topology/grid.h"
#include "topology/next_hop_table.h"
#include "topology/router.h"

namespace polyplane::topology {

/// Of one layer. Not thread-safe; keeps references.
class MinimalWalk {
 public:
  MinimalWalk(const Topology& topology, ShortestPaths& paths, NextHopTable& table, std::uint64_t seed);

  /// Appends the edges. Throws InputError that names the two where a fault has cut a line of the grid between them.
  /// REQUIRES: otherwise, `to` can be reached.
  void append(const FlowKey& key, Vertex from, Vertex to, std::vector<std::uint32_t>& edges);
  [[nodiscard]] bool reaches(Vertex from, Vertex to);
  /// A hash of the flow at a device.
  [[nodiscard]] std::uint64_t hash(const FlowKey& key, DeviceId at) const { return hash_(key, at, seed_); }
  [[nodiscard]] const Grids& grids() const { return grids_; }
  /// Of minimal routes, or of detours of two.
  [[nodiscard]] ChannelNeed need(std::uint32_t have, Legs legs) const;

 private:
  void append_by_dimension(const FlowKey& key, Vertex from, Vertex to, std::vector<std::uint32_t>& edges);

  const Topology& topology_;
  ShortestPaths& paths_;
  NextHopTable& table_;
  Grids grids_;
  const FlowHash& hash_;
  std::uint64_t seed_;
  std::vector<std::uint32_t> buffer_;
};

}  // namespace polyplane::topology
