// A reduce-scatter and its mirror, an all-gather, around the rings of a torus of cells, one dimension after the other: the
// bucket algorithm on many rings (Barnett, Littlefield, Payne and van de Geijn, 1993), stripped of ranks and bytes. Flat
// torus algorithms lay it over ranks, hierarchical ones over the cards of a scale-up domain.
//
// Each channel has a dimension to begin with and a direction, so that two channels a dimension keep every link of the torus
// at work where the dimensions are equal (Sack and Gropp, 2015). The data of a channel has one part a cell. Parts are
// numbered anew for each channel, the dimension that it begins with being the slowest: in the reduce-scatter of its phase k,
// and in the all-gather that undoes it, a cell has to do with the cells that agree with it in the first k dimensions, a run
// of them for each coordinate of dimension k.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/exchange.h"
#include "collectives/rank_grid.h"
#include "collectives/schedule.h"

namespace polyplane::collectives {

class TorusWalk {
 public:
  /// Sends parts [first, first + count) to cell `to`; the same step of cell `from` sends to this one.
  struct Hop {
    std::uint32_t to = 0, from = 0;
    std::uint32_t first = 0, count = 0;
  };

  explicit TorusWalk(std::vector<std::uint32_t> dims) : dims_(std::move(dims)), strides_(dims_.size(), 1) {
    for (std::size_t dim = dims_.size(); dim-- > 0;) {
      strides_[dim] = cells_;
      cells_ *= dims_[dim];
      steps_ += dims_[dim] - 1;
    }
  }

  [[nodiscard]] std::uint32_t cells() const { return cells_; }
  [[nodiscard]] std::uint32_t channels() const { return 2 * static_cast<std::uint32_t>(dims_.size()); }
  /// Of every cell and channel, for one way.
  [[nodiscard]] std::uint32_t steps() const { return steps_; }

  /// `pattern`: reduce_scatter or all_gather. REQUIRES: step < steps().
  [[nodiscard]] Hop at(Pattern pattern, std::uint32_t channel, std::uint32_t cell, std::uint32_t step) const {
    // The all-gather takes the dimensions the other way round.
    std::uint32_t left = pattern == Pattern::all_gather ? steps_ - 1 - step : step;
    std::size_t phase = 0;
    while (left >= dims_[dim_of(channel, phase)] - 1) left -= dims_[dim_of(channel, phase++)] - 1;
    const std::size_t dim = dim_of(channel, phase);
    const std::uint32_t n = dims_[dim];
    const std::uint32_t within = pattern == Pattern::all_gather ? n - 2 - left : left;
    const Exchange e = RingExchange(n, pattern).at(position(channel, n, coordinate(cell, dim)), within);
    Hop hop{.to = moved(cell, dim, channel % 2 == 0 ? 1 : n - 1),
            .from = moved(cell, dim, channel % 2 == 0 ? n - 1 : 1)};
    hop.count = cells_;
    for (std::size_t k = 0; k <= phase; ++k) {
      const std::size_t slow = dim_of(channel, k);
      hop.count /= dims_[slow];
      const std::uint32_t at = k == phase ? e.first : coordinate(cell, slow);
      hop.first += (k == phase ? position(channel, n, at) : at) * hop.count;
    }
    return hop;
  }

  /// The part that a cell ends a reduce-scatter with, and starts an all-gather with.
  [[nodiscard]] std::uint32_t part_of(std::uint32_t channel, std::uint32_t cell) const {
    std::uint32_t part = 0;
    for (std::size_t k = 0; k < dims_.size(); ++k) {
      part = part * dims_[dim_of(channel, k)] + coordinate(cell, dim_of(channel, k));
    }
    return part;
  }
  [[nodiscard]] std::uint32_t cell_of(std::uint32_t channel, std::uint32_t part) const {
    std::uint32_t cell = 0;
    for (std::size_t k = dims_.size(); k-- > 0;) {
      const std::size_t dim = dim_of(channel, k);
      cell += part % dims_[dim] * strides_[dim];
      part /= dims_[dim];
    }
    return cell;
  }

  [[nodiscard]] std::size_t num_dims() const { return dims_.size(); }
  [[nodiscard]] std::uint32_t coordinate(std::uint32_t cell, std::size_t dim) const {
    return cell / strides_[dim] % dims_[dim];
  }
  /// The cell so many ahead in one dimension, cyclically.
  [[nodiscard]] std::uint32_t moved(std::uint32_t cell, std::size_t dim, std::uint32_t ahead) const {
    const std::uint32_t at = coordinate(cell, dim);
    return cell - at * strides_[dim] + (at + ahead) % dims_[dim] * strides_[dim];
  }

 private:
  [[nodiscard]] std::size_t dim_of(std::uint32_t channel, std::size_t phase) const {
    return (channel / 2 + phase) % dims_.size();
  }
  /// Position on a ring of a coordinate, and the other way round: the even channels count along, the odd ones against.
  [[nodiscard]] static std::uint32_t position(std::uint32_t channel, std::uint32_t n, std::uint32_t coordinate) {
    return channel % 2 == 0 || coordinate == 0 ? coordinate : n - coordinate;
  }

  std::vector<std::uint32_t> dims_, strides_;
  std::uint32_t cells_ = 1, steps_ = 0;
};

/// Moving all ranks on by one along the slowest dimension, where that is a rotation of their numbers; else nothing.
[[nodiscard]] inline std::vector<RankSymmetry> rotations_of(const RankGrid& grid, const TorusWalk& walk) {
  const std::uint32_t ranks = walk.cells();
  for (std::size_t dim = 0; dim < walk.num_dims(); ++dim) {
    const auto next = [&](std::uint32_t rank) { return grid.rank[walk.moved(grid.cell[rank], dim, 1)].index(); };
    const std::uint32_t by = next(0);
    if (by == 0 || ranks % by != 0) continue;
    bool rotates = true;
    for (std::uint32_t r = 0; r < ranks && rotates; ++r) rotates = next(r) == (r + by) % ranks;
    if (rotates) return {{RankSymmetry::Kind::rotation, by}};
  }
  return {};
}

/// Algorithm::cannot of all that go around the rings of one torus.
[[nodiscard]] inline std::string needs_a_torus(const AlgorithmRequest& request) {
  return request.layout.grid() ? "" : "needs ranks that fill a box of one torus or mesh of cards";
}

}  // namespace polyplane::collectives
