// How far the time of a result could lie from what it says, since figures of the hardware are uncertain (spread.h).
#pragma once

#include "base/units.h"

namespace polyplane::sim {

struct TimeSpread {
  Duration fastest, slowest;  // the least and the most of the runs; equal: no figure with a range decides the time
  [[nodiscard]] bool is_range() const { return fastest < slowest; }
  friend bool operator==(const TimeSpread&, const TimeSpread&) = default;
};

}  // namespace polyplane::sim
