// Explicit flows of an experiment, resolved against the graph: routes by the names of links or from the router, rate caps and
// links that are not shared ("fatpipe") as private trunks of their flow.
#pragma once

#include <vector>

#include "sim/experiment.h"
#include "sim/run_once.h"
#include "topology/router.h"
#include "topology/topology.h"

namespace polyplane::sim {

struct PlainTraffic {
  std::vector<PlainFlow> flows;  // by name, so that their order in the file reaches no result
  std::vector<BitRate> private_trunks;
  std::vector<CapacityChange> changes;
};

/// The highest rate that each link has during the run, by LinkId: its own, or what a capacity event raises it to.
[[nodiscard]] std::vector<BitRate> highest_rates(const Experiment& experiment, const topology::Topology& topology);

/// A flow without src may name any set of links. Throws PlacedError: unknown device or link (did-you-mean), a route from
/// src that does not hang together, one that uses a link twice
/// or one that is down, a route by name or a capacity event under a routing that merges links.
[[nodiscard]] PlainTraffic resolve_flows(const Experiment& experiment, const topology::Topology& topology,
                                         topology::Router& router);

}  // namespace polyplane::sim
