#include "sim/contest.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "sim/memory_estimate.h"
#include "sim/run_once.h"

namespace polyplane::sim {

namespace {

/// Looked at together; they are run short ones first.
constexpr std::size_t kShortlist = 3;

/// Looked at only when those before did not rule it out: what is bound to take so many times as long as the best of a
/// shortlist is estimated to.
constexpr std::int64_t kFarBehind = 2;

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

}  // namespace

void Contest::run(const Candidate& candidate) {
  const auto makespan = best_makespan();
  if (makespan && (*candidate.estimate > *makespan || (*candidate.estimate == *makespan && !goes_before(candidate)))) {
    return;
  }
  try {
    RunOutcome outcome = run_candidate(request_, candidate, request_.model, request_.explain, weighed_,
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

void Contest::run_all(std::vector<Candidate> left) {
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

RowOutcome Contest::take() && {
  best_->alternatives = weighed_.text;
  best_->not_run = weighed_.not_run;
  best_->foretold_bytes = weighed_.foretold_bytes;
  return *std::move(best_);
}

Duration Contest::bound(Candidate& candidate, Duration enough) const {
  if (candidate.estimate) return *candidate.estimate;
  if (candidate.floor >= enough || is_only_floored(request_, candidate)) return candidate.floor;
  if (!candidate.chain) candidate.chain = std::max(candidate.floor, longest_chain(request_, candidate));
  return *candidate.chain;
}

std::vector<Candidate> Contest::shortlist(std::vector<Candidate>& left) {
  constexpr Duration kNever = Duration::from_ps(INT64_MAX);
  const Duration hopeless = best_makespan().value_or(kNever);
  std::vector<Candidate> best, later;
  for (Candidate& candidate : left) {
    Duration enough = hopeless;
    if (best.size() == kShortlist) enough = std::min(enough, *best.back().estimate);
    if (!best.empty()) enough = std::min(enough, kFarBehind * *best.front().estimate);
    Duration least = bound(candidate, enough);
    if (least < enough && !candidate.estimate) {
      candidate.estimate = estimate_of(request_, candidate, weighed_);
      tell(candidate, "at least " + to_string(*candidate.estimate) + " by the analytic model and its most loaded link");
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

void Contest::tell(const Candidate& candidate, const std::string& what) {
  weighed_.text += "  " + candidate.name() + ": " + what + "\n";
}

void Contest::tell_bound(const Candidate& candidate, Duration least) {
  if (!candidate.estimate) tell(candidate, "at least " + to_string(least) + " by its steps and bytes alone");
}

void Contest::tell_not_run(std::vector<Candidate>& left) {
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

}  // namespace polyplane::sim
