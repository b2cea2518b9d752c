// Which cluster and stack stand for the machine that ranks really run on, when what they did is simulated.
#pragma once

#include <optional>
#include <string>

#include "mpi/communicator.h"
#include "sim/catalog.h"

namespace polyplane::mpi {

struct SimulatedMachine {
  std::string cluster, stack;  // as Catalog takes them
  std::string sentence;        // for tables: where they come from
};

/// As the catalog takes it: one switch that nobody waits for, a card for each rank.
[[nodiscard]] std::string made_up_cluster(int ranks);

/// Collective. `cluster` and `stack` as the user gave them; else the files that calibrate wrote (mpi/machine_files.h), if their
/// cluster has cards for all ranks; else a guess, which the sentence calls not calibrated: every rank sends and receives
/// 10 GB/s, 0.2 us apart, stack mpi. Throws InputError where ranks are on several nodes and nothing describes what joins them.
[[nodiscard]] SimulatedMachine simulated_machine(const Communicator& world, const sim::Catalog& catalog,
                                                 const std::optional<std::string>& cluster,
                                                 const std::optional<std::string>& stack);

}  // namespace polyplane::mpi
