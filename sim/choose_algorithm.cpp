#include "sim/choose_algorithm.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "collectives/side_by_side.h"
#include "sim/job_costs.h"
#include "sim/lane_clock.h"
#include "sim/nccl/choice.h"
#include "sim/network/line_rate.h"
#include "sim/placement.h"
#include "sim/processor_work.h"
#include "sim/stack_variants.h"
#include "sim/uncontended_sends.h"

namespace polyplane::sim {

namespace {

using collectives::Algorithm;
using collectives::AlgorithmRequest;
using collectives::Schedule;

/// Looked at together; they are run short ones first.
constexpr std::size_t kShortlist = 3;

/// Looked at only when those before did not rule it out: what is bound to take so many times as long as the best of a
/// shortlist is estimated to.
constexpr std::int64_t kFarBehind = 2;

/// What a schedule is made of, counted without running it.
struct Extent {
  std::uint64_t sends = 0, lanes = 0;
};

struct Candidate {
  const Algorithm* algorithm = nullptr;
  const Protocol* protocol = nullptr;
  std::uint32_t channels = 0, slices = 0;
  std::shared_ptr<const std::vector<std::unique_ptr<Schedule>>> schedules;  // one a group
  const Folding* folding = nullptr;
  std::shared_ptr<const FirstChannel> first_channel;  // instead of the schedule, when channels are folded
  Duration floor;                                     // longest lane x cheapest software cost
  std::uint64_t sends = 0;                            // to be simulated; counted for auto only
  std::optional<Duration> chain, estimate;            // once they were asked for
  [[nodiscard]] std::string name() const { return algorithm->name + "/" + protocol->name; }
};

/// What was looked at, for the user, and the memory that this is foretold to take.
struct Weighed {
  explicit Weighed(const MemoryBudget& budget) : memory(budget) {}

  std::string text;
  std::vector<std::string> not_run;  // though it may be better
  MemoryBudget memory;               // resident: with all schedules
  std::uint64_t foretold_bytes = 0;
  void leave_out(const std::string& name, const std::string& why) {
    text += "  " + name + ": left out of auto, " + why + "; ask for it by name\n";
    not_run.push_back(name + ": " + why + "; it may be faster, ask for it by name");
  }
  /// For a while; the most of what is needed so stays with the allocator.
  void needs_once(std::uint64_t bytes) {
    if (bytes <= once_) return;
    memory.resident += bytes - once_;
    once_ = bytes;
    foretold_bytes = std::max(foretold_bytes, foretold_peak(memory, 0, "looking for symmetry"));
  }

