// What a network model says of a whole run.
#pragma once

#include <cstdint>

#include "base/units.h"

namespace polyplane::sim {

/// What the time quantum changed, and what was certified.
struct ModelFacts {
  std::uint64_t solves = 0;     // allocations computed
  std::uint64_t certified = 0;  // of those, proven max-min fair by the bottleneck condition
  Duration put_off;             // sum over flows of the time added by the quantum
  Duration most_put_off;        // of one flow
  Duration drained;             // sum over flows of the time from first to last byte

  /// As a fraction of the time that flows drain.
  [[nodiscard]] double mean_put_off() const {
    return drained == Duration() ? 0 : static_cast<double>(put_off.ps()) / static_cast<double>(drained.ps());
  }
};

}  // namespace polyplane::sim
