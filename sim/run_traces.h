// Runs the traces of an experiment, one after the other.
#pragma once

#include <vector>

#include "sim/experiment.h"
#include "sim/program/program_result.h"
#include "sim/program/run_program.h"

namespace polyplane::sim {

/// In the order of the file. `run`: its mode is that of each trace. Throws what run_program() throws.
[[nodiscard]] std::vector<ProgramResult> run_traces(const Experiment& experiment, ProgramInput run);

}  // namespace polyplane::sim
