#include "sim/waiting_lanes.h"

namespace polyplane::sim {

void WaitingLanes::add(const std::string& job, RankId rank, std::uint32_t lane, std::uint32_t number,
                       const collectives::Step& step, For waits_for) {
  if (++count_ > kShown) return;
  shown_ += "\n  " + (job.empty() ? "" : job + ": ") + "rank " + std::to_string(rank.index()) + " lane " +
            std::to_string(lane) + " step " + std::to_string(number);
  switch (waits_for) {
    case For::own_message:
      shown_ += " waits for its message to rank " + std::to_string(step.send_to.index());
      return;
    case For::message:
      shown_ += " waits for a message from rank " + std::to_string(step.receive_from.index());
      return;
    case For::lanes:
      for (std::uint8_t i = 0; i < step.num_after; ++i) {
        shown_ += (i == 0 ? " waits for lane " : " and lane ") + std::to_string(step.after[i].lane) + " step " +
                  std::to_string(step.after[i].step);
      }
      return;
  }
}

void WaitingLanes::stand_for(std::uint32_t stride, std::uint32_t copies) {
  const std::string by = std::to_string(stride);
  footnote_ =
      "\n  each stands for the ranks " + by + " on, 2 x " + by + " on, ...: " + std::to_string(copies) + " in all";
}

std::string WaitingLanes::text() const {
  if (count_ == 0) return "";
  const std::string more = count_ <= kShown ? "" : "\n  and " + std::to_string(count_ - kShown) + " more lanes";
  return shown_ + more + footnote_;
}

}  // namespace polyplane::sim
