// Arithmetic in the field of 2^61 - 1 elements (a Mersenne prime): exact fractions without floating point.
#pragma once

#include <cstdint>
#include <optional>

#include "base/units.h"

namespace polyplane::topology {

class Modular {
 public:
  static constexpr std::uint64_t kPrime = (std::uint64_t{1} << 61U) - 1;

  constexpr Modular() = default;
  /// REQUIRES: value < kPrime.
  constexpr explicit Modular(std::uint64_t value) : value_(value) {}
  /// Uniform but for a bias below 2^-60: 61 bits of a hash.
  static constexpr Modular from_hash(std::uint64_t bits) { return Modular(fold(bits & kPrime)); }

  [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
  friend constexpr auto operator<=>(Modular, Modular) = default;
  friend constexpr Modular operator+(Modular a, Modular b) { return Modular(fold(a.value_ + b.value_)); }
  friend constexpr Modular operator*(Modular a, Modular b) {
    const uint128 product = static_cast<uint128>(a.value_) * b.value_;
    return Modular(fold((static_cast<std::uint64_t>(product) & kPrime) + static_cast<std::uint64_t>(product >> 61U)));
  }
  constexpr Modular& operator+=(Modular b) { return *this = *this + b; }

  /// 1 / a, by Fermat. REQUIRES: a != 0.
  [[nodiscard]] constexpr Modular inverse() const {
    Modular result(1), power = *this;
    for (std::uint64_t e = kPrime - 2; e != 0; e >>= 1U) {
      if ((e & 1U) != 0) result = result * power;
      power = power * power;
    }
    return result;
  }

 private:
  static constexpr std::uint64_t fold(std::uint64_t x) { return x >= kPrime ? x - kPrime : x; }
  std::uint64_t value_ = 0;
};

struct Fraction {
  std::int64_t numerator = 1, denominator = 1;
};

/// The fraction of positive terms up to `max_term` that `m` stands for, if there is one: Wang's rational reconstruction
/// (the extended Euclidean algorithm, stopped half way). Unique while 2 * max_term^2 < 2^61.
[[nodiscard]] inline std::optional<Fraction> small_fraction(Modular m, std::int64_t max_term) {
  auto r0 = static_cast<std::int64_t>(Modular::kPrime), r1 = static_cast<std::int64_t>(m.value());
  std::int64_t t0 = 0, t1 = 1;
  while (r1 > max_term) {
    const std::int64_t quotient = r0 / r1;
    const std::int64_t r2 = r0 - quotient * r1, t2 = t0 - quotient * t1;
    r0 = r1;
    r1 = r2;
    t0 = t1;
    t1 = t2;
  }
  if (r1 == 0 || t1 <= 0 || t1 > max_term) return std::nullopt;
  return Fraction{r1, t1};
}

}  // namespace polyplane::topology
