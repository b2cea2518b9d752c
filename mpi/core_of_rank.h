// Where the ranks run: node, socket, core complex (cores that share their last cache), by hwloc and MPI.
#pragma once

#include <string>
#include <vector>

#include "mpi/communicator.h"
#include "sim/fit/calibration.h"

namespace polyplane::mpi {

struct PlacedRanks {
  std::vector<sim::CoreOfRank> cores;  // by rank
  std::vector<std::string> bindings;   // by rank: "host, cores 0-1"
};

/// Collective; the same answer on all ranks. A rank that may run on several complexes is where it runs now.
[[nodiscard]] PlacedRanks place_ranks(const Communicator& world);

}  // namespace polyplane::mpi
