// Quantities are types. Each wraps one int64; nothing converts by itself and no bare number crosses a function border.
//   Duration, TimePoint  picoseconds (range +-106 days)
//   Bytes                bytes
//   BitRate              bits per second, one direction; decimal prefixes (1 GB/s = 8e9 bit/s)
// The only division is transmission_time(): late, in 128 bits, rounded up once.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace polyplane {

__extension__ using int128 = __int128;
__extension__ using uint128 = unsigned __int128;

class Duration {
 public:
  constexpr Duration() = default;
  static constexpr Duration from_ps(std::int64_t ps) { return Duration(ps); }
  [[nodiscard]] constexpr std::int64_t ps() const { return ps_; }
  /// For printing only.
  [[nodiscard]] constexpr double seconds() const { return static_cast<double>(ps_) / 1e12; }
  [[nodiscard]] constexpr double microseconds() const { return static_cast<double>(ps_) / 1e6; }

  friend constexpr auto operator<=>(Duration, Duration) = default;
  friend constexpr Duration operator+(Duration a, Duration b) { return Duration(a.ps_ + b.ps_); }
  friend constexpr Duration operator-(Duration a, Duration b) { return Duration(a.ps_ - b.ps_); }
  friend constexpr Duration operator*(std::int64_t n, Duration d) { return Duration(n * d.ps_); }
  friend constexpr Duration operator*(Duration d, std::int64_t n) { return Duration(n * d.ps_); }
  constexpr Duration& operator+=(Duration d) {
    ps_ += d.ps_;
    return *this;
  }
  constexpr Duration& operator-=(Duration d) {
    ps_ -= d.ps_;
    return *this;
  }

 private:
  constexpr explicit Duration(std::int64_t ps) : ps_(ps) {}
  std::int64_t ps_ = 0;
};

/// An instant of simulated time; the run starts at TimePoint{}.
class TimePoint {
 public:
  constexpr TimePoint() = default;
  static constexpr TimePoint from_ps(std::int64_t ps) {
    TimePoint t;
    t.since_start_ = Duration::from_ps(ps);
    return t;
  }
  static constexpr TimePoint never() { return from_ps(INT64_MAX); }
  [[nodiscard]] constexpr std::int64_t ps() const { return since_start_.ps(); }
  [[nodiscard]] constexpr Duration since_start() const { return since_start_; }

  friend constexpr auto operator<=>(TimePoint, TimePoint) = default;
  friend constexpr TimePoint operator+(TimePoint t, Duration d) { return from_ps(t.ps() + d.ps()); }
  friend constexpr Duration operator-(TimePoint a, TimePoint b) { return Duration::from_ps(a.ps() - b.ps()); }

 private:
  Duration since_start_;
};

class Bytes {
 public:
  constexpr Bytes() = default;
  constexpr explicit Bytes(std::int64_t count) : count_(count) {}
  [[nodiscard]] constexpr std::int64_t count() const { return count_; }

  friend constexpr auto operator<=>(Bytes, Bytes) = default;
  friend constexpr Bytes operator+(Bytes a, Bytes b) { return Bytes(a.count_ + b.count_); }
  friend constexpr Bytes operator-(Bytes a, Bytes b) { return Bytes(a.count_ - b.count_); }
  friend constexpr Bytes operator*(std::int64_t n, Bytes b) { return Bytes(n * b.count_); }
  friend constexpr Bytes operator*(Bytes b, std::int64_t n) { return Bytes(n * b.count_); }
  constexpr Bytes& operator+=(Bytes b) {
    count_ += b.count_;
    return *this;
  }

 private:
  std::int64_t count_ = 0;
};

class BitRate {
 public:
  constexpr BitRate() = default;
  static constexpr BitRate from_bps(std::int64_t bits_per_second) { return BitRate(bits_per_second); }
  [[nodiscard]] constexpr std::int64_t bps() const { return bps_; }
  /// For printing only: decimal GB/s.
  [[nodiscard]] constexpr double gigabytes_per_second() const { return static_cast<double>(bps_) / 8e9; }

