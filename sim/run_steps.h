// Runs the training and inference steps of an experiment, one after the other, and works out what they come to.
//
// Energy is typical power of the system's share times time, cost the share of its price over the amortisation, as
// `compare` counts them (campaign/compare.h): capital only, no electricity, no people.
#pragma once

#include <vector>

#include "sim/experiment.h"
#include "sim/program/run_program.h"
#include "sim/step_result.h"

namespace polyplane::sim {

struct StepsInput {
  const Experiment& experiment;
  ProgramInput run;  // its mode is that of each job
};

/// In the order of the file, training first. Throws LimitError when a step does not fit the memory of a card and is not
/// only to be warned about, naming the parts; and what run_program() throws.
[[nodiscard]] std::vector<StepResult> run_steps(const StepsInput& input);

}  // namespace polyplane::sim
