// How sure the figures of the hardware let one be: the same work with all uncertain rates and latencies at their worst and at
// their best, as `compare` does for its rows (campaign/compare.h). Three runs in all; the least and the most of them count,
// for contention is no smooth thing. In steps the rates of compute and memory of the card are read likewise. Left out:
// efficiencies and costs of software, of which no source states a range.
#pragma once

#include <functional>

#include "sim/experiment.h"
#include "sim/reading.h"
#include "sim/report.h"
#include "sim/simulation.h"

namespace polyplane::sim {

/// Fills TimeSpread of results of `report`, which came from run(experiment, options): of all whose work is in
/// `read(reading)` as well, which is the experiment with its figures read so, whole or without some kinds of work. `auto`
/// chooses anew in each reading. Nothing is run where no figure makes a difference. Throws as run() does.
void add_spreads(const Experiment& experiment, const std::function<Experiment(Reading)>& read,
                 const RunOptions& options, Report& report);

/// The same of steps, traces and exchanges alone.
void add_step_spreads(const Experiment& experiment, const std::function<Experiment(Reading)>& read,
                      const RunOptions& options, Report& report);

}  // namespace polyplane::sim
