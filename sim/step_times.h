// When the steps were complete that lanes of the same rank wait for (Step::after). Others are not kept.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "collectives/schedule.h"

namespace polyplane::sim {

class StepTimes {
 public:
  /// Of ranks [0, ranks). Reads all steps once when the schedule has cross-lane dependencies; else keeps nothing.
  StepTimes(const collectives::Schedule& schedule, std::uint32_t ranks);

  /// Lane `lane` (rank * lanes + number) has completed `step`; each lane in order of steps. True when something waits for it.
  bool complete(std::uint32_t lane, std::uint32_t step, std::int64_t time_ps) {
    if (next_.empty() || next_[lane] == first_[lane + 1] || steps_[next_[lane]] != step) return false;
    times_ps_[next_[lane]++] = time_ps;
    return true;
  }
  /// None: not complete yet. REQUIRES: some step of its rank waits for it.
  [[nodiscard]] std::optional<std::int64_t> find(std::uint32_t lane, std::uint32_t step) const;

 private:
  std::vector<std::size_t> first_;    // of each lane, into the steps; and the end
  std::vector<std::size_t> next_;     // first not complete
  std::vector<std::uint32_t> steps_;  // ascending within a lane
  std::vector<std::int64_t> times_ps_;
};

}  // namespace polyplane::sim
