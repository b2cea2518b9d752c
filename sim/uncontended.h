// Sends that cannot slow one another down need no network and no clock.
//
// Presolve: of each lane one send drains at a time at the most, so a trunk never carries more than the sum over lanes of the
// fastest thing each may put on it. Where that is within its capacity for every trunk, each flow always drains at the line
// rate of its route, the end of a send is its start plus a constant, and the order of computing does not matter: the
// schedule is run as dataflow. Where all ranks go around a ring, whole steps are one max-plus operation on a vector of
// times, and where all messages of the ring are of one size, all steps are one multiplication. Event by event, in order of
// time, is the check of both. All give the picoseconds of the flow model. The analytic model never shares links, so all its
// runs are of this kind.
#pragma once

#include <functional>
#include <optional>

#include "sim/executor.h"
#include "sim/folding.h"
#include "sim/run_once.h"
#include "sim/uncontended_way.h"
#include "topology/router.h"

namespace polyplane::sim {

/// `job` starts alone on an idle network. `folding` may be null. `shares_links`: the model does, so presolve must hold.
/// Returns nullopt when it does not (or would cost too much to find out). The outcome has everything but attributions.
/// Throws RunError for a stall, Interrupted when stopped.
[[nodiscard]] std::optional<RunOutcome> run_uncontended(topology::Router& router, const Job& job,
                                                        const Folding* folding, bool shares_links, UncontendedWay way,
                                                        const std::function<bool()>& stop);

}  // namespace polyplane::sim
