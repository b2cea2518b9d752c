// Dragonfly (Kim, Dally, Scott and Abts, ISCA 2008): groups of `a` switches in a full mesh, each switch with `p`
// endpoints and `h` global ports; every group has a cable to every other. Balanced: a = 2p = 2h, which is what the radix
// gives by default; the largest has a h + 1 groups. All global ports are in use unless global_links says how many cables
// a pair of groups has (Frontier 4, Aurora 2); which switch owns which cable is told in group_wiring.h. Pods are groups.
// Left out: groups whose inside is no full mesh (Cascade), parallel local cables, nodes whose ports are spread over the
// switches of a group: ports fill one switch after another.
#include <algorithm>
#include <vector>

#include "base/error.h"
#include "topology/generators/direct_network.h"
#include "topology/generators/group_wiring.h"

namespace polyplane::topology {

namespace {

constexpr std::string_view kName = "dragonfly";

std::string text(std::int64_t n) { return std::to_string(n); }

[[noreturn]] void fail(const std::string& sentence) { throw InputError(std::string(kName) + ": " + sentence); }

struct Plan {
  std::int64_t a = 1, groups = 1;
  Seating seating;
  GroupWiring wiring;
};

Plan plan_dragonfly(const FabricSpec& fabric, const Options& options, std::int64_t ports) {
  const std::int64_t radix = radix_of(kName, fabric, options);
  std::int64_t p = options.integer("p"), a = options.integer("a"), h = options.integer("h");
  // Balanced as far as the options leave it open: a = 2p = 2h.
  if (h == 0) h = p > 0 ? p : a > 0 ? std::max<std::int64_t>(1, a / 2) : std::max<std::int64_t>(1, (radix + 1) / 4);
  if (p == 0) p = h;
  if (a == 0) a = 2 * h;
  const std::int64_t per_pair = options.integer("global_links");
  const std::int64_t most_groups = a * h / std::max<std::int64_t>(1, per_pair) + 1;
  const std::int64_t fewest = ports / (p * a) + (ports % (p * a) != 0 ? 1 : 0);
  const std::int64_t groups = options.integer("groups") > 0 ? options.integer("groups") : fewest;
  const std::string shape =
      "p=" + text(p) + ", a=" + text(a) + ", h=" + text(h) + (per_pair > 0 ? ", global_links=" + text(per_pair) : "");
  if (fewest > most_groups) {
    fail("at most " + text(most_groups) + " groups with " + shape + " hold " + text(most_groups * p * a) +
         " ports a plane, and " + text(ports) + " are needed; use larger groups, more global ports" +
         (per_pair > 1 ? ", fewer global_links" : "") + " or more planes");
  }
  if (groups < fewest || groups > most_groups) {
    fail("groups=" + text(groups) + " does not fit " + text(ports) + " ports with " + shape + "; from " + text(fewest) +
         " to " + text(most_groups));
  }
  return {.a = a,
          .groups = groups,
          .seating = seat_ports(kName, ports, groups * a, p, a - 1 + h, radix),
          .wiring = GroupWiring(groups, a, a * h, per_pair, arrangement_of(options.word("arrangement")))};
}

PlaneSize dragonfly_size(const FabricSpec& fabric, const Options& options, std::int64_t ports, std::int64_t /*nodes*/) {
  const Plan plan = plan_dragonfly(fabric, options, ports);
  const int128 switches = static_cast<int128>(plan.groups) * plan.a;
  return {.switches = switches, .cables = ports + switches * (plan.a - 1) / 2 + plan.wiring.cables()};
}

void build_dragonfly(PlaneContext& plane, const Options& options) {
  const Plan plan = plan_dragonfly(plane.fabric, options, static_cast<std::int64_t>(plane.ports.size()));
  std::vector<DeviceId> switches;
  for (std::int64_t i = 0; i < plan.groups * plan.a; ++i) {
    switches.push_back(add_switch(plane, "switch", i, 1, static_cast<std::int32_t>(i / plan.a)));
  }
  const auto at = [&](std::int64_t group, std::int64_t index) {
    return switches[static_cast<std::size_t>(group * plan.a + index)];
  };
  attach_seated(plane, plan.seating, switches);
  for (std::int64_t group = 0; group < plan.groups; ++group) {
    for (std::int64_t i = 0; i < plan.a; ++i) {
      for (std::int64_t j = i + 1; j < plan.a; ++j) join_switches(plane, at(group, i), at(group, j), "local");
    }
  }
  plan.wiring.for_each([&](const GlobalCable& cable) {
    join_switches(plane, at(cable.group_a, cable.switch_a), at(cable.group_b, cable.switch_b), "global");
  });
}

const bool kRegistered = [] {
  generators().add(
      std::string(kName),
      "Groups of switches in a full mesh, all groups joined by global cables (HPE Slingshot): few hops and "
      "few long cables at very large scale",
      {.options = with_group_options(
           {radix_option(), concentration_option("takes h"), count_option("a", "switches of a group; 0 takes 2h"),
            count_option("h",
                         "global ports of a switch; 0 takes p, else a / 2, else what balances "
                         "the radix: (radix + 1) / 4")},
           "switch", "a h"),
       .size = dragonfly_size,
       .build = build_dragonfly});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