  friend constexpr auto operator<=>(BitRate, BitRate) = default;
  friend constexpr BitRate operator+(BitRate a, BitRate b) { return BitRate(a.bps_ + b.bps_); }
  friend constexpr BitRate operator-(BitRate a, BitRate b) { return BitRate(a.bps_ - b.bps_); }
  friend constexpr BitRate operator*(std::int64_t n, BitRate r) { return BitRate(n * r.bps_); }
  friend constexpr BitRate operator*(BitRate r, std::int64_t n) { return BitRate(n * r.bps_); }

 private:
  constexpr explicit BitRate(std::int64_t bps) : bps_(bps) {}
  std::int64_t bps_ = 0;
};

/// Time to push `size` through `rate` shared equally by `sharers` flows: ceil(bits x sharers x 10^12 / bps), in 128
/// bits. REQUIRES: size >= 0, rate > 0, sharers >= 1. CHECKs that the result fits 106 days.
[[nodiscard]] Duration transmission_time(Bytes size, BitRate rate, std::int64_t sharers = 1);

/// Text to quantity. A number with a unit, blanks allowed between: "400 Gbps", "4.8 TB/s", "64 MiB", "500 ns", "0 ns".
/// Rates: bit or B/s with K (or k) M G T (decimal): bps Kbps Gbps Gb/s Gbit/s, B/s KB/s GB/s TB/s.
/// Bytes: B, KB MB GB TB PB (decimal), KiB MiB GiB TiB PiB (binary). Times: ps ns us ms s. Case counts.
/// Decimals are exact (no floating point): "0.5 ns" = 500 ps; what does not come to a whole base unit is an error.
/// Throws InputError that says what is wrong and what is allowed: a bare number, an unknown unit (did-you-mean), NaN,
/// negative, or out of range (10 days, 1024 PiB, 10^6 Tbps, so that a few may be added). `allow_zero` false refuses
/// zero as well.
[[nodiscard]] Duration parse_duration(std::string_view text);
[[nodiscard]] Bytes parse_bytes(std::string_view text);
[[nodiscard]] BitRate parse_bit_rate(std::string_view text, bool allow_zero = false);

/// Quantity to text, exact where a short form is exact ("400 Gbps", "64 MiB", "1.625 us"), else rounded to three
/// decimals, all shown ("333.333 ns", "2.000 us").
[[nodiscard]] std::string to_string(Duration d);
[[nodiscard]] std::string to_string(Bytes b);
[[nodiscard]] std::string to_string(BitRate r);

namespace literals {
constexpr Duration operator""_ps(unsigned long long n) { return Duration::from_ps(static_cast<std::int64_t>(n)); }
constexpr Duration operator""_ns(unsigned long long n) {
  return Duration::from_ps(static_cast<std::int64_t>(n) * 1000);
}
constexpr Duration operator""_us(unsigned long long n) {
  return Duration::from_ps(static_cast<std::int64_t>(n) * 1000000);
}
constexpr Bytes operator""_B(unsigned long long n) { return Bytes(static_cast<std::int64_t>(n)); }
constexpr Bytes operator""_KiB(unsigned long long n) { return Bytes(static_cast<std::int64_t>(n) << 10); }
constexpr Bytes operator""_MiB(unsigned long long n) { return Bytes(static_cast<std::int64_t>(n) << 20); }
constexpr Bytes operator""_GiB(unsigned long long n) { return Bytes(static_cast<std::int64_t>(n) << 30); }
constexpr BitRate operator""_Gbps(unsigned long long n) {
  return BitRate::from_bps(static_cast<std::int64_t>(n) * 1000000000);
}
constexpr BitRate operator""_GBps(unsigned long long n) {
  return BitRate::from_bps(static_cast<std::int64_t>(n) * 8000000000);
}
}  // namespace literals

}  // namespace polyplane
