// Runs exchanges (sim/exchange.h), each collective alone on the cluster, by the network model of the experiment.
#pragma once

#include "sim/simulation.h"

namespace polyplane::sim {

/// The experiment with its exchanges: whatever else it has, then a dispatch and a combine each, whose rows go to
/// Report::collectives under "NAME dispatch" and "NAME combine". Throws what run() throws; LimitError where a pass
/// takes more than 106 days. REQUIRES: there is an exchange.
[[nodiscard]] Report run_with_exchanges(const Experiment& experiment, const RunOptions& options);

}  // namespace polyplane::sim
