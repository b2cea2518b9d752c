#include "topology/scale_up/grid.h"

#include "base/error.h"
#include "topology/generators/direct_network.h"

namespace polyplane::topology {

namespace {

constexpr std::int64_t kMaxLanes = 1000;

std::string text(std::int64_t n) { return std::to_string(n); }

}  // namespace

std::int64_t Grid::stride(std::size_t dim) const {
  std::int64_t points_between = 1;
  for (std::size_t later = dim + 1; later < dims.size(); ++later) points_between *= dims[later];
  return points_between;
}

std::vector<OptionSpec> grid_options() {
  return {{.name = "dims",
           .kind = OptionSpec::Kind::text,
           .sentence = "cards in each dimension, for example 4x4x8; the last runs fastest",
           .words = {}},
          {.name = "lanes",
           .kind = OptionSpec::Kind::text,
           .default_text = "1",
           .sentence = "links side by side to a neighbour: one number, or one for each dimension, for example 1x2x2",
           .words = {}},
          {.name = "block",
           .kind = OptionSpec::Kind::text,
           .default_text = "none",
           .sentence = "which cards a node has, for example 2x2x1; none: the next in order",
           .words = {}}};
}

Grid parse_grid(std::string_view kind, const Options& options, const DomainShape& shape) {
  const auto fail = [&](const std::string& sentence) { throw InputError(std::string(kind) + ": " + sentence); };
  Grid grid;
  grid.dims = parse_dims(kind, "dims", options.text("dims"));
  grid.points = product(grid.dims);
  if (grid.points != shape.cards()) {
    fail("dims=" + options.text("dims") + " has " + text(grid.points) + " points for the " + text(shape.cards()) +
         " cards of a domain (" + text(shape.nodes) + " nodes of " + text(shape.cards_per_node) + ")");
  }
  grid.lanes = parse_dims(kind, "lanes", options.text("lanes"));
  if (grid.lanes.size() == 1) grid.lanes.resize(grid.dims.size(), grid.lanes.front());
  if (grid.lanes.size() != grid.dims.size()) {
    fail("lanes=" + options.text("lanes") + " does not fit dims=" + options.text("dims") +
         "; one number, or one for each dimension");
  }
  for (const std::int64_t lanes : grid.lanes) {
    if (lanes > kMaxLanes) fail("lanes=" + options.text("lanes") + " is too much; at most " + text(kMaxLanes));
  }
  if (options.text("block") == "none") return grid;
  grid.block = parse_dims(kind, "block", options.text("block"));
  bool fits = grid.block.size() == grid.dims.size() && product(grid.block) == shape.cards_per_node;
  for (std::size_t dim = 0; fits && dim < grid.dims.size(); ++dim) fits = grid.dims[dim] % grid.block[dim] == 0;
  if (!fits) {
    fail("block=" + options.text("block") + " does not fit; it has the " + text(shape.cards_per_node) +
         " cards of a node, and each of its sizes divides that of dims=" + options.text("dims"));
  }
  return grid;
}

std::vector<DeviceId> cards_at_points(const DomainContext& domain, const Grid& grid) {
  std::vector<DeviceId> cards;
  cards.reserve(domain.cards.size());
  for (std::int64_t point = 0; point < grid.points; ++point) {
    std::int64_t card = point;
    if (!grid.block.empty()) {
      std::int64_t node = 0, local = 0;
      for (std::size_t dim = 0; dim < grid.dims.size(); ++dim) {
        const std::int64_t place = grid.place(point, dim);
        node = node * (grid.dims[dim] / grid.block[dim]) + place / grid.block[dim];
        local = local * grid.block[dim] + place % grid.block[dim];
      }
      card = node * domain.shape.cards_per_node + local;
    }
    cards.push_back(domain.card(card));
  }
  return cards;
}

void set_coordinates(DomainContext& domain, const Grid& grid, const std::vector<DeviceId>& cards_by_point) {
  std::vector<std::int32_t> coordinates(grid.dims.size());
  for (std::int64_t point = 0; point < grid.points; ++point) {
    for (std::size_t dim = 0; dim < grid.dims.size(); ++dim) {
      coordinates[dim] = static_cast<std::int32_t>(grid.place(point, dim));
    }
    domain.builder.set_coordinates(cards_by_point[static_cast<std::size_t>(point)], coordinates);
  }
}

}  // namespace polyplane::topology
