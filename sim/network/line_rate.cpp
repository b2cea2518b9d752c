#include "sim/network/line_rate.h"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "base/check.h"
#include "base/error.h"
#include "sim/network/load_units.h"

namespace polyplane::sim {

namespace {

// Half the range, so that a time inside the limit plus a duration inside the limit never overflows.
constexpr std::int64_t kLongestPs = INT64_MAX / 2;

Duration within_limit(Duration drain) {
  if (drain.ps() > kLongestPs) throw LimitError("a transfer takes longer than the 53 days that one may take");
  return drain;
}

}  // namespace

Rate line_rate(std::span<const topology::Hop> hops, std::span<const BitRate> capacities) {
  CHECK(!hops.empty(), "line rate of a flow without hops");
  Rate best;
  for (const topology::Hop& hop : hops) {
    const BitRate capacity = capacities[hop.trunk.index()];
    const double weight =
        hop.weight == 1.0 ? 1.0 : WeightSum(HopLoad{hop.weight, 1}).value();  // as the flow model has it
    const double bps = static_cast<double>(capacity.bps()) / weight;
    if (best.trunk.valid() && bps > best.bps) continue;
    const auto whole = static_cast<std::int64_t>(hop.weight);
    const std::int64_t sharers = static_cast<double>(whole) == hop.weight ? whole : 0;
    if (!best.trunk.valid() || bps < best.bps) {
      best = {bps, capacity, sharers, hop.trunk};
    } else {
      prefer_exact(best, sharers, capacity);
    }
  }
  return best;
}

void prefer_exact(Rate& rate, std::int64_t sharers, BitRate capacity) {
  if (sharers == 0) return;
  if (rate.sharers > 0 && std::tie(rate.sharers, rate.capacity) <= std::tie(sharers, capacity)) return;
  rate.sharers = sharers;
  rate.capacity = capacity;
}

Duration least_time(uint128 bits, BitRate rate) {
  const uint128 ps = bits * 1'000'000'000'000ULL / static_cast<uint128>(rate.bps());
  return Duration::from_ps(static_cast<std::int64_t>(std::min(ps, static_cast<uint128>(kLongestPs))));
}

Duration drain_time(Bytes size, const Rate& rate) {
  if (size.count() == 0) return {};
  if (rate.sharers > 0) return within_limit(transmission_time(size, rate.capacity, rate.sharers));
  return drain_time(static_cast<double>(size.count()) * 8.0, rate.bps);
}

Duration drain_time(double bits, double bps) {
  // An end that is a whole picosecond but for the noise of doubles is that picosecond, not the next.
  constexpr double kNoise = 1e-13;
  const double exact = bits / bps * 1e12;
  const double ps = std::ceil(exact - exact * kNoise);
  return within_limit(
      Duration::from_ps(ps < static_cast<double>(kLongestPs) ? static_cast<std::int64_t>(ps) : INT64_MAX));
}

}  // namespace polyplane::sim
