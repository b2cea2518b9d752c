// Torus of switches, k-ary n-cube (Dally, IEEE Trans. Computers 1990), sizes of dimensions as given: each switch has a
// cable to the next and the one before in every dimension. A dimension of two has one cable a line, since its wrap would
// join the same pair again; one of size one has none. With wrap=no the lines are open: a mesh. Switches are numbered with
// the last dimension fastest; links of dimension i have tier "dim<i>". Switches have coordinates.
// Left out: twisted tori (see the scale-up kind "torus") and parallel cables.
#include <vector>

#include "topology/generators/direct_network.h"

namespace polyplane::topology {

namespace {

constexpr std::string_view kName = "torus";

struct Plan {
  std::vector<std::int64_t> dims;
  bool wrap = true;
  Seating seating;

  /// Cables of one line of so many switches.
  [[nodiscard]] std::int64_t cables_of_line(std::int64_t size) const { return wrap && size > 2 ? size : size - 1; }
};

Plan plan_torus(const FabricSpec& fabric, const Options& options, std::int64_t ports) {
  const std::int64_t radix = radix_of(kName, fabric, options);
  Plan plan;
  plan.dims = parse_dims(kName, "dims", options.text("dims"));
  plan.wrap = options.word("wrap") == "yes";
  std::int64_t network_ports = 0;
  for (const std::int64_t size : plan.dims) network_ports += size > 2 ? 2 : size - 1;
  plan.seating = seat_ports(kName, ports, product(plan.dims), options.integer("p"), network_ports, radix);
  return plan;
}

PlaneSize torus_size(const FabricSpec& fabric, const Options& options, std::int64_t ports, std::int64_t /*nodes*/) {
  const Plan plan = plan_torus(fabric, options, ports);
  const int128 switches = plan.seating.switches;
  PlaneSize size{.switches = switches, .cables = ports};
  for (const std::int64_t dim : plan.dims) size.cables += switches / dim * plan.cables_of_line(dim);
  return size;
}

void build_torus(PlaneContext& plane, const Options& options) {
  const Plan plan = plan_torus(plane.fabric, options, static_cast<std::int64_t>(plane.ports.size()));
  const std::vector<DeviceId> switches = add_grid(plane, plan.dims);
  attach_seated(plane, plan.seating, switches);
  std::int64_t stride = plan.seating.switches;
  for (std::size_t dim = 0; dim < plan.dims.size(); ++dim) {
    const std::int64_t size = plan.dims[dim];
    stride /= size;
    const std::string tier = "dim" + std::to_string(dim);
    for (std::int64_t from = 0; from < plan.seating.switches; ++from) {
      const std::int64_t place = from / stride % size;
      if (place >= plan.cables_of_line(size)) continue;
      const std::int64_t to = from + ((place + 1) % size - place) * stride;
      join_switches(plane, switches[static_cast<std::size_t>(from)], switches[static_cast<std::size_t>(to)], tier);
    }
  }
}

const bool kRegistered = [] {
  generators().add(
      std::string(kName),
      "Torus or mesh of switches in any number of dimensions: short cables and small radix, many hops; for "
      "traffic between neighbours",
      {.options = {radix_option(),
                   {.name = "dims",
                    .kind = OptionSpec::Kind::text,
                    .sentence = "switches in each dimension, for example 4x4x8",
                    .words = {}},
                   concentration_option("spreads the ports evenly"),
                   {.name = "wrap",
                    .kind = OptionSpec::Kind::word,
                    .default_text = "yes",
                    .sentence = "yes closes every line to a ring; no leaves a mesh",
                    .words = {"no", "yes"}}},
       .size = torus_size,
       .build = build_torus});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
