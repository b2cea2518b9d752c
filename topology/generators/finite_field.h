// A finite field GF(q), q = prime^exponent, small enough for a table of powers.
//
// Elements are numbers below q whose digits to the base of the prime are coefficients, the lowest one first in value: an
// element is a polynomial in xi, which is a root of a primitive polynomial and so generates the group of all but 0. The
// polynomial is the first primitive one in the order of its coefficients as a number.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace polyplane::topology {

struct PrimePower {
  std::int64_t prime = 2, exponent = 1;
};

/// Nothing when `n` is no power of a prime.
[[nodiscard]] std::optional<PrimePower> prime_power(std::int64_t n);

class FiniteField {
 public:
  /// REQUIRES: `q` is a prime power from 3 to 65,536.
  explicit FiniteField(std::int64_t q);

  [[nodiscard]] std::uint32_t size() const { return q_; }
  [[nodiscard]] std::uint32_t add(std::uint32_t a, std::uint32_t b) const;
  [[nodiscard]] std::uint32_t multiply(std::uint32_t a, std::uint32_t b) const;
  /// xi^exponent, for 0 <= exponent < q - 1.
  [[nodiscard]] std::uint32_t power(std::uint32_t exponent) const { return powers_[exponent]; }

 private:
  /// Fills powers_ and logs_ when xi, with xi^n = -(`lower` as a polynomial), is primitive.
  [[nodiscard]] bool try_polynomial(std::uint32_t lower);
  /// `a` times xi.
  [[nodiscard]] std::uint32_t shift(std::uint32_t a, std::uint32_t lower) const;

  std::uint32_t q_, prime_;
  std::vector<std::uint32_t> powers_, logs_;
};

}  // namespace polyplane::topology
