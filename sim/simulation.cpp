#include "sim/simulation.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/parallel.h"
#include "base/resident.h"
#include "base/suggest.h"
#include "collectives/kind_traits.h"
#include "sim/assumptions.h"
#include "sim/bounds.h"
#include "sim/busiest_links.h"
#include "sim/choose_algorithm.h"
#include "sim/cluster_graph.h"
#include "sim/datatype.h"
#include "sim/exchanges.h"
#include "sim/experiment_topology.h"
#include "sim/fingerprint.h"
#include "sim/job_costs.h"
#include "sim/placed_error.h"
#include "sim/placed_job.h"
#include "sim/placement.h"
#include "sim/plain_flows.h"
#include "sim/processor_work.h"
#include "sim/router_pool.h"
#include "sim/run_once.h"
#include "sim/run_steps.h"
#include "sim/run_traces.h"
#include "sim/switch_arithmetic.h"
#include "sim/trace/trace_scene.h"
#include "sim/trace/write_trace.h"

namespace polyplane::sim {

namespace {

using collectives::Collective;
using topology::Router;
using topology::Topology;

/// Throws LimitError before anything is built when memory would not do.
Topology checked_topology(const Experiment& experiment, const RunOptions& options) {
  if (!experiment.cluster.graph) {
    const std::uint64_t bytes = foretell_topology(size_of(experiment.cluster), experiment.routing.name);
    static_cast<void>(foretold_peak({bytes, 1, options.max_memory}, 0, "cluster " + experiment.cluster.spec.name));
  }
  return build_topology(experiment);
}

/// What is in memory now that topology and router stand.
std::uint64_t held(const Topology& topology, const std::string& routing, const RunOptions& options) {
  return options.count_memory ? foretell_topology(topology, routing) : resident().now;
}

/// A trace is of one run.
void refuse_several_traces(const Experiment& experiment) {
  const bool network = !experiment.collectives.empty() || !experiment.flows.empty();
  const std::size_t runs =
      (network ? 1U : 0U) + experiment.training.size() + experiment.inference.size() + experiment.traces.size();
  if (runs <= 1) return;
  throw InputError("--trace takes one run; experiment \"" + printable(experiment.name) + "\" has " +
                   std::to_string(runs) + ", each by itself (steps, traces, and all collectives and flows together)");
}

class Simulation {
 public:
  Simulation(const Experiment& experiment, const RunOptions& options)
      : experiment_(experiment),
        options_(options),
        topology_(checked_topology(experiment, options)),
        routers_(topology_, seeded(experiment)) {
    static_cast<void>(network_models().at(experiment.model));
    const bool steps = !experiment.training.empty() || !experiment.inference.empty();
    if (experiment.collectives.empty() && experiment.flows.empty() && experiment.traces.empty() && !steps) {
      throw InputError("experiment \"" + printable(experiment.name) +
                       "\" has nothing to run: no collective, no flow, no trace and no step");
    }
    if (options.trace) refuse_several_traces(experiment);
    if (options.observer != nullptr) options.observer->built(topology_);
    const std::vector<BitRate> best_rates = highest_rates(experiment, topology_);
    for (const CollectiveJob& job : experiment.collectives) {
      at_job(job, [&] { jobs_.push_back(place_job(job, topology_, arithmetic_of(experiment.cluster), best_rates)); });
    }
    if (!jobs_.empty() && experiment.cluster.graph) refuse_unshared(*experiment.cluster.graph);
    if (jobs_.size() == 1) memory_.rows_at_once = std::min(options.threads, jobs_.front().contracts.size());
    memory_.resident =
        held(topology_, experiment.routing.name, options) + (memory_.rows_at_once - 1) * foretell_router(topology_);
    memory_.most = options.max_memory;
    if (options.trace) {
      std::uint32_t ranks = 0;
      for (const PlacedJob& placed : jobs_) ranks = std::max(ranks, placed.contracts.front().ranks());
      check_trace(topology_, *routers_.take(), ranks, *options.trace);
    }
  }

