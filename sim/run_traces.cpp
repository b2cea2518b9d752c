#include "sim/run_traces.h"

#include <utility>

#include "sim/placed_error.h"

namespace polyplane::sim {

std::vector<ProgramResult> run_traces(const Experiment& experiment, ProgramInput run) {
  std::vector<ProgramResult> results;
  for (const TraceJob& job : experiment.traces) {
    run.mode = job.mode;
    const bool as_is = experiment.what_if.compute.is_one();
    const collectives::Program quicker = as_is ? collectives::Program() : changed(*job.program, experiment.what_if);
    const collectives::Program& program = as_is ? *job.program : quicker;
    ProgramOutcome outcome;
    at_entry("traces", static_cast<int>(&job - experiment.traces.data()),
             [&] { outcome = run_observed(program, run); });
    ProgramResult result = summarise(program, outcome);
    result.foretold_bytes = outcome.foretold_bytes;
    result.name = job.name;
    result.format = job.format;
    result.mode = job.mode;
    result.model = run.model;
    result.notes = job.notes;
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace polyplane::sim
