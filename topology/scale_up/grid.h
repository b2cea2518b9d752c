// Cards of a domain at the points of a grid, for tori, meshes and full meshes in several dimensions.
//
// Points are numbered with the last dimension fastest. Cards take the points in order, or by nodes: with block=2x2x1 the
// cards of a node fill a block of that shape, and nodes fill the grid of blocks in order.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "topology/scale_up.h"

namespace polyplane::topology {

struct Grid {
  std::vector<std::int64_t> dims;
  std::vector<std::int64_t> lanes;  // by dimension: links side by side to a neighbour
  std::vector<std::int64_t> block;  // of one node; empty: cards take the points in order
  std::int64_t points = 1;

  /// Points from one to the next in a dimension.
  [[nodiscard]] std::int64_t stride(std::size_t dim) const;
  [[nodiscard]] std::int64_t place(std::int64_t point, std::size_t dim) const {
    return point / stride(dim) % dims[dim];
  }
};

/// dims (required), lanes and block.
[[nodiscard]] std::vector<OptionSpec> grid_options();

/// Throws InputError when the grid has not as many points as the domain has cards, or when lanes or block do not fit it.
[[nodiscard]] Grid parse_grid(std::string_view kind, const Options& options, const DomainShape& shape);

/// The cards by point.
[[nodiscard]] std::vector<DeviceId> cards_at_points(const DomainContext& domain, const Grid& grid);
/// Gives each its coordinates: for grids whose neighbours differ in one of them (Topology::coordinates()).
void set_coordinates(DomainContext& domain, const Grid& grid, const std::vector<DeviceId>& cards_by_point);

}  // namespace polyplane::topology
