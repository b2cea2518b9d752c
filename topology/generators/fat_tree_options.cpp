#include "topology/generators/fat_tree_plan.h"

namespace polyplane::topology {

namespace {

OptionSpec count_option(std::string name, std::string sentence) {
  return {.name = std::move(name),
          .kind = OptionSpec::Kind::integer,
          .default_text = "0",
          .sentence = std::move(sentence),
          .min = 0,
          .max = kMaxRadix * kMaxRadix,
          .words = {}};
}

OptionSpec port_option(std::string name, std::string sentence) {
  OptionSpec option = count_option(std::move(name), std::move(sentence));
  option.max = kMaxRadix;
  return option;
}

}  // namespace

std::vector<OptionSpec> fat_tree_options() {
  return {
      {.name = "tiers",
       .kind = OptionSpec::Kind::integer,
       .default_text = "2",
       .sentence = "tiers of switches",
       .min = 1,
       .max = 3,
       .words = {}},
      radix_option(),
      {.name = "oversubscription",
       .kind = OptionSpec::Kind::ratio,
       .default_text = "1:1",
       .sentence = "ports down to ports up of a leaf, before ports down are split; tiers above are 1:1",
       .min = 0,
       .max = INT64_MAX,
       .words = {}},
      {.name = "placement",
       .kind = OptionSpec::Kind::word,
       .default_text = "packed",
       .sentence = "packed fills leaves with ports in node order; rail_optimised puts NIC i of every node of a unit on "
                   "the same leaf",
       .min = 0,
       .max = INT64_MAX,
       .words = {"packed", "rail_optimised"}},
      {.name = "split",
       .kind = OptionSpec::Kind::integer,
       .default_text = "1",
       .sentence = "ports that a breakout cable makes of each port down of a leaf, each of port_rate / split",
       .min = 1,
       .max = 64,
       .words = {}},
      port_option("leaf_down", "ports down of a leaf, after splitting; 0 takes what oversubscription gives"),
      port_option("leaf_up", "ports up of a leaf; 0 takes what oversubscription gives"),
      port_option("spine_radix", "ports of a spine; 0 takes the radix"),
      port_option("spine_up",
                  "ports up of a spine of a three-tier tree; 0 takes as many as look down on a full pod, at most half"),
      port_option("core_radix", "ports of a core; 0 takes the radix"),
      count_option("leaves", "leaves of the plane (2 tiers) or of each pod (3 tiers); 0 takes the fewest"),
      count_option("spines",
                   "spines of the plane (2 tiers) or of each pod (3 tiers); 0 takes the fewest that give every "
                   "leaf the same number of cables to each"),
      count_option("pods", "pods of a three-tier tree; 0 takes the fewest"),
      {.name = "pods_by",
       .kind = OptionSpec::Kind::word,
       .default_text = "node",
       .sentence = "node puts whole units of nodes in a pod; rail (with rail_optimised) makes the leaves of one rail a "
                   "pod, so that only traffic between rails passes a core",
       .min = 0,
       .max = INT64_MAX,
       .words = {"node", "rail"}},
      count_option("cores", "cores of a three-tier tree, a multiple of core_groups; 0 takes the fewest"),
      count_option("core_groups",
                   "groups of cores, a divisor of the spines of a pod, whose neighbours share a group; 0 takes one for "
                   "each spine of a pod"),
  };
}

}  // namespace polyplane::topology
