// The graph that an experiment runs on.
#pragma once

#include "sim/experiment.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// The graph of a cluster, faults and what_if applied (faults seeded by the experiment).
[[nodiscard]] topology::Topology build_topology(const Experiment& experiment);

/// The graph of its cluster with the faults of an experiment. Throws PlacedError: one that is malformed or hits nothing.
[[nodiscard]] topology::Topology with_faults(const topology::Topology& whole, const Experiment& experiment);

}  // namespace polyplane::sim
