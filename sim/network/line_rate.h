// The rate of a flow that is alone, exact where the numbers allow it. Shared by all models, so that without contention
// they agree to the picosecond.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/units.h"
#include "topology/router.h"

namespace polyplane::sim {

/// capacity / sharers as an exact fraction when sharers > 0, else only `bps` (a double) is known.
struct Rate {
  double bps = 0;
  BitRate capacity;
  std::int64_t sharers = 0;
  TrunkId trunk;  // the trunk that sets it
};

/// Of shares that tie, the exact one among fewer flows; of the smaller capacity when those are the same.
void prefer_exact(Rate& rate, std::int64_t sharers, BitRate capacity);

/// Narrowest hop: min capacity / weight; exact when its weight is whole. Ties go to the first hop. REQUIRES: hops not
/// empty.
[[nodiscard]] Rate line_rate(std::span<const topology::Hop> hops, std::span<const BitRate> capacities);

/// Time to drain `size` from its first bit at one rate; rounded up. REQUIRES: a rate above zero. Throws LimitError past
/// 53 days.
[[nodiscard]] Duration drain_time(Bytes size, const Rate& rate);

/// For bounds: bits / rate rounded down, and no more than 53 days.
[[nodiscard]] Duration least_time(uint128 bits, BitRate rate);

/// ceil(bits / bps in ps) for what is left of a flow whose rate has changed. The same limit.
[[nodiscard]] Duration drain_time(double bits, double bps);

}  // namespace polyplane::sim
