#include "topology/scale_up/grid_lines.h"

#include <optional>

namespace polyplane::topology {

namespace {

/// The next point in a dimension, if the line goes on there.
std::optional<std::int64_t> next_point(const GridLines& lines, std::int64_t point, std::size_t dim) {
  const Grid& grid = lines.grid;
  const std::int64_t stride = grid.stride(dim), place = grid.place(point, dim);
  if (place + 1 < grid.dims[dim]) return point + stride;
  if (!lines.closes(dim)) return std::nullopt;
  std::int64_t next = point - place * stride;
  if (lines.shifts.empty()) return next;
  for (std::size_t other = 0; other < grid.dims.size(); ++other) {
    const std::int64_t from = grid.place(next, other);
    const std::int64_t to = (from + lines.shifts[dim][other]) % grid.dims[other];
    next += (to - from) * grid.stride(other);
  }
  return next;
}

}  // namespace

std::int64_t GridLines::links_per_card() const {
  std::int64_t links = 0;
  for (std::size_t dim = 0; dim < grid.dims.size(); ++dim) {
    const std::int64_t neighbours = closes(dim) || grid.dims[dim] > 2 ? 2 : grid.dims[dim] - 1;
    links += neighbours * grid.lanes[dim];
  }
  return links;
}

DomainSize size_of(const GridLines& lines, const ScaleUpSpec& spec) {
  DomainSize size{.joined = lines.grid.points, .links_per_card = lines.links_per_card()};
  for (std::size_t dim = 0; dim < lines.grid.dims.size(); ++dim) {
    const std::int64_t of_line = lines.closes(dim) ? lines.grid.dims[dim] : lines.grid.dims[dim] - 1;
    size.cables += static_cast<int128>(lines.grid.points) / lines.grid.dims[dim] * of_line;
    if (of_line > 0) (void)link_group_rate(spec, lines.grid.lanes[dim], size.links_per_card);
  }
  return size;
}

void build_lines(DomainContext& domain, const GridLines& lines) {
  const std::vector<DeviceId> cards = cards_at_points(domain, lines.grid);
  if (lines.shifts.empty()) set_coordinates(domain, lines.grid, cards);
  const std::int64_t links_per_card = lines.links_per_card();
  for (std::int64_t point = 0; point < lines.grid.points; ++point) {
    for (std::size_t dim = 0; dim < lines.grid.dims.size(); ++dim) {
      const std::optional<std::int64_t> next = next_point(lines, point, dim);
      if (!next) continue;
      join_cards(domain, cards[static_cast<std::size_t>(point)], cards[static_cast<std::size_t>(*next)],
                 link_group_rate(domain.spec, lines.grid.lanes[dim], links_per_card));
    }
  }
}

}  // namespace polyplane::topology
