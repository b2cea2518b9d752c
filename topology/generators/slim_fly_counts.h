// How many of what a Slim Fly has, by formula alone: for q = 4w + delta, delta being -1, 0 or 1 (Besta and Hoefler, SC14,
// section II.B). It holds for any such q, also for those for which no graph exists: DeepSeek's Table 3 counts q = 28.
#pragma once

#include <cstdint>

namespace polyplane::topology {

struct SlimFlyCounts {
  std::int64_t network_radix = 0;  // ports of a switch to other switches: (3q - delta) / 2
  std::int64_t concentration = 0;  // endpoints of a switch for full global bandwidth: half of that, rounded up
  std::int64_t switches = 0;       // 2 q^2
  std::int64_t inter_switch_links = 0;
  std::int64_t endpoints = 0;
};

/// Whether q = 4w + delta with w >= 1: all from 3 on but 6, 10, 14, ...
[[nodiscard]] constexpr bool slim_fly_has_delta(std::int64_t q) { return q >= 3 && q % 4 != 2; }

/// REQUIRES: slim_fly_has_delta(q), q <= 100,000.
[[nodiscard]] constexpr SlimFlyCounts slim_fly_counts(std::int64_t q) {
  const std::int64_t delta = q % 4 == 3 ? -1 : q % 4;
  SlimFlyCounts counts;
  counts.network_radix = (3 * q - delta) / 2;
  counts.concentration = (counts.network_radix + 1) / 2;
  counts.switches = 2 * q * q;
  counts.inter_switch_links = q * q * counts.network_radix;
  counts.endpoints = counts.switches * counts.concentration;
  return counts;
}

}  // namespace polyplane::topology
