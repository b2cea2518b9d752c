// A cluster given as a plain graph, made into a Topology.
#pragma once

#include "sim/experiment.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// Throws InputError: a device or link that comes twice, an edge to an unknown device (did-you-mean), a rate of zero.
[[nodiscard]] topology::Topology build_graph(const GraphSpec& spec);

}  // namespace polyplane::sim
