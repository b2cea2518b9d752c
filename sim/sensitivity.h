// "What would help most": the time of a run if one thing were 10 % better and all else the same.
//
// Every answer is a run of its own: rates of the links of a tier 11/10 of what they are, their latencies or a cost of
// the stack 9/10, compute 10/11. Where links stand for processors of ranks (processor_work.h) their work is a question of its
// own, 9/10, and a better rate of theirs speeds up bytes alone. Collectives keep the algorithm, protocol, channels and slices
// of the run that is asked about; in steps, programs and exchanges `auto` chooses anew for each call. So an answer is exact,
// holds whatever binds afterwards, and may be worse than nothing where what comes earlier meets more of others. What cannot
// change anything (a cost or latency of zero) is not asked. Left out: bytes that a protocol adds, prices, the two rows of an
// exchange (the answers are those of its layer).
#pragma once

#include <cstdint>

#include "sim/experiment.h"
#include "sim/report.h"
#include "sim/simulation.h"

namespace polyplane::sim {

/// Rows of more events are left out where a limit is wanted.
inline constexpr std::uint64_t kDearEvents = 2'000'000;

/// Fills Sensitivity of the results of `report`, which came from run(experiment, options): of each collective, step,
/// program and exchange of at most `max_events` (jobs that run side by side: of all of them together). Runs that need little memory
/// go side by side on options.threads. Throws as run() does.
void add_sensitivities(const Experiment& experiment, const RunOptions& options, std::uint64_t max_events,
                       Report& report);

}  // namespace polyplane::sim
