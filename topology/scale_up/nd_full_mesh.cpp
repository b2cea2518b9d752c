// Full mesh in every dimension: a card has a link to each card that differs from it in one coordinate (UB-Mesh,
// arXiv:2503.20377: 8 x 8 in a rack, further dimensions between racks; Atlas 950). Cards forward. Left out: the spare card
// of a rack, and UB switches that a real pod puts between racks.
#include "topology/scale_up/grid.h"

namespace polyplane::topology {

namespace {

std::int64_t links_per_card(const Grid& grid) {
  std::int64_t links = 0;
  for (std::size_t dim = 0; dim < grid.dims.size(); ++dim) links += grid.lanes[dim] * (grid.dims[dim] - 1);
  return links;
}

DomainSize nd_full_mesh_size(const ScaleUpSpec& spec, const Options& options, const DomainShape& shape) {
  const Grid grid = parse_grid("nd_full_mesh", options, shape);
  DomainSize size{.joined = grid.points, .links_per_card = links_per_card(grid)};
  for (std::size_t dim = 0; dim < grid.dims.size(); ++dim) {
    size.cables += static_cast<int128>(grid.points) * (grid.dims[dim] - 1) / 2;
    (void)link_group_rate(spec, grid.lanes[dim], size.links_per_card);
  }
  return size;
}

void build_nd_full_mesh(DomainContext& domain, const Options& options) {
  const Grid grid = parse_grid("nd_full_mesh", options, domain.shape);
  const std::vector<DeviceId> cards = cards_at_points(domain, grid);
  set_coordinates(domain, grid, cards);
  const std::int64_t links = links_per_card(grid);
  for (std::int64_t point = 0; point < grid.points; ++point) {
    for (std::size_t dim = 0; dim < grid.dims.size(); ++dim) {
      const BitRate rate = link_group_rate(domain.spec, grid.lanes[dim], links);
      const std::int64_t stride = grid.stride(dim);
      std::int64_t peer = point;
      for (std::int64_t place = grid.place(point, dim) + 1; place < grid.dims[dim]; ++place) {
        peer += stride;
        join_cards(domain, cards[static_cast<std::size_t>(point)], cards[static_cast<std::size_t>(peer)], rate);
      }
    }
  }
}

const bool kRegistered = [] {
  scale_ups().add("nd_full_mesh", "A full mesh in every dimension of a grid, cards forward: UB-Mesh, Atlas 950",
                  {.options = grid_options(),
                   .cards_forward = true,
                   .takes_link_rate = true,
                   .size = nd_full_mesh_size,
                   .build = build_nd_full_mesh});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
