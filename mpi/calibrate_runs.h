// The measurements of calibrate: messages between pairs of ranks, as the runner of schedules sends them, and what one rank does
// by itself.
#pragma once

#include <vector>

#include "mpi/communicator.h"
#include "sim/fit/calibration.h"

namespace polyplane::mpi {

struct CalibrateOptions {
  std::vector<Bytes> sizes;      // of messages, rising, at least two
  double seconds_a_point = 0.2;  // for the repetitions of one size
  std::size_t least_repetitions = 9;
};

/// Collective; the result is on rank 0, elsewhere empty. One pair of each class is measured, the others asleep meanwhile. Each
/// repetition starts with a barrier and ends when both ranks are through. REQUIRES: at least two ranks, one core of each.
[[nodiscard]] sim::CalibrationRuns run_calibration(const Communicator& world, const std::vector<sim::CoreOfRank>& cores,
                                                   const CalibrateOptions& options);

}  // namespace polyplane::mpi
