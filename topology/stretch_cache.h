// The trunks that ideal spraying uses between two vertices, made when first asked for and kept.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "topology/target_sweep.h"
#include "topology/trunk_table.h"
#include "topology/unit_flow.h"
#include "topology/weighted_parts.h"

namespace polyplane::topology {

/// Forgets everything when it has grown past its bound and starts again; results do not depend on that.
class StretchCache {
 public:
  struct Entry {
    std::uint32_t first = 0, count = 0;
    std::uint32_t hops = 0;
    Duration latency;  // of the longest path
  };

  /// Keeps references to both.
  StretchCache(ShortestPaths& paths, const TrunkTable& trunks)
      : paths_(paths), trunks_(trunks), flow_(paths), rows_(paths.graph().num_vertices()) {}

  /// REQUIRES: y reachable from x, x != y. Valid until the next call.
  [[nodiscard]] const Entry& entry(Vertex x, Vertex y) {
    if (!kept(x, y)) make(x, y);
    return entries_[rows_[y].index[x - rows_[y].first]];
  }
  /// Hence also: y is reachable from x. REQUIRES: both are in one component.
  [[nodiscard]] bool kept(Vertex x, Vertex y) const {
    return !rows_[y].index.empty() && rows_[y].index[x - rows_[y].first] != kNone;
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
  /// From so many on all origins of a target are worked out at once: what that costs.
  static constexpr std::uint32_t kManyOrigins = 8;
  void make(Vertex x, Vertex y);
  void make_row(Vertex y);
  /// Its parts are those from `begin` on.
  void add_entry(Vertex x, Vertex y, std::size_t begin, std::uint32_t hops, Duration latency);
  void forget();

  ShortestPaths& paths_;
  const TrunkTable& trunks_;
  UnitFlow flow_;
  std::optional<TargetSweep> sweep_;  // made when first needed
  struct Row {
    Vertex first = 0;
    std::uint32_t made = 0;            // one by one
    std::vector<std::uint32_t> index;  // by vertex of the component: into entries_
  };
  std::vector<Row> rows_;  // by target
  std::vector<Entry> entries_;
  std::vector<WeightedPart> parts_;
  std::size_t bytes_ = 0;
};

}  // namespace polyplane::topology
