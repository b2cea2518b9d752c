// The time quantum of a run: starts and ends of flows wait for its next multiple. Keeps by how much, for the report.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/units.h"

namespace polyplane::sim {

class Quantum {
 public:
  /// A step of zero puts nothing off and keeps nothing.
  Quantum(Duration step, std::size_t flows) : step_ps_(step.ps()), flows_(step.ps() > 0 ? flows : 0) {}

  /// When a flow that could start to drain at `due` does so.
  TimePoint start_of(std::uint32_t flow, TimePoint due) {
    if (step_ps_ == 0) return due;
    const TimePoint start = round_up(due);
    flows_[flow] = {start - due, TimePoint::never()};
    return start;
  }
  /// When a flow whose last byte is there at `due` ends for the others.
  TimePoint end_of(std::uint32_t flow, TimePoint due) {
    if (step_ps_ == 0) return due;
    flows_[flow].last_byte = due;
    return round_up(due);
  }
  /// What end_of() was told no longer holds, and there is no new end yet.
  void no_end(std::uint32_t flow) {
    if (step_ps_ > 0) flows_[flow].last_byte = TimePoint::never();
  }
  /// All its bytes are there, and it waits.
  [[nodiscard]] bool only_waits(std::uint32_t flow, TimePoint now) const {
    return step_ps_ > 0 && flows_[flow].last_byte <= now;
  }
  /// Of a flow that drains or has drained: now, but not after its last byte.
  [[nodiscard]] TimePoint drained_until(std::uint32_t flow, TimePoint now) const {
    return step_ps_ > 0 ? std::min(flows_[flow].last_byte, now) : now;
  }
  /// Books a flow that ends now; returns when its last byte was there.
  TimePoint ended(std::uint32_t flow, TimePoint now, std::uint32_t copies) {
    if (step_ps_ == 0) return now;
    const TimePoint last_byte = std::min(flows_[flow].last_byte, now);
    const Duration put_off = flows_[flow].start_put_off + (now - last_byte);
    total_ps_ += static_cast<int128>(put_off.ps()) * copies;
    most_ = std::max(most_, put_off);
    return last_byte;
  }

  /// Sum over flows, in ps, and the most of one flow.
  [[nodiscard]] int128 total_ps() const { return total_ps_; }
  [[nodiscard]] Duration most() const { return most_; }

 private:
  struct Waiting {
    Duration start_put_off;
    TimePoint last_byte = TimePoint::never();
  };
  [[nodiscard]] TimePoint round_up(TimePoint time) const {
    return TimePoint::from_ps((time.ps() + step_ps_ - 1) / step_ps_ * step_ps_);
  }

  std::int64_t step_ps_;
  std::vector<Waiting> flows_;
  int128 total_ps_ = 0;
  Duration most_;
};

}  // namespace polyplane::sim
