#include "mpi/core_of_rank.h"

#include <hwloc.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <sstream>

namespace polyplane::mpi {
namespace {

using CpuSet = std::unique_ptr<hwloc_bitmap_s, void (*)(hwloc_bitmap_t)>;

CpuSet make_set() { return {hwloc_bitmap_alloc(), hwloc_bitmap_free}; }

class Machine {
 public:
  Machine() {
    hwloc_topology_init(&topology_);
    hwloc_topology_load(topology_);
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;
  ~Machine() { hwloc_topology_destroy(topology_); }

  /// Number of the object of a type that holds `cpus`, counted by hwloc; 0 where there is none.
  [[nodiscard]] std::uint32_t object(hwloc_obj_type_t type, hwloc_const_bitmap_t cpus) const {
    hwloc_obj_t found = hwloc_get_next_obj_covering_cpuset_by_type(topology_, cpus, type, nullptr);
    return found == nullptr ? 0 : found->logical_index;
  }
  /// Where this process runs now.
  [[nodiscard]] CpuSet here() const {
    CpuSet cpus = make_set();
    hwloc_get_last_cpu_location(topology_, cpus.get(), HWLOC_CPUBIND_THREAD);
    return cpus;
  }
  [[nodiscard]] std::string binding() const {
    const CpuSet cpus = make_set();
    hwloc_get_cpubind(topology_, cpus.get(), HWLOC_CPUBIND_PROCESS);
    std::array<char, 256> text{};
    hwloc_bitmap_list_snprintf(text.data(), text.size(), cpus.get());
    return text.data();
  }

 private:
  hwloc_topology_t topology_ = nullptr;
};

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

PlacedRanks place_ranks(const Communicator& world) {
  const Communicator node = world.split_nodes();
  // Nodes go by the lowest of their ranks.
  const std::string lowest = node.broadcast(std::to_string(world.rank()));
  const Machine machine;
  const CpuSet here = machine.here();
  const std::string mine = lowest + " " + std::to_string(machine.object(HWLOC_OBJ_PACKAGE, here.get())) + " " +
                           std::to_string(machine.object(HWLOC_OBJ_L3CACHE, here.get())) + " " + host_name() +
                           ", processors " + machine.binding();
  std::string all;
  for (const std::string& one : world.gather(mine)) all += one + "\n";
  std::istringstream lines(world.broadcast(std::move(all)));
  PlacedRanks placed;
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    sim::CoreOfRank core;
    words >> core.node >> core.socket >> core.complex >> std::ws;
    placed.cores.push_back(core);
    std::getline(words, placed.bindings.emplace_back());
  }
  return placed;
}

}  // namespace polyplane::mpi
