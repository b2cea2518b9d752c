#include "sim/view/quick_answers.h"

#include <algorithm>
#include <utility>

#include "sim/sensitivity.h"
#include "sim/spread.h"
#include "sim/training_job.h"

namespace polyplane::sim {
namespace {

/// Calls `visit` with each list of results that are runs by themselves: steps, traces, exchanges.
template <class Visit>
void each_list(Report& report, const Visit& visit) {
  visit(report.steps);
  visit(report.programs);
  visit(report.exchanges);
}

std::uint64_t events_of(Report& report) {
  std::uint64_t events = 0;
  each_list(report, [&](const auto& results) {
    for (const auto& result : results) events += result.events;
  });
  return events;
}

bool has_answers(Report& report) {
  const auto has = [](const auto& results) {
    return std::ranges::any_of(results, [](const auto& result) { return !result.sensitivities.empty(); });
  };
  bool any = has(report.collectives);
  each_list(report, [&](const auto& results) { any = has(results) || any; });
  return any;
}

/// Jobs and flows; of one job that is alone its last size.
void answer_rows(const Experiment& experiment, const RunOptions& options, Report& report) {
  Experiment rows = experiment;
  rows.exchanges.clear();
  rows.training.clear();
  rows.inference.clear();
  rows.traces.clear();
  Report of_rows;
  of_rows.foretold_bytes = report.foretold_bytes;
  const auto end = report.collectives.end() - static_cast<std::ptrdiff_t>(2 * report.exchanges.size());
  auto begin = report.collectives.begin();
  if (begin == end) return;
  if (runs_rows(experiment)) {
    rows.collectives.front().sizes = {experiment.collectives.front().sizes.back()};
    begin = std::prev(end);
  }
  of_rows.collectives.assign(begin, end);
  add_sensitivities(rows, options, kQuickEvents, of_rows);
  std::ranges::move(of_rows.collectives, begin);
}

void answer_the_rest(const Experiment& experiment, const RunOptions& options, Report& report) {
  Experiment rest = experiment;
  rest.collectives.clear();
  rest.flows.clear();
  std::vector<CollectiveResult> rows = std::exchange(report.collectives, {});
  report.collectives.assign(rows.end() - static_cast<std::ptrdiff_t>(2 * report.exchanges.size()), rows.end());
  add_sensitivities(rest, options, events_of(report) <= kQuickEventsInAll ? kQuickEventsInAll : kQuickEvents, report);
  report.collectives = std::move(rows);
}

}  // namespace

void add_quick_answers(const Experiment& experiment, const RunOptions& options, Report& report) {
  if (has_answers(report)) return;
  RunOptions quiet = options;
  quiet.observer = nullptr;
  answer_rows(experiment, quiet, report);
  if (report.endpoints <= kQuickEndpoints) answer_the_rest(experiment, quiet, report);
}

void add_quick_spreads(const Experiment& experiment, const std::function<Experiment(Reading)>& read,
                       const RunOptions& options, Report& report) {
  if (report.endpoints > kQuickEndpoints || events_of(report) > kQuickEventsInAll) return;
  add_step_spreads(experiment, read, options, report);
}

}  // namespace polyplane::sim
