#include "sim/run_once.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "sim/at_once.h"
#include "sim/network/network_model.h"
#include "sim/processor_work.h"
#include "sim/simulation.h"
#include "sim/uncontended.h"

namespace polyplane::sim {

namespace {

/// Tells jobs and plain flows apart by flow id: plain ones come after those of the executor.
class Deliveries final : public FlowSink {
 public:
  Deliveries(Engine& engine, Executor& executor, std::size_t plain_flows, TraceSink* trace)
      : engine_(engine), executor_(executor), trace_(trace), ends_(plain_flows) {}

  void delivered(FlowId id) override {
    if (id.index() < executor_.num_flows()) {
      executor_.delivered(id);
    } else {
      const std::uint32_t flow = id.index() - executor_.num_flows();
      ends_[flow] = engine_.now();
      if (trace_ != nullptr) trace_->flow_ended(flow, engine_.now());
    }
  }
  [[nodiscard]] const std::vector<TimePoint>& ends() const { return ends_; }

 private:
  Engine& engine_;
  Executor& executor_;
  TraceSink* trace_;
  std::vector<TimePoint> ends_;
};

class CapacityChanges final : public EventHandler {
 public:
  CapacityChanges(Engine& engine, std::vector<CapacityChange> changes) : changes_(std::move(changes)) {
    engine.attach(EventKind::capacity, *this);
    for (std::uint32_t i = 0; i < changes_.size(); ++i) engine.schedule(changes_[i].time, EventKind::capacity, i);
  }
  void bind(NetworkModel& network) { network_ = &network; }
  void handle(EventKind, std::span<const Event> events) override {
    for (const Event& event : events) network_->set_capacity(changes_[event.id].trunk, changes_[event.id].capacity);
  }

