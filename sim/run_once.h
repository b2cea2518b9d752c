// One run of one engine: jobs and plain flows on one network model, from the first launch to the last byte.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sim/executor.h"
#include "sim/memory_estimate.h"
#include "sim/report.h"
#include "topology/router.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// A flow with its route resolved.
struct PlainFlow {
  std::string name;
  TimePoint start;
  Bytes size;
  Duration latency;
  std::vector<topology::Hop> hops;
};

struct CapacityChange {
  TimePoint time;
  TrunkId trunk;
  BitRate capacity;
};

/// Which short cuts a run may take. They give the same picoseconds, but for classes of flows, which agree to 1e-9; without
/// them the run is the oracle of those with them.
struct ShortCuts {
  bool symmetry = true;     // fold schedules, classes of flows for blocks
  bool uncontended = true;  // sends that cannot slow one another down need no network
  bool clockless = true;    // uncontended: no clock either, but dataflow or whole steps of rings
  static ShortCuts none() { return {false, false, false}; }
};

struct RunInput {
  const topology::Topology& topology;
  topology::Router& router;
  std::string model;
  std::vector<Job> jobs;
  std::vector<PlainFlow> flows;
  std::vector<BitRate> private_trunks;  // after the router's: caps and unshared links of plain flows
  std::vector<CapacityChange> changes;
  bool explain = false;
  std::function<bool()> stop;
  ShortCuts short_cuts;
  Duration quantum;      // see NetworkSetup
  bool certify = false;  // see NetworkSetup
  MemoryBudget memory;
  /// A makespan past this is of no interest: a run that goes flow by flow may then end in GaveUp.
  TimePoint give_up = TimePoint::never();
  TraceSink* trace = nullptr;  // not null: flow by flow. REQUIRES: no job is folded
  TraceSink* loads = nullptr;  // not null: flow by flow, and told of loads of trunks only. REQUIRES: no `trace`
};

/// Thrown by run_once() when the makespan is past RunInput::give_up, and nothing else is known.
struct GaveUp {};

struct RunOutcome {
  std::vector<TimePoint> job_end;
  std::vector<TimePoint> flow_end;
  TimePoint makespan;
  std::uint64_t events = 0, sends = 0;
  Way way;
  ModelFacts model_facts;
  std::uint64_t foretold_bytes = 0;          // peak of the process
  std::vector<double> trunk_bytes;           // of the router's trunks
  std::vector<Duration> trunk_work;          // Executor::processor_times()
  std::vector<Attribution> job_attribution;  // of each job, its parts sum to job_end; empty unless explained
};

/// Throws LimitError before anything is allocated when memory would not do, RunError for a stall (who waits for whom),
/// Interrupted when stopped, GaveUp.
[[nodiscard]] RunOutcome run_once(RunInput input);

/// ", 8 agents in switches"; "" of a schedule without agents.
[[nodiscard]] std::string agents_text(const collectives::Schedule& schedule);

/// Of a schedule that is blocks (Schedule::blocks()); else 0. Counts a rank's message to itself, which is none.
[[nodiscard]] std::uint64_t messages_at_once(const collectives::Schedule& schedule);
/// More messages at once than this are taken by classes, to 1e-9; fewer one by one, to the picosecond.
inline constexpr std::uint64_t kMaxSingleMessages = 100'000;
[[nodiscard]] bool takes_classes(const ProtocolCosts& costs, const collectives::Schedule& schedule,
                                 const topology::Router& router);

/// Bytes by LinkId.
[[nodiscard]] std::vector<double> link_bytes(const topology::Topology& topology, const topology::Router& router,
                                             const std::vector<double>& trunk_bytes);

}  // namespace polyplane::sim
