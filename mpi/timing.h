// How long something takes that all ranks do together.
//
// Clock: MPI_Wtime of each rank by itself. Before every repetition there is a barrier; the time of a repetition is that of the
// rank that took longest, from when it left the barrier to when it was through. Clocks of ranks are never compared. What a
// rank waits for one that left the barrier later is in it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "mpi/communicator.h"

namespace polyplane::mpi {

/// Of the repetitions, in seconds: the middle one (of an even number the mean of two), the quartiles, the shortest.
struct Timing {
  double median = 0, low = 0, high = 0, shortest = 0;
  /// From quartile to quartile, in parts of the median; 0 when that is 0.
  [[nodiscard]] double spread() const { return median > 0 ? (high - low) / median : 0; }
};

/// REQUIRES: at least one.
[[nodiscard]] Timing summarise(std::vector<double> seconds);

/// Collective; the same on all ranks.
[[nodiscard]] Timing time_together(const Communicator& ranks, int warm_ups, int repetitions,
                                   const std::function<void()>& work);

/// "load average 0.31 0.20 0.15 (1, 5, 15 minutes)": what a reader of timings has to know.
[[nodiscard]] std::string load_text();

}  // namespace polyplane::mpi
