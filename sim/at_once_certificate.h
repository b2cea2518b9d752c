// Proof of a result by classes that does not lean on the classes: at every instant at which rates change, the rates are put
// on all links of the graph, flow by flow as far as islands differ, and the bottleneck condition is checked for each: no link
// is overloaded, and each flow has a full link on which none is faster, which only the max-min fair rates fulfil. Drained at
// these rates, every flow has no byte left at its end.
#pragma once

#include <cstdint>
#include <functional>

#include "sim/at_once_problem.h"
#include "sim/at_once_solve.h"

namespace polyplane::sim {

/// CHECKs all of it, to 1e-9 relative; returns how many instants there were. One sweep for each. Throws Interrupted
/// when stopped; `stop` may be empty.
std::uint64_t certify_classes(AtOnceProblem& problem, const AtOnceClasses& classes, const ClassNetwork& network,
                              const ClassEnds& ends, TimePoint launched, const std::function<bool()>& stop);

}  // namespace polyplane::sim