  Report run() {
    report_.cluster = topology_.name();
    report_.endpoints = static_cast<std::uint32_t>(topology_.accelerators().size());
    report_.assumed = assumptions_of(experiment_, topology_);
    report_.routing = experiment_.routing.name;
    report_.hash = experiment_.routing.name == "ecmp" ? experiment_.routing.hash : "";
    report_.faults = experiment_.faults;
    report_.seed = experiment_.seed;
    report_.stack = experiment_.stack.name;
    report_.processor_tiers = named_processor_tiers(experiment_.stack, topology_);
    if (runs_rows(experiment_)) {
      run_rows(jobs_.front());
    } else if (!jobs_.empty() || !experiment_.flows.empty()) {
      run_together();
    }
    report_.steps = run_steps({experiment_, program_input()});
    report_.programs = run_traces(experiment_, program_input());
    std::vector<std::uint64_t> fingerprints;
    for (const CollectiveResult& result : report_.collectives) fingerprints.push_back(result.fingerprint);
    for (const FlowResult& result : report_.flows) fingerprints.push_back(fingerprint(result));
    for (const StepResult& result : report_.steps) fingerprints.push_back(result.fingerprint);
    for (const ProgramResult& result : report_.programs) fingerprints.push_back(result.fingerprint);
    report_.fingerprint = combine(fingerprints);
    return std::move(report_);
  }

 private:
  /// Of a program on this cluster; its mode is the caller's choice.
  ProgramInput program_input() {
    return {.topology = topology_,
            .routers = routers_,
            .stack = experiment_.stack,
            .model = experiment_.model,
            .explain = true,  // costs little beside a step
            .threads = options_.threads,
            .symmetry = options_.symmetry,
            .quantum = experiment_.quantum,
            .certify = options_.certify,
            .memory = memory_,
            .stop = options_.stop,
            .trace_options = options_.trace ? &*options_.trace : nullptr,
            .observer = options_.observer};
  }

  /// Without symmetry everything is run event by event; with a certificate, by the model that certifies.
  ShortCuts short_cuts() const {
    return {.symmetry = options_.symmetry, .uncontended = !options_.certify, .clockless = options_.symmetry};
  }

  static topology::RoutingSpec seeded(const Experiment& experiment) {
    topology::RoutingSpec spec = experiment.routing;
    spec.seed = experiment.seed;
    return spec;
  }

  /// What `work` finds wrong is of that job, which is one of experiment.collectives.
  template <class Work>
  void at_job(const CollectiveJob& job, const Work& work) const {
    at_entry("collectives", static_cast<int>(&job - experiment_.collectives.data()), work);
  }
  RowOutcome row_of(const PlacedJob& placed, std::size_t size, Router& router) const {
    RowOutcome row;
    at_job(*placed.job, [&] { row = compute_row(request(placed, size, router)); });
    return row;
  }

  static void refuse_unshared(const GraphSpec& graph) {
    for (const GraphSpec::Edge& edge : graph.edges) {
      if (!edge.shared) {
        throw InputError("link \"" + printable(edge.name.empty() ? edge.from + "." + edge.to : edge.name) +
                         "\" is not shared; only flows with a route by link names can "
                         "use such links, collectives cannot");
      }
    }
  }

  RowRequest request(const PlacedJob& placed, std::size_t size, Router& router) const {
    const CollectiveJob& job = *placed.job;
    return {topology_,
            router,
            experiment_.stack,
            experiment_.model,
            job.name,
            placed.groups,
            placed.layouts,
            placed.contracts[size],
            job.algorithm,
            job.protocol,
            job.channels,
            job.slices,
            options_.explain,
            options_.stop,
            *placed.foldings,
            short_cuts(),
            experiment_.quantum,
            options_.certify,
            memory_,
            1,
            job.nccl,
            job.schedule.get(),
            nullptr,
            {job.datatype, job.reduction,
             arithmetic_of(experiment_.cluster).fabric.contains(reduction_pair(job.datatype, job.reduction))}};
  }

