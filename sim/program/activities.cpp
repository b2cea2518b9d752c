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
    const ModelFacts& facts = found.outcome.run.model_facts;
    if (facts.mean_put_off() > model_facts_.mean_put_off()) {
      model_facts_.put_off = facts.put_off;
      model_facts_.drained = facts.drained;
    }
    model_facts_.most_put_off = std::max(model_facts_.most_put_off, facts.most_put_off);
    model_facts_.solves += facts.solves;
    model_facts_.certified += facts.certified;
  }
  describe_calls();
}

std::vector<DeviceId> Activities::devices(const std::vector<std::uint32_t>& cards) const {
  std::vector<DeviceId> devices;
  for (const std::uint32_t card : cards) devices.push_back(input_.topology.accelerators()[card]);
  return devices;
}

/// For each call the first that takes the same.
std::vector<std::uint32_t> Activities::alike_calls(AlikeCards& alike) const {
  const std::vector<collectives::Call>& calls = graph_.program().calls;
  std::vector<std::uint32_t> first = first_alike(calls);
  if (!input_.symmetry) return first;
  struct Distinct {
    std::uint32_t call = 0;
    std::vector<collectives::RankLayout> layouts;
  };
  std::map<std::uint32_t, std::vector<Distinct>> by_class;  // of their cards
  for (std::uint32_t c = 0; c < calls.size(); ++c) {
    if (first[c] != c || graph_.first_instance(c) == graph_.first_instance(c + 1)) continue;
    PlacedCall placed = place_call(input_.topology, calls[c]);
    std::vector<Distinct>& others = by_class[alike.class_of(placed.cards())];
    const auto found = std::ranges::find_if(others, [&](const Distinct& other) {
      return same_but_for_cards(calls[c], calls[other.call]) &&
             std::ranges::equal(placed.layouts, other.layouts, sim::alike);
    });
    if (found == others.end()) {
      others.push_back({c, std::move(placed.layouts)});
    } else {
      first[c] = found->call;
    }
  }
  for (std::uint32_t& of : first) of = first[of];
  return first;
}

void Activities::list_distinct() {
  RouterPool::Lease router = input_.routers.take();
  AlikeCards alike(input_.topology, *router);
  const std::vector<std::uint32_t> alike_call = alike_calls(alike);
  std::map<Messages, std::uint32_t> messages;
  std::map<std::pair<std::uint32_t, Bytes>, std::uint32_t> alike_messages;  // by class of their cards
  found_of_call_.assign(alike_call.size(), OperationGraph::kNone);
  index_.assign(graph_.num_operations(), OperationGraph::kNone);
  for (std::uint32_t i = 0; i < graph_.num_operations(); ++i) {
    const Operation& operation = graph_.operation(i);
    const auto next = static_cast<std::uint32_t>(found_.size());
    if (operation.kind == Operation::Kind::send) {
      const Messages of{graph_.actor(i), operation.peer, operation.bytes};
      const auto [place, is_new] = messages.emplace(of, next);
      if (is_new && input_.symmetry) {
        const std::uint32_t cards = alike.class_of(ends_of(of));
        place->second = alike_messages.emplace(std::pair(cards, of.bytes), next).first->second;
      }
      if (place->second == next) found_.emplace_back().messages = of;
      index_[i] = place->second;
    } else if (operation.kind == Operation::Kind::collective) {
      std::uint32_t& found = found_of_call_[alike_call[operation.call]];
      if (found == OperationGraph::kNone) {
        found = next;
        found_.emplace_back().call = alike_call[operation.call];
      }
      found_of_call_[operation.call] = found;
      index_[i] = found;
    }
  }
}

/// Sender and receiver of each message.
std::vector<DeviceId> Activities::ends_of(const Messages& messages) const {
  const std::vector<DeviceId> from = devices(graph_.program().actors[messages.sender].cards);
  const std::vector<DeviceId> to = devices(graph_.program().actors[messages.receiver].cards);
  std::vector<DeviceId> ends;
  for (std::size_t i = 0; i < from.size(); ++i) {
    ends.push_back(from[i]);
    ends.push_back(to[i]);
  }
  return ends;
}

void Activities::run(Found& found, topology::Router& router) const {
  std::vector<std::vector<DeviceId>> cards;  // of actors that make the same demands
  if (found.call) {
    const collectives::Call& call = graph_.program().calls[*found.call];
    const PlacedCall placed = place_call(input_.topology, call);
    found.outcome = run_alone(input_, router, call, placed);
    cards.push_back(placed.cards());
  } else {
    found.outcome = run_messages(found.messages, router);
    for (const std::uint32_t actor : {found.messages.sender, found.messages.receiver}) {
      cards.push_back(devices(graph_.program().actors[actor].cards));
    }
  }
  RunOutcome& run = found.outcome.run;
  found.activity.alone = run.makespan.since_start();
  const std::vector<double> bytes = link_bytes(input_.topology, router, run.trunk_bytes);
  for (const std::vector<DeviceId>& alike : cards) {
    found.activity.demands.push_back(
        port_demand(input_.topology, alike, bytes, found.activity.alone, named_processor_tier(input_.stack)));
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
  Job job;
  job.devices = ends_of(messages);
  std::vector<BitRate> capacities;
  for (const topology::Trunk& trunk : router.trunks()) capacities.push_back(trunk.capacity);
  topology::Route route;
  router.route({job.devices[0], job.devices[1], 0}, route);
  const Protocol& protocol = message_protocol(input_.stack, messages.bytes, route,
                                              {router.trunks(), capacities, input_.topology.tier_names()});
  const collectives::SideBySide schedule(collectives::make_message(messages.bytes),
                                         static_cast<std::uint32_t>(job.devices.size() / 2));
  job.schedule = &schedule;
  job.costs = costs_of(protocol, kMessageFamily);
  job.efficiency = efficiency_of(protocol, kMessageFamily);
  Foldings foldings;
  if (input_.symmetry && !has_processors(input_.stack, input_.topology))
    job.folding = foldings.find(input_.topology, router, job.devices, schedule);
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
