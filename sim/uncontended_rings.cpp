#include "sim/uncontended_rings.h"

#include <algorithm>
#include <span>
#include <vector>

#include "sim/ring_walk.h"
#include "sim/simulation.h"

namespace polyplane::sim {

namespace {

using collectives::RingLane;

constexpr std::uint32_t kStepsBetweenStopChecks = 64;

/// Where a rank stands in its ring.
struct Position {
  RankId rank, next;
  std::uint32_t place = 0;  // in the whole ring
};

/// Parts below `longer` among the `steps` parts place, place - 1, ... (mod n).
std::int64_t longer_sends(std::uint64_t place, std::uint64_t steps, std::uint64_t n, std::uint64_t longer) {
  const std::uint64_t rest = steps % n;
  std::uint64_t count = steps / n * longer;
  if (rest <= place + 1) {
    count += std::min(place + 1, longer) - std::min(place + 1 - rest, longer);
  } else {
    count += std::min(place + 1, longer);
    const std::uint64_t beyond = rest - (place + 1);  // parts n - beyond to n - 1
    count += longer - std::min(n - beyond, longer);
  }
  return static_cast<std::int64_t>(count);
}

/// When each position of a ring has completed its last step.
class Times {
 public:
  Times(std::size_t positions, std::int64_t start_ps) : ps_(positions, start_ps) {}

  /// One step in which positions [first, first + count) (cyclically) have the longer sends.
  void step(std::span<const std::int64_t> takes_ps, std::span<const std::int64_t> longer_ps, std::size_t first,
            std::size_t count) {
    const std::size_t n = ps_.size();
    const std::size_t end = first + count;
    const bool wraps = end > n;
    const auto is_longer = [&](std::size_t i) { return wraps ? i >= first || i < end - n : i >= first && i < end; };
    std::int64_t before = ps_[n - 1] + (is_longer(n - 1) ? longer_ps : takes_ps)[n - 1];
    if (wraps) {
      advance(0, end - n, longer_ps, before);
      advance(end - n, first, takes_ps, before);
      advance(first, n, longer_ps, before);
    } else {
      advance(0, first, takes_ps, before);
      advance(first, end, longer_ps, before);
      advance(end, n, takes_ps, before);
    }
  }
  [[nodiscard]] std::int64_t last() const { return *std::ranges::max_element(ps_); }

 private:
  /// `before`: when the message from the position before arrives.
  void advance(std::size_t begin, std::size_t end, std::span<const std::int64_t> takes_ps, std::int64_t& before) {
    std::int64_t arrives = before;
    for (std::size_t i = begin; i < end; ++i) {
      const std::int64_t sent = ps_[i] + takes_ps[i];
      ps_[i] = std::max(sent, arrives);
      arrives = sent;
    }
    before = arrives;
  }

  std::vector<std::int64_t> ps_;
};

class Rings {
 public:
  Rings(const Job& job, const Folding* folding, UncontendedSends& sends, const std::function<bool()>& stop)
      : job_(job), folding_(folding), sends_(sends), stop_(stop), start_((job.start + job.costs.launch).ps()) {
    outcome_.end = job.start + job.costs.launch;
  }

  [[nodiscard]] std::optional<RingsOutcome> run() {
    const std::uint32_t lanes = job_.schedule->num_lanes();
    for (std::uint32_t lane = 0; lane < lanes; ++lane) {
      const std::optional<RingLane> ring = job_.schedule->ring_lane(lane);
      if (!ring || !run_lane(lane, *ring)) return std::nullopt;
    }
    return outcome_;
  }