  /// `first_job`: that of the first group in the run; `start`: when it was let go, times count from there.
  CollectiveResult result(const PlacedJob& placed, std::size_t size, const RowOutcome& row, std::size_t first_job,
                          TimePoint start, const Router& router) const {
    const CollectiveJob& job = *placed.job;
    const Collective& collective = placed.contracts[size];
    const std::size_t last_job = last_of(placed, row.run, first_job);
    const Duration time = row.run.job_end[last_job] - start;
    CollectiveResult result;
    result.kind = job.kind;
    result.job = job.name;
    result.placement = job.placement;
    if (job.tokens || collective.tokens() != nullptr) {
      const collectives::TokenRouting routing = token_routing(job, placed.layouts.front());
      result.tokens = describe(collectives::settled(routing, collective.ranks()));
    }
    if (collective.tokens() != nullptr) result.token_figures = collective.tokens()->figures();
    result.algorithm = row.algorithm;
    result.protocol = row.protocol;
    result.model = experiment_.model;
    result.way = row.run.way;
    result.foretold_bytes = row.foretold_bytes;
    result.model_facts = row.run.model_facts;
    result.ranks = collective.ranks();
    result.groups = static_cast<std::uint32_t>(placed.groups.size());
    result.channels = row.channels;
    result.slices = row.slices;
    result.size = collective.size();
    result.count = collective.count();
    result.datatype = result.tokens.empty() ? job.datatype : "uint8";  // tokens are bytes
    result.reduction = collective.reduced() ? job.reduction : "none";
    result.root = collectives::has_root(job.kind) ? static_cast<std::int32_t>(job.root) : -1;
    result.time = time;
    if (time.ps() > 0) {
      result.algbw_GBps = static_cast<double>(result.size.count()) * 1e3 / static_cast<double>(time.ps());
      result.busbw_GBps = result.algbw_GBps * collective.bus_factor();
    }
    result.alternatives = row.alternatives;
    result.not_run = row.not_run;
    result.events = row.run.events;
    Stack allowed = experiment_.stack;
    if (job.protocol != "auto")
      std::erase_if(allowed.protocols, [&](const Protocol& p) { return p.name != job.protocol; });
    const LowerBound bound = lower_bound(placed, collective, row, allowed);
    result.lower_bound = bound.time;
    result.lower_bound_reason = bound.reason;
    CHECK(time >= bound.time, std::string(collectives::to_string(job.kind)) + "/" + row.algorithm + " of " +
                                  to_string(result.size) + " took " + to_string(time) +
                                  ", less than the lower bound of " + to_string(bound.time) + " (" + bound.reason +
                                  ")");
    result.in_network = row.in_network;
    result.proven = options_.prove && placed.prove(collective, row);
    const std::vector<double> bytes = link_bytes(topology_, router, row.run.trunk_bytes);
    result.fingerprint = fingerprint(result, bytes);
    std::vector<LinkLoad> busiest = busiest_links(topology_, bytes, row.run.makespan);
    result.bottleneck = bottleneck_of(busiest);
    if (options_.link_loads) result.top_links = std::move(busiest);
    result.processors = processor_tiers(topology_, router.trunks(), row.run.trunk_bytes, row.run.trunk_work);
    if (options_.explain) result.attribution = attribution(row.run, last_job, start);
    return result;
  }

  /// Of the cluster as it is set up, whatever runs; an algorithm by name through switches of a fabric that merely could reduce
  /// has the bound of a cluster where they do.
  LowerBound lower_bound(const PlacedJob& placed, const Collective& collective, const RowOutcome& row,
                         const Stack& allowed) const {
    const bool links_shared = experiment_.model != "analytic";
    const collectives::RankLayout& layout = placed.layouts.front();
    const auto with = [&](collectives::SwitchUse switches) {
      return placed.bounds->lower_bound(collective, allowed, switches, links_shared);
    };
    const collectives::SwitchUse all = collectives::usable_switches({collective, layout});
    const collectives::SwitchUse set_up = collectives::usable_switches({collective, without_trees_to_ask_for(layout)});
    LowerBound helped = with(all);
    if (all == set_up) return helped;
    const auto& algorithm = collectives::find_algorithm(placed.job->kind, row.algorithm, placed.job->schedule.get());
    if (row.in_network && algorithm.switches({collective, layout}).in_fabric) return helped;
    LowerBound bound = with(set_up);
    if (helped.time < bound.time) bound.reason += ", as its fabric is not set up to reduce";
    return bound;
  }

  /// Of the groups of a job, which run as jobs of their own from `first_job` on, the one that ends last.
  static std::size_t last_of(const PlacedJob& placed, const RunOutcome& run, std::size_t first_job) {
    const auto ends = std::span(run.job_end).subspan(first_job, placed.groups.size());
    return first_job + static_cast<std::size_t>(std::max_element(ends.begin(), ends.end()) - ends.begin());
  }

  static Attribution attribution(const RunOutcome& run, std::size_t job, TimePoint start) {
    Attribution parts = run.job_attribution[job];
    parts.waiting -= start.since_start();
    return parts;
  }

