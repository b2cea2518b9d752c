// A stack's few numbers (parameters.h) from measurements: those for which the sum of squared log errors is least.
//
// Every second size of each series is held out: it chooses nothing, and its errors are told apart. The cluster is believed:
// rates and latencies of links stay what they are, so that what the software does not explain goes into its costs. Numbers on
// which no measurement depends keep the value of the base stack, and are said to.
// Confidence is that of linear least squares at the optimum: it knows the scatter of the residuals, not whether the model is
// right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment.h"
#include "sim/fit/error_summary.h"
#include "sim/fit/measurement.h"
#include "sim/fit/parameters.h"

namespace polyplane::sim {

/// A series and the cards that it ran on.
struct PlacedSeries {
  MeasurementSeries series;
  std::vector<std::uint32_t> cards;  // of each rank, as CollectiveJob::ranks; empty: all, in their order
};

struct FitRequest {
  Experiment experiment;             // cluster, routing, model, seed and base stack; its jobs are not looked at
  std::vector<PlacedSeries> series;  // at least one
  std::string algorithm = "auto", protocol = "auto";
};

struct FitRow {
  std::size_t series = 0;
  Measurement measured;
  bool held_out = false;
  Duration before, after;              // simulated with the base stack, with the fitted one
  std::string algorithm, protocol;     // of `after`
  [[nodiscard]] double error() const;  // ln(after / measured)
};

struct FittedParameter {
  FitParameter parameter;
  double base = 0, value = 0;       // picoseconds of the first cost that it scales; of an efficiency payload over wire
  double factor = 1;                // on all that it scales
  bool determined = false;          // false: no measurement depends on it, the base value stands
  std::optional<double> low, high;  // of the value, 95 %; none where the measurements do not say
};

struct Fitted {
  Stack stack;
  std::vector<FittedParameter> parameters;
  std::vector<FitRow> rows;  // by series, then in the order of the file
  ErrorSummary fit_before, test_before, fit, test;
  std::size_t evaluations = 0;  // of the whole set
  std::size_t passed_over = 0;  // rows of which the contract leaves no byte
};

struct FitOptions {
  std::size_t threads = 1;  // rows side by side; never changes a result
  std::optional<Bytes> max_memory;
  std::function<bool()> stop;
  std::function<void(std::size_t evaluations)> on_progress;
};

/// Throws InputError: ranks that the cluster does not have, nothing to fit, an algorithm that cannot run; LimitError;
/// Interrupted when stopped.
[[nodiscard]] Fitted fit_stack(const FitRequest& request, const FitOptions& options);

}  // namespace polyplane::sim
