#include "sim/candidate.h"

#include <algorithm>
#include <utility>

#include "sim/job_costs.h"
#include "sim/lane_clock.h"
#include "sim/network/line_rate.h"
#include "sim/placement.h"
#include "sim/uncontended_sends.h"

namespace polyplane::sim {

namespace {

using collectives::Schedule;

/// Of a schedule with agents.
constexpr std::uint64_t kMostEstimatedSends = 200'000;

/// What leaves one card at the most, and what a message from it pays at the least.
struct Port {
  BitRate all_links;
  Duration least_latency;
};

Port port_of(const topology::Topology& topology, DeviceId card) {
  Port port;
  std::int64_t least_ps = INT64_MAX;
  for (const LinkId id : topology.out_links(card)) {
    const topology::Link& link = topology.link(id);
    if (!link.up) continue;
    port.all_links = port.all_links + link.rate;
    least_ps = std::min(least_ps, link.latency.ps());
  }
  port.least_latency = Duration::from_ps(least_ps == INT64_MAX ? 0 : least_ps);
  return port;
}

uint128 bits(Bytes size) { return static_cast<uint128>(size.count()) * 8; }

std::vector<Job> jobs_of(const RowRequest& request, const Candidate& candidate) {
  std::vector<Job> jobs;
  for (std::size_t g = 0; g < request.groups.size(); ++g) {
    Job job;
    job.name = request.job_name;
    job.schedule = (*candidate.schedules)[g].get();
    job.devices = participant_devices(request.topology, request.groups[g], request.layouts[g], *job.schedule);
    job.costs = job_costs(*candidate.protocol, *candidate.algorithm, request.collective);
    job.efficiency = efficiency_of(*candidate.protocol, candidate.algorithm->cost_family);
    job.folding = candidate.folding;
    if (candidate.first_channel) job.schedule = candidate.first_channel.get();
    jobs.push_back(std::move(job));
  }
  return jobs;
}

}  // namespace

Duration floor_of(const RowRequest& request, const Candidate& candidate) {
  const Schedule& schedule = *candidate.schedules->front();
  const ProtocolCosts costs = algorithm_costs(*candidate.protocol, *candidate.algorithm);
  const Efficiency efficiency = efficiency_of(*candidate.protocol, candidate.algorithm->cost_family);
  const collectives::RankLayout& layout = request.layouts.front();
  const std::uint32_t ranks = request.collective.ranks();
  Duration most;
  for (const std::uint32_t r : {0U, ranks / 2, ranks - 1}) {
    const RankId rank(r);
    const Port port = port_of(request.topology, request.groups.front()[r]);
    if (port.all_links.bps() == 0) continue;
    Bytes sent;
    for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
      LaneClock clock(costs.messages_under_way);
      for (std::uint32_t k = 0; k < schedule.num_steps(rank, lane); ++k) {
        const collectives::Step step = schedule.step(rank, lane, k);
        if (!step.send_to.valid()) continue;
        const bool to_agent = step.send_to.index() >= ranks;  // inside or outside
        const bool inside = to_agent || layout.place(rank).domain == layout.place(step.send_to).domain;
        const Bytes wire = wire_bytes(step.send_bytes, efficiency);
        // Faults may force a message between neighbours out of their domain.
        const Duration step_cost = inside ? std::min(costs.step_scale_up, costs.step_scale_out) : costs.step_scale_out;
        // One message may be spread over several links (striped planes): the sum of them is its limit.
        const Duration tail = costs.message + least_time(bits(wire), port.all_links);
        clock.send(tail + step_cost + port.least_latency, tail);
        sent += wire;
      }
      most = std::max(most, clock.end());
    }
    most = std::max(most, least_time(bits(sent), port.all_links));
  }
  return costs.launch + most;
}

bool takes_classes(const RowRequest& request, const Candidate& candidate) {
  return takes_classes(costs_of(*candidate.protocol, candidate.algorithm->cost_family), *candidate.schedules->front(),
                       request.router);
}

bool is_only_floored(const RowRequest& request, const Candidate& candidate) {
  // What is quickly run by classes would be slowly estimated one by one.
  if (takes_classes(request, candidate)) return true;
  // Runs through switches are not folded: on large clusters their estimate costs about as much as the run.
  if (candidate.schedules->front()->num_agents() > 0 && candidate.sends > kMostEstimatedSends) return true;
  // Paths without loads are not those that will be taken.
  return request.router.adaptive() && request.model != "analytic";
}

Duration longest_chain(const RowRequest& request, const Candidate& candidate) {
  const Job job = std::move(jobs_of(request, candidate).front());
  UncontendedSends sends(request.router, job, job.folding);
  const auto ranks = job.folding == nullptr ? static_cast<std::uint32_t>(job.devices.size()) : job.folding->stride();
  Duration most;
  for (const std::uint32_t r : {0U, ranks / 2, ranks - 1}) {
    for (std::uint32_t lane = 0; lane < job.schedule->num_lanes(); ++lane) {
      LaneClock clock(job.costs.messages_under_way);
      for (std::uint32_t k = 0; k < job.schedule->num_steps(RankId(r), lane); ++k) {
        const collectives::Step step = job.schedule->step(RankId(r), lane, k);
        if (!step.send_to.valid()) continue;
        sends.take_path(RankId(r), lane, step.send_to);
        const std::optional<Duration> takes = sends.time(step.send_bytes);
        if (!takes || takes->ps() > kLongestPs - clock.end().ps()) return {};
        clock.send(*takes, sends.tail());
      }
      most = std::max(most, clock.end());
    }
  }
  return job.costs.launch + most;
}

Duration estimate_of(const RowRequest& request, const Candidate& candidate, Weighed& weighed) {
  if (is_only_floored(request, candidate)) return candidate.floor;
  const RunOutcome analytic = run_candidate(request, candidate, "analytic", false, weighed);
  Duration most = analytic.makespan.since_start();
  if (request.model == "analytic") return most;
  const ProtocolCosts costs = algorithm_costs(*candidate.protocol, *candidate.algorithm);
  for (std::size_t t = 0; t < analytic.trunk_bytes.size(); ++t) {
    const BitRate capacity = request.router.trunks()[t].capacity;
    const Duration cut = transmission_time(Bytes(static_cast<std::int64_t>(analytic.trunk_bytes[t])), capacity);
    most = std::max(most, costs.launch + cut);
  }
  return most;
}

RunOutcome run_candidate(const RowRequest& request, const Candidate& candidate, const std::string& model, bool explain,
                         Weighed& weighed, TimePoint give_up) {
  const bool exact = model == "analytic";  // has no rates to put off or to certify
  RunOutcome outcome = run_once({.topology = request.topology,
                                 .router = request.router,
                                 .model = model,
                                 .jobs = jobs_of(request, candidate),
                                 .explain = explain,
                                 .stop = request.stop,
                                 .short_cuts = request.short_cuts,
                                 .quantum = exact ? Duration() : request.quantum,
                                 .certify = !exact && request.certify,
                                 .memory = weighed.memory,
                                 .give_up = give_up,
                                 .loads = request.loads});
  weighed.foretold_bytes = std::max(weighed.foretold_bytes, outcome.foretold_bytes);
  return outcome;
}

}  // namespace polyplane::sim
