// Running a schedule on one representative of each orbit of ranks, and of channels that are alike.
//
// A schedule that stays what it is under a group of rank permutations (Schedule::symmetries), on a topology of which each
// of these permutations is an automorphism, with a routing that follows the shape of the graph, has all ranks of an orbit do
// the same at the same time, provided every decision of the model is the same for tied trunks and flows. So one
// representative is simulated; its flow stands for the orbit of flows, and one trunk of each orbit of trunks carries, in
// proportion, what all of them put there. Exact to the picosecond.
//
// The schedule declares the group. That the topology has it is checked link by link (topology/automorphism.h); the
// smallest multiple of the declared stride that passes is used. Channels that do the same on one rail after another
// (Schedule::channel_symmetry) are folded in the same way, by an automorphism that moves rails: the first channel is run,
// through FirstChannel.
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
  /// `trunk_class`: by TrunkId, the lowest trunk of its orbit. A stride of all `ranks`: channels alone are folded.
  Folding(collectives::RankSymmetry group, std::uint32_t ranks, std::vector<TrunkId> trunk_class,
          std::uint32_t channels = 1);

  /// Ranks below this are the representatives.
  [[nodiscard]] std::uint32_t stride() const { return group_.stride; }
  [[nodiscard]] RankId representative(RankId rank) const { return RankId(rank.index() % group_.stride); }
  /// Channels of which the first is run.
  [[nodiscard]] std::uint32_t channels() const { return channels_; }
  /// Lanes that each lane of a representative stands for.
  [[nodiscard]] std::uint32_t copies() const { return copies_; }
  [[nodiscard]] TrunkId trunk_class(TrunkId trunk) const { return trunk_class_[trunk.index()]; }
  [[nodiscard]] std::uint32_t num_trunk_classes() const { return num_classes_; }
  /// The hops of one flow as hops over representative trunks, each once, in order of first use, at the largest weight; and
  /// the load of its whole orbit on each (Flow::loads).
  void fold(std::span<const topology::Hop> route, std::vector<topology::Hop>& hops, std::vector<double>& loads) const;
  /// "rotation by 256 of 16384 ranks, 8 channels as one".
  [[nodiscard]] std::string text() const;

 private:
  collectives::RankSymmetry group_;
  std::uint32_t channels_, copies_, num_classes_ = 0;
  std::vector<TrunkId> trunk_class_;
  std::vector<std::uint32_t> orbit_size_;      // by TrunkId of the representative
  std::vector<std::uint32_t> copies_a_trunk_;  // copies over size of the orbit where that is whole, else 0
};

/// The first of a schedule's channels that are alike, as a schedule of its own: what a folded run executes. Keeps a reference.
class FirstChannel final : public collectives::Schedule {
 public:
  FirstChannel(const collectives::Schedule& all, std::uint32_t channels) : all_(all), channels_(channels) {}

  [[nodiscard]] const collectives::Collective& collective() const override { return all_.collective(); }
  [[nodiscard]] std::uint32_t pieces() const override { return all_.pieces(); }
  [[nodiscard]] std::uint32_t num_lanes() const override { return all_.num_lanes() / channels_; }
  [[nodiscard]] std::uint32_t num_steps(RankId rank, std::uint32_t lane) const override {
    return all_.num_steps(rank, lane);
  }
  [[nodiscard]] collectives::Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    return all_.step(rank, lane, step);
  }
  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    all_.payload(rank, lane, step, chunks);
  }
  [[nodiscard]] bool has_local_moves() const override { return all_.has_local_moves(); }
  void local_work(RankId rank, std::uint32_t lane, std::uint32_t step,
                  std::vector<collectives::LocalWork>& work) const override {
    all_.local_work(rank, lane, step, work);
  }
  [[nodiscard]] std::optional<std::int32_t> plane(std::uint32_t lane) const override { return all_.plane(lane); }
  [[nodiscard]] bool has_cross_lane_dependencies() const override { return all_.has_cross_lane_dependencies(); }
  [[nodiscard]] std::optional<collectives::RingLane> ring_lane(std::uint32_t lane) const override {
    return all_.ring_lane(lane);
  }

 private:
  const collectives::Schedule& all_;
  std::uint32_t channels_;
};

/// The finest folding that holds; none when the routing does not follow the shape, nothing is declared, or the topology
/// (a fault, an odd placement) has none of it. `devices`: of each rank.
[[nodiscard]] std::optional<Folding> find_folding(const topology::Topology& topology, const topology::Router& router,
                                                  std::span<const DeviceId> devices,
                                                  const collectives::Schedule& schedule);

}  // namespace polyplane::sim
