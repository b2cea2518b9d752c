// Who waits for whom when a run stalls: the first few lanes and a count of the others.
#pragma once

#include <cstdint>
#include <string>

#include "collectives/schedule.h"

namespace polyplane::sim {

class WaitingLanes {
 public:
  enum class For : std::uint8_t { own_message, message, lanes };

  /// Lane `lane` of `rank` stands at step number `number`, which is `step`. REQUIRES: ascending by rank and lane.
  void add(const std::string& job, RankId rank, std::uint32_t lane, std::uint32_t number, const collectives::Step& step,
           For waits_for);
  /// A lane of a folded run stands for `copies`, `stride` ranks apart.
  void stand_for(std::uint32_t stride, std::uint32_t copies);
  /// "" when there are none; else a line each, every line after a line break.
  [[nodiscard]] std::string text() const;

 private:
  static constexpr std::uint64_t kShown = 5;
  std::string shown_, footnote_;
  std::uint64_t count_ = 0;
};

}  // namespace polyplane::sim
