#include "sim/program/flow_communication.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "collectives/operation_words.h"
#include "sim/job_costs.h"
#include "sim/placement.h"
#include "sim/program/message_cost.h"
#include "sim/stack_variants.h"
#include "sim/waiting_messages.h"

namespace polyplane::sim {

using collectives::CollectiveKind;
using collectives::Operation;
using collectives::Stream;

namespace {

/// Can no rank be done before all have entered?
bool synchronises(CollectiveKind kind) {
  return kind == CollectiveKind::all_reduce || kind == CollectiveKind::all_gather ||
         kind == CollectiveKind::reduce_scatter || kind == CollectiveKind::alltoall || kind == CollectiveKind::barrier;
}

/// By call: does every actor enter it from one stream in order?
std::vector<std::uint8_t> entered_in_order(const OperationGraph& graph) {
  constexpr std::uint32_t kNone = OperationGraph::kNone;
  const std::size_t calls = graph.program().calls.size();
  std::vector<std::uint8_t> in_order(calls, 1);
  std::vector<std::uint32_t> actor(calls, kNone), stream(calls, kNone);  // of the last entry
  for (std::uint32_t i = 0; i < graph.num_operations(); ++i) {
    const Operation& operation = graph.operation(i);
    if (operation.kind != Operation::Kind::collective) continue;
    const bool same_actor = actor[operation.call] == graph.actor(i);
    if (same_actor && stream[operation.call] != graph.stream(i)) in_order[operation.call] = 0;
    if (graph.kind(graph.stream(i)) != Stream::Kind::in_order) in_order[operation.call] = 0;
    actor[operation.call] = graph.actor(i);
    stream[operation.call] = graph.stream(i);
  }
  return in_order;
}

/// Channels and slices that the stack gives a call whose algorithm and protocol are named.
void take_variant(const Stack& stack, const PlacedCall& placed, RowOutcome& choice) {
  const auto& algorithm = collectives::find_algorithm(placed.contract.kind(), choice.algorithm);
  std::string left_out;
  for (const StackVariant& variant :
       stack_variants(stack, choice.protocol, algorithm, {placed.contract, placed.layouts.front()}, left_out)) {
    choice.channels = variant.channels;
    choice.slices = variant.slices;
  }
}

}  // namespace

FlowCommunication::FlowCommunication(Engine& engine, const OperationGraph& graph, const ProgramInput& input,
                                     topology::Router& router)
    : engine_(engine),
      graph_(graph),
      input_(input),
      router_(router),
      parts_(graph.num_operations(), CriticalPath::width(input.topology)) {
  for (std::uint32_t a = 0; a < graph.num_actors(); ++a) {
    if (graph.program().actors[a].cards.size() == 1) continue;
    throw InputError(words_of(graph.program(), a) + " is " + std::to_string(graph.program().actors[a].cards.size()) +
                     " cards; in mode flows every actor is one (mode timed takes more)");
  }
  for (const topology::Trunk& trunk : router.trunks()) capacities_.push_back(trunk.capacity);
  place_calls();
  choose_algorithms();
  make_jobs();
  number_sends();
  check_memory();
  executor_ = std::make_unique<Executor>(engine, router, jobs_, input.topology.tier_names());
  executor_->bind_ranks(*this);
  const auto flows = static_cast<std::uint32_t>(executor_->num_flows() + send_of_flow_.size());
  network_ = network_models().at(input.model)(
      {engine, *this, capacities_, flows, true, input.quantum, input.certify, router.adaptive(), input.trace});
  critical_path_ = std::make_unique<CriticalPath>(input.topology, router, flows, executor_->slots());
  executor_->bind(*network_, critical_path_.get(), input.trace);
}

void FlowCommunication::place_calls() {
  std::vector<std::uint32_t> actor_of(input_.topology.accelerators().size(), OperationGraph::kNone);
  for (std::uint32_t a = 0; a < graph_.num_actors(); ++a) actor_of[graph_.program().actors[a].cards.front()] = a;
  for (const collectives::Call& call : graph_.program().calls) {
    placed_.push_back(place_call(input_.topology, call));
    CallJobs& jobs = call_jobs_.emplace_back();
    for (std::uint32_t g = 0; g < call.groups.size(); ++g) {
      for (std::uint32_t r = 0; r < call.groups[g].size(); ++r) {
        jobs.places.push_back({actor_of[call.groups[g][r]], g, RankId(r)});
      }
    }
    std::ranges::sort(jobs.places, {}, &Place::actor);
  }
}

void FlowCommunication::choose_algorithms() {
  const std::vector<collectives::Call>& calls = graph_.program().calls;
  const std::vector<std::uint32_t> alike = first_alike(calls);
  for (std::uint32_t c = 0; c < calls.size(); ++c) {
    CallOutcome& outcome = calls_.emplace_back();
    outcome.instances = graph_.first_instance(c + 1) - graph_.first_instance(c);
    const std::string& name = calls[c].algorithm;
    const bool named = name != "auto" && name != "nccl" && calls[c].protocol != "auto";
    if (alike[c] < c) {
      choices_.push_back(choices_[alike[c]]);
    } else if (named || outcome.instances == 0) {
      RowOutcome& choice = choices_.emplace_back();
      choice.algorithm = calls[c].algorithm;
      choice.protocol = calls[c].protocol;
      if (named) take_variant(input_.stack, placed_[c], choice);
    } else {
      choices_.push_back(run_alone(input_, router_, calls[c], placed_[c]));
    }
    outcome.algorithm = choices_[c].algorithm;
    outcome.protocol = choices_[c].protocol;
  }
}

void FlowCommunication::make_jobs() {
  const std::vector<std::uint8_t> in_order = entered_in_order(graph_);
  for (std::uint32_t c = 0; c < call_jobs_.size(); ++c) {
    CallJobs& jobs = call_jobs_[c];
    jobs.first_job = static_cast<std::uint32_t>(jobs_.size());
    const auto instances = static_cast<std::uint32_t>(calls_[c].instances);
    if (instances == 0) continue;
    const bool in_turn = in_order[c] != 0 && synchronises(placed_[c].contract.kind());
    jobs.slots = in_turn ? std::min(instances, 2U) : instances;
    const auto schedules = schedules_of(placed_[c], choices_[c]);
    schedules_.insert(schedules_.end(), schedules.begin(), schedules.end());
    const auto& algorithm = collectives::find_algorithm(placed_[c].contract.kind(), calls_[c].algorithm);
    const Protocol& protocol = protocol_named(input_.stack, calls_[c].protocol, algorithm.cost_family);
    for (std::uint32_t slot = 0; slot < jobs.slots; ++slot) {
      for (std::size_t g = 0; g < placed_[c].groups.size(); ++g) {
        Job& job = jobs_.emplace_back();
        job.name = graph_.program().calls[c].name;
        job.schedule = schedules[g].get();
        job.devices = participant_devices(input_.topology, placed_[c].groups[g], placed_[c].layouts[g], *job.schedule);
        job.costs = job_costs(protocol, algorithm, placed_[c].contract);
        job.efficiency = efficiency_of(protocol, algorithm.cost_family);
        job.rank_by_rank = true;
        in_job_.emplace_back().operation.resize(placed_[c].groups[g].size());
      }
    }
  }
}

/// A stream that takes one operation at a time needs one flow.
void FlowCommunication::number_sends() {
  std::vector<std::uint32_t> of_stream(graph_.num_streams(), OperationGraph::kNone);
  flow_of_.assign(graph_.num_operations(), OperationGraph::kNone);
  for (std::uint32_t i = 0; i < graph_.num_operations(); ++i) {
    if (graph_.operation(i).kind != Operation::Kind::send) continue;
    std::uint32_t& shared = of_stream[graph_.stream(i)];
    if (shared == OperationGraph::kNone || graph_.kind(graph_.stream(i)) == Stream::Kind::concurrent) {
      shared = static_cast<std::uint32_t>(send_of_flow_.size());
      send_of_flow_.push_back(OperationGraph::kNone);
    }
    flow_of_[i] = shared;
  }
}

void FlowCommunication::check_memory() {
  constexpr std::uint64_t kFlow = 300, kPart = 3 * sizeof(std::int64_t);  // of a message; of each of its parts
  const std::uint64_t flow = kFlow + kPart * CriticalPath::width(input_.topology);
  std::uint64_t bytes = foretell_program(graph_.program()) + send_of_flow_.size() * flow;
  for (const Job& job : jobs_) bytes += foretell_flows(input_.topology, router_, job, true);
  foretold_bytes_ = foretold_peak(input_.memory, bytes, "this program, flow by flow,");
}

void FlowCommunication::send(std::uint32_t operation) {
  const Operation& of = graph_.operation(operation);
  const auto accelerators = input_.topology.accelerators();
  const auto card = [&](std::uint32_t actor) { return accelerators[graph_.program().actors[actor].cards.front()]; };
  const topology::FlowKey key{card(graph_.actor(operation)), card(of.peer), 0};
  router_.route_by_load(key, *network_, route_);
  const MessageLinks links{router_.trunks(), capacities_, input_.topology.tier_names()};
  const Protocol& protocol = message_protocol(input_.stack, of.bytes, route_, links);
  const ProtocolCosts& costs = costs_of(protocol, kMessageFamily);
  Bytes wire = wire_bytes(of.bytes, efficiency_of(protocol, kMessageFamily));
  const Duration software = message_software(costs, of.bytes, links, wire, route_);
  const std::uint32_t flow = flow_of_[operation];
  send_of_flow_[flow] = operation;
  const FlowId id(executor_->num_flows() + flow);
  critical_path_->job_started(id.index(), engine_.now().since_start(), costs.launch);
  critical_path_->sent(id.index(), WaitingMessages::kNoPlace, software, key);
  network_->start({id, engine_.now() + costs.launch + software, wire, route_.latency, route_.hops, {}});
}

void FlowCommunication::delivered(FlowId id) {
  if (id.index() < executor_->num_flows()) return executor_->delivered(id);
  const std::uint32_t send = send_of_flow_[id.index() - executor_->num_flows()];
  critical_path_->delivered(id.index(), network_->facts(id), engine_.now());
  critical_path_->completed_by(id.index(), id.index());
  explain(send, send, id.index());
  program_->delivered(send);
}

void FlowCommunication::enter(std::uint32_t operation) {
  const std::uint32_t call = graph_.operation(operation).call, instance = graph_.instance(operation);
  const CallJobs& jobs = call_jobs_[call];
  const auto place = std::ranges::lower_bound(jobs.places, graph_.actor(operation), {}, &Place::actor);
  const auto groups = static_cast<std::uint32_t>(placed_[call].groups.size());
  const std::uint32_t slot = (instance - graph_.first_instance(call)) % jobs.slots;
  const std::uint32_t job = jobs.first_job + slot * groups + place->group;
  InJob& in_job = in_job_[job];
  if (in_job.instance != instance) {
    CHECK(in_job.ranks_left == 0, "an instance of a call begins while the one before the last is under way");
    if (in_job.instance != OperationGraph::kNone) executor_->restart(job);
    in_job.instance = instance;
    in_job.ranks_left = static_cast<std::uint32_t>(in_job.operation.size());
  }
  in_job.operation[place->rank.index()] = operation;
  executor_->release(job, place->rank);
}

void FlowCommunication::rank_done(std::uint32_t job, RankId rank, std::size_t lane) {
  InJob& in_job = in_job_[job];
  in_job.ranks_left -= 1;
  const std::uint32_t operation = in_job.operation[rank.index()];
  if (lane == kNoLane) {
    std::vector<std::int64_t> launch(CriticalPath::width(input_.topology), 0);
    Attribution only;
    only.launch = jobs_[job].costs.launch;
    std::ranges::copy(CriticalPath::parts_of(only), launch.begin());
    parts_.explain(operation, operation, parts_.add(launch));
  } else {
    const RankId first = executor_->rank_of(critical_path_->origin(lane));
    explain(operation, in_job.operation[first.index()], lane);
  }
  program_->completed(operation);
}

/// Time before `origin` began does not count.
void FlowCommunication::explain(std::uint32_t operation, std::uint32_t origin, std::size_t lane) {
  const auto parts = critical_path_->parts(lane);
  const std::uint32_t row = parts_.add(parts);
  parts_.row(row)[0] -= program_->begin(origin).ps();
  parts_.explain(operation, origin, row);
}

std::string FlowCommunication::unfinished() const { return executor_->unfinished(); }

}  // namespace polyplane::sim
