#include "sim/network/line_rate.h"

#include <cmath>

#include "base/check.h"

namespace polyplane::sim {

Rate line_rate(std::span<const topology::Hop> hops, std::span<const BitRate> capacities) {
  CHECK(!hops.empty(), "line rate of a flow without hops");
  Rate best;
  for (const topology::Hop& hop : hops) {
    const BitRate capacity = capacities[hop.trunk.index()];
    const double bps = static_cast<double>(capacity.bps()) / hop.weight;
    if (best.trunk.valid() && bps >= best.bps) continue;
    best = {bps, capacity, hop.weight == 1.0 ? 1 : 0, hop.trunk};
  }
  return best;
}

Duration drain_time(Bytes size, const Rate& rate) {
  if (size.count() == 0) return {};
  if (rate.sharers > 0) return transmission_time(size, rate.capacity, rate.sharers);
  return drain_time(static_cast<double>(size.count()) * 8.0, rate.bps);
}

Duration drain_time(double bits, double bps) {
  constexpr double kLongest = 9.2e18;
  const double ps = std::ceil(bits / bps * 1e12);
  return Duration::from_ps(ps < kLongest ? static_cast<std::int64_t>(ps) : INT64_MAX / 2);
}

}  // namespace polyplane::sim
