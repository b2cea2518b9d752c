#include "mpi/simulated_machine.h"

#include <fmt/format.h>
#include <algorithm>

#include "base/error.h"
#include "mpi/machine_files.h"
#include "sim/cluster_nodes.h"

namespace polyplane::mpi {
namespace {

std::size_t cards_of(const sim::ClusterChoice& cluster) {
  std::size_t cards = 0;
  for (const std::uint32_t count : sim::cards_per_node(cluster)) cards += count;
  return cards;
}

}  // namespace

std::string made_up_cluster(int ranks) {
  return fmt::format(
      "single_switch:endpoints={0},radix={0},rate=80 Gbps,cable_latency=0 ns,access_cable_latency=100 ns,"
      "switch_latency=0 ns,nic_latency=0 ns",
      std::max(ranks, 2));
}

SimulatedMachine simulated_machine(const Communicator& world, const sim::Catalog& catalog,
                                   const std::optional<std::string>& cluster, const std::optional<std::string>& stack) {
  const bool one_node = world.min(world.split_nodes().size() == world.size() ? 1.0 : 0.0) > 0;
  if (cluster) {
    const std::string chosen = stack.value_or("mpi");
    return {*cluster, chosen, "simulated on cluster " + *cluster + " with stack " + chosen};
  }
  const std::optional<MachineFiles> files = calibrated_files();
  if (files && cards_of(catalog.cluster(files->cluster)) >= static_cast<std::size_t>(world.size())) {
    const std::string chosen = stack.value_or(files->stack);
    return {files->cluster, chosen,
            "simulated on this machine as calibrated: " + files->cluster + " with stack " + chosen};
  }
  if (!one_node) {
    throw InputError("--cluster is missing: the ranks are on several nodes, and " + machine_directory() +
                     " has no cluster.textproto and stack.textproto for so many ranks (polyplane-mpi calibrate -o "
                     "writes them)");
  }
  const std::string chosen = stack.value_or("mpi");
  return {made_up_cluster(world.size()), chosen,
          fmt::format("simulated on a guess, NOT CALIBRATED: every rank sends and receives 10 GB/s, 0.2 us apart, "
                      "stack {}; {}",
                      chosen,
                      files ? "the files in " + machine_directory() + " are for fewer ranks"
                            : "polyplane-mpi calibrate -o " + machine_directory() + " measures this machine")};
}

}  // namespace polyplane::mpi
