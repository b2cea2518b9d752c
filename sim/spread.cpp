#include "sim/spread.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/check.h"
#include "sim/experiment_topology.h"
#include "sim/training_job.h"

namespace polyplane::sim {
namespace {

bool same_speed(const topology::Topology& a, const topology::Topology& b) {
  return std::ranges::equal(a.links(), b.links(), [](const topology::Link& x, const topology::Link& y) {
    return x.rate == y.rate && x.latency == y.latency;
  });
}

/// Of jobs that both have.
template <class Job>
bool same_compute(const std::vector<Job>& a, const std::vector<Job>& b) {
  return a.empty() || b.empty() ||
         std::ranges::equal(a, b, [](const auto& x, const auto& y) { return x->compute == y->compute; });
}

bool same_figures(const Experiment& a, const Experiment& b) {
  return same_compute(a.training, b.training) && same_compute(a.inference, b.inference) &&
         same_speed(build_topology(a), build_topology(b));
}

/// `time`: the member that says how long a result takes. `read`: the same results in another reading; null: it is the used one.
template <class Result>
void widen(std::vector<Result>& results, const std::vector<Result>* read, Duration Result::* time) {
  CHECK(read == nullptr || read->size() == results.size(), "another reading of the hardware has other results");
  for (std::size_t i = 0; i < results.size(); ++i) {
    Result& result = results[i];
    if (!result.spread) result.spread = TimeSpread{result.*time, result.*time};
    if (read == nullptr) continue;
    result.spread->fastest = std::min(result.spread->fastest, (*read)[i].*time);
    result.spread->slowest = std::max(result.spread->slowest, (*read)[i].*time);
  }
}

/// `read` as above; `asked`: the kinds of work in it.
void widen_all(Report& report, const Report* read, const Experiment& asked) {
  const auto of = [&](auto Report::* results) { return read == nullptr ? nullptr : &(read->*results); };
  const bool steps = !asked.training.empty() || !asked.inference.empty();
  if (!asked.collectives.empty()) { widen(report.collectives, of(&Report::collectives), &CollectiveResult::time); }
  if (!asked.exchanges.empty()) widen(report.exchanges, of(&Report::exchanges), &ExchangeResult::layer);
  if (steps) widen(report.steps, of(&Report::steps), &StepResult::time);
  if (!asked.traces.empty()) widen(report.programs, of(&Report::programs), &ProgramResult::time);
}

}  // namespace

void add_spreads(const Experiment& experiment, const std::function<Experiment(Reading)>& read,
                 const RunOptions& options, Report& report) {
  RunOptions quiet;
  quiet.threads = options.threads;
  quiet.symmetry = options.symmetry;
  quiet.max_memory = options.max_memory;
  quiet.stop = options.stop;
  quiet.prove = false;
  for (const Reading reading : {Reading::slowest, Reading::fastest}) {
    const Experiment other = read(reading);
    if (same_figures(experiment, other)) {
      widen_all(report, nullptr, other);
      continue;
    }
    const Report run_so = run(other, quiet);
    widen_all(report, &run_so, other);
  }
}

void add_step_spreads(const Experiment& experiment, const std::function<Experiment(Reading)>& read,
                      const RunOptions& options, Report& report) {
  if (report.steps.empty() && report.programs.empty() && report.exchanges.empty()) return;
  const auto without_rows = [&](Reading reading) {
    Experiment other = read(reading);
    other.collectives.clear();
    other.flows.clear();
    return other;
  };
  add_spreads(experiment, without_rows, options, report);
}

}  // namespace polyplane::sim
