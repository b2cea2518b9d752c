// When the last messages of lanes were delivered, for lanes that may have several under way (ProtocolCosts).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace polyplane::sim {

/// Of each lane the last `slots` messages.
class DeliveryTimes {
 public:
  /// Before its first message a lane has delivered all at `start_ps`. REQUIRES: slots > 0.
  DeliveryTimes(std::size_t lanes, std::uint32_t slots, std::int64_t start_ps)
      : slots_(slots), times_ps_(lanes * slots, start_ps), next_(lanes, 0) {}

  /// Of the message before.
  [[nodiscard]] std::int64_t last_ps(std::size_t lane) const {
    return times_ps_[lane * slots_ + (next_[lane] == 0 ? slots_ : next_[lane]) - 1];
  }
  /// From when on the lane has a slot for one more message.
  [[nodiscard]] std::int64_t free_ps(std::size_t lane) const { return times_ps_[lane * slots_ + next_[lane]]; }
  /// One more message. REQUIRES: in order of delivery.
  void add(std::size_t lane, std::int64_t time_ps) {
    times_ps_[lane * slots_ + next_[lane]] = time_ps;
    next_[lane] = static_cast<std::uint8_t>(next_[lane] + 1U == slots_ ? 0U : next_[lane] + 1U);
  }

 private:
  std::size_t slots_;
  std::vector<std::int64_t> times_ps_;
  std::vector<std::uint8_t> next_;  // slot of the oldest
};

}  // namespace polyplane::sim
