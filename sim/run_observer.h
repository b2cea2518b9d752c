// Who is told what links and programs did, run by run, while the cluster is there: what a recording is made of (sim/view).
// Runs ask one pointer: null, and nothing is told and nothing paid. Being told changes no result and no way of computing
// one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/units.h"
#include "collectives/program.h"
#include "sim/report.h"
#include "sim/trace/trace_sink.h"
#include "topology/router.h"
#include "topology/topology.h"

namespace polyplane::sim {

struct ProgramOutcome;

/// One run of the network that has ended, borrowed for the call.
struct ObservedRun {
  const topology::Topology& topology;
  const topology::Router& router;
  std::vector<std::uint64_t> results;  // fingerprints of the collectives that it was of
  bool flows = false;                  // the explicit flows of the experiment were in it
  TimePoint makespan;
  std::span<const double> trunk_bytes;  // of the router's trunks
};

/// A step or trace that has ended, borrowed for the call.
struct ObservedProgram {
  const topology::Topology& topology;
  const topology::Router& router;
  const collectives::Program& program;
  const ProgramOutcome& outcome;
};

/// Called from several threads; all runs of one observer are on one cluster.
class RunObserver {
 public:
  virtual ~RunObserver() = default;
  virtual void built(const topology::Topology& topology) = 0;
  virtual void ran(const ObservedRun& run) = 0;
  virtual void ran(const ObservedProgram& run) = 0;
  /// Which of these to run once more, flow by flow, explained and with its loads watched. All were told of by ran().
  [[nodiscard]] virtual std::vector<std::size_t> to_look_at_again(std::span<const CollectiveResult> results) = 0;
  /// Is such a run of that many events wanted of all that ran side by side, or of a program?
  [[nodiscard]] virtual bool looks_again(std::uint64_t events) = 0;
  /// Takes the loads of a run once more; `run` is the fingerprint of its first result or of its program, 0 for flows
  /// alone. Lives as long as the observer. REQUIRES: ran() was told of it.
  [[nodiscard]] virtual TraceSink& loads_of(std::uint64_t run, const topology::Topology& topology,
                                            const topology::Router& router) = 0;
};

}  // namespace polyplane::sim
