// What an interrupted run leaves.
#pragma once

#include <vector>

#include "sim/experiment.h"
#include "sim/report.h"

namespace polyplane::cli {

/// The rows that were finished, with what the experiment says of itself. No fingerprint: that is over all results.
[[nodiscard]] sim::Report partial_report(const sim::Experiment& experiment,
                                         std::vector<sim::CollectiveResult> finished);

}  // namespace polyplane::cli
