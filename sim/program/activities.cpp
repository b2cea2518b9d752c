#include "sim/program/activities.h"

#include <algorithm>
#include <map>
#include <memory>

#include "base/parallel.h"
#include "collectives/side_by_side.h"
#include "sim/critical_path.h"
#include "sim/program/message_cost.h"
#include "sim/program/port_demand.h"
#include "sim/simulation.h"

namespace polyplane::sim {

using collectives::Operation;

Activities::Activities(const OperationGraph& graph, const ProgramInput& input) : graph_(graph), input_(input) {
  list_distinct();
  std::vector<std::uint8_t> done(found_.size(), 0);
  parallel_for(
      found_.size(), input.threads,
      [&](std::size_t i) {
        RouterPool::Lease router = input.routers.take();
        run(found_[i], *router);
        done[i] = 1;
      },
      input.stop);
  if (std::ranges::find(done, 0) != done.end()) throw Interrupted{};
  for (const Found& found : found_) {
    events_ += found.events;
    foretold_bytes_ = std::max(foretold_bytes_, found.foretold_bytes);
  }
  describe_calls();
}

void Activities::list_distinct() {
  const std::vector<std::uint32_t> alike = first_alike(graph_.program().calls);
  std::map<Messages, std::uint32_t> messages;
  found_of_call_.assign(alike.size(), OperationGraph::kNone);
  index_.assign(graph_.num_operations(), OperationGraph::kNone);
  for (std::uint32_t i = 0; i < graph_.num_operations(); ++i) {
    const Operation& operation = graph_.operation(i);
    const auto next = static_cast<std::uint32_t>(found_.size());
    if (operation.kind == Operation::Kind::send) {
      const Messages of{graph_.actor(i), operation.peer, operation.bytes};
      const auto [place, is_new] = messages.emplace(of, next);
      if (is_new) found_.emplace_back().messages = of;
      index_[i] = place->second;
    } else if (operation.kind == Operation::Kind::collective) {
      std::uint32_t& found = found_of_call_[alike[operation.call]];
      if (found == OperationGraph::kNone) {
        found = next;
        found_.emplace_back().call = alike[operation.call];
      }
      found_of_call_[operation.call] = found;
      index_[i] = found;
    }
  }
}

void Activities::run(Found& found, topology::Router& router) const {
  std::vector<std::vector<DeviceId>> cards;  // of actors that make the same demands
  if (found.call) {
    const collectives::Call& call = graph_.program().calls[*found.call];
    const PlacedCall placed = place_call(input_.topology, call);
    found.outcome = run_alone(input_, router, call, placed);
    std::vector<DeviceId>& all = cards.emplace_back();
    for (const std::vector<DeviceId>& group : placed.groups) all.insert(all.end(), group.begin(), group.end());
  } else {
    found.outcome = run_messages(found.messages, router);
    for (const std::uint32_t actor : {found.messages.sender, found.messages.receiver}) {
      std::vector<DeviceId>& of_actor = cards.emplace_back();
      for (const std::uint32_t card : graph_.program().actors[actor].cards) {
        of_actor.push_back(input_.topology.accelerators()[card]);
      }
    }
  }
  RunOutcome& run = found.outcome.run;
  found.activity.alone = run.makespan.since_start();
  const std::vector<double> bytes = link_bytes(input_.topology, router, run.trunk_bytes);
  for (const std::vector<DeviceId>& alike : cards) {
    found.activity.demands.push_back(port_demand(input_.topology, alike, bytes, found.activity.alone));
  }
  found.events = run.events;
  found.foretold_bytes = std::max(found.outcome.foretold_bytes, run.foretold_bytes);
  if (input_.explain) {
    const auto last = std::ranges::max_element(run.job_end) - run.job_end.begin();
    found.parts = CriticalPath::parts_of(run.job_attribution[static_cast<std::size_t>(last)]);
    found.parts.resize(CriticalPath::width(input_.topology), 0);
  }
  run.trunk_bytes = {};
}

RowOutcome Activities::run_messages(const Messages& messages, topology::Router& router) const {
  const auto accelerators = input_.topology.accelerators();
  const std::vector<std::uint32_t>& from = graph_.program().actors[messages.sender].cards;
  const std::vector<std::uint32_t>& to = graph_.program().actors[messages.receiver].cards;
  Job job;
  for (std::size_t i = 0; i < from.size(); ++i) {
    job.devices.push_back(accelerators[from[i]]);
    job.devices.push_back(accelerators[to[i]]);
  }
  std::vector<BitRate> capacities;
  for (const topology::Trunk& trunk : router.trunks()) capacities.push_back(trunk.capacity);
  topology::Route route;
  router.route({job.devices[0], job.devices[1], 0}, route);
  const Protocol& protocol = message_protocol(input_.stack, messages.bytes, route, capacities);
  const collectives::SideBySide schedule(collectives::make_message(messages.bytes),
                                         static_cast<std::uint32_t>(from.size()));
  job.schedule = &schedule;
  job.costs = costs_of(protocol, kMessageFamily);
  job.efficiency = efficiency_of(protocol, kMessageFamily);
  Foldings foldings;
  if (input_.symmetry) job.folding = foldings.find(input_.topology, router, job.devices, schedule);
  RowOutcome outcome;
  outcome.protocol = protocol.name;
  outcome.run = run_once(
      {.topology = input_.topology,
       .router = router,
       .model = input_.model,
       .jobs = {job},
       .explain = input_.explain,
       .stop = input_.stop,
       .short_cuts = {.symmetry = input_.symmetry, .uncontended = !input_.certify, .clockless = input_.symmetry},
       .quantum = input_.quantum,
       .certify = input_.certify,
       .memory = input_.memory});
  return outcome;
}

void Activities::describe_calls() {
  for (std::uint32_t c = 0; c < found_of_call_.size(); ++c) {
    CallOutcome& outcome = calls_.emplace_back();
    outcome.instances = graph_.first_instance(c + 1) - graph_.first_instance(c);
    if (found_of_call_[c] == OperationGraph::kNone) continue;
    const Found& found = found_[found_of_call_[c]];
    outcome.algorithm = found.outcome.algorithm;
    outcome.protocol = found.outcome.protocol;
    outcome.alone = found.activity.alone;
    outcome.way = found.outcome.run.way;
  }
}

}  // namespace polyplane::sim
