// Work of arithmetic units: operations and operations per second, exact.
//   Flops      floating-point operations; a multiply and an add are two
//   FlopRate   operations per second
#pragma once

#include <compare>
#include <cstdint>

#include "base/check.h"
#include "base/units.h"

namespace polyplane {

class Flops {
 public:
  constexpr Flops() = default;
  constexpr explicit Flops(std::int64_t count) : count_(count) {}
  [[nodiscard]] constexpr std::int64_t count() const { return count_; }

  friend constexpr auto operator<=>(Flops, Flops) = default;
  friend constexpr Flops operator+(Flops a, Flops b) { return Flops(a.count_ + b.count_); }
  friend constexpr Flops operator*(std::int64_t n, Flops f) { return Flops(n * f.count_); }
  constexpr Flops& operator+=(Flops f) {
    count_ += f.count_;
    return *this;
  }

 private:
  std::int64_t count_ = 0;
};

class FlopRate {
 public:
  constexpr FlopRate() = default;
  static constexpr FlopRate from_per_second(std::int64_t rate) { return FlopRate(rate); }
  [[nodiscard]] constexpr std::int64_t per_second() const { return rate_; }
  friend constexpr auto operator<=>(FlopRate, FlopRate) = default;

 private:
  constexpr explicit FlopRate(std::int64_t rate) : rate_(rate) {}
  std::int64_t rate_ = 0;
};

/// Rounded up to a picosecond. REQUIRES: rate > 0. CHECKs that the result fits.
[[nodiscard]] inline Duration compute_time(Flops work, FlopRate rate) {
  CHECK(rate.per_second() > 0, "work on a unit without a rate");
  const int128 ps = (static_cast<int128>(work.count()) * 1'000'000'000'000 + rate.per_second() - 1) / rate.per_second();
  CHECK(ps <= INT64_MAX / 4, "an operation of over 26 days");
  return Duration::from_ps(static_cast<std::int64_t>(ps));
}

}  // namespace polyplane
