// A schedule that is stored step by step: what importers make, and what tests edit to plant a defect.
#pragma once

#include <vector>

#include "collectives/schedule.h"

namespace polyplane::collectives {

struct StoredStep {
  Step step;                     // `send_bytes` as given: verify() compares it with the chunks
  std::vector<ChunkId> payload;  // what the send carries
  std::vector<ChunkId> landing;  // as Schedule::landing(): empty, or as many as the sender's payload
  std::vector<LocalMove> moves;
};

/// Memory O(all steps). Says nothing of correctness: verify() does.
class ExplicitSchedule : public Schedule {
 public:
  /// steps[participant][lane][step]
  using Steps = std::vector<std::vector<std::vector<StoredStep>>>;

  /// REQUIRES: one entry of `steps` per rank, then one per agent; the same number of lanes in each.
  ExplicitSchedule(Collective collective, std::uint32_t pieces, Steps steps, std::uint32_t scratch = 0);
  /// The steps of any schedule, written out.
  static Steps copy_steps(const Schedule& schedule);

  [[nodiscard]] const Collective& collective() const override { return collective_; }
  [[nodiscard]] std::uint32_t pieces() const override { return pieces_; }
  [[nodiscard]] std::uint32_t num_agents() const override {
    return static_cast<std::uint32_t>(steps_.size()) - collective_.ranks();
  }
  [[nodiscard]] std::uint32_t num_lanes() const override { return static_cast<std::uint32_t>(steps_[0].size()); }
  [[nodiscard]] std::uint32_t num_steps(RankId rank, std::uint32_t lane) const override {
    return static_cast<std::uint32_t>(steps_[rank.index()][lane].size());
  }
  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override {
    return steps_[rank.index()][lane][step].step;
  }
  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    chunks = steps_[rank.index()][lane][step].payload;
  }
  [[nodiscard]] std::uint32_t scratch() const override { return scratch_; }
  void landing(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& places) const override {
    places = steps_[rank.index()][lane][step].landing;
  }
  void local_moves(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<LocalMove>& moves) const override {
    moves = steps_[rank.index()][lane][step].moves;
  }
  [[nodiscard]] bool has_local_moves() const override { return local_moves_; }
  [[nodiscard]] bool has_cross_lane_dependencies() const override { return cross_lane_; }

 private:
  Collective collective_;
  std::uint32_t pieces_;
  Steps steps_;
  std::uint32_t scratch_;
  bool cross_lane_ = false, local_moves_ = false;
};

}  // namespace polyplane::collectives
