// Torus of cards in one to sixteen dimensions: TPU v2 to v7, Trainium (4x4, UltraServer 4x4x4). Each card has a link to
// the next and the one before in every dimension, `lanes` of them side by side; cards forward. A dimension of two has one
// cable a line, since its wrap would join the same pair again; one of size one has none.
//
//   wrap   which lines close: yes, no, or a letter y or n for each dimension, "yyn"
//   cubes  4: slices of a machine of 4x4x4 cubes whose faces meet in optical switches (TPU v4, Jouppi et al., ISCA 2023).
//          Inside a cube nothing wraps: a line closes only where the slice is a multiple of the cube in its dimension. A
//          slice within one cube has sizes that divide it; a larger one is made of whole cubes. Anything else is refused.
//   twist  yes: twisted torus k x k x 2k or k x 2k x 2k, in any order (Camara et al., IEEE TPDS 2010; offered on TPU v4).
//          A short line that wraps comes back moved by k along each long dimension. The production twist is cited, not
//          printed, in the TPU v4 paper; this one has 4x4x8 at a mean distance of 3.4646 instead of 4.0315 and 4x8x8 at
//          4.3294 instead of 5.0196; alltoall gains 1.745 and 1.391 (docs/decisions/0020-scale-up-domains.md). Lines of
//          short dimensions then close after several turns, so cards have no coordinates.
#include <algorithm>

#include "base/error.h"
#include "topology/scale_up/grid_lines.h"

namespace polyplane::topology {

namespace {

[[noreturn]] void fail(const std::string& sentence) { throw InputError("torus: " + sentence); }

std::vector<bool> wraps_of(const Options& options, const Grid& grid) {
  const std::string& text = options.text("wrap");
  if (text == "yes" || text == "no") return std::vector<bool>(grid.dims.size(), text == "yes");
  if (text.size() != grid.dims.size() || text.find_first_not_of("yn") != std::string::npos) {
    fail("wrap=" + text + " does not fit dims=" + options.text("dims") +
         "; yes, no, or a letter y or n for each dimension");
  }
  std::vector<bool> wraps;
  for (const char letter : text) wraps.push_back(letter == 'y');
  return wraps;
}

void apply_cubes(const Options& options, GridLines& lines) {
  const std::int64_t cube = options.integer("cubes");
  if (cube == 0) return;
  if (options.given("wrap")) fail("wrap and cubes contradict each other: cubes say which lines close");
  const std::vector<std::int64_t>& dims = lines.grid.dims;
  const bool inside_one = std::ranges::all_of(dims, [&](std::int64_t size) { return cube % size == 0; });
  const bool of_whole = std::ranges::all_of(dims, [&](std::int64_t size) { return size % cube == 0; });
  if (!inside_one && !of_whole) {
    fail("dims=" + options.text("dims") + " cannot be built of cubes of " + std::to_string(cube) +
         " a side: within one cube all sizes divide " + std::to_string(cube) + ", beyond it all are multiples of it");
  }
  for (std::size_t dim = 0; dim < dims.size(); ++dim) lines.wraps[dim] = dims[dim] % cube == 0;
}

void apply_twist(const Options& options, GridLines& lines) {
  if (options.word("twist") == "no") return;
  const std::vector<std::int64_t>& dims = lines.grid.dims;
  const auto [low, high] = std::ranges::minmax(dims);
  const bool fits = dims.size() == 3 && low > 1 && high == 2 * low &&
                    std::ranges::all_of(dims, [lo = low, hi = high](std::int64_t d) { return d == lo || d == hi; });
  if (!fits) {
    fail("twist does not fit dims=" + options.text("dims") + "; a twisted torus is k x k x 2k or k x 2k x 2k, k > 1");
  }
  if (std::ranges::find(lines.wraps, false) != lines.wraps.end()) fail("twist needs every dimension to wrap");
  for (const std::int64_t size : dims) {
    std::vector<std::int64_t>& shift = lines.shifts.emplace_back(3, 0);
    if (size == high) continue;
    for (std::size_t other = 0; other < 3; ++other) shift[other] = dims[other] == high ? low : 0;
  }
}

GridLines plan_torus(const Options& options, const DomainShape& shape) {
  GridLines lines{.grid = parse_grid("torus", options, shape)};
  lines.wraps = wraps_of(options, lines.grid);
  apply_cubes(options, lines);
  apply_twist(options, lines);
  return lines;
}

DomainSize torus_size(const ScaleUpSpec& spec, const Options& options, const DomainShape& shape) {
  return size_of(plan_torus(options, shape), spec);
}

void build_torus(DomainContext& domain, const Options& options) {
  build_lines(domain, plan_torus(options, domain.shape));
}

std::vector<OptionSpec> torus_options() {
  std::vector<OptionSpec> options = grid_options();
  options.push_back({.name = "wrap",
                     .kind = OptionSpec::Kind::text,
                     .default_text = "yes",
                     .sentence = "which lines close: yes, no, or a letter y or n for each dimension, for example yyn",
                     .words = {}});
  options.push_back({.name = "cubes",
                     .kind = OptionSpec::Kind::integer,
                     .default_text = "0",
                     .sentence = "side of the cubes that optical switches join, 4 in TPU pods; 0: none",
                     .min = 0,
                     .max = 1000,
                     .words = {}});
  options.push_back({.name = "twist",
                     .kind = OptionSpec::Kind::word,
                     .default_text = "no",
                     .sentence = "yes: short lines come back moved along the long dimensions",
                     .words = {"no", "yes"}});
  return options;
}

const bool kRegistered = [] {
  scale_ups().add("torus", "Neighbours in each dimension, lines closed, cards forward: TPU, Trainium 1 and 2",
                  {.options = torus_options(),
                   .cards_forward = true,
                   .takes_link_rate = true,
                   .size = torus_size,
                   .build = build_torus});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
