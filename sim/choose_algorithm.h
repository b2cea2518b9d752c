// `--algorithm auto`, `--protocol auto`: the analytic model with its cut bounds shortlists at most three candidates at a time,
// the chosen model decides among them.
//
// A candidate is (algorithm, protocol). Its estimate is the larger of the analytic time (no contention) and of the
// bytes over the most loaded trunk; since dependencies are fixed and contention only delays, the estimate is a lower
// bound of the candidate's time in every model that shares links. Shortlists follow each other, least estimates first, until no
// candidate is left whose estimate is below the best time found: what is chosen is then the best of all. Nor is a candidate
// estimated once a bound on its estimate says as much: its steps and bytes, or what the sends of one lane take one after the
// other. Where estimates are so loose that this takes more than kMaxAutoRuns, `alternatives` names those that were not run.
//
// Algorithm "nccl" is NCCL's own choice (sim/nccl/choice.h), run by its name; what NCCL's table weighed stands in
// `alternatives`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "collectives/algorithm.h"
#include "sim/foldings.h"
#include "sim/nccl/reductions.h"
#include "sim/nccl/setting.h"
#include "sim/run_once.h"
#include "sim/stack.h"
#include "topology/router.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// One row to compute: a contract on some cards; several groups run it at the same time.
struct RowRequest {
  const topology::Topology& topology;
  topology::Router& router;
  const Stack& stack;
  std::string model;
  std::string job_name;
  std::vector<std::vector<DeviceId>> groups;     // of equal length
  std::vector<collectives::RankLayout> layouts;  // of each group
  collectives::Collective collective;
  std::string algorithm, protocol;  // "auto" or a name; algorithm also "nccl"
  std::uint32_t channels = 0, slices = 0;
  bool explain = false;
  std::function<bool()> stop;
  Foldings& foldings;  // of these groups; used when there is one group
  ShortCuts short_cuts;
  Duration quantum;
  bool certify = false;
  MemoryBudget memory;
  /// Above 1: so many groups that lie alike, as one schedule (collectives/side_by_side.h). `groups` then holds the
  /// cards of all of them as one list, group by group, and `layouts` the layout of one.
  std::uint32_t copies = 1;
  nccl::Setting nccl;                                // for algorithm "nccl"
  const collectives::Algorithm* imported = nullptr;  // see find_algorithm()
  TraceSink* loads =
      nullptr;  // see RunInput. REQUIRES, not null: algorithm, protocol, channels and slices of a RowOutcome
  nccl::Reduction reduction;  // for algorithm "nccl"; `layouts` know what the switches can (sim/switch_arithmetic.h)
};

struct RowOutcome {
  std::string algorithm, protocol;
  std::uint32_t channels = 0, slices = 0;  // as asked for or the stack's, 0: the algorithm's own way
  bool in_network = false;                 // its schedule has agents
  std::string alternatives;                // what else was weighed, one line each
  std::vector<std::string> not_run;        // "direct: why", of what auto left out though it may be faster
  std::uint64_t foretold_bytes = 0;        // peak of the process, of all that was weighed
  RunOutcome run;
};

/// Schedules of more sends than this, or of more lanes at once, are left to those who name the algorithm; said in
/// `alternatives`.
inline constexpr std::uint64_t kMaxAutoSends = 48'000'000;
inline constexpr std::uint64_t kMaxAutoLanes = 1'000'000;
/// After so many runs of one row no further shortlist is run, and beyond the first three only what fits into so many sends;
/// runs of messages all at once are not counted. What may be better is named in `alternatives` and `not_run`.
inline constexpr std::uint64_t kMaxAutoRuns = 12;
inline constexpr std::uint64_t kMaxAutoRunSends = 1'000'000;

/// What `auto` may count on: switches of the fabric reduce for it where the cluster says that they are set up to, not where
/// they merely could.
[[nodiscard]] collectives::RankLayout without_trees_to_ask_for(collectives::RankLayout layout);

/// Throws InputError when nothing can do it.
[[nodiscard]] RowOutcome compute_row(const RowRequest& request);

}  // namespace polyplane::sim
