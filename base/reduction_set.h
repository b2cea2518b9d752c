// Which reductions a switch can do on what passes through it: pairs of an element type and an operation.
#pragma once

#include <cstdint>

namespace polyplane {

/// Pairs are numbered below 64 by whoever names them (sim/datatype.h). Made by default: none.
class ReductionSet {
 public:
  static constexpr ReductionSet all() { return ReductionSet(~std::uint64_t{0}); }

  constexpr ReductionSet() = default;
  /// REQUIRES: pair < 64.
  constexpr void add(std::uint32_t pair) { bits_ |= std::uint64_t{1} << pair; }
  [[nodiscard]] constexpr bool contains(std::uint32_t pair) const { return ((bits_ >> pair) & 1U) != 0; }
  constexpr ReductionSet& operator&=(ReductionSet other) {
    bits_ &= other.bits_;
    return *this;
  }
  friend constexpr bool operator==(ReductionSet, ReductionSet) = default;

 private:
  constexpr explicit ReductionSet(std::uint64_t bits) : bits_(bits) {}
  std::uint64_t bits_ = 0;
};

}  // namespace polyplane
