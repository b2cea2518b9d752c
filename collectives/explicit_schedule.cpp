#include "collectives/explicit_schedule.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace polyplane::collectives {

ExplicitSchedule::ExplicitSchedule(Collective collective, std::uint32_t pieces, Steps steps, std::uint32_t scratch)
    : collective_(std::move(collective)), pieces_(pieces), steps_(std::move(steps)), scratch_(scratch) {
  CHECK(pieces_ >= 1 && steps_.size() >= collective_.ranks(), "a stored schedule needs the lanes of every rank");
  for (const auto& lanes : steps_) {
    CHECK(lanes.size() == steps_[0].size(), "all ranks have the same number of lanes, some of them empty");
    for (const auto& lane : lanes) {
      for (const StoredStep& stored : lane) {
        cross_lane_ = cross_lane_ || stored.step.num_after > 0;
        local_moves_ = local_moves_ || !std::ranges::all_of(stored.moves, &LocalMove::is_naming);
      }
    }
  }
}

ExplicitSchedule::Steps ExplicitSchedule::copy_steps(const Schedule& schedule) {
  Steps steps(schedule.num_participants());
  for (std::uint32_t rank = 0; rank < steps.size(); ++rank) {
    steps[rank].resize(schedule.num_lanes());
    for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
      const std::uint32_t count = schedule.num_steps(RankId(rank), lane);
      for (std::uint32_t step = 0; step < count; ++step) {
        StoredStep stored{.step = schedule.step(RankId(rank), lane, step), .payload = {}, .landing = {}, .moves = {}};
        if (stored.step.send_to.valid()) schedule.payload(RankId(rank), lane, step, stored.payload);
        schedule.landing(RankId(rank), lane, step, stored.landing);
        schedule.local_moves(RankId(rank), lane, step, stored.moves);
        steps[rank][lane].push_back(std::move(stored));
      }
    }
  }
  return steps;
}

}  // namespace polyplane::collectives
