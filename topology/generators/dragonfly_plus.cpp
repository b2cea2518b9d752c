// Dragonfly+ (Shpiner et al., HiPINEB 2017), the same as MegaFly (Flajslik, Borch and Parker, ISC 2018): the inside of a
// group is a two-tier fat tree, every leaf with one cable to every spine; leaves have the endpoints, spines the global
// ports. So a leaf reaches a leaf of another group by leaf - spine - spine - leaf. By default all four numbers of a group
// are radix / 2, and the largest plane has (radix / 2)^2 + 1 groups. Which spine owns which global cable is told in
// group_wiring.h. Pods are groups. Left out: parallel cables inside a group, groups with three tiers.
#include <vector>

#include "base/error.h"
#include "topology/generators/direct_network.h"
#include "topology/generators/group_wiring.h"

namespace polyplane::topology {

namespace {

constexpr std::string_view kName = "dragonfly_plus";

std::string text(std::int64_t n) { return std::to_string(n); }

[[noreturn]] void fail(const std::string& sentence) { throw InputError(std::string(kName) + ": " + sentence); }

struct Plan {
  std::int64_t leaves = 1, spines = 1, groups = 1;
  Seating seating;
  GroupWiring wiring;
};

Plan plan_dragonfly_plus(const FabricSpec& fabric, const Options& options, std::int64_t ports) {
  const std::int64_t radix = radix_of(kName, fabric, options);
  const auto half_unless = [&](std::string_view name) {
    const std::int64_t given = options.integer(name);
    if (given == 0 && radix < 2)
      fail("radix " + text(radix) + " has no half for " + std::string(name) + "; at least 2");
    return given > 0 ? given : radix / 2;
  };
  const std::int64_t p = half_unless("p"), leaves = half_unless("leaves");
  const std::int64_t spines = half_unless("spines"), h = half_unless("h");
  if (leaves + h > radix) {
    fail("a spine of radix " + text(radix) + " cannot take " + text(h) + " global ports beside " + text(leaves) +
         " leaves; " + (leaves < radix ? "h=" + text(radix - leaves) + " or fewer leaves" : "fewer leaves") +
         " would fit");
  }
  const std::int64_t per_pair = options.integer("global_links");
  const std::int64_t most_groups = spines * h / (per_pair > 0 ? per_pair : 1) + 1;
  const std::int64_t fewest = ports / (p * leaves) + (ports % (p * leaves) != 0 ? 1 : 0);
  const std::int64_t groups = options.integer("groups") > 0 ? options.integer("groups") : fewest;
  const std::string shape = "p=" + text(p) + ", leaves=" + text(leaves) + ", spines=" + text(spines) +
                            ", h=" + text(h) + (per_pair > 0 ? ", global_links=" + text(per_pair) : "");
  if (fewest > most_groups) {
    fail("at most " + text(most_groups) + " groups with " + shape + " hold " + text(most_groups * p * leaves) +
         " ports a plane, and " + text(ports) + " are needed; use a larger radix, more global ports" +
         (per_pair > 1 ? ", fewer global_links" : "") + " or more planes");
  }
  if (groups < fewest || groups > most_groups) {
    fail("groups=" + text(groups) + " does not fit " + text(ports) + " ports with " + shape + "; from " + text(fewest) +
         " to " + text(most_groups));
  }
  return {.leaves = leaves,
          .spines = spines,
          .groups = groups,
          .seating = seat_ports(kName, ports, groups * leaves, p, spines, radix),
          .wiring = GroupWiring(groups, spines, spines * h, per_pair, arrangement_of(options.word("arrangement")))};
}

PlaneSize dragonfly_plus_size(const FabricSpec& fabric, const Options& options, std::int64_t ports,
                              std::int64_t /*nodes*/) {
  const Plan plan = plan_dragonfly_plus(fabric, options, ports);
  const int128 groups = plan.groups;
  return {.switches = groups * (plan.leaves + plan.spines),
          .cables = ports + groups * plan.leaves * plan.spines + plan.wiring.cables()};
}

void build_dragonfly_plus(PlaneContext& plane, const Options& options) {
  const Plan plan = plan_dragonfly_plus(plane.fabric, options, static_cast<std::int64_t>(plane.ports.size()));
  const auto add = [&](std::string_view role, std::int32_t tier, std::int64_t per_group) {
    std::vector<DeviceId> switches;
    for (std::int64_t i = 0; i < plan.groups * per_group; ++i) {
      switches.push_back(add_switch(plane, role, i, tier, static_cast<std::int32_t>(i / per_group)));
    }
    return switches;
  };
  const std::vector<DeviceId> leaves = add("leaf", 1, plan.leaves), spines = add("spine", 2, plan.spines);
  attach_seated(plane, plan.seating, leaves);
  const auto spine_at = [&](std::int64_t group, std::int64_t index) {
    return spines[static_cast<std::size_t>(group * plan.spines + index)];
  };
  for (std::size_t leaf = 0; leaf < leaves.size(); ++leaf) {
    const std::int64_t group = static_cast<std::int64_t>(leaf) / plan.leaves;
    for (std::int64_t i = 0; i < plan.spines; ++i) join_switches(plane, leaves[leaf], spine_at(group, i), "local");
  }
  plan.wiring.for_each([&](const GlobalCable& cable) {
    join_switches(plane, spine_at(cable.group_a, cable.switch_a), spine_at(cable.group_b, cable.switch_b), "global");
  });
}

const bool kRegistered = [] {
  generators().add(
      std::string(kName),
      "Two-tier fat trees whose spines are joined by global cables (MegaFly): a dragonfly with more endpoints "
      "a group and several paths inside it",
      {.options = with_group_options({radix_option(), concentration_option("takes radix / 2"),
                                      count_option("leaves", "leaves of a group; 0 takes radix / 2"),
                                      count_option("spines", "spines of a group; 0 takes radix / 2"),
                                      count_option("h", "global ports of a spine; 0 takes radix / 2")},
                                     "spine", "spines h"),
       .size = dragonfly_plus_size,
       .build = build_dragonfly_plus});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