  void tell_observer(std::vector<std::uint64_t> results, const RunOutcome& run, const Router& router) const {
    if (options_.observer == nullptr) return;
    options_.observer->ran(
        ObservedRun{topology_, router, std::move(results), !experiment_.flows.empty(), run.makespan, run.trunk_bytes});
  }

  /// Rows that the observer asks for, once more: flow by flow, folded where that holds, explained, with loads.
  void look_again(const PlacedJob& placed) {
    if (options_.observer == nullptr) return;
    const std::vector<std::size_t> chosen = options_.observer->to_look_at_again(report_.collectives);
    parallel_for(
        chosen.size(), options_.threads,
        [&](std::size_t i) {
          CollectiveResult& result = report_.collectives[chosen[i]];
          RouterPool::Lease router = routers_.take();
          RowRequest again = request(placed, chosen[i], *router);
          again.algorithm = result.algorithm;
          again.protocol = result.protocol;
          again.channels = result.channels;
          again.slices = result.slices;
          again.explain = true;
          again.loads = &options_.observer->loads_of(result.fingerprint, topology_, *router);
          const RunOutcome run = compute_row(again).run;
          check_same(run.makespan, TimePoint() + result.time, result.way);
          result.attribution = attribution(run, last_of(placed, run, 0), TimePoint());
        },
        options_.stop);
    if (options_.stop && options_.stop()) throw Interrupted{};
  }

  static void check_same(TimePoint again, TimePoint before, const Way& way) {
    const std::int64_t off = std::abs((again - before).ps());
    const std::int64_t allowed = way.flow_classes > 0 ? 1 + before.ps() / 1'000'000'000 : 0;
    CHECK(off <= allowed,
          "a run once more took " + to_string(again.since_start()) + ", before " + to_string(before.since_start()));
  }

  /// Every size on its own, several at a time; rows come out in order.
  void run_rows(const PlacedJob& placed) {
    const std::size_t count = placed.contracts.size();
    std::vector<std::optional<CollectiveResult>> rows(count);
    RowOutcome last;
    std::mutex mutex;
    std::size_t next = 0, done = 0;
    parallel_for(
        count, options_.threads,
        [&](std::size_t i) {
          RouterPool::Lease router = routers_.take();
          const RowOutcome row = row_of(placed, i, *router);
          CollectiveResult finished = result(placed, i, row, 0, TimePoint{}, *router);
          tell_observer({finished.fingerprint}, row.run, *router);
          const std::lock_guard lock(mutex);
          if (i + 1 == count) last = row;
          rows[i] = std::move(finished);
          ++done;
          for (; next < count && rows[next]; ++next) {
            if (options_.on_row) options_.on_row(*rows[next]);
          }
          if (options_.on_progress) options_.on_progress(static_cast<double>(done), static_cast<double>(count));
        },
        options_.stop);
    if (done < count) throw Interrupted{};
    for (auto& row : rows) report_.collectives.push_back(*std::move(row));
    look_again(placed);
    if (!options_.trace) return;
    RouterPool::Lease router = routers_.take();
    RunInput input = run_input(*router);
    std::vector<std::unique_ptr<collectives::Schedule>> schedules;
    add_jobs(placed, count - 1, last, schedules, input.jobs);
    for (Job& job : input.jobs) job.start = {};  // of no meaning for a job that is alone
    write_trace(std::move(input), last.run, *options_.trace);
  }

  /// Of no jobs yet, without short cuts.
  RunInput run_input(Router& router) const {
    return {.topology = topology_,
            .router = router,
            .model = experiment_.model,
            .explain = options_.explain,
            .stop = options_.stop,
            .short_cuts = ShortCuts::none(),
            .quantum = experiment_.quantum,
            .certify = options_.certify,
            .memory = memory_};
  }

  /// The groups of a row as jobs, each with its schedule, of the algorithm and protocol that the row took.
  void add_jobs(const PlacedJob& placed, std::size_t size, const RowOutcome& row,
                std::vector<std::unique_ptr<collectives::Schedule>>& schedules, std::vector<Job>& jobs) const {
    const auto& algorithm = collectives::find_algorithm(placed.job->kind, row.algorithm, placed.job->schedule.get());
    const auto protocol = std::find_if(experiment_.stack.protocols.begin(), experiment_.stack.protocols.end(),
                                       [&](const Protocol& p) { return p.name == row.protocol; });
    for (std::size_t g = 0; g < placed.groups.size(); ++g) {
      schedules.push_back(
          collectives::make_schedule(algorithm, {placed.contracts[size], placed.layouts[g], row.channels, row.slices}));
      jobs.push_back({placed.job->name, schedules.back().get(),
                      participant_devices(topology_, placed.groups[g], placed.layouts[g], *schedules.back()),
                      job_costs(*protocol, algorithm, placed.contracts[size]),
                      efficiency_of(*protocol, algorithm.cost_family), placed.job->start});
    }
  }

