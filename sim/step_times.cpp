#include "sim/step_times.h"

#include <algorithm>
#include <utility>

namespace polyplane::sim {

using collectives::Step;

StepTimes::StepTimes(const collectives::Schedule& schedule, std::uint32_t ranks) {
  if (!schedule.has_cross_lane_dependencies()) return;
  const std::uint32_t lanes = schedule.num_lanes();
  first_.assign(1, 0);
  std::vector<std::pair<std::uint32_t, std::uint32_t>> awaited;  // (lane, step) of one rank
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    awaited.clear();
    for (std::uint32_t lane = 0; lane < lanes; ++lane) {
      const std::uint32_t steps = schedule.num_steps(RankId(rank), lane);
      for (std::uint32_t k = 0; k < steps; ++k) {
        const Step step = schedule.step(RankId(rank), lane, k);
        for (std::uint8_t i = 0; i < step.num_after; ++i) awaited.emplace_back(step.after[i].lane, step.after[i].step);
      }
    }
    std::ranges::sort(awaited);
    awaited.erase(std::unique(awaited.begin(), awaited.end()), awaited.end());
    auto place = awaited.begin();
    for (std::uint32_t lane = 0; lane < lanes; ++lane) {
      for (; place != awaited.end() && place->first == lane; ++place) steps_.push_back(place->second);
      first_.push_back(steps_.size());
    }
  }
  next_.assign(first_.begin(), first_.end() - 1);
  times_ps_.resize(steps_.size());
}

std::optional<std::int64_t> StepTimes::find(std::uint32_t lane, std::uint32_t step) const {
  const auto begin = steps_.begin() + static_cast<std::ptrdiff_t>(first_[lane]);
  const auto end = steps_.begin() + static_cast<std::ptrdiff_t>(next_[lane]);
  const auto place = std::lower_bound(begin, end, step);
  if (place == end || *place != step) return std::nullopt;
  return times_ps_[static_cast<std::size_t>(place - steps_.begin())];
}

}  // namespace polyplane::sim
