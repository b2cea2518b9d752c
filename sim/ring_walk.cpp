#include "sim/ring_walk.h"

#include <algorithm>
#include <vector>

#include "sim/simulation.h"

namespace polyplane::sim {

namespace {

constexpr std::uint32_t kStepsBetweenStopChecks = 64;

/// What hops in a row take, around the ring as often as it needs.
class Sums {
 public:
  explicit Sums(std::span<const RingHop> hops) : before_(1, 0) {
    for (const RingHop& hop : hops) before_.push_back(before_.back() + hop.alone_ps);
  }
  [[nodiscard]] std::int64_t of(std::size_t first, std::uint64_t count) const {
    const std::size_t n = before_.size() - 1;
    const std::size_t end = first + count % n;
    const std::int64_t part =
        end <= n ? before_[end] - before_[first] : before_.back() - before_[first] + before_[end - n];
    return static_cast<std::int64_t>(count / n) * before_.back() + part;
  }

 private:
  std::vector<std::int64_t> before_;  // hops [0, i)
};

std::int64_t longest(std::span<const RingHop> hops) { return std::ranges::max(hops, {}, &RingHop::alone_ps).alone_ps; }

/// The least number of positions after which the hops repeat; it divides their number.
std::size_t period_of(std::span<const RingHop> hops) {
  for (std::size_t period = 1; period < hops.size(); ++period) {
    if (hops.size() % period != 0) continue;
    if (std::equal(hops.begin() + static_cast<std::ptrdiff_t>(period), hops.end(), hops.begin())) return period;
  }
  return hops.size();
}

}  // namespace

std::optional<std::int64_t> walk_freely(const RingWalk& walk) {
  const std::size_t n = walk.hops.size();
  const bool even = walk.longer_hops.empty();
  const std::span<const RingHop> worst = even ? walk.hops : walk.longer_hops;
  const std::int64_t shortest = std::ranges::min(walk.hops, {}, &RingHop::alone_ps).alone_ps;
  if (std::ranges::max(worst, {}, &RingHop::tail_ps).tail_ps > shortest) return std::nullopt;
  const Sums sums(walk.hops), longer_sums(worst);
  const std::int64_t longest_hop = longest(worst);
  for (std::size_t i = 0; walk.slots < walk.steps && i < n; ++i) {
    if (sums.of(i, walk.slots) < longest_hop) return std::nullopt;
  }
  // A message stays as long as it is: that which position i sends first is one of the longer where i + n - lag is.
  std::int64_t most = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const bool is_longer = !even && (i + n - walk.lag % n) % n < walk.longer;
    most = std::max(most, (is_longer ? longer_sums : sums).of(i, walk.steps));
  }
  return most;
}

std::int64_t walk_in_steps(const RingWalk& walk, const std::function<bool()>& stop) {
  const bool even = walk.longer_hops.empty();
  const std::size_t n = even ? period_of(walk.hops) : walk.hops.size();
  const std::uint32_t slots = std::min(walk.slots, walk.steps);
  std::vector<std::int64_t> starts_ps(n, 0);
  std::vector<std::vector<std::int64_t>> ends_ps(slots, std::vector<std::int64_t>(n, 0));  // of the last steps
  for (std::uint32_t k = 0; k < walk.steps; ++k) {
    if (k % kStepsBetweenStopChecks == 0 && stop && stop()) throw Interrupted{};
    const std::vector<std::int64_t>& before = ends_ps[(k + slots - 1) % slots];
    std::vector<std::int64_t>& ends = ends_ps[k % slots];
    const auto send = [&](std::size_t begin, std::size_t end, std::span<const RingHop> hops) {
      for (std::size_t i = begin; i < end; ++i) {
        ends[i] = std::max(starts_ps[i] + hops[i].alone_ps, before[i] + hops[i].tail_ps);
      }
    };
    const std::size_t first = (k + std::uint64_t{walk.lag}) % n, end = first + (even ? 0 : walk.longer);
    if (end > n) {
      send(0, end - n, walk.longer_hops);
      send(end - n, first, walk.hops);
      send(first, n, walk.longer_hops);
    } else {
      send(0, first, walk.hops);
      send(first, end, walk.longer_hops);
      send(end, n, walk.hops);
    }
    const std::vector<std::int64_t>& freed = ends_ps[(k + 1) % slots];  // s - 1 steps before; one slot: of this step
    std::int64_t arrives = ends[n - 1];
    for (std::size_t i = 0; i < n; ++i) {
      starts_ps[i] = std::max({starts_ps[i], arrives, freed[i]});
      arrives = ends[i];
    }
  }
  return std::ranges::max(ends_ps[(walk.steps - 1) % slots]);
}

}  // namespace polyplane::sim
