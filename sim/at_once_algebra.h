// What is summed over the shortest paths of flows, against their direction (traces: what the links of a flow say of it) and
// with it (loads: what flows put on links). All splits are even.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "base/units.h"
#include "topology/modular.h"

namespace polyplane::sim {

/// 1 / n in the field of 2^61 - 1 elements.
class Inverses {
 public:
  explicit Inverses(std::uint32_t most) : inverse_(std::size_t{most} + 1) {
    // p = (p / n) n + p % n, so 1 / n = -(p / n) / (p % n).
    if (most > 0) inverse_[1] = topology::Modular(1);
    for (std::uint32_t n = 2; n <= most; ++n) {
      constexpr std::uint64_t p = topology::Modular::kPrime;
      inverse_[n] = topology::Modular(p - p / n) * inverse_[p % n];
    }
  }
  [[nodiscard]] topology::Modular of(std::uint32_t n) const {
    return n < inverse_.size() ? inverse_[n] : topology::Modular(n).inverse();
  }

 private:
  std::vector<topology::Modular> inverse_;
};

// Traces. then(): in series; add(): beside each other; split(n): n of them were added, each takes 1 / n of the flow. A Sum
// does the same for fewer than 2^32 of them, all in one.

/// The linear form of a flow over the colours of its links, and its latency, that of the longest path.
struct Signature {
  topology::Modular sum;
  std::int64_t latency_ps = 0;

  [[nodiscard]] Signature then(const Signature& next) const { return {sum + next.sum, latency_ps + next.latency_ps}; }
  void add(const Signature& other) {
    sum += other.sum;
    latency_ps = std::max(latency_ps, other.latency_ps);
  }
  void split(std::uint32_t n, const Inverses& inverses) {
    if (n > 1) sum = sum * inverses.of(n);
  }

  class Sum {
   public:
    void add(const Signature& first, const Signature& then) {
      sum_ += first.sum.value();  // below 2^95: reduced once, at the end
      sum_ += then.sum.value();
      latency_ps_ = std::max(latency_ps_, first.latency_ps + then.latency_ps);
    }
    [[nodiscard]] Signature split(std::uint32_t n, const Inverses& inverses) const {
      using topology::Modular;
      const Modular whole = Modular::from_hash(static_cast<std::uint64_t>(sum_)) +
                            Modular(static_cast<std::uint64_t>(sum_ >> 61U));  // 2^61 is 1
      return {n > 1 ? whole * inverses.of(n) : whole, latency_ps_};
    }

   private:
    uint128 sum_ = 0;
    std::int64_t latency_ps_ = 0;
  };
  friend bool operator==(const Signature&, const Signature&) = default;
};

/// The same with the rate of the fastest flow on a full link: the least of those of all links of the flow.
struct HeldSignature {
  Signature signature;
  double held = std::numeric_limits<double>::infinity();

  [[nodiscard]] HeldSignature then(const HeldSignature& next) const {
    return {signature.then(next.signature), std::min(held, next.held)};
  }
  void add(const HeldSignature& other) {
    signature.add(other.signature);
    held = std::min(held, other.held);
  }
  void split(std::uint32_t n, const Inverses& inverses) { signature.split(n, inverses); }

  class Sum {
   public:
    void add(const HeldSignature& first, const HeldSignature& then) {
      signatures_.add(first.signature, then.signature);
      held_ = std::min({held_, first.held, then.held});
    }
    [[nodiscard]] HeldSignature split(std::uint32_t n, const Inverses& inverses) const {
      return {signatures_.split(n, inverses), held_};
    }

   private:
    Signature::Sum signatures_;
    double held_ = std::numeric_limits<double>::infinity();
  };
  friend bool operator==(const HeldSignature&, const HeldSignature&) = default;
};

// Loads. part(load, n): on each of n ways; times(load, n): of n flows alike; += joins.

[[nodiscard]] inline topology::Modular part(topology::Modular load, std::uint32_t n, const Inverses& inverses) {
  return n > 1 ? load * inverses.of(n) : load;
}
/// REQUIRES: n < 2^61.
[[nodiscard]] inline topology::Modular times(topology::Modular load, std::uint64_t n) {
  return n == 1 ? load : load * topology::Modular(n % topology::Modular::kPrime);
}
[[nodiscard]] inline double part(double load, std::uint32_t n, const Inverses&) { return load / n; }
[[nodiscard]] inline double times(double load, std::uint64_t n) { return load * static_cast<double>(n); }

/// A form, and bytes beside it.
struct FormAndBytes {
  topology::Modular form;
  double bytes = 0;
  FormAndBytes& operator+=(const FormAndBytes& other) {
    form += other.form;
    bytes += other.bytes;
    return *this;
  }
  friend bool operator==(const FormAndBytes&, const FormAndBytes&) = default;
};
[[nodiscard]] inline FormAndBytes part(const FormAndBytes& load, std::uint32_t n, const Inverses& inverses) {
  return {part(load.form, n, inverses), part(load.bytes, n, inverses)};
}
[[nodiscard]] inline FormAndBytes times(const FormAndBytes& load, std::uint64_t n) {
  return {times(load.form, n), times(load.bytes, n)};
}

struct Pressure {
  double load = 0;     // bit/s
  double fastest = 0;  // bit/s of one flow
  Pressure& operator+=(const Pressure& other) {
    load += other.load;
    fastest = std::max(fastest, other.fastest);
    return *this;
  }
  friend bool operator==(const Pressure&, const Pressure&) = default;
};
[[nodiscard]] inline Pressure part(Pressure p, std::uint32_t n, const Inverses&) { return {p.load / n, p.fastest}; }
[[nodiscard]] inline Pressure times(Pressure p, std::uint64_t n) {
  return n == 0 ? Pressure{} : Pressure{p.load * static_cast<double>(n), p.fastest};
}

}  // namespace polyplane::sim
