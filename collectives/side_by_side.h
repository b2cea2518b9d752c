// Groups of ranks that do the same side by side, each among themselves, as one schedule: rank i of group g is g * n +
// i. Moving all of it on by one group is a symmetry, so that one group can stand for all where they lie alike. Agents
// follow the ranks in the same order, group by group; then no symmetry is declared.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "collectives/schedule.h"

namespace polyplane::collectives {

/// To be simulated only: collective() says how many ranks there are, and nothing of what they do; it cannot be proven.
class SideBySide final : public Schedule {
 public:
  /// REQUIRES: groups >= 1, and that so many ranks can be numbered.
  SideBySide(std::unique_ptr<const Schedule> group, std::uint32_t groups);

  [[nodiscard]] const Collective& collective() const override { return collective_; }
  [[nodiscard]] std::uint32_t pieces() const override { return group_->pieces(); }
  [[nodiscard]] std::uint32_t num_agents() const override { return group_->num_agents() * groups_; }
  [[nodiscard]] std::uint32_t num_lanes() const override { return group_->num_lanes(); }
  [[nodiscard]] std::uint32_t num_steps(RankId rank, std::uint32_t lane) const override {
    return group_->num_steps(within_group(rank), lane);
  }
  [[nodiscard]] Step step(RankId rank, std::uint32_t lane, std::uint32_t step) const override;
  void payload(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override {
    group_->payload(within_group(rank), lane, step, chunks);
  }
  [[nodiscard]] bool has_local_moves() const override { return group_->has_local_moves(); }
  void local_work(RankId rank, std::uint32_t lane, std::uint32_t step, std::vector<LocalWork>& work) const override {
    group_->local_work(within_group(rank), lane, step, work);
  }
  [[nodiscard]] std::optional<std::int32_t> plane(std::uint32_t lane) const override { return group_->plane(lane); }
  [[nodiscard]] bool has_cross_lane_dependencies() const override { return group_->has_cross_lane_dependencies(); }
  [[nodiscard]] std::vector<RankSymmetry> symmetries() const override;
  [[nodiscard]] std::vector<Block> blocks() const override;

 private:
  [[nodiscard]] RankId within_group(RankId participant) const {
    const std::uint32_t all = ranks_ * groups_, index = participant.index();
    return RankId(index < all ? index % ranks_ : ranks_ + (index - all) % group_->num_agents());
  }
  std::unique_ptr<const Schedule> group_;
  std::uint32_t ranks_, groups_;  // ranks of one group
  Collective collective_;
};

/// One message from rank 0 to rank 1.
[[nodiscard]] std::unique_ptr<Schedule> make_message(Bytes bytes);
/// Ranks that do nothing.
[[nodiscard]] std::unique_ptr<Schedule> make_idle(std::uint32_t ranks);

}  // namespace polyplane::collectives
