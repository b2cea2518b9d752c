// Mesh of cards: neighbours in each dimension, lines open (Dojo tiles, slices of a TPU cube). Cards forward.
#include "topology/scale_up/grid_lines.h"

namespace polyplane::topology {

namespace {

GridLines plan_mesh(const Options& options, const DomainShape& shape) {
  GridLines lines{.grid = parse_grid("mesh", options, shape)};
  lines.wraps.assign(lines.grid.dims.size(), false);
  return lines;
}

DomainSize mesh_size(const ScaleUpSpec& spec, const Options& options, const DomainShape& shape) {
  return size_of(plan_mesh(options, shape), spec);
}

void build_mesh(DomainContext& domain, const Options& options) {
  build_lines(domain, plan_mesh(options, domain.shape));
}

const bool kRegistered = [] {
  scale_ups().add("mesh", "Neighbours in each dimension, lines open, cards forward: Dojo",
                  {.options = grid_options(),
                   .cards_forward = true,
                   .takes_link_rate = true,
                   .size = mesh_size,
                   .build = build_mesh});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
