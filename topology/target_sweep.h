// What ideal spraying uses from every origin to one target at once, for origins whose flow passes one trunk after
// another, all of it: one pass over the shortest paths instead of one an origin. That is nearly every pair of a healthy
// fabric; where a flow splits over several trunks, UnitFlow has to say.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "topology/shortest_paths.h"
#include "topology/trunk_table.h"

namespace polyplane::topology {

/// A workspace, reused from target to target.
class TargetSweep {
 public:
  /// Keeps references to both.
  TargetSweep(const ShortestPaths& paths, const TrunkTable& trunks);

  void sweep(Vertex target);
  /// True when all that `origin` sends to the target of the last sweep passes the same trunks. Also false for the target
  /// itself and where it is cut off.
  [[nodiscard]] bool in_line(Vertex origin) const;
  /// Calls visit(TrunkId) for each trunk from there to the target. REQUIRES: in_line(origin).
  template <class Visit>
  void for_each_trunk(Vertex origin, Visit&& visit) const {
    for (std::uint32_t c = reach_[slot({origin, false})].chain; c != kEnd; c = chains_[c].next) visit(chains_[c].trunk);
  }
  /// Along the path where it is longest. REQUIRES: in_line(origin).
  [[nodiscard]] Duration latency(Vertex origin) const { return reach_[slot({origin, false})].latency; }

 private:
  static constexpr std::uint32_t kEnd = 0;  // of every chain
  static constexpr std::uint32_t kMixed = 0xffffffffU;
  /// A trunk, and those after it.
  struct Chain {
    TrunkId trunk;
    std::uint32_t next = kEnd;
  };
  struct Reach {
    std::uint32_t chain = kMixed;
    Duration latency{};
  };
  static std::size_t slot(PathState s) { return 2 * std::size_t{s.vertex} + (s.descending ? 1 : 0); }
  [[nodiscard]] Reach reach_from(PathState s);
  [[nodiscard]] std::uint32_t chain_of(TrunkId trunk, std::uint32_t next);

  const ShortestPaths& paths_;
  std::vector<TrunkId> trunk_of_edge_;
  std::vector<Reach> reach_;  // by state; of this target where order_ has it
  std::vector<Chain> chains_;
  std::unordered_map<std::uint64_t, std::uint32_t> chain_index_;  // by trunk and next: looked up, never walked
  DistanceField field_;
  std::vector<PathState> order_;
  std::vector<std::uint32_t> buffer_;
};

}  // namespace polyplane::topology
