// Running a schedule on one representative of each orbit of ranks.
//
// A schedule that stays what it is under a group of rank permutations (Schedule::symmetries), on a topology of which each
// of these permutations is an automorphism, with a routing that follows the shape of the graph, has all ranks of an orbit do
// the same at the same time, provided every decision of the model is the same for tied trunks and flows. So one
// representative is simulated; its flow stands for the orbit of flows, and one trunk of each orbit of trunks carries, in
// proportion, what all of them put there. Exact to the picosecond.
//
// The schedule declares the group. That the topology has it is checked link by link (topology/automorphism.h); the
// smallest multiple of the declared stride that passes is used.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "collectives/schedule.h"
#include "topology/router.h"
#include "topology/topology.h"

namespace polyplane::sim {

class Folding {
 public:
  /// `trunk_class`: by TrunkId, the lowest trunk of its orbit.
  Folding(collectives::RankSymmetry group, std::uint32_t ranks, std::vector<TrunkId> trunk_class);

  /// Ranks below this are the representatives.
  [[nodiscard]] std::uint32_t stride() const { return group_.stride; }
  [[nodiscard]] RankId representative(RankId rank) const { return RankId(rank.index() % group_.stride); }
  /// Ranks that each representative stands for.
  [[nodiscard]] std::uint32_t copies() const { return copies_; }
  [[nodiscard]] TrunkId trunk_class(TrunkId trunk) const { return trunk_class_[trunk.index()]; }
  [[nodiscard]] std::uint32_t num_trunk_classes() const { return num_classes_; }
  /// The hops of one flow as hops over representative trunks, each once, in order of first use, at the largest weight; and
  /// the load of its whole orbit on each (Flow::loads).
  void fold(std::span<const topology::Hop> route, std::vector<topology::Hop>& hops, std::vector<double>& loads) const;
  /// "rotation by 256 of 16384 ranks".
  [[nodiscard]] std::string text() const;

 private:
  collectives::RankSymmetry group_;
  std::uint32_t copies_, num_classes_ = 0;
  std::vector<TrunkId> trunk_class_;
  std::vector<std::uint32_t> orbit_size_;  // by TrunkId of the representative
};

/// The finest folding that holds; none when the routing does not follow the shape, nothing is declared, or the topology
/// (a fault, an odd placement) has none of it. `devices`: of each rank.
[[nodiscard]] std::optional<Folding> find_folding(const topology::Topology& topology, const topology::Router& router,
                                                  std::span<const DeviceId> devices,
                                                  const collectives::Schedule& schedule);

}  // namespace polyplane::sim
