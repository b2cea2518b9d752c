// Rings in whole steps: what all ranks of a ring do in one step is one max-plus operation on a vector of times.
//
// With t[i] the time at which position i of the ring has completed a step and d[i] what its next send takes, the step after
// is complete at max(t[i] + d[i], t[i - 1] + d[i - 1]). While all messages are of one size, d stays, and all steps are one
// multiplication: k sends that wait for one another never take longer than k times the slowest, and the slowest sender
// takes just that for its own. With several messages of a lane under way a ring is walked (sim/ring_walk.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "sim/executor.h"
#include "sim/folding.h"
#include "sim/uncontended_sends.h"

namespace polyplane::sim {

struct RingsOutcome {
  TimePoint end;
  std::uint64_t sends = 0;
};

/// One job from its launch. None when it is not made of rings alone (Schedule::ring_lane), when folded ranks send different
/// sizes, when a send would stand still, or when times might pass 53 days. `folding` may be null. Throws Interrupted when
/// stopped.
[[nodiscard]] std::optional<RingsOutcome> run_rings(const Job& job, const Folding* folding, UncontendedSends& sends,
                                                    const std::function<bool()>& stop);

}  // namespace polyplane::sim
