// Rail-only (Wang, Ghobadi, Shakeri, Zhang and Hasani, arXiv:2307.12169): NIC i of all nodes is one rail, each rail has
// a fat tree of its own, of 1 to 3 tiers (fat_tree.cpp), and no switch joins two rails. Traffic between rails crosses a
// peer card over the scale-up domain, so nodes of several rails need one. With one tier and rails_per_switch = k, one
// switch stands for k rails, as in the paper's counts where a rail leaves half of the ports empty; only such a switch
// passes traffic from one of its rails to another. Switches are called "rail3/leaf0", or "rail2-3/leaf0" when shared.
// On planes per NIC each plane has one rail: then this is a multi-plane fat tree.
#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "topology/generators/fat_tree_plan.h"

namespace polyplane::topology {

namespace {

constexpr std::string_view kName = "rail_only";

const Generator& fat_tree() { return generators().at("fat_tree"); }

/// What `act` on the tree of one rail throws, with the owner in front.
template <class Act>
auto of_one_rail(Act act) {
  try {
    return act();
  } catch (const InputError& error) {
    throw InputError("rail_only: the tree of one rail: " + std::string(error.what()));
  }
}

std::int64_t rails_per_switch(const Options& options, std::int64_t rails, std::int64_t nodes,
                              const FabricSpec& fabric) {
  const std::int64_t asked = options.integer("rails_per_switch");
  if (asked == 1) return asked;
  if (options.integer("tiers") != 1) {
    throw InputError("rail_only: rails_per_switch=" + std::to_string(asked) +
                     " needs tiers=1; with more tiers every rail has switches of its own");
  }
  const std::int64_t most = std::min(rails, radix_of(kName, fabric, options) / nodes);
  if (asked > most) {
    throw InputError("rail_only: rails_per_switch=" + std::to_string(asked) + " does not fit " + std::to_string(rails) +
                     " rails of " + std::to_string(nodes) + " nodes; at most " +
                     std::to_string(std::max<std::int64_t>(most, 1)) + " would fit");
  }
  return asked;
}

PlaneSize rail_only_size(const FabricSpec& fabric, const Options& options, std::int64_t ports, std::int64_t nodes) {
  const std::int64_t rails = ports / nodes;
  const std::int64_t shared = rails_per_switch(options, rails, nodes, fabric);
  const auto size_of = [&](std::int64_t rails_of_tree) {
    return of_one_rail([&] { return fat_tree().size(fabric, options, rails_of_tree * nodes, nodes); });
  };
  const PlaneSize full = size_of(shared);
  PlaneSize size{.switches = rails / shared * full.switches, .cables = rails / shared * full.cables};
  if (rails % shared != 0) {
    const PlaneSize last = size_of(rails % shared);
    size.switches += last.switches;
    size.cables += last.cables;
  }
  return size;
}

std::string name_of(std::int64_t first, std::int64_t last) {
  return "rail" + std::to_string(first) + (last > first ? "-" + std::to_string(last) : "") + "/";
}

void build_rail_only(PlaneContext& plane, const Options& options) {
  const std::int64_t nodes = plane.ports.back().node + 1;
  const std::int64_t rails = static_cast<std::int64_t>(plane.ports.size()) / nodes;
  const std::int64_t shared = rails_per_switch(options, rails, nodes, plane.fabric);
  for (std::int64_t first = 0; first < rails; first += shared) {
    const std::int64_t last = std::min(first + shared, rails) - 1;
    PlaneContext tree{.builder = plane.builder,
                      .fabric = plane.fabric,
                      .ports = {},
                      .plane = plane.plane,
                      .prefix = plane.prefix + name_of(first, last),
                      .access_latency = plane.access_latency};
    for (std::int64_t node = 0; node < nodes; ++node) {
      for (std::int64_t rail = first; rail <= last; ++rail) {
        tree.ports.push_back(plane.ports[static_cast<std::size_t>(node * rails + rail)]);
      }
    }
    fat_tree().build(tree, options);
  }
}

std::vector<OptionSpec> rail_only_options() {
  std::vector<OptionSpec> options = fat_tree_options();
  options.push_back({.name = "rails_per_switch",
                     .kind = OptionSpec::Kind::integer,
                     .default_text = "1",
                     .sentence = "rails that share a switch, with one tier",
                     .min = 1,
                     .max = kMaxRadix,
                     .words = {}});
  return options;
}

const bool kRegistered = [] {
  generators().add(
      std::string(kName),
      "A fat tree for each rail and none between rails: fewer switches, for traffic that stays on its rail "
      "or crosses rails inside the scale-up domain",
      {.options = rail_only_options(), .size = rail_only_size, .build = build_rail_only});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
