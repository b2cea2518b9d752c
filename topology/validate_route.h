// Is a route a route? The check that every routing must pass, in its tests; routes of a run are not checked again, and
// routes by link names that a user gives are read by sim/plain_flows.h.
#pragma once

#include <span>
#include <string>
#include <utility>

#include "base/ids.h"
#include "topology/topology.h"

namespace polyplane::topology {

/// One sentence that says what is wrong first, or "" when the links carry one unit of flow from `src` to `dst`: every
/// link up (and both its ends), each once, with a fraction in (0, 1]; what enters a device leaves it (within 1e-9) but
/// at the two ends, where nothing enters or leaves the wrong way; no circle; and only devices that forward are passed
/// through, or accelerators where scale-up and scale-out links meet (PXN).
[[nodiscard]] std::string route_defect(const Topology& topology, DeviceId src, DeviceId dst,
                                       std::span<const std::pair<LinkId, double>> links);

}  // namespace polyplane::topology
