// What things cost: money and electrical power as types, exact, and the spread that sources leave open.
//   Money  US cents        Power  milliwatts
#pragma once

#include <compare>
#include <cstdint>

namespace polyplane {

class Money {
 public:
  constexpr Money() = default;
  static constexpr Money from_cents(std::int64_t cents) { return Money(cents); }
  static constexpr Money from_dollars(std::int64_t dollars) { return Money(dollars * 100); }
  [[nodiscard]] constexpr std::int64_t cents() const { return cents_; }
  /// For printing only.
  [[nodiscard]] constexpr double dollars() const { return static_cast<double>(cents_) / 100; }

  friend constexpr auto operator<=>(Money, Money) = default;
  friend constexpr Money operator+(Money a, Money b) { return Money(a.cents_ + b.cents_); }
  friend constexpr Money operator*(std::int64_t n, Money m) { return Money(n * m.cents_); }

 private:
  constexpr explicit Money(std::int64_t cents) : cents_(cents) {}
  std::int64_t cents_ = 0;
};

class Power {
 public:
  constexpr Power() = default;
  static constexpr Power from_milliwatts(std::int64_t milliwatts) { return Power(milliwatts); }
  static constexpr Power from_watts(std::int64_t watts) { return Power(watts * 1000); }
  [[nodiscard]] constexpr std::int64_t milliwatts() const { return milliwatts_; }
  /// For printing only.
  [[nodiscard]] constexpr double watts() const { return static_cast<double>(milliwatts_) / 1000; }

  friend constexpr auto operator<=>(Power, Power) = default;
  friend constexpr Power operator+(Power a, Power b) { return Power(a.milliwatts_ + b.milliwatts_); }
  friend constexpr Power operator*(std::int64_t n, Power p) { return Power(n * p.milliwatts_); }

 private:
  constexpr explicit Power(std::int64_t milliwatts) : milliwatts_(milliwatts) {}
  std::int64_t milliwatts_ = 0;
};

/// A figure and how far sources disagree about it: low <= used <= high. Sums add lows to lows and highs to highs, the
/// widest that the parts allow.
template <class Unit>
struct Spread {
  Unit low, used, high;

  static constexpr Spread exactly(Unit value) { return {value, value, value}; }
  friend constexpr bool operator==(const Spread&, const Spread&) = default;
  friend constexpr Spread operator+(const Spread& a, const Spread& b) {
    return {a.low + b.low, a.used + b.used, a.high + b.high};
  }
  friend constexpr Spread operator*(std::int64_t n, const Spread& s) { return {n * s.low, n * s.used, n * s.high}; }
};

}  // namespace polyplane
