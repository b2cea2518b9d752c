// Cards in lines along each dimension of a grid, each line open or closed to a ring: what tori and meshes share.
#pragma once

#include <string_view>
#include <vector>

#include "topology/scale_up/grid.h"

namespace polyplane::topology {

struct GridLines {
  Grid grid;
  std::vector<bool> wraps;  // by dimension
  /// By dimension: points that a card moves on when its line wraps (a twisted torus), a number of places in each other
  /// dimension; empty when nothing is twisted.
  std::vector<std::vector<std::int64_t>> shifts;

  /// A line of two that closes on itself would join the same pair again, unless it is twisted.
  [[nodiscard]] bool closes(std::size_t dim) const {
    return wraps[dim] && (grid.dims[dim] > 2 || (grid.dims[dim] == 2 && !shifts.empty()));
  }
  /// Most links of a card, lanes counted apart.
  [[nodiscard]] std::int64_t links_per_card() const;
};

/// Throws InputError when a link is left without a rate.
[[nodiscard]] DomainSize size_of(const GridLines& lines, const ScaleUpSpec& spec);
void build_lines(DomainContext& domain, const GridLines& lines);

}  // namespace polyplane::topology