 private:
  std::uint64_t once_ = 0;
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

/// No run can be faster: the sends of one lane follow each other, and all sends of a card leave through its links.
/// Holds for any card, so three are looked at.
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

RunOutcome run(const RowRequest& request, const Candidate& candidate, const std::string& model, bool explain,
               Weighed& weighed, TimePoint give_up = TimePoint::never()) {
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

/// Of a schedule with agents.
constexpr std::uint64_t kMostEstimatedSends = 200'000;

/// The floor must do as the estimate.
bool is_only_floored(const RowRequest& request, const Candidate& candidate) {
  // What is quickly run by classes would be slowly estimated one by one.
  if (takes_classes(*candidate.schedules->front(), request.router)) return true;
  // Runs through switches are not folded: on large clusters their estimate costs about as much as the run.
  if (candidate.schedules->front()->num_agents() > 0 && candidate.sends > kMostEstimatedSends) return true;
  // Paths without loads are not those that will be taken.
  return request.router.adaptive() && request.model != "analytic";
}

/// The analytic time, or, where links are shared, the bytes over the most loaded trunk if that is more; of very many
/// messages at once the floor. All are lower bounds.
Duration estimate(const RowRequest& request, const Candidate& candidate, Weighed& weighed) {
  if (is_only_floored(request, candidate)) return candidate.floor;
  const RunOutcome analytic = run(request, candidate, "analytic", false, weighed);
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

/// What the sends of one lane take, each behind the one before or, with one slot, after it, alone on its route: no more than
/// the analytic time, at the cost of the steps of three ranks. Zero where that stands still or passes 53 days.
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
      request.model == "flow" && !request.explain && takes_classes(*schedules->front(), request.router);
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

/// All (algorithm, protocol) pairs that may run, cheapest floor first; `weighed` says what was left out and why.
std::vector<Candidate> candidates_of(const RowRequest& request, Weighed& weighed) {
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

RowOutcome outcome_of(const Candidate& candidate, RunOutcome outcome) {
  RowOutcome row;
  row.algorithm = candidate.algorithm->name;
  row.protocol = candidate.protocol->name;
  row.channels = candidate.channels;
  row.slices = candidate.slices;
  row.in_network = candidate.schedules->front()->num_agents() > 0;
  row.run = std::move(outcome);
  return row;
}

/// Branch and bound. Candidates are run in the order of their estimates, three at a time, until the estimate of none that is
/// left is below the best time: that is then the best of all. Of equal times the better estimate wins, then the shorter run,
/// whatever was run first.
class Contest {
 public:
  Contest(const RowRequest& request, Weighed& weighed, bool no_choice)
      : request_(request), weighed_(weighed), no_choice_(no_choice) {}

  /// REQUIRES: estimated.
  void run(const Candidate& candidate) {
    const auto makespan = best_makespan();
    if (makespan &&
        (*candidate.estimate > *makespan || (*candidate.estimate == *makespan && !goes_before(candidate)))) {
      return;
    }
    try {
      RunOutcome outcome = sim::run(request_, candidate, request_.model, request_.explain, weighed_,
                                    makespan ? TimePoint() + *makespan : TimePoint::never());
      if (!no_choice_)
        tell(candidate, to_string(outcome.makespan.since_start()) + " by the " + request_.model + " model");
      const Duration took = outcome.makespan.since_start();
      if (!makespan || took < *makespan || (took == *makespan && goes_before(candidate))) {
        best_ = outcome_of(candidate, std::move(outcome));
        best_rank_ = rank_of(candidate);
      }
      const std::uint64_t proof = foretell_proof(*candidate.schedules->front());
      weighed_.foretold_bytes = std::max(weighed_.foretold_bytes, foretold_peak(weighed_.memory, proof, "the proof"));
    } catch (const GaveUp&) {
      tell(candidate, "more than " + to_string(*makespan) + " by the " + request_.model + " model");
    }
  }

  /// `left`: least floor first.
  void run_all(std::vector<Candidate> left) {
    std::uint64_t runs = 0, sends = 0;
    std::vector<Candidate> not_run;
    while (!left.empty() && runs < kMaxAutoRuns) {
      std::vector<Candidate> next = shortlist(left);
      // Short ones first: the long ones are given up as soon as they are no better.
      std::ranges::stable_sort(next, {}, &Candidate::sends);
      for (Candidate& candidate : next) {
        const bool is_extra = runs >= kShortlist;
        if (is_extra && sends + candidate.sends > kMaxAutoRunSends) {
          not_run.push_back(std::move(candidate));
          continue;
        }
        run(candidate);
        runs += 1;
        if (is_extra) sends += candidate.sends;
      }
    }
    std::ranges::move(left, std::back_inserter(not_run));
    if (!not_run.empty()) tell_not_run(not_run);
  }

  RowOutcome take() && {
    best_->alternatives = weighed_.text;
    best_->not_run = weighed_.not_run;
    best_->foretold_bytes = weighed_.foretold_bytes;
    return *std::move(best_);
  }

 private:
  using Rank = std::pair<Duration, std::uint64_t>;  // estimate, sends

  [[nodiscard]] static Rank rank_of(const Candidate& candidate) { return {*candidate.estimate, candidate.sends}; }
  [[nodiscard]] bool goes_before(const Candidate& candidate) const { return rank_of(candidate) < best_rank_; }
  [[nodiscard]] std::optional<Duration> best_makespan() const {
    return best_ ? std::optional(best_->run.makespan.since_start()) : std::nullopt;
  }

  /// No more than the estimate would be, which it is once that is known; `enough`: no more than that need be known.
  [[nodiscard]] Duration bound(Candidate& candidate, Duration enough) const {
    if (candidate.estimate) return *candidate.estimate;
    if (candidate.floor >= enough || is_only_floored(request_, candidate)) return candidate.floor;
    if (!candidate.chain) candidate.chain = std::max(candidate.floor, longest_chain(request_, candidate));
    return *candidate.chain;
  }

  /// Takes out of `left` the (at most) three of least estimate, and what cannot be better than the best time so far. None is
  /// far behind the first: what that takes may spare the others their estimate.
  [[nodiscard]] std::vector<Candidate> shortlist(std::vector<Candidate>& left) {
    constexpr Duration kNever = Duration::from_ps(INT64_MAX);
    const Duration hopeless = best_makespan().value_or(kNever);
    std::vector<Candidate> best, later;
    for (Candidate& candidate : left) {
      Duration enough = hopeless;
      if (best.size() == kShortlist) enough = std::min(enough, *best.back().estimate);
      if (!best.empty()) enough = std::min(enough, kFarBehind * *best.front().estimate);
      Duration least = bound(candidate, enough);
      if (least < enough && !candidate.estimate) {
        candidate.estimate = estimate(request_, candidate, weighed_);
        tell(candidate,
             "at least " + to_string(*candidate.estimate) + " by the analytic model and its most loaded link");
        least = *candidate.estimate;
      }
      if (least >= hopeless) {
        tell_bound(candidate, least);
      } else if (least >= enough) {
        later.push_back(std::move(candidate));
      } else {
        const auto place = std::ranges::upper_bound(best, least, {}, [](const Candidate& c) { return *c.estimate; });
        best.insert(place, std::move(candidate));
        if (best.size() > kShortlist) {
          later.push_back(std::move(best.back()));
          best.pop_back();
        }
      }
    }
    // One that came late may have put others far behind.
    while (best.size() > 1 && *best.back().estimate >= kFarBehind * *best.front().estimate) {
      later.push_back(std::move(best.back()));
      best.pop_back();
    }
    left = std::move(later);
    std::ranges::stable_sort(left, {}, &Candidate::floor);
    return best;
  }

  void tell(const Candidate& candidate, const std::string& what) {
    weighed_.text += "  " + candidate.name() + ": " + what + "\n";
  }
  void tell_bound(const Candidate& candidate, Duration least) {
    if (!candidate.estimate) tell(candidate, "at least " + to_string(least) + " by its steps and bytes alone");
  }

  void tell_not_run(std::vector<Candidate>& left) {
    const std::string why = "not run, though it may be better: auto stops after " + std::to_string(kMaxAutoRuns) +
                            " runs, and runs " + std::to_string(kMaxAutoRunSends) +
                            " sends at most beyond the first three; ask for it by name";
    for (Candidate& candidate : left) {
      const Duration least = bound(candidate, *best_makespan());
      if (least < *best_makespan()) {
        tell(candidate, why);
        weighed_.not_run.push_back(candidate.name() + ": " + why);
      } else {
        tell_bound(candidate, least);
      }
    }
  }

  const RowRequest& request_;
  Weighed& weighed_;
  bool no_choice_;
  std::optional<RowOutcome> best_;
  Rank best_rank_;
};

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
  std::vector<Candidate> candidates = candidates_of(request, weighed);
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
    return request.model == "flow" && !request.explain && takes_classes(*candidate.schedules->front(), request.router);
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
