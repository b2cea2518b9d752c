#include "sim/campaign/sweep_result.h"

#include <algorithm>
#include <new>

#include "base/check.h"
#include "base/error.h"
#include "sim/bill_of_materials.h"
#include "sim/cluster_graph.h"
#include "sim/fingerprint.h"
#include "sim/memory_estimate.h"
#include "sim/placed_error.h"
#include "sim/simulation.h"
#include "sim/write_report.h"

namespace polyplane::sim {
namespace {

template <class Unit>
std::optional<Unit> used(const BillTotal<Unit>& total) {
  return total.sum ? std::optional(total.sum->used) : std::nullopt;
}

/// Rows of collectives that are no halves of exchanges, which come last.
std::size_t own_rows(const Experiment& experiment, const Report& report) {
  return report.collectives.size() - std::min(report.collectives.size(), 2 * experiment.exchanges.size());
}

Duration time_of(const Experiment& experiment, const Report& report) {
  const std::size_t rows = own_rows(experiment, report);
  Duration time;
  TimePoint last_end;
  for (std::size_t i = 0; i < rows; ++i) {
    if (runs_rows(experiment)) {
      time += report.collectives[i].time;
    } else {
      last_end = std::max(last_end, experiment.collectives[i].start + report.collectives[i].time);
    }
  }
  for (const FlowResult& flow : report.flows) last_end = std::max(last_end, flow.end);
  time += last_end - TimePoint{};
  for (const ExchangeResult& exchange : report.exchanges) time += exchange.time_per_token;
  for (const StepResult& step : report.steps) time += step.time;
  for (const ProgramResult& program : report.programs) time += program.time;
  return time;
}

std::optional<Duration> bound_of(const Experiment& experiment, const Report& report) {
  const bool more =
      !report.flows.empty() || !report.exchanges.empty() || !report.steps.empty() || !report.programs.empty();
  if (more || report.collectives.empty()) return std::nullopt;
  Duration sum;
  TimePoint latest;
  for (std::size_t i = 0; i < report.collectives.size(); ++i) {
    sum += report.collectives[i].lower_bound;
    if (!runs_rows(experiment)) {
      latest = std::max(latest, experiment.collectives[i].start + report.collectives[i].lower_bound);
    }
  }
  return runs_rows(experiment) ? sum : latest - TimePoint{};
}

SweepResult result_of(const SweepPlan& plan, const SweepPoint& point, const Report& report) {
  SweepResult result;
  result.cluster = report.cluster;
  result.endpoints = report.endpoints;
  result.time = time_of(point.experiment, report);
  result.lower_bound = bound_of(point.experiment, report);
  double algbw = 0, busbw = 0;
  for (const CollectiveResult& row : report.collectives) {
    algbw += row.algbw_GBps;
    busbw += row.busbw_GBps;
  }
  if (!report.collectives.empty()) {
    const auto rows = static_cast<double>(report.collectives.size());
    result.algorithm = report.collectives.front().algorithm;
    result.algbw_GBps = algbw / rows;
    result.busbw_GBps = busbw / rows;
  }
  result.fingerprint = fingerprint_text(report.fingerprint);
  result.report = to_json(report, {plan.request().version, "sweep", false, true});
  return result;
}

SweepResult failed(SweepFailure failure, const std::string& error) {
  SweepResult result;
  result.failure = failure;
  result.error = error;
  return result;
}

/// Without file and line: stores that are merged have one text for one point, wherever their experiment lay.
std::string entry_of(const PlacedError& error) { return error.field() + "[" + std::to_string(error.index()) + "]"; }

SweepResult without_memory(const std::string& error) {
  SweepResult result = failed(SweepFailure::limit, error);
  result.lacks_memory = true;
  return result;
}

}  // namespace

std::string_view to_string(SweepFailure failure) {
  switch (failure) {
    case SweepFailure::none:
      return "";
    case SweepFailure::input:
      return "input";
    case SweepFailure::run:
      return "run";
    case SweepFailure::limit:
      return "limit";
    case SweepFailure::bug:
      return "bug";
  }
  check_failed("failure", "a failure of no kind");
}

bool SweepResult::same_bits(const SweepResult& other) const {
  return failure == other.failure && error == other.error && cluster == other.cluster && algorithm == other.algorithm &&
         endpoints == other.endpoints && time == other.time && algbw_GBps == other.algbw_GBps &&
         busbw_GBps == other.busbw_GBps && lower_bound == other.lower_bound && figures == other.figures &&
         fingerprint == other.fingerprint;
}

ClusterFigures ClusterFigureCache::of(const SweepPoint& point, const PriceSheet& prices) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto known = by_key_.find(point.cluster_key); known != by_key_.end()) return known->second;
  }
  const BillOfMaterials counted = bill(build(point.experiment.cluster), point.experiment.cluster, prices);
  ClusterFigures figures{.network_cost = used(counted.network_cost),
                         .system_cost = used(counted.system_cost),
                         .network_power = used(counted.network_power),
                         .system_power = used(counted.system_power)};
  const std::scoped_lock lock(mutex_);
  return by_key_.emplace(point.cluster_key, figures).first->second;
}

SweepResult run_point(const SweepPlan& plan, const SweepPoint& point, const PointOptions& options,
                      ClusterFigureCache& cache) {
  RunOptions run_options;
  run_options.max_memory = options.max_memory;
  run_options.count_memory = true;
  run_options.stop = options.stop;
  try {
    SweepResult result = result_of(plan, point, run(point.experiment, run_options));
    result.figures = cache.of(point, plan.prices());
    return result;
  } catch (const PlacedError& error) {
    return failed(SweepFailure::input, entry_of(error) + ": " + error.what());
  } catch (const InputError& error) {
    return failed(SweepFailure::input, error.what());
  } catch (const MemoryError& error) { return without_memory(error.what()); } catch (const LimitError& error) {
    return failed(SweepFailure::limit, error.what());
  } catch (const RunError& error) {
    return failed(SweepFailure::run, error.what());
  } catch (const InternalError& error) {
    return failed(SweepFailure::bug, error.what());
  } catch (const std::bad_alloc&) { return without_memory("out of memory"); }
}

}  // namespace polyplane::sim