 private:
  [[nodiscard]] static bool is_even(const RingLane& ring) {
    return ring.longer_parts == 0 || ring.longer_parts == ring.order.size() || ring.bytes == ring.longer_bytes;
  }
  [[nodiscard]] bool run_lane(std::uint32_t lane, const RingLane& ring) {
    if (ring.steps == 0) return true;
    if (folding_ != nullptr && !is_even(ring)) return false;
    for (const std::vector<Position>& cycle : cycles(ring)) {
      if (!run_cycle(lane, ring, cycle)) return false;
    }
    return true;
  }
  /// The positions that run, so that each is followed by the one that it sends to, or by its representative.
  [[nodiscard]] std::vector<std::vector<Position>> cycles(const RingLane& ring) const {
    const auto n = static_cast<std::uint32_t>(ring.order.size());
    std::vector<Position> by_rank(folding_ == nullptr ? n : folding_->stride());
    for (std::uint32_t i = 0; i < n; ++i) {
      const RankId rank = ring.order[i];
      if (rank.index() < by_rank.size()) by_rank[rank.index()] = {rank, ring.order[i + 1 == n ? 0 : i + 1], i};
    }
    std::vector<bool> done(by_rank.size(), false);
    std::vector<std::vector<Position>> cycles;
    // Unfolded, the one cycle is the ring from its first position on.
    for (std::uint32_t i = 0; i < n; ++i) {
      std::uint32_t rank = ring.order[i].index();
      if (rank >= by_rank.size() || done[rank]) continue;
      std::vector<Position>& cycle = cycles.emplace_back();
      while (!done[rank]) {
        done[rank] = true;
        cycle.push_back(by_rank[rank]);
        const RankId next = by_rank[rank].next;
        rank = (folding_ == nullptr ? next : folding_->representative(next)).index();
      }
    }
    return cycles;
  }
  [[nodiscard]] bool run_cycle(std::uint32_t lane, const RingLane& ring, const std::vector<Position>& cycle) {
    const std::size_t n = ring.order.size();
    const bool even = is_even(ring);
    const Bytes bytes = even && ring.longer_parts > 0 ? ring.longer_bytes : ring.bytes;
    std::vector<std::int64_t> takes_ps, longer_ps;
    std::vector<RingHop> hops, longer_hops;
    const bool walks = job_.costs.messages_under_way > 1;
    for (const Position& position : cycle) {
      sends_.take_path(position.rank, lane, position.next);
      const std::optional<Duration> takes = sends_.time(bytes);
      const Duration tail = sends_.tail();
      const std::optional<Duration> longer = even ? takes : sends_.time(ring.longer_bytes);
      if (!takes || !longer) return false;
      if (walks) hops.push_back({takes->ps(), tail.ps()});
      if (walks && !even) longer_hops.push_back({longer->ps(), sends_.tail().ps()});
      takes_ps.push_back(takes->ps());
      if (!even) longer_ps.push_back(longer->ps());
      const std::int64_t long_sends =
          even ? 0 : longer_sends((position.place + n - ring.lag) % n, ring.steps, n, ring.longer_parts);
      sends_.carry(bytes, ring.steps - long_sends);
      if (long_sends > 0) sends_.carry(ring.longer_bytes, long_sends);
    }
    const std::int64_t most = std::ranges::max(even ? takes_ps : longer_ps);
    if (start_ + static_cast<int128>(most) * ring.steps > kLongestPs) return false;
    std::int64_t end_ps = 0;
    if (walks) {
      const RingWalk walk{hops, longer_hops, ring.steps, job_.costs.messages_under_way, ring.lag, ring.longer_parts};
      const std::optional<std::int64_t> freely_ps = walk_freely(walk);
      end_ps = start_ + (freely_ps ? *freely_ps : walk_in_steps(walk, stop_));
    } else {
      end_ps = even ? start_ + most * ring.steps : run_uneven(ring, takes_ps, longer_ps);
    }
    outcome_.end = std::max(outcome_.end, TimePoint::from_ps(end_ps));
    outcome_.sends += std::uint64_t{ring.steps} * cycle.size();
    return true;
  }
  // In step k the longer parts [0, longer) are at positions k + lag and on.
  [[nodiscard]] std::int64_t run_uneven(const RingLane& ring, std::span<const std::int64_t> takes_ps,
                                        std::span<const std::int64_t> longer_ps) const {
    const std::size_t n = ring.order.size();
    Times times(n, start_);
    for (std::uint32_t k = 0; k < ring.steps; ++k) {
      if (k % kStepsBetweenStopChecks == 0 && stop_ && stop_()) throw Interrupted{};
      times.step(takes_ps, longer_ps, (k + ring.lag) % n, ring.longer_parts);
    }
    return times.last();
  }

  const Job& job_;
  const Folding* folding_;
  UncontendedSends& sends_;
  const std::function<bool()>& stop_;
  std::int64_t start_;
  RingsOutcome outcome_;
};

}  // namespace

std::optional<RingsOutcome> run_rings(const Job& job, const Folding* folding, UncontendedSends& sends,
                                      const std::function<bool()>& stop) {
  return Rings(job, folding, sends, stop).run();
}

}  // namespace polyplane::sim
