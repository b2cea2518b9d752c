// Where a job is placed, out of its message.
#pragma once

#include "configs/schema/document.h"
#include "configs/schema/experiment.pb.h"
#include "sim/rank_placement.h"

namespace polyplane::sim {

/// `seed`: of the experiment. Throws InputError through source.fail(), at the place of the policy or of the field that it
/// does not take; see place_ranks().
[[nodiscard]] RankPlacement load_placement(const configs::Source& source, const v1::Placement& placement,
                                           const ClusterChoice& cluster, std::uint64_t seed);

}  // namespace polyplane::sim
