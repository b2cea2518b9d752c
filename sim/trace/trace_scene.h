// Who plays in a traced run, and the choice of whom the trace shows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "collectives/program.h"
#include "sim/executor.h"
#include "sim/run_once.h"
#include "sim/trace/trace_options.h"
#include "topology/router.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// Borrowed for the run.
struct TraceScene {
  const topology::Topology& topology;
  const topology::Router& router;
  std::span<const Job> jobs;  // of a program: none, they come as they are met
  std::span<const PlainFlow> flows;
  const collectives::Program* program = nullptr;
  // Of the same run without a trace.
  std::span<const double> trunk_bytes;   // empty: there are no loads to show
  std::span<const Duration> trunk_work;  // RunOutcome::trunk_work
  TimePoint makespan;
  // Of a program, what its collectives will tell.
  std::uint64_t messages_in_calls = 0, works_in_calls = 0;
};

/// Before a run: throws InputError for a link that is not there, and for a rank past those of the largest job (`ranks`;
/// 0: not known yet).
void check_trace(const topology::Topology& topology, const topology::Router& router, std::uint32_t ranks,
                 const TraceOptions& options);

/// By device: is its card shown? Throws InputError for a rank that no job has.
[[nodiscard]] std::vector<bool> shown_cards(const TraceScene& scene, const std::vector<RankRange>& ranks);

/// By actor.
[[nodiscard]] std::vector<bool> shown_actors(const collectives::Program& program, const std::vector<RankRange>& ranks);

/// The trunks that get a counter, the most utilised first. Throws InputError for a name that no link has.
[[nodiscard]] std::vector<TrunkId> shown_trunks(const TraceScene& scene, const TracedLinks& links);

/// "plane0/leaf3 -> plane0/spine1", and how many links are like it.
[[nodiscard]] std::string trunk_name(const topology::Topology& topology, const topology::Router& router, TrunkId trunk);

/// Steps of that lane that copy or add within its rank, which takes time.
[[nodiscard]] std::uint32_t working_steps(const Job& job, RankId rank, std::uint32_t lane);

/// Walks over all steps of all jobs.
[[nodiscard]] TraceExtent extent_of(const TraceScene& scene, const TraceOptions& options,
                                    const std::vector<bool>& shown, std::span<const TrunkId> trunks);

}  // namespace polyplane::sim
