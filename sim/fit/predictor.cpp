#include "sim/fit/predictor.h"

#include <algorithm>
#include <deque>

#include "base/error.h"
#include "base/resident.h"
#include "sim/choose_algorithm.h"
#include "sim/datatype.h"
#include "sim/experiment_topology.h"
#include "sim/memory_estimate.h"
#include "sim/placement.h"
#include "sim/router_pool.h"
#include "sim/switch_arithmetic.h"

namespace polyplane::sim {
namespace {

using collectives::Collective;

topology::RoutingSpec seeded(const Experiment& experiment) {
  topology::RoutingSpec spec = experiment.routing;
  spec.seed = experiment.seed;
  return spec;
}

struct Team {
  std::vector<DeviceId> cards;
  std::vector<collectives::RankLayout> layouts;  // one
  Foldings foldings;
};

}  // namespace

struct Predictor::State {
  State(const Experiment& experiment, std::size_t threads, std::optional<Bytes> max_memory,
        std::function<bool()> stop_running)
      : topology(build_topology(experiment)),
        routers(topology, seeded(experiment)),
        model(experiment.model),
        arithmetic(arithmetic_of(experiment.cluster)),
        stop(std::move(stop_running)) {
    memory.rows_at_once = std::max<std::size_t>(1, threads);
    memory.resident = resident().now + (memory.rows_at_once - 1) * foretell_router(topology);
    memory.most = max_memory;
  }

  topology::Topology topology;
  RouterPool routers;
  std::string model;
  SwitchArithmetic arithmetic;
  std::function<bool()> stop;
  MemoryBudget memory;
  std::deque<Team> teams;

  [[nodiscard]] Collective contract(std::size_t team, const PredictedWork& work) const {
    return Collective::sized(work.collective, teams[team].layouts.front().num_ranks(), work.size,
                             element_bytes(work.datatype), RankId(0));
  }
};

Predictor::Predictor(const Experiment& experiment, std::size_t threads, std::optional<Bytes> max_memory,
                     std::function<bool()> stop)
    : state_(std::make_unique<State>(experiment, threads, max_memory, std::move(stop))) {}

Predictor::~Predictor() = default;

std::size_t Predictor::add_team(const std::vector<std::uint32_t>& cards) {
  const auto all = state_->topology.accelerators();
  Team& team = state_->teams.emplace_back();
  for (const std::uint32_t card : cards) {
    if (card >= all.size()) {
      throw InputError("card " + std::to_string(card) + " is asked for, but cluster " + state_->topology.name() +
                       " has " + std::to_string(all.size()));
    }
    team.cards.push_back(all[card]);
  }
  if (cards.empty()) team.cards.assign(all.begin(), all.end());
  refuse_islands(state_->topology, team.cards);
  team.layouts.push_back(make_layout(state_->topology, team.cards));
  return state_->teams.size() - 1;
}

std::uint32_t Predictor::ranks(std::size_t team) const { return state_->teams[team].layouts.front().num_ranks(); }

Bytes Predictor::rounded_size(std::size_t team, const PredictedWork& work) const {
  return state_->contract(team, work).size();
}

Prediction Predictor::predict(std::size_t number, const PredictedWork& work, const Stack& stack) {
  State& state = *state_;
  Team& team = state.teams[number];
  RouterPool::Lease router = state.routers.take();
  const RowOutcome outcome = compute_row(
      {.topology = state.topology,
       .router = *router,
       .stack = stack,
       .model = state.model,
       .job_name = "prediction",
       .groups = {team.cards},
       .layouts = {with_able_switches(team.layouts.front(), state.arithmetic, work.collective, work.datatype, "sum")},
       .collective = state.contract(number, work),
       .algorithm = work.algorithm,
       .protocol = work.protocol,
       .stop = state.stop,
       .foldings = team.foldings,
       .memory = state.memory,
       .reduction = {work.datatype, "sum", state.arithmetic.fabric.contains(reduction_pair(work.datatype, "sum"))}});
  return {outcome.run.makespan.since_start(), outcome.algorithm, outcome.protocol};
}

}  // namespace polyplane::sim
