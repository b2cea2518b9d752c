// What the first sentence of a report wants and a run does not work out by itself, where that is short: for recordings.
//
// Numbers of events decide, not the clock, so that the same command records the same bytes. What is left out `--explain`
// works out.
#pragma once

#include <cstdint>
#include <functional>

#include "sim/experiment.h"
#include "sim/reading.h"
#include "sim/report.h"
#include "sim/simulation.h"

namespace polyplane::sim {

/// Events of a result up to which it is always asked about.
inline constexpr std::uint64_t kQuickEvents = 300'000;
/// The same of all steps, traces and exchanges of one cluster together.
inline constexpr std::uint64_t kQuickEventsInAll = 2'000'000;

/// Fills "what would help most" of the last row, and of steps, traces and exchanges. Where a report has answers nothing is
/// asked. Throws as run() does.
void add_quick_answers(const Experiment& experiment, const RunOptions& options, Report& report);

/// Fills the spread of steps, traces and exchanges; `read` as for add_spreads(). None where they take more than
/// kQuickEventsInAll.
void add_quick_spreads(const Experiment& experiment, const std::function<Experiment(Reading)>& read,
                       const RunOptions& options, Report& report);

}  // namespace polyplane::sim
