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
/// Cards of a cluster up to which steps, traces and exchanges on it are asked about: each answer builds it anew, and on
/// larger ones that takes longer than the run (24,576 cards: 13 answers, 45 s of CPU, beside a step of 3.5 s).
inline constexpr std::uint32_t kQuickEndpoints = 8'192;

/// Fills "what would help most" of the last row, and of steps, traces and exchanges. Where a report has answers nothing is
/// asked, nor about steps, traces and exchanges on more cards than kQuickEndpoints. Throws as run() does.
void add_quick_answers(const Experiment& experiment, const RunOptions& options, Report& report);

/// Fills the spread of steps, traces and exchanges; `read` as for add_spreads(). None where they take more than
/// kQuickEventsInAll, or the cluster has more cards than kQuickEndpoints.
void add_quick_spreads(const Experiment& experiment, const std::function<Experiment(Reading)>& read,
                       const RunOptions& options, Report& report);

}  // namespace polyplane::sim
