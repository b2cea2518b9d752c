// One schedule, run once on real ranks and held against MPI's own collective.
#pragma once

#include <cstdint>
#include <string>

#include "collectives/schedule.h"
#include "mpi/schedule_runner.h"

namespace polyplane::mpi {

/// Collective. Fills the buffers (mpi/test_data.h), runs the schedule and MPI's collective and compares every byte of every
/// result (floats that are added or multiplied: within the tolerance of mpi/test_data.h); out of place `in` must be as it was.
/// Returns "" or, on all ranks, the first defect of the lowest rank: "rank 2 offset 388 (block 0, element 97) has 17, and
/// MPI_Allreduce 16". A barrier moves no data: where all ranks share a node, and so a clock, no rank may leave before the last
/// one entered; else only that it ends is checked.
[[nodiscard]] std::string check_run(MessageSpace& space, const collectives::Schedule& schedule,
                                    const RunnerOptions& options, std::uint64_t seed);

}  // namespace polyplane::mpi
