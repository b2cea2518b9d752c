#include "sim/find_candidates.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "collectives/side_by_side.h"
#include "sim/processor_work.h"
#include "sim/stack_variants.h"

namespace polyplane::sim {

namespace {

using collectives::Algorithm;
using collectives::AlgorithmRequest;
using collectives::Schedule;

/// What a schedule is made of, counted without running it.
struct Extent {
  std::uint64_t sends = 0, lanes = 0;
};

/// Folded ranks and channels are not run.
Extent extent_of(const std::vector<std::unique_ptr<Schedule>>& schedules, const Folding* folding) {
  Extent extent;
  for (const auto& schedule : schedules) {
    const std::uint32_t ranks = folding == nullptr ? schedule->num_participants() : folding->stride();
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      const std::uint32_t channels = folding == nullptr ? 1 : folding->channels();
      for (std::uint32_t lane = 0; lane < schedule->num_lanes() / channels; ++lane) {
        const std::uint64_t steps = schedule->num_steps(RankId(rank), lane);
        extent.sends += steps;
        extent.lanes += 1;
      }
    }
  }
  return extent;
}

/// Does the software of any protocol take time for a message?
bool sends_cost(const Stack& stack) {
  return std::ranges::any_of(stack.protocols, [](const Protocol& protocol) {
    return std::ranges::any_of(protocol.costs, [](const ProtocolCosts& costs) {
      return std::max({costs.step_scale_up, costs.step_scale_out, costs.message}) > Duration() ||
             !costs.by_size.empty();
    });
  });
}

/// Candidates of one algorithm with the channels and slices of `variant`, one a protocol.
void add_candidates(const RowRequest& request, const Algorithm& algorithm, const StackVariant& variant,
                    Weighed& weighed, std::vector<Candidate>& candidates) {
  const bool automatic = request.algorithm == "auto";
  AlgorithmRequest wanted{request.collective, request.layouts.front(), variant.channels, variant.slices};
  auto schedules = std::make_shared<std::vector<std::unique_ptr<Schedule>>>();
  for (const collectives::RankLayout& layout : request.layouts) {
    wanted.layout = layout;
    schedules->push_back(collectives::make_schedule(algorithm, wanted));
    if (request.copies == 1) continue;
    schedules->back() = std::make_unique<collectives::SideBySide>(std::move(schedules->back()), request.copies);
  }
  for (const auto& schedule : *schedules) weighed.memory.resident += foretell_schedule(*schedule);
  const std::uint64_t messages = messages_at_once(*schedules->front());
  if (automatic && messages > kMaxAutoLanes && sends_cost(request.stack)) {
    weighed.leave_out(algorithm.name,
                      std::to_string(messages) + " messages at once, which no stack issues at the cost of one");
    return;
  }
  const bool by_classes =
      request.model == "flow" && !request.explain &&
      std::ranges::all_of(variant.protocols, [&](const Protocol* protocol) {
        return takes_classes(costs_of(*protocol, algorithm.cost_family), *schedules->front(), request.router);
      });
  const Folding* folding = nullptr;
  if (schedules->size() == 1 && !by_classes) {
    if (request.router.follows_shape()) weighed.needs_once(foretell_folding(request.topology, *schedules->front()));
    folding = request.foldings.find(request.topology, request.router, request.groups.front(), *schedules->front());
  }
  Extent extent;
  if (automatic && !by_classes) {
    extent = extent_of(*schedules, folding);
    if (extent.sends > kMaxAutoSends || extent.lanes > kMaxAutoLanes) {
      weighed.leave_out(algorithm.name, std::to_string(extent.sends) + " sends in " + std::to_string(extent.lanes) +
                                            " lanes take too long to weigh");
      return;
    }
  }
  // What is weighed is the same.
  if (!request.short_cuts.symmetry || has_processors(request.stack, request.topology)) folding = nullptr;
  std::shared_ptr<const FirstChannel> first_channel;
  if (folding != nullptr && folding->channels() > 1) {
    first_channel = std::make_shared<const FirstChannel>(*schedules->front(), folding->channels());
  }
  for (const Protocol* protocol : variant.protocols) {
    candidates.push_back({&algorithm,
                          protocol,
                          wanted.channels,
                          wanted.slices,
                          schedules,
                          folding,
                          first_channel,
                          {},
                          extent.sends,
                          {},
                          {}});
    candidates.back().floor = floor_of(request, candidates.back());
  }
}

/// Why auto does not weigh an algorithm; "": it does. Every group must be able to run it.
std::string not_weighed(const Algorithm& algorithm, AlgorithmRequest wanted,
                        const std::vector<collectives::RankLayout>& layouts) {
  for (const collectives::RankLayout& layout : layouts) {
    wanted.layout = layout;
    if (std::string why = algorithm.cannot(wanted); !why.empty()) return why;
  }
  wanted.layout = layouts.front();
  const std::string why = algorithm.not_by_auto(wanted);
  return why.empty() ? "" : "left out of auto, " + why + "; ask for it by name";
}

}  // namespace

std::vector<Candidate> find_candidates(const RowRequest& request, Weighed& weighed) {
  const auto kind = request.collective.kind();
  const bool automatic = request.algorithm == "auto";
  const std::vector<std::string> names =
      automatic ? collectives::algorithm_names(kind) : std::vector<std::string>{request.algorithm};
  std::vector<collectives::RankLayout> layouts = request.layouts;
  if (automatic) std::ranges::transform(layouts, layouts.begin(), without_trees_to_ask_for);
  std::vector<Candidate> candidates;
  for (const std::string& name : names) {
    const Algorithm& algorithm = collectives::find_algorithm(kind, name, request.imported);
    AlgorithmRequest wanted{request.collective, layouts.front(), request.channels, request.slices};
    if (automatic) {
      if (!algorithm.honours_channels) wanted.channels = 0;
      if (!algorithm.honours_slices) wanted.slices = 0;
      if (const std::string why = not_weighed(algorithm, wanted, layouts); !why.empty()) {
        weighed.text += "  " + name + ": " + why + "\n";
        continue;
      }
    }
    for (const StackVariant& variant :
         stack_variants(request.stack, request.protocol, algorithm, wanted, weighed.text)) {
      add_candidates(request, algorithm, variant, weighed, candidates);
    }
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.floor < b.floor; });
  return candidates;
}

}  // namespace polyplane::sim
