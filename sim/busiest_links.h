// Which links a run loads most.
#pragma once

#include <string>
#include <vector>

#include "base/units.h"
#include "sim/report.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// The ten of highest utilisation, that one first; at equal ones the lower id first. `bytes`: what each link carried,
/// by its id, until `makespan`. Links that carried nothing are left out.
[[nodiscard]] std::vector<LinkLoad> busiest_links(const topology::Topology& topology, const std::vector<double>& bytes,
                                                  TimePoint makespan);

/// The tier of the busiest link, or "latency or waiting" where that one stood idle for more than half of the time.
[[nodiscard]] std::string bottleneck_of(const std::vector<LinkLoad>& busiest);

}  // namespace polyplane::sim
