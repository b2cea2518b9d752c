#include "collectives/side_by_side.h"

#include <utility>

#include "base/check.h"
#include "collectives/explicit_schedule.h"

namespace polyplane::collectives {

namespace {

Collective ranks_only(std::uint64_t ranks) {
  CHECK(ranks < UINT32_MAX, "more ranks than can be numbered");
  Collective::Shape shape;
  shape.kind = CollectiveKind::barrier;
  shape.ranks = static_cast<std::uint32_t>(ranks);
  return Collective(std::move(shape));
}

}  // namespace

SideBySide::SideBySide(std::unique_ptr<const Schedule> group, std::uint32_t groups)
    : group_(std::move(group)),
      ranks_(group_->collective().ranks()),
      groups_(groups),
      collective_(ranks_only(std::uint64_t{ranks_} * groups)) {}

Step SideBySide::step(RankId rank, std::uint32_t lane, std::uint32_t step) const {
  const std::uint32_t all = ranks_ * groups_, agents = group_->num_agents();
  const std::uint32_t group = rank.index() < all ? rank.index() / ranks_ : (rank.index() - all) / agents;
  const auto among_all = [&](RankId of_group) {
    if (of_group.index() < ranks_) return RankId(group * ranks_ + of_group.index());
    return RankId(all + group * agents + of_group.index() - ranks_);
  };
  Step of_group = group_->step(within_group(rank), lane, step);
  if (of_group.send_to.valid()) of_group.send_to = among_all(of_group.send_to);
  if (of_group.receive_from.valid()) of_group.receive_from = among_all(of_group.receive_from);
  return of_group;
}

std::vector<RankSymmetry> SideBySide::symmetries() const {
  if (groups_ == 1) return group_->symmetries();
  if (group_->num_agents() > 0) return {};
  for (std::uint32_t lane = 0; lane < group_->num_lanes(); ++lane) {
    if (group_->plane(lane)) return {};
  }
  return {{RankSymmetry::Kind::rotation, ranks_}};
}

std::vector<Block> SideBySide::blocks() const {
  std::vector<Block> all;
  for (std::uint32_t g = 0; g < groups_; ++g) {
    for (Block block : group_->blocks()) {
      block.first_source += g * ranks_;
      block.end_source += g * ranks_;
      block.first_destination += g * ranks_;
      block.end_destination += g * ranks_;
      all.push_back(block);
    }
  }
  return all;
}

std::unique_ptr<Schedule> make_message(Bytes bytes) {
  Step send;
  send.send_to = RankId(1);
  send.send_bytes = bytes;
  Step receive;
  receive.receive_from = RankId(0);
  using Lane = std::vector<StoredStep>;
  using Lanes = std::vector<Lane>;
  ExplicitSchedule::Steps steps{Lanes{Lane{{send, {}}}}, Lanes{Lane{{receive, {}}}}};
  return std::make_unique<ExplicitSchedule>(ranks_only(2), 1, std::move(steps));
}

std::unique_ptr<Schedule> make_idle(std::uint32_t ranks) {
  return std::make_unique<ExplicitSchedule>(ranks_only(ranks), 1, ExplicitSchedule::Steps(ranks));
}

}  // namespace polyplane::collectives
