// Names in a sweep that only a built cluster can judge, those of faults, flows and capacity events, before anything is run.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/campaign/memory_shares.h"
#include "sim/campaign/sweep_plan.h"

namespace polyplane::sim {

/// Points of one cluster, of which each has names that no other of them has.
using PointsOfCluster = std::vector<std::size_t>;  // positions

/// All that judge_names() reads of a point, but for the seed of faults; empty: nothing is to be judged.
[[nodiscard]] std::vector<std::string> judged_names(const Experiment& experiment);

/// Builds each cluster once and applies the faults of each point to a copy of it: 10 ms each for 16,384 cards. Throws InputError
/// that names the point whose faults, flows or capacity events name what is not there, and the place in the experiment. A cluster
/// that memory does not allow is left to its points, which are refused. Whether faults cut a pair off hangs on who talks to whom,
/// and is found when a point runs.
void judge_names(const SweepPlan& plan, const std::vector<PointsOfCluster>& clusters, const SharedWork& work);

}  // namespace polyplane::sim
