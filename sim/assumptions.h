// What stands behind a result and is nowhere measured: repeated by every report.
#pragma once

#include <string>
#include <vector>

#include "sim/experiment.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// What assumptions_of(experiment) of sim/simulation.h says, and what of the stack this cluster has no links for.
[[nodiscard]] std::vector<std::string> assumptions_of(const Experiment& experiment, const topology::Topology& topology);

}  // namespace polyplane::sim
