// The measurements of calibrate: messages between pairs of ranks, as the runner of schedules sends them, and what one rank does
// by itself.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mpi/communicator.h"
#include "sim/fit/calibration.h"

namespace polyplane::mpi {

struct CalibrateOptions {
  std::vector<Bytes> sizes;  // of messages, rising, at least two
  // For the repetitions of one size, barriers included; on a machine at work `least_repetitions` take as long as they take.
  double seconds_a_point = 0.2;
  std::size_t least_repetitions = 9;
  std::function<void(const std::string&)> on_part;  // on rank 0: what is measured next, in words; may be empty
};

/// Collective; the result is on rank 0, elsewhere empty. One pair of each class is measured, the others asleep meanwhile. Each
/// repetition starts with a barrier and ends when both ranks are through. REQUIRES: at least two ranks, one core of each.
[[nodiscard]] sim::CalibrationRuns run_calibration(const Communicator& world, const std::vector<sim::CoreOfRank>& cores,
                                                   const CalibrateOptions& options);

}  // namespace polyplane::mpi
