#include "sim/network/load_units.h"

#include <cmath>

#include "base/check.h"
#include "base/error.h"

namespace polyplane::sim {

namespace {
constexpr std::int64_t kMostUnits = std::int64_t{1} << 62U;
}

HopLoad HopLoad::of(double weight, double load) {
  constexpr double kNoise = 1e-12;
  const double copies = std::floor(load / weight + 0.5);
  if (copies < 1 || copies > UINT32_MAX || std::abs(copies * weight - load) > load * kNoise) return {load, 1};
  return {weight, static_cast<std::uint32_t>(copies)};
}

WeightSum::WeightSum(const HopLoad& load) {
  CHECK(load.weight > 0 && load.weight < 0x1p31, "the weight of a hop is out of range");
  const auto whole = static_cast<std::uint64_t>(load.weight);
  const auto part = static_cast<std::uint64_t>((load.weight - static_cast<double>(whole)) * 0x1p64);
  const uint128 one = (static_cast<uint128>(whole) << 64U) | part;
  const uint128 sum = load.copies * std::max<uint128>(one, 1);
  whole_ = static_cast<std::int64_t>(sum >> 64U);
  part_ = static_cast<std::uint64_t>(sum);
}

LoadUnits::LoadUnits(std::span<const BitRate> capacities) {
  std::int64_t units = 1024;
  for (const BitRate capacity : capacities) {
    while (units > 1 && capacity.bps() > kMostUnits / units) units /= 2;
  }
  whole_per_bps_ = units;
  per_bps_ = static_cast<double>(units);
  bps_ = 1 / per_bps_;
}

std::int64_t LoadUnits::of(BitRate capacity) const {
  if (capacity.bps() > kMostUnits / whole_per_bps_) {
    throw LimitError("links that are used alike have " + to_string(capacity) +
                     " together; the flow model takes up to " +
                     to_string(BitRate::from_bps(kMostUnits / whole_per_bps_)));
  }
  return capacity.bps() * whole_per_bps_;
}

}  // namespace polyplane::sim
