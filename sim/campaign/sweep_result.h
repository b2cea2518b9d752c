// What came out of one point of a sweep: the figures that a table compares, and the whole report.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "base/cost_units.h"
#include "base/units.h"
#include "sim/campaign/sweep_plan.h"
#include "sim/report.h"

namespace polyplane::sim {

/// Why a point has no result. `limit` hangs on the machine, so it is tried again when a sweep goes on.
enum class SweepFailure : std::uint8_t { none, input, run, limit, bug };

[[nodiscard]] std::string_view to_string(SweepFailure failure);

/// Of the whole cluster; absent where somebody published no figure.
struct ClusterFigures {
  std::optional<Money> network_cost, system_cost;
  std::optional<Power> network_power, system_power;  // typical
  friend bool operator==(const ClusterFigures&, const ClusterFigures&) = default;
};

struct SweepResult {
  SweepFailure failure = SweepFailure::none;
  std::string error;  // of a failure; the rest is then empty
  std::string cluster, algorithm;
  std::int64_t endpoints = 0;
  /// Of all that the experiment does: sizes, steps, traces and exchanges one after the other, what runs side by side until
  /// its last end.
  Duration time;
  std::optional<double> algbw_GBps, busbw_GBps;  // means over the rows of collectives, as nccl-tests' average
  std::optional<Duration> lower_bound;           // of `time`, where nothing but collectives runs
  ClusterFigures figures;
  std::string fingerprint;    // of all results
  std::string report;         // "polyplane/report/1"; may differ in nothing but the names of files
  bool lacks_memory = false;  // of a failure by limit: with more memory it might run. In no store.

  /// Equal but for `report`.
  [[nodiscard]] bool same_bits(const SweepResult& other) const;
  [[nodiscard]] bool done() const { return failure == SweepFailure::none; }
};

/// Costs and watts of clusters, each worked out once. Thread-safe.
class ClusterFigureCache {
 public:
  [[nodiscard]] ClusterFigures of(const SweepPoint& point, const PriceSheet& prices);

 private:
  std::mutex mutex_;
  std::map<std::string, ClusterFigures> by_key_;
};

struct PointOptions {
  /// What the point may need, as it is counted, whatever else this process holds.
  std::optional<Bytes> max_memory;
  std::function<bool()> stop;
};

/// Errors become failures; Interrupted alone comes through.
[[nodiscard]] SweepResult run_point(const SweepPlan& plan, const SweepPoint& point, const PointOptions& options,
                                    ClusterFigureCache& cache);

}  // namespace polyplane::sim
