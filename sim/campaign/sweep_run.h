// Runs what is open of a sweep and keeps each result as soon as it is there.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "sim/campaign/memory_shares.h"
#include "sim/campaign/sweep_plan.h"
#include "sim/campaign/sweep_result.h"
#include "sim/campaign/sweep_store.h"

namespace polyplane::sim {

struct SweepOptions {
  std::size_t threads = 1;  // points side by side; never changes a result
  /// Of all of them together (memory_shares.h): a point is refused when it needs more by itself. What it needs is counted
  /// (RunOptions::count_memory), so that refusals, word for word, depend on the point and this limit alone.
  std::optional<Bytes> max_memory;
  std::function<bool()> stop;  // asked often, from any thread; true: ends early
  /// Points, from one thread at a time.
  std::function<void(std::size_t done, std::size_t total)> on_progress;
};

/// Loads every point before one is run, judges the names in them (judge_names.h), and returns their keys by position. Throws what
/// SweepPlan::load() and judge_names() do for the first that is wrong; Interrupted when stopped.
[[nodiscard]] std::vector<std::string> check_points(const SweepPlan& plan, const SweepOptions& options);

struct RunningPoint {
  std::size_t position = 0;
  std::string key;
};
/// Takes a result; thread-safe. Throws RunError when it cannot be kept: the runner then ends early and throws it on.
using KeepResult = std::function<void(const RunningPoint&, const SweepResult&, const SweepRun&)>;
/// Runs points, here or elsewhere. Returns early when told to stop.
using PointRunner = std::function<void(std::span<const RunningPoint>, const KeepResult&)>;

/// A point as SweepPlan::load() gives it now, run here. Throws RunError when its key is not the one asked for: a file has
/// changed since, or is another one on this machine. Throws Interrupted when stopped.
[[nodiscard]] SweepResult run_here(const SweepPlan& plan, const RunningPoint& point, const PointOptions& options,
                                   ClusterFigureCache& cache);

/// On threads of this process. Keeps references.
[[nodiscard]] PointRunner thread_runner(const SweepPlan& plan, const SweepOptions& options);

struct SweepEnd {
  std::size_t before = 0;  // results that were there
  std::size_t ran = 0;
  bool complete = false;  // nothing is open; false when stopped
};

/// All points of the store's shard that have no result (or met a limit, which another machine may not have), or the search
/// that the store describes. Points with one key are run once. Throws what the runner throws.
SweepEnd run_sweep(SweepStore& store, const PointRunner& runner, const SweepOptions& options);

}  // namespace polyplane::sim
