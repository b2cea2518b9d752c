#include "sim/run_traces.h"

#include <utility>

namespace polyplane::sim {

std::vector<ProgramResult> run_traces(const Experiment& experiment, ProgramInput run) {
  std::vector<ProgramResult> results;
  for (const TraceJob& job : experiment.traces) {
    run.mode = job.mode;
    ProgramResult result = summarise(*job.program, run_program(*job.program, run));
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
