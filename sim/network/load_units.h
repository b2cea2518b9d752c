// Loads of trunks as whole numbers, so that adding and removing flows in any order gives the same bits: rates in units of
// 2^-10 bit/s, weights in units of 2^-64.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "base/units.h"

namespace polyplane::sim {

/// What a flow puts on one trunk for each bit/s of its rate: `copies` times `weight`, each copy rounded by itself.
struct HopLoad {
  double weight = 1;
  std::uint32_t copies = 1;

  /// `load` is `copies` times `weight` where that is so but for the noise of doubles; else one copy of weight `load`.
  [[nodiscard]] static HopLoad of(double weight, double load);
  [[nodiscard]] bool is_one() const { return weight == 1.0 && copies == 1; }
};

/// A sum of loads, exact whatever the order of adding and removing.
class WeightSum {
 public:
  WeightSum() = default;
  explicit WeightSum(const HopLoad& load);
  static WeightSum one() {
    WeightSum sum;
    sum.whole_ = 1;
    return sum;
  }

  WeightSum& operator+=(const WeightSum& other) {
    const std::uint64_t before = part_;
    part_ += other.part_;
    whole_ += other.whole_ + (part_ < before ? 1 : 0);
    return *this;
  }
  WeightSum& operator-=(const WeightSum& other) {
    whole_ -= other.whole_ + (part_ < other.part_ ? 1 : 0);
    part_ -= other.part_;
    return *this;
  }
  [[nodiscard]] bool empty() const { return whole_ == 0 && part_ == 0; }
  [[nodiscard]] double value() const {
    const auto whole = static_cast<double>(whole_);
    return part_ == 0 ? whole : whole + static_cast<double>(part_) * 0x1p-64;
  }
  /// Flows among which a whole trunk is shared equally and exactly; 0 where the sum is no whole number.
  [[nodiscard]] std::int64_t sharers() const { return part_ == 0 ? whole_ : 0; }

 private:
  std::int64_t whole_ = 0;
  std::uint64_t part_ = 0;
};

class LoadUnits {
 public:
  /// 1024 units a bit/s, or fewer where the widest trunk would not fit into 62 bits (above 4,503 Tbps).
  explicit LoadUnits(std::span<const BitRate> capacities);
  LoadUnits() : LoadUnits(std::span<const BitRate>()) {}

  /// Throws LimitError for what does not fit into 62 bits.
  [[nodiscard]] std::int64_t of(BitRate capacity) const;
  [[nodiscard]] bool is_all(std::int64_t available, BitRate capacity) const {
    return available == capacity.bps() * whole_per_bps_;
  }
  /// Load of a flow of that rate; rounded down.
  [[nodiscard]] std::int64_t of(double bps) const { return static_cast<std::int64_t>(bps * per_bps_); }
  [[nodiscard]] std::int64_t of(double bps, const HopLoad& load) const {
    return load.copies * static_cast<std::int64_t>(bps * load.weight * per_bps_);
  }
  /// Equal share of what is available, in bit/s: the one expression for it.
  [[nodiscard]] double share(std::int64_t available, double weight) const {
    const double bps = static_cast<double>(std::max<std::int64_t>(available, 0)) * bps_;
    return weight == 1.0 ? bps : bps / weight;
  }
  [[nodiscard]] double bps(std::int64_t units) const { return static_cast<double>(units) * bps_; }

 private:
  double per_bps_, bps_;  // powers of two, inverse to each other
  std::int64_t whole_per_bps_;
};

}  // namespace polyplane::sim
