// What there is to choose from.
#pragma once

#include <vector>

#include "sim/candidate.h"
#include "sim/choose_algorithm.h"
#include "sim/weighed.h"

namespace polyplane::sim {

/// All (algorithm, protocol) pairs that may run, cheapest floor first; `weighed` says what was left out and why. None may
/// be left. Throws InputError for a name that is none and for what a named algorithm cannot do, LimitError as
/// collectives::make_schedule() does, MemoryError.
[[nodiscard]] std::vector<Candidate> find_candidates(const RowRequest& request, Weighed& weighed);

}  // namespace polyplane::sim
