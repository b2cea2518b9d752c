// How sure the figures of a cluster let one be: the same rows with all uncertain rates and latencies at their worst and at
// their best, as `compare` does for its rows (campaign/compare.h).
#pragma once

#include <functional>
#include <vector>

#include "base/units.h"
#include "sim/experiment.h"
#include "sim/reading.h"
#include "sim/report.h"
#include "sim/simulation.h"

namespace polyplane::sim {

/// The least and the most of three runs of a row.
struct TimeBand {
  std::size_t result = 0;  // of Report::collectives
  Duration fastest, slowest;
};

/// `cluster`: as its figures are read; `report`: of run(experiment, options). None when no figure has a range that makes a
/// difference; `auto` chooses anew in each reading. REQUIRES: runs_rows(experiment). Throws as run() does.
[[nodiscard]] std::vector<TimeBand> time_bands(const Experiment& experiment,
                                               const std::function<ClusterChoice(Reading)>& cluster,
                                               const RunOptions& options, const Report& report);

}  // namespace polyplane::sim
