// Can sends of a job ever slow one another down?
//
// Of a lane one send drains at a time at the most, so a trunk never carries more than the sum over lanes of the most that each
// may put on it: the largest weight x line rate among its peers. Where that is within the capacity of every trunk, every
// send drains at its line rate. Sums are of integers; where a rate or a weight is no whole number, room of 10^-9 of the
// capacity must be left, so that no rounding of the flow model can matter. (A trunk that one lane has for itself is never
// short.)
#pragma once

#include <functional>

#include "sim/executor.h"
#include "sim/folding.h"
#include "sim/uncontended_sends.h"

namespace polyplane::sim {

/// False: they can, or a trunk has no capacity, or it would take too long to find out. `folding` may be null. Throws
/// Interrupted when stopped.
[[nodiscard]] bool fits_capacities(const Job& job, const Folding* folding, UncontendedSends& sends,
                                   const std::function<bool()>& stop);

}  // namespace polyplane::sim
