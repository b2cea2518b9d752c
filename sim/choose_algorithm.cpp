#include "sim/choose_algorithm.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "sim/contest.h"
#include "sim/find_candidates.h"
#include "sim/nccl/choice.h"
#include "sim/run_once.h"
#include "sim/weighed.h"

namespace polyplane::sim {

namespace {

/// NCCL's choice by name. Several groups choose as the first does.
RowRequest as_nccl(const RowRequest& request, std::string& table) {
  std::vector<DeviceId> cards = request.groups.front();
  cards.resize(request.layouts.front().num_ranks());  // of one group, where several lie side by side
  nccl::Pick pick = nccl::pick_as_nccl({.stack = request.stack,
                                        .topology = request.topology,
                                        .cards = cards,
                                        .layout = request.layouts.front(),
                                        .collective = request.collective,
                                        .protocol = request.protocol,
                                        .setting = request.nccl,
                                        .reduction = request.reduction});
  table = std::move(pick.table);
  RowRequest named = request;
  named.algorithm = std::move(pick.algorithm);
  named.protocol = std::move(pick.protocol);
  return named;
}

}  // namespace

collectives::RankLayout without_trees_to_ask_for(collectives::RankLayout layout) {
  if (layout.reducers().trees.empty() || layout.reducers().trees_unasked) return layout;
  collectives::Reducers reducers = layout.reducers();
  reducers.trees.clear();
  reducers.missing_trees =
      "a fabric that says in_network_reduction: true to be weighed (its switches could: name the algorithm)";
  layout.set_reducers(std::move(reducers));
  return layout;
}

RowOutcome compute_row(const RowRequest& request) {
  if (request.algorithm == "nccl") {
    std::string table;
    RowOutcome row = compute_row(as_nccl(request, table));
    row.alternatives = table + row.alternatives;
    return row;
  }
  Weighed weighed(request.memory);
  std::vector<Candidate> candidates = find_candidates(request, weighed);
  if (candidates.empty()) {
    throw InputError("no algorithm for " + std::string(collectives::to_string(request.collective.kind())) +
                     " on these ranks:\n" + weighed.text);
  }
  const bool no_choice = candidates.size() == 1;
  CHECK(no_choice || request.loads == nullptr, "loads are those of one run");
  Contest contest(request, weighed, no_choice);
  if (no_choice) {
    candidates.front().estimate = candidates.front().floor;
    contest.run(candidates.front());
    return std::move(contest).take();
  }
  // Those of very many messages at once are always run: first where it is quick, by classes, so that what they take
  // spares others their estimate.
  const auto others = std::ranges::stable_partition(candidates, [&](const Candidate& candidate) {
    return request.model == "flow" && !request.explain && takes_classes(request, candidate);
  });
  std::vector<Candidate> at_once(candidates.begin(), others.begin());
  candidates.erase(candidates.begin(), others.begin());
  for (Candidate& candidate : at_once) {
    candidate.estimate = candidate.floor;
    if (request.short_cuts.symmetry) contest.run(candidate);
  }
  contest.run_all(std::move(candidates));
  if (!request.short_cuts.symmetry) {
    for (const Candidate& candidate : at_once) contest.run(candidate);
  }
  return std::move(contest).take();
}

}  // namespace polyplane::sim
