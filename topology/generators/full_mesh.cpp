// Full mesh of switches: every pair has `links` parallel cables, every switch `p` endpoints; one hop between any two. The
// smallest HyperX, and the inside of a dragonfly's group (Kim et al., ISCA 2008); see also Ahn et al., SC09.
#include <vector>

#include "base/error.h"
#include "topology/generators/direct_network.h"

namespace polyplane::topology {

namespace {

constexpr std::string_view kName = "full_mesh";

struct Plan {
  std::int64_t links = 1;
  Seating seating;
};

Plan plan_full_mesh(const FabricSpec& fabric, const Options& options, std::int64_t ports) {
  const std::int64_t radix = radix_of(kName, fabric, options);
  const std::int64_t links = options.integer("links");
  std::int64_t p = options.integer("p"), switches = options.integer("switches");
  if (switches == 0) {
    if (p == 0) p = radix > 1 ? radix / 2 : 1;
    switches = ports / p + (ports % p != 0 ? 1 : 0);
  }
  return {.links = links, .seating = seat_ports(kName, ports, switches, p, (switches - 1) * links, radix)};
}

PlaneSize full_mesh_size(const FabricSpec& fabric, const Options& options, std::int64_t ports, std::int64_t /*nodes*/) {
  const Plan plan = plan_full_mesh(fabric, options, ports);
  const int128 switches = plan.seating.switches;
  return {.switches = switches, .cables = ports + switches * (switches - 1) / 2 * plan.links};
}

void build_full_mesh(PlaneContext& plane, const Options& options) {
  const Plan plan = plan_full_mesh(plane.fabric, options, static_cast<std::int64_t>(plane.ports.size()));
  const std::vector<DeviceId> switches = add_grid(plane, {plan.seating.switches});
  attach_seated(plane, plan.seating, switches);
  for (std::size_t a = 0; a < switches.size(); ++a) {
    for (std::size_t b = a + 1; b < switches.size(); ++b) {
      for (std::int64_t link = 0; link < plan.links; ++link) join_switches(plane, switches[a], switches[b], "mesh");
    }
  }
}

const bool kRegistered = [] {
  OptionSpec links = count_option("links", "parallel cables between each pair of switches");
  links.default_text = "1";
  links.min = 1;
  generators().add(
      std::string(kName), "Every switch joined to every other: one hop, for a few dozen switches at most",
      {.options = {radix_option(), concentration_option("takes radix / 2, or spreads the ports evenly over `switches`"),
                   count_option("switches", "switches; 0 takes the fewest that hold the ports"), std::move(links)},
       .size = full_mesh_size,
       .build = build_full_mesh});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
