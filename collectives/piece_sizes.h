// Bytes of the pieces of one block, and of runs of pieces, without a division.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/error.h"
#include "base/units.h"

namespace polyplane::collectives {

/// The rule of collective.h: `elements` in `pieces` as even as possible, earlier pieces take the remainder.
class PieceSizes {
 public:
  PieceSizes() = default;
  PieceSizes(std::int64_t elements, std::uint32_t pieces, std::int64_t element_bytes)
      : base_bytes_(elements / pieces * element_bytes), longer_(elements % pieces), element_bytes_(element_bytes) {}

  /// All pieces are of one size.
  [[nodiscard]] bool even() const { return longer_ == 0; }
  [[nodiscard]] Bytes of(std::uint32_t piece) const {
    return Bytes(base_bytes_ + (piece < longer_ ? element_bytes_ : 0));
  }
  /// Of pieces [first, first + count).
  [[nodiscard]] Bytes of(std::uint32_t first, std::uint32_t count) const {
    const std::int64_t longer = std::clamp(longer_ - std::int64_t{first}, std::int64_t{0}, std::int64_t{count});
    return Bytes(count * base_bytes_ + longer * element_bytes_);
  }

 private:
  std::int64_t base_bytes_ = 0, longer_ = 0, element_bytes_ = 1;
};

/// Product as a number of pieces. Throws LimitError beyond 2^32 - 2, the most a ChunkId can number.
[[nodiscard]] inline std::uint32_t checked_pieces(std::uint64_t a, std::uint64_t b, std::uint64_t c = 1) {
  const uint128 product = static_cast<uint128>(a) * b * c;
  if (product >= UINT32_MAX) {
    throw LimitError("More than 4,294,967,294 pieces of one block: ask for fewer channels or slices.");
  }
  return static_cast<std::uint32_t>(product);
}

}  // namespace polyplane::collectives
