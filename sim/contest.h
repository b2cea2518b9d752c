// Which candidate is the best, found with as few runs as that takes.
//
// Branch and bound. Candidates are run in the order of their estimates, three at a time, until the estimate of none that is
// left is below the best time: that is then the best of all. Of equal times the better estimate wins, then the shorter run,
// whatever was run first. Where that would take more than kMaxAutoRuns and kMaxAutoRunSends allow (sim/choose_algorithm.h),
// what was not run is named.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/candidate.h"
#include "sim/choose_algorithm.h"
#include "sim/weighed.h"

namespace polyplane::sim {

/// Of one row. Keeps references.
class Contest {
 public:
  /// `no_choice`: there is one candidate, of which `weighed` is told nothing but memory.
  Contest(const RowRequest& request, Weighed& weighed, bool no_choice)
      : request_(request), weighed_(weighed), no_choice_(no_choice) {}

  /// Unless its estimate says that it cannot win; given up once it takes longer than the best so far. Throws as
  /// run_candidate() does, but no GaveUp. REQUIRES: estimated.
  void run(const Candidate& candidate);

  /// Estimates and runs what may win, and says of the rest why it was not run. Throws as run() does. `left`: least floor
  /// first.
  void run_all(std::vector<Candidate> left);

  /// The winner, with all that was weighed. REQUIRES: one was run.
  [[nodiscard]] RowOutcome take() &&;

 private:
  using Rank = std::pair<Duration, std::uint64_t>;  // estimate, sends

  [[nodiscard]] static Rank rank_of(const Candidate& candidate) { return {*candidate.estimate, candidate.sends}; }
  [[nodiscard]] bool goes_before(const Candidate& candidate) const { return rank_of(candidate) < best_rank_; }
  [[nodiscard]] std::optional<Duration> best_makespan() const {
    return best_ ? std::optional(best_->run.makespan.since_start()) : std::nullopt;
  }

  /// No more than the estimate would be, which it is once that is known; `enough`: no more than that need be known.
  [[nodiscard]] Duration bound(Candidate& candidate, Duration enough) const;

  /// Takes out of `left` the (at most) three of least estimate, and what cannot be better than the best time so far. None is
  /// far behind the first: what that takes may spare the others their estimate.
  [[nodiscard]] std::vector<Candidate> shortlist(std::vector<Candidate>& left);

  void tell(const Candidate& candidate, const std::string& what);
  void tell_bound(const Candidate& candidate, Duration least);
  void tell_not_run(std::vector<Candidate>& left);

  const RowRequest& request_;
  Weighed& weighed_;
  bool no_choice_;
  std::optional<RowOutcome> best_;
  Rank best_rank_;
};

}  // namespace polyplane::sim
