// Whom to meet at each step of Swing on a torus of cells, and which parts of the data are whose, stripped of ranks and bytes
// (De Sensi, Bonato, Saam and Hoefler: Swing: Short-cutting Rings for Higher Bandwidth Allreduce, NSDI 2024).
//
// In step s of a ring, cells of even coordinate meet the one rho(s) = (1 - (-2)^(s + 1)) / 3 ahead, which is odd, and odd ones
// the one rho(s) back: 1 ahead, 1 back, 3 ahead, 5 back ... Every pair swings around, so that after log2 n steps all have met
// directly or not, at a third less distance than by recursive doubling.
//
// Each channel has a dimension to begin with and a direction, of which the second is the mirror image: two channels a dimension
// use all links of the torus. The steps of a channel take the dimensions in turn, those that are through being left out.
// The data of a channel has one part a cell; parts are numbered so that what two cells still have to do with after step k of a
// reduce-scatter is a run of them, half as long for each step.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/rank_grid.h"

namespace polyplane::collectives {

class SwingWalk {
 public:
  /// REQUIRES: powers of two.
  explicit SwingWalk(std::vector<std::uint32_t> dims) : dims_(std::move(dims)), strides_(dims_.size(), 1) {
    for (std::size_t dim = dims_.size(); dim-- > 0;) {
      strides_[dim] = cells_;
      cells_ *= dims_[dim];
    }
    for (std::size_t first = 0; first < dims_.size(); ++first) orders_.push_back(order_from(first));
    part_.resize(std::size_t{channels()} * cells_);
    cell_.resize(part_.size());
    for (std::uint32_t channel = 0; channel < channels(); ++channel) {
      for (std::uint32_t cell = 0; cell < cells_; ++cell) {
        const std::uint32_t part = number(channel, cell);
        part_[at(channel, cell)] = part;
        cell_[at(channel, part)] = cell;
      }
    }
  }

  [[nodiscard]] std::uint32_t cells() const { return cells_; }
  [[nodiscard]] std::uint32_t channels() const { return 2 * static_cast<std::uint32_t>(dims_.size()); }
  /// Of every cell and channel, for one way.
  [[nodiscard]] std::uint32_t steps() const { return static_cast<std::uint32_t>(std::bit_width(cells_)) - 1; }

  /// They meet each other. REQUIRES: step < steps().
  [[nodiscard]] std::uint32_t peer(std::uint32_t channel, std::uint32_t cell, std::uint32_t step) const {
    const Turn turn = orders_[channel / 2][step];
    const std::uint32_t n = dims_[turn.dim], mine = coordinate(cell, turn.dim);
    const bool ahead = (mine % 2 == 0) == (channel % 2 == 0);
    const std::uint32_t theirs = (mine + (ahead ? rho(turn.step) : 0U - rho(turn.step))) % n;  // n divides 2^32
    return cell + (theirs - mine) * strides_[turn.dim];
  }

  /// Parts that a cell still sums up after a step of a reduce-scatter, and has before its mirror in an all-gather: so many,
  /// from the first on.
  [[nodiscard]] std::uint32_t count_after(std::uint32_t step) const { return cells_ >> (step + 1); }
  [[nodiscard]] std::uint32_t first_after(std::uint32_t channel, std::uint32_t cell, std::uint32_t step) const {
    return part_[at(channel, cell)] & ~(count_after(step) - 1);
  }
  [[nodiscard]] std::uint32_t cell_of(std::uint32_t channel, std::uint32_t part) const {
    return cell_[at(channel, part)];
  }

  /// Do the numbers of all ranks moved from one cell to another move along rings as far as the first, by an even number of
  /// cells? Then they meet whom they met.
  [[nodiscard]] bool moves_alike(std::uint32_t from, std::uint32_t to, std::uint32_t first_from,
                                 std::uint32_t first_to) const {
    for (std::size_t dim = 0; dim < dims_.size(); ++dim) {
      const std::uint32_t moved = (coordinate(first_to, dim) - coordinate(first_from, dim)) % dims_[dim];
      if (dims_[dim] > 2 && moved % 2 != 0) return false;
      if ((coordinate(to, dim) - coordinate(from, dim)) % dims_[dim] != moved) return false;
    }
    return true;
  }

 private:
  struct Turn {
    std::size_t dim = 0;
    std::uint32_t step = 0;  // within its dimension
  };

  /// Modulo 2^32.
  [[nodiscard]] static std::uint32_t rho(std::uint32_t step) {
    std::uint32_t sum = 0, power = 1;
    for (std::uint32_t i = 0; i <= step; ++i, power *= 0U - 2U) sum += power;
    return sum;
  }

  [[nodiscard]] std::vector<Turn> order_from(std::size_t first) const {
    std::vector<Turn> order;
    for (std::uint32_t step = 0; order.size() < steps(); ++step) {
      for (std::size_t i = 0; i < dims_.size(); ++i) {
        const std::size_t dim = (first + i) % dims_.size();
        if (dims_[dim] >> step > 1) order.push_back({dim, step});
      }
    }
    return order;
  }

  /// Of two that meet in a step one has a 0, the other a 1; all that one of them meets later have what it has. Later steps
  /// move even coordinates by multiples of 2^(step + 2), and odd ones lie rho(step + 1) from even ones.
  [[nodiscard]] std::uint32_t number(std::uint32_t channel, std::uint32_t cell) const {
    std::uint32_t part = 0;
    for (const Turn turn : orders_[channel / 2]) {
      const std::uint32_t n = dims_[turn.dim], along = coordinate(cell, turn.dim);
      const std::uint32_t position = channel % 2 == 0 ? along : (n - along) % n;
      const bool last = n >> turn.step == 2;
      const std::uint32_t even = position % 2 == 0 ? position : position - rho(turn.step + 1);
      part = 2 * part + (last ? position % 2 : even >> (turn.step + 1) & 1U);
    }
    return part;
  }

  [[nodiscard]] std::uint32_t coordinate(std::uint32_t cell, std::size_t dim) const {
    return cell / strides_[dim] % dims_[dim];
  }
  [[nodiscard]] std::size_t at(std::uint32_t channel, std::uint32_t index) const {
    return std::size_t{channel} * cells_ + index;
  }

  std::vector<std::uint32_t> dims_, strides_;
  std::uint32_t cells_ = 1;
  std::vector<std::vector<Turn>> orders_;   // by first dimension
  std::vector<std::uint32_t> part_, cell_;  // [channel * cells + cell], and the other way round
};

/// Algorithm::cannot of all that swing around one torus.
[[nodiscard]] inline std::string needs_a_torus_of_powers_of_two(const AlgorithmRequest& request) {
  if (!request.layout.grid()) return "needs ranks that fill a box of one torus or mesh of cards";
  std::string box;
  bool powers = true;
  for (const std::uint32_t size : request.layout.grid()->dims) {
    powers = powers && std::has_single_bit(size);
    box += (box.empty() ? "" : " x ") + std::to_string(size);
  }
  return powers ? "" : "needs a torus whose sides are powers of two (others send some parts twice), not " + box;
}

}  // namespace polyplane::collectives
