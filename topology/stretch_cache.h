// The trunks that ideal spraying uses between two vertices, made when first asked for and kept.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/trunk_table.h"
#include "topology/unit_flow.h"
#include "topology/weighted_parts.h"

namespace polyplane::topology {

/// Forgets everything when it has grown past its bound and starts again; results do not depend on that.
class StretchCache {
 public:
  struct Entry {
    std::uint32_t first = 0, count = 0;
    Duration latency;  // of the longest path
  };

  /// Keeps references to both.
  StretchCache(ShortestPaths& paths, const TrunkTable& trunks)
      : paths_(paths), trunks_(trunks), flow_(paths), rows_(paths.graph().num_vertices()) {}

  /// REQUIRES: y reachable from x, x != y. Valid until the next call.
  [[nodiscard]] const Entry& entry(Vertex x, Vertex y) {
    const Vertex first = paths_.graph().components()[paths_.graph().component_of(y)].first;
    if (rows_[y].empty() || rows_[y][x - first] == kNone) make(x, y);
    return entries_[rows_[y][x - first]];
  }
  /// By depth from x; ids are TrunkIds.
  [[nodiscard]] std::span<const WeightedPart> parts(const Entry& entry) const {
    return {parts_.data() + entry.first, entry.count};
  }
  /// The workspace behind, for what is not cached.
  [[nodiscard]] UnitFlow& flow() { return flow_; }

 private:
  static constexpr std::uint32_t kNone = 0xffffffffU;
  static constexpr std::size_t kMaxBytes = std::size_t{64} << 20U;
  void make(Vertex x, Vertex y);

  ShortestPaths& paths_;
  const TrunkTable& trunks_;
  UnitFlow flow_;
  std::vector<std::vector<std::uint32_t>> rows_;  // by target, then by vertex of its component: index into entries_
  std::vector<Entry> entries_;
  std::vector<WeightedPart> parts_;
  std::size_t bytes_ = 0;
};

}  // namespace polyplane::topology