  /// All jobs and flows side by side on one network. Each collective's algorithm is chosen as if it were alone.
  void run_together() {
    RouterPool::Lease router = routers_.take();
    RunInput input = run_input(*router);
    std::vector<RowOutcome> alone;
    std::vector<std::unique_ptr<collectives::Schedule>> schedules;
    for (const PlacedJob& placed : jobs_) {
      at_job(*placed.job, [&] {
        if (placed.contracts.size() == 1) return;
        throw InputError("job \"" + printable(placed.job->name) +
                         "\": jobs that run side by side have one size each, not " +
                         std::to_string(placed.contracts.size()));
      });
      alone.push_back(row_of(placed, 0, *router));
      add_jobs(placed, 0, alone.back(), schedules, input.jobs);
    }
    PlainTraffic traffic = resolve_flows(experiment_, topology_, *router);
    input.flows = std::move(traffic.flows);
    input.private_trunks = std::move(traffic.private_trunks);
    input.changes = std::move(traffic.changes);
    const RunOutcome outcome = run_once(input);
    if (options_.trace) write_trace(input, outcome, *options_.trace);

    std::size_t first_job = 0;
    for (std::size_t j = 0; j < jobs_.size(); ++j) {
      RowOutcome row = std::move(alone[j]);
      row.run = outcome;
      report_.collectives.push_back(result(jobs_[j], 0, row, first_job, jobs_[j].job->start, *router));
      first_job += jobs_[j].groups.size();
      if (options_.on_row) options_.on_row(report_.collectives.back());
    }
    std::map<std::string, TimePoint> end_of;
    for (std::size_t i = 0; i < input.flows.size(); ++i) end_of.emplace(input.flows[i].name, outcome.flow_end[i]);
    report_.flow_facts = outcome.model_facts;
    report_.foretold_bytes = outcome.foretold_bytes;
    for (const FlowJob& flow : experiment_.flows)
      report_.flows.push_back({flow.name, flow.start, end_of.at(flow.name)});
    look_at_all_again(std::move(input), outcome, *router);
  }

  /// The same of all jobs and flows side by side.
  void look_at_all_again(RunInput input, const RunOutcome& outcome, const Router& router) {
    if (options_.observer == nullptr) return;
    std::vector<std::uint64_t> results;
    for (const CollectiveResult& result : report_.collectives) results.push_back(result.fingerprint);
    const std::uint64_t name = results.empty() ? 0 : results.front();
    tell_observer(std::move(results), outcome, router);
    if (!options_.observer->looks_again(outcome.events)) return;
    input.explain = true;
    input.loads = &options_.observer->loads_of(name, topology_, router);
    const RunOutcome again = run_once(std::move(input));
    check_same(again.makespan, outcome.makespan, outcome.way);
    std::size_t first_job = 0;
    for (std::size_t j = 0; j < jobs_.size(); ++j) {
      report_.collectives[j].attribution = attribution(again, last_of(jobs_[j], again, first_job), jobs_[j].job->start);
      first_job += jobs_[j].groups.size();
    }
  }

  const Experiment& experiment_;
  const RunOptions& options_;
  Topology topology_;
  RouterPool routers_;
  std::vector<PlacedJob> jobs_;
  MemoryBudget memory_;
  Report report_;
};

}  // namespace

bool runs_rows(const Experiment& experiment) {
  return experiment.collectives.size() == 1 && experiment.flows.empty() && experiment.capacity_events.empty();
}

bool has_work(const Experiment& experiment) {
  return !experiment.collectives.empty() || !experiment.flows.empty() || !experiment.training.empty() ||
         !experiment.inference.empty() || !experiment.traces.empty();
}

Report run(const Experiment& experiment, const RunOptions& options) {
  if (!experiment.exchanges.empty()) return run_with_exchanges(experiment, options);
  return Simulation(experiment, options).run();
}

}  // namespace polyplane::sim