 private:
  std::vector<CapacityChange> changes_;
  NetworkModel* network_ = nullptr;
};

void check_finished(const RunInput& input, const Executor& executor, const NetworkModel& network) {
  std::string waiting = executor.unfinished();
  for (const FlowId id : network.in_flight()) {
    if (id.index() < executor.num_flows()) continue;
    waiting += "\n  flow " + printable(input.flows[id.index() - executor.num_flows()].name) + " has no capacity left";
  }
  if (!waiting.empty()) throw RunError("the run stalled; nothing can happen any more, and these wait:" + waiting);
}

/// A way that is exact and quicker than the general one, where there is one.
std::optional<RunOutcome> run_by_short_cut(const RunInput& input) {
  const bool alone = input.jobs.size() == 1 && input.flows.empty() && input.changes.empty();
  const bool shares_links = input.model == "flow";
  const bool is_told = input.trace != nullptr || input.loads != nullptr;
  if (!alone || input.explain || is_told || (!shares_links && input.model != "analytic")) return std::nullopt;
  const Job& job = input.jobs.front();
  // What is added up is known step by step only, what a message costs by its size is no matter of classes.
  if (takes_processor(job.costs, *job.schedule)) return std::nullopt;
  if (input.model == "flow" && input.short_cuts.symmetry && takes_classes(job.costs, *job.schedule, input.router)) {
    const std::string what = "this run by classes";
    std::uint64_t foretold = foretold_peak(input.memory, foretell_classes(input.topology), what);
    const auto sized = [&](std::uint64_t flows, std::uint64_t hops) {
      const std::uint64_t bytes = foretell_classes(input.topology) + foretell_class_flows(flows, hops);
      foretold = foretold_peak(input.memory, bytes, what);
    };
    if (auto outcome = run_at_once(input.topology, input.router, job, input.certify, input.stop, sized)) {
      outcome->foretold_bytes = foretold;
      return outcome;
    }
  }
  if (!input.short_cuts.uncontended || input.quantum > Duration()) return std::nullopt;
  if (shares_links && input.router.adaptive()) return std::nullopt;
  const UncontendedWay way = input.short_cuts.clockless ? UncontendedWay::whole_steps : UncontendedWay::events;
  const std::uint64_t foretold = foretold_peak(
      input.memory, foretell_uncontended(input.topology, input.router, job, way), "this run without contention");
  auto outcome = run_uncontended(input.router, job, job.folding, shares_links, way, input.stop);
  if (outcome) outcome->foretold_bytes = foretold;
  return outcome;
}

std::uint64_t foretell(const RunInput& input) {
  std::uint64_t bytes = 0;
  for (const Job& job : input.jobs) bytes += foretell_flows(input.topology, input.router, job, input.explain);
  return foretold_peak(input.memory, bytes, "this run, flow by flow,");
}

/// The general way: every flow of every rank, or of every representative, by itself.
Way way_of(const RunInput& input) {
  Way way;
  way.text = input.model == "analytic" ? "send by send, no contention" : "flow by flow";
  way.link_classes = input.router.trunks().size();
  for (const Job& job : input.jobs) {
    way.rank_classes += job.folding == nullptr ? job.schedule->collective().ranks() : job.folding->stride();
  }
  if (input.jobs.size() == 1) way.text += agents_text(*input.jobs.front().schedule);
  if (input.jobs.size() == 1 && input.jobs.front().folding != nullptr) {
    const Folding& folding = *input.jobs.front().folding;
    way.text += ", folded: " + folding.text();
    way.link_classes = folding.num_trunk_classes();
  } else if (input.jobs.size() == 1 && input.short_cuts.symmetry) {
    const collectives::Schedule& schedule = *input.jobs.front().schedule;
    const bool declared = !schedule.symmetries().empty() || schedule.channel_symmetry();
    if (declared) way.text += input.router.follows_shape() ? ", no symmetry left" : ", no symmetry under this routing";
  }
  return way;
}

}  // namespace

RunOutcome run_once(RunInput input) {
  CHECK(
      input.jobs.size() <= 1 || std::ranges::none_of(input.jobs, [](const Job& job) { return job.folding != nullptr; }),
      "only a job that is alone can be folded");
  CHECK(input.trace == nullptr || input.jobs.empty() || input.jobs.front().folding == nullptr,
        "a traced run is not folded");
  CHECK(input.trace == nullptr || input.loads == nullptr, "a run tells one sink of its loads");
  if (std::optional<RunOutcome> outcome = run_by_short_cut(input)) return *std::move(outcome);
  const std::uint64_t foretold = foretell(input);
  Engine engine;
  Executor executor(engine, input.router, input.jobs, input.topology.tier_names());
  Deliveries deliveries(engine, executor, input.flows.size(), input.trace);
  std::optional<CapacityChanges> changes;
  if (!input.changes.empty()) changes.emplace(engine, input.changes);

  std::vector<BitRate> capacities;
  for (const topology::Trunk& trunk : input.router.trunks()) capacities.push_back(trunk.capacity);
  capacities.insert(capacities.end(), input.private_trunks.begin(), input.private_trunks.end());
  if (input.loads != nullptr && !input.jobs.empty() && input.jobs.front().folding != nullptr) {
    input.loads->folded(*input.jobs.front().folding);
  }
  const auto max_flows = static_cast<std::uint32_t>(executor.num_flows() + input.flows.size());
  const std::unique_ptr<NetworkModel> network = network_models().at(input.model)(
      {engine, deliveries, std::move(capacities), max_flows, input.explain, input.quantum, input.certify,
       input.router.adaptive(), input.trace != nullptr ? input.trace : input.loads});
  if (changes) changes->bind(*network);
  std::optional<CriticalPath> critical_path;
  if (input.explain && executor.num_flows() > 0) {
    critical_path.emplace(input.topology, input.router, executor.num_flows(), executor.slots());
  }
  executor.bind(*network, critical_path ? &*critical_path : nullptr, input.trace);
  for (std::uint32_t i = 0; i < input.flows.size(); ++i) {
    const PlainFlow& flow = input.flows[i];
    network->start({FlowId(executor.num_flows() + i), flow.start, flow.size, flow.latency, flow.hops});
  }

  const auto past_interest = [&] { return engine.now() > input.give_up; };
  if (!engine.run([&] { return past_interest() || (input.stop && input.stop()); })) {
    if (past_interest()) throw GaveUp{};
    throw Interrupted{};
  }
  check_finished(input, executor, *network);

  RunOutcome outcome;
  outcome.events = engine.events();
  outcome.sends = executor.sends();
  outcome.flow_end = deliveries.ends();
  for (std::size_t job = 0; job < input.jobs.size(); ++job) outcome.job_end.push_back(executor.end(job));
  for (const TimePoint end : outcome.job_end) outcome.makespan = std::max(outcome.makespan, end);
  for (const TimePoint end : outcome.flow_end) outcome.makespan = std::max(outcome.makespan, end);
  const Folding* folding = input.jobs.empty() ? nullptr : input.jobs.front().folding;
  for (std::uint32_t t = 0; t < input.router.trunks().size(); ++t) {
    const TrunkId trunk = folding == nullptr ? TrunkId(t) : folding->trunk_class(TrunkId(t));
    outcome.trunk_bytes.push_back(network->carried_bytes(trunk));
  }
  outcome.trunk_work = executor.processor_times();
  outcome.model_facts = network->model_facts();
  outcome.way = way_of(input);
  outcome.foretold_bytes = foretold;
  for (std::size_t job = 0; input.explain && job < input.jobs.size(); ++job) {
    if (const auto lane = executor.last_lane(job)) {
      outcome.job_attribution.push_back(critical_path->attribution(*lane, executor.end(job)));
      continue;
    }
    Attribution launch_only;  // nothing to send
    launch_only.waiting = input.jobs[job].start.since_start();
    launch_only.launch = input.jobs[job].costs.launch;
    outcome.job_attribution.push_back(std::move(launch_only));
  }
  return outcome;
}

std::string agents_text(const collectives::Schedule& schedule) {
  const std::uint32_t agents = schedule.num_agents();
  return agents == 0 ? "" : ", " + std::to_string(agents) + (agents == 1 ? " agent" : " agents") + " in switches";
}

std::uint64_t messages_at_once(const collectives::Schedule& schedule) {
  std::uint64_t messages = 0;
  for (const collectives::Block& block : schedule.blocks()) {
    messages +=
        std::uint64_t{block.end_source - block.first_source} * (block.end_destination - block.first_destination);
  }
  return messages;
}

bool takes_classes(const ProtocolCosts& costs, const collectives::Schedule& schedule, const topology::Router& router) {
  return costs.by_size.empty() && !takes_processor(costs, schedule) && router.follows_shape() &&
         messages_at_once(schedule) > kMaxSingleMessages;
}

std::vector<double> link_bytes(const topology::Topology& topology, const topology::Router& router,
                               const std::vector<double>& trunk_bytes) {
  std::vector<double> bytes(topology.links().size(), 0.0);
  for (std::uint32_t t = 0; t < trunk_bytes.size(); ++t) {
    for (const topology::TrunkMember& member : router.members(TrunkId(t))) {
      bytes[member.link.index()] += trunk_bytes[t] * member.share;
    }
  }
  return bytes;
}

}  // namespace polyplane::sim
