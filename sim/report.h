// All that came out of a run. Values only; sim/write_report turns them into tables, JSON and CSV.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "collectives/collective.h"
#include "sim/attribution.h"
#include "sim/exchange.h"
#include "sim/network/model_facts.h"
#include "sim/program/program_result.h"
#include "sim/sensitivity_answer.h"
#include "sim/step_result.h"
#include "sim/time_spread.h"

namespace polyplane::sim {

struct LinkLoad {
  LinkId link;
  std::string name;  // "plane0/leaf3 -> plane0/spine1"
  std::string tier;
  double bytes = 0;
  double utilisation = 0;  // bytes / (rate x makespan)
};

/// A tier whose links stand for the processors of ranks (sim/processor_work.h).
struct ProcessorTier {
  std::string tier;
  double work =
      0;  // of the load of its links, of the run: what is done for messages, copies and sums; the rest are bytes
};

/// Which way a result was computed.
struct Way {
  std::string text;                // "flow by flow", "flow by flow, folded: rotation by 256 of 16384 ranks", ...
  std::uint64_t rank_classes = 0;  // ranks, or classes of them (by classes: of scale-up domains), that were told apart
  std::uint64_t flow_classes = 0;  // all at once: classes of flows; else 0
  std::uint64_t link_classes = 0;  // trunks, or classes of links, that were told apart
};

/// One row: one collective at one size.
struct CollectiveResult {
  collectives::CollectiveKind kind = collectives::CollectiveKind::all_reduce;
  std::string job;                          // name of the job, "" for perf
  std::string placement;                    // CollectiveJob::placement
  std::string tokens;                       // the traffic of experts in words; "" of others
  collectives::TokenFigures token_figures;  // of dispatch and combine
  std::string algorithm;                    // "hierarchical"
  std::string protocol;
  std::string model;
  std::uint64_t foretold_bytes = 0;  // peak of the process; depends on the machine, so reports leave it out
  Way way;
  ModelFacts model_facts;
  std::uint32_t ranks = 0;
  std::uint32_t groups = 1;
  std::uint32_t channels = 0, slices = 0;
  Bytes size;
  std::int64_t count = 0;
  std::string datatype, reduction;
  std::int32_t root = -1;
  Duration time;
  double algbw_GBps = 0, busbw_GBps = 0;
  Duration lower_bound;
  std::string lower_bound_reason;
  std::string bottleneck;  // tier of the link that is busy longest; "latency or waiting": less than half of the time
  std::uint64_t events = 0;
  bool proven = false;       // verify() ran on this algorithm at this rank count
  bool in_network = false;   // switches reduce or multicast: busbw may exceed the rate of the wire
  std::string alternatives;  // auto: what else was weighed, for -v
  /// "direct: why", of what auto left out though it may be faster.
  std::vector<std::string> not_run;
  std::uint64_t fingerprint = 0;
  std::vector<LinkLoad> top_links;
  std::vector<ProcessorTier> processors;   // that did more than pass bytes
  Attribution attribution;                 // filled when asked for
  std::vector<Sensitivity> sensitivities;  // the most helpful first; filled by add_sensitivities()
  std::optional<TimeSpread> spread;        // filled by add_spreads()
};

struct FlowResult {
  std::string name;
  TimePoint start, end;
};

struct Report {
  std::string cluster;
  std::uint32_t endpoints = 0;
  std::vector<std::string> assumed;
  std::string routing, hash, stack;
  std::vector<std::string> processor_tiers;  // of the stack, that the cluster has
  std::vector<std::string> faults;           // selectors, as given
  std::uint64_t seed = 0;
  std::vector<CollectiveResult> collectives;
  std::vector<FlowResult> flows;
  std::vector<ExchangeResult> exchanges;
  std::vector<StepResult> steps;
  std::vector<ProgramResult> programs;
  ModelFacts flow_facts;             // of the run that the flows were in
  std::uint64_t foretold_bytes = 0;  // of that run, see CollectiveResult
  std::uint64_t fingerprint = 0;     // over all results
};

}  // namespace polyplane::sim
