// Ranks that fill a box of a torus or mesh of cards, one a cell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/ids.h"

namespace polyplane::collectives {

/// Cells are numbered row by row, the last dimension fastest. No dimension of one. No dimensions: the ranks fill no box.
struct RankGrid {
  std::vector<std::uint32_t> dims;
  std::vector<std::uint32_t> cell;  // by rank
  std::vector<RankId> rank;         // by cell

  /// `coordinates`: of each rank, all of equal length. None when the ranks are not all cells of the smallest box around
  /// them, or fewer than two.
  static std::optional<RankGrid> fill(const std::vector<std::vector<std::int32_t>>& coordinates);

  [[nodiscard]] std::uint32_t coordinate(RankId of, std::size_t dim) const;
  /// Cells from one to the next in a dimension.
  [[nodiscard]] std::uint32_t stride(std::size_t dim) const;
  friend bool operator==(const RankGrid&, const RankGrid&) = default;
};

}  // namespace polyplane::collectives
