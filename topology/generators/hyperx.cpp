// HyperX (Ahn, Binkert, Davis, McLaren and Schreiber, SC09): switches on a lattice of S1 x S2 x ..., in each dimension
// joined to all others of their line, by `links` parallel cables (K in the paper, one number or one a dimension). A
// hypercube is dims=2x2x..., a flattened butterfly has equal sizes. The diameter is the number of dimensions over 1.
// Switches are numbered with the last dimension fastest; links of dimension i have tier "dim<i>". Switches
// have coordinates.
#include <vector>

#include "base/error.h"
#include "topology/generators/direct_network.h"

namespace polyplane::topology {

namespace {

constexpr std::string_view kName = "hyperx";

struct Plan {
  std::vector<std::int64_t> dims, links;
  Seating seating;
};

std::vector<std::int64_t> parse_links(const std::vector<std::int64_t>& dims, const std::string& text) {
  std::vector<std::int64_t> links = parse_dims(kName, "links", text);
  if (links.size() == 1) links.assign(dims.size(), links.front());
  if (links.size() != dims.size()) {
    throw InputError("hyperx: links=" + text + " has " + std::to_string(links.size()) + " numbers and dims has " +
                     std::to_string(dims.size()) + "; write one number for all dimensions or one for each");
  }
  return links;
}

Plan plan_hyperx(const FabricSpec& fabric, const Options& options, std::int64_t ports) {
  const std::int64_t radix = radix_of(kName, fabric, options);
  Plan plan;
  plan.dims = parse_dims(kName, "dims", options.text("dims"));
  plan.links = parse_links(plan.dims, options.text("links"));
  std::int64_t network_ports = 0;
  for (std::size_t i = 0; i < plan.dims.size(); ++i) network_ports += (plan.dims[i] - 1) * plan.links[i];
  plan.seating = seat_ports(kName, ports, product(plan.dims), options.integer("p"), network_ports, radix);
  return plan;
}

PlaneSize hyperx_size(const FabricSpec& fabric, const Options& options, std::int64_t ports, std::int64_t /*nodes*/) {
  const Plan plan = plan_hyperx(fabric, options, ports);
  const int128 switches = plan.seating.switches;
  PlaneSize size{.switches = switches, .cables = ports};
  for (std::size_t i = 0; i < plan.dims.size(); ++i) size.cables += switches * (plan.dims[i] - 1) / 2 * plan.links[i];
  return size;
}

void build_hyperx(PlaneContext& plane, const Options& options) {
  const Plan plan = plan_hyperx(plane.fabric, options, static_cast<std::int64_t>(plane.ports.size()));
  const std::vector<DeviceId> switches = add_grid(plane, plan.dims);
  attach_seated(plane, plan.seating, switches);
  std::int64_t stride = plan.seating.switches;
  for (std::size_t dim = 0; dim < plan.dims.size(); ++dim) {
    const std::int64_t size = plan.dims[dim];
    stride /= size;
    const std::string tier = "dim" + std::to_string(dim);
    for (std::int64_t from = 0; from < plan.seating.switches; ++from) {
      const std::int64_t place = from / stride % size;
      for (std::int64_t step = 1; place + step < size; ++step) {
        for (std::int64_t link = 0; link < plan.links[dim]; ++link) {
          join_switches(plane, switches[static_cast<std::size_t>(from)],
                        switches[static_cast<std::size_t>(from + step * stride)], tier);
        }
      }
    }
  }
}

const bool kRegistered = [] {
  generators().add(
      std::string(kName),
      "Full mesh in every dimension of a lattice: one hop a dimension; flattened butterflies and hypercubes "
      "are special cases",
      {.options = {radix_option(),
                   {.name = "dims",
                    .kind = OptionSpec::Kind::text,
                    .sentence = "switches in each dimension, for example 8x8",
                    .words = {}},
                   concentration_option("spreads the ports evenly"),
                   {.name = "links",
                    .kind = OptionSpec::Kind::text,
                    .default_text = "1",
                    .sentence = "parallel cables between two switches of a line: one number, or one a "
                                "dimension such as 1x2",
                    .words = {}}},
       .size = hyperx_size,
       .build = build_hyperx});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
