// What a run will need in memory, foretold before it starts.
//
// Resident bytes of the whole process. What is there once the topology and its router stand is read from the kernel; what
// comes on top is counted: lanes, flows and hops of the runs that may be in memory together, the search for symmetry,
// classes. Bytes apiece are sizes of the structures with what allocators and growing vectors add, checked against measured
// peaks in tests/cli/memory_test.cpp: peak <= foretold <= 1.33 x peak.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.h"
#include "base/units.h"
#include "sim/executor.h"
#include "sim/uncontended_way.h"
#include "topology/cluster_spec.h"
#include "topology/router.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// More memory would be needed than is allowed: with more of it the same might run.
class MemoryError : public LimitError {
 public:
  using LimitError::LimitError;
};

/// Of one simulation: what is resident before its first row, and what may be at the most.
struct MemoryBudget {
  std::uint64_t resident = 0;
  std::uint64_t rows_at_once = 1;
  std::optional<Bytes> most;
};

/// The whole process once topology and router stand; from counts, before anything is built.
[[nodiscard]] std::uint64_t foretell_topology(const topology::ClusterSize& size, const std::string& routing);

/// The same of one that is built.
[[nodiscard]] std::uint64_t foretell_topology(const topology::Topology& topology, const std::string& routing);

/// A further router, for rows that run side by side.
[[nodiscard]] std::uint64_t foretell_router(const topology::Topology& topology);

// On top of what is resident, per row.
[[nodiscard]] std::uint64_t foretell_schedule(const collectives::Schedule& schedule);
/// Looking for a folding; 0 when the schedule declares no symmetry.
[[nodiscard]] std::uint64_t foretell_folding(const topology::Topology& topology, const collectives::Schedule& schedule);
/// `job.folding` and its schedule as they will run.
[[nodiscard]] std::uint64_t foretell_flows(const topology::Topology& topology, topology::Router& router, const Job& job,
                                           bool explain);
[[nodiscard]] std::uint64_t foretell_uncontended(const topology::Topology& topology, topology::Router& router,
                                                 const Job& job, UncontendedWay way);
/// Of a schedule that is small enough to be proven; else 0.
[[nodiscard]] std::uint64_t foretell_proof(const collectives::Schedule& schedule);
/// Finding the classes; and what is needed beside once there are `flows` of them with `hops` in all.
[[nodiscard]] std::uint64_t foretell_classes(const topology::Topology& topology);
[[nodiscard]] std::uint64_t foretell_class_flows(std::uint64_t flows, std::uint64_t hops);

/// The peak with `bytes` a row. Throws MemoryError, naming `what`, when it is over the budget.
std::uint64_t foretold_peak(const MemoryBudget& budget, std::uint64_t bytes, const std::string& what);

}  // namespace polyplane::sim
