// The bound that a lane by itself sets to a run.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/units.h"
#include "sim/delivery_times.h"

namespace polyplane::sim {

/// When the sends of one lane are delivered at the soonest, if nothing is waited for but slots and the one before.
class LaneClock {
 public:
  explicit LaneClock(std::uint32_t slots) : deliveries_(1, slots, 0) {}
  /// `alone` by itself, `tail` of it behind the one before.
  void send(Duration alone, Duration tail) {
    start_ps_ = std::max(start_ps_, deliveries_.free_ps(0));
    deliveries_.add(0, std::max(start_ps_ + alone.ps(), deliveries_.last_ps(0) + tail.ps()));
  }
  [[nodiscard]] Duration end() const { return Duration::from_ps(deliveries_.last_ps(0)); }

 private:
  DeliveryTimes deliveries_;
  std::int64_t start_ps_ = 0;
};

}  // namespace polyplane::sim
