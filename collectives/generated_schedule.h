// Common ground of schedules that compute their steps.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "base/check.h"
#include "collectives/schedule.h"

namespace polyplane::collectives {

/// Holds the contract and the constants of the schedule; the guest adds num_steps(), step() and payload().
class GeneratedSchedule : public Schedule {
 public:
  GeneratedSchedule(Collective collective, std::uint32_t pieces, std::uint32_t lanes, bool cross_lane = false)
      : collective_(std::move(collective)), pieces_(pieces), lanes_(lanes), cross_lane_(cross_lane) {}

  [[nodiscard]] const Collective& collective() const override { return collective_; }
  [[nodiscard]] std::uint32_t pieces() const override { return pieces_; }
  [[nodiscard]] std::uint32_t num_lanes() const override { return lanes_; }
  [[nodiscard]] bool has_cross_lane_dependencies() const override { return cross_lane_; }

 protected:
  [[nodiscard]] ChunkId chunk(std::uint64_t block, std::uint32_t piece = 0) const {
    const std::uint64_t index = block * pieces_ + piece;
    CHECK(index < UINT32_MAX, "more chunks than a ChunkId can number");
    return ChunkId(static_cast<std::uint32_t>(index));
  }
  /// Chunk of the block from `source` to `destination` of an alltoall.
  [[nodiscard]] ChunkId pair_chunk(std::uint32_t source, std::uint32_t destination) const {
    return chunk(std::uint64_t{source} * collective_.ranks() + destination);
  }

 private:
  Collective collective_;
  std::uint32_t pieces_, lanes_;
  bool cross_lane_;
};

}  // namespace polyplane::collectives
