#include "collectives/rank_grid.h"

#include <algorithm>

namespace polyplane::collectives {

std::optional<RankGrid> RankGrid::fill(const std::vector<std::vector<std::int32_t>>& coordinates) {
  const std::size_t ranks = coordinates.size();
  if (ranks < 2 || ranks >= UINT32_MAX || coordinates.front().empty()) return std::nullopt;
  std::vector<std::int32_t> low = coordinates.front(), high = coordinates.front();
  for (const std::vector<std::int32_t>& at : coordinates) {
    if (at.size() != low.size()) return std::nullopt;
    for (std::size_t dim = 0; dim < at.size(); ++dim) {
      low[dim] = std::min(low[dim], at[dim]);
      high[dim] = std::max(high[dim], at[dim]);
    }
  }
  RankGrid grid;
  std::vector<std::size_t> kept;  // dimensions of more than one
  std::uint64_t cells = 1;
  for (std::size_t dim = 0; dim < low.size(); ++dim) {
    const auto extent = static_cast<std::uint64_t>(std::int64_t{high[dim]} - low[dim] + 1);
    if (extent > ranks || (cells *= extent) > ranks) return std::nullopt;
    if (extent == 1) continue;
    kept.push_back(dim);
    grid.dims.push_back(static_cast<std::uint32_t>(extent));
  }
  if (cells != ranks) return std::nullopt;
  grid.rank.resize(ranks);
  for (std::size_t r = 0; r < ranks; ++r) {
    std::uint32_t cell = 0;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      cell = cell * grid.dims[i] + static_cast<std::uint32_t>(coordinates[r][kept[i]] - low[kept[i]]);
    }
    if (grid.rank[cell].valid()) return std::nullopt;
    grid.rank[cell] = RankId(static_cast<std::uint32_t>(r));
    grid.cell.push_back(cell);
  }
  return grid;
}

std::uint32_t RankGrid::stride(std::size_t dim) const {
  std::uint32_t stride = 1;
  for (std::size_t i = dim + 1; i < dims.size(); ++i) stride *= dims[i];
  return stride;
}

std::uint32_t RankGrid::coordinate(RankId of, std::size_t dim) const {
  return cell[of.index()] / stride(dim) % dims[dim];
}

}  // namespace polyplane::collectives
