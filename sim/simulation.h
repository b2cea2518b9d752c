// From an Experiment to a Report: the one way through. `perf` and `run` both come here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment.h"
#include "sim/report.h"
#include "sim/run_observer.h"
#include "sim/trace/trace_options.h"
#include "topology/topology.h"

namespace polyplane::sim {

struct RunOptions {
  std::size_t threads = 1;          // sizes run side by side; never changes a result
  bool symmetry = true;             // false: every send of every rank by itself; never changes a result
  bool certify = false;             // prove every allocation of rates; a failure is a bug and throws InternalError
  std::optional<Bytes> max_memory;  // throws MemoryError when the run is foretold to need more
  /// What is resident is counted from the cluster and not asked of the kernel: the same refusals, word for word, whatever else
  /// this process holds or held.
  bool count_memory = false;
  bool prove = true;                  // schedules; false where that was done before
  bool explain = false;               // fill Attribution
  bool link_loads = false;            // fill top_links
  std::optional<TraceOptions> trace;  // of the largest size; of all that runs side by side
  /// Told of every run; may be null. Results that it looks at again are explained, whatever `explain` says.
  RunObserver* observer = nullptr;
  std::function<bool()> stop;  // asked between pieces of work and every few thousand events; true: throws Interrupted
  /// A finished row, in order of size; called from one thread at a time.
  std::function<void(const CollectiveResult&)> on_row;
  std::function<void(double done, double total)> on_progress;
};

/// Ctrl-C: what was finished came through on_row already.
struct Interrupted {};

/// One collective job and nothing beside it: then every size is a run of its own; else all runs side by side.
[[nodiscard]] bool runs_rows(const Experiment& experiment);
/// Is there anything but exchanges?
[[nodiscard]] bool has_work(const Experiment& experiment);

/// What the cluster and the stack assume; every report repeats it.
[[nodiscard]] std::vector<std::string> assumptions_of(const Experiment& experiment);

/// Runs everything. Throws InputError before anything is run, RunError for a stall; CHECKs that no result beats its
/// lower bound.
[[nodiscard]] Report run(const Experiment& experiment, const RunOptions& options);

}  // namespace polyplane::sim
