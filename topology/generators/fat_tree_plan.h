// The arithmetic of a fat tree: how many switches of each tier, and what goes where. No graph.
#pragma once

#include <cstdint>

#include "topology/generator.h"

namespace polyplane::topology {

/// `items` in order over `bins`: filled one after another up to `capacity`, or in equal shares.
struct Placement {
  std::int64_t items = 1, bins = 1, capacity = 1;
  bool equal_shares = false;

  [[nodiscard]] std::int64_t bin_of(std::int64_t item) const {
    return equal_shares ? item * bins / items : item / capacity;
  }
};

/// `cables` from one lower switch over `uppers`: the same number to each, and what is left goes to consecutive ones
/// that rotate with the index of the lower switch, so that degrees above differ by one at most.
struct Spread {
  std::int64_t cables = 0, uppers = 1;

  [[nodiscard]] std::int64_t upper_of(std::int64_t lower, std::int64_t cable) const {
    const std::int64_t even = cables - cables % uppers;
    return cable < even ? cable % uppers : (lower * (cables % uppers) + cable - even) % uppers;
  }
};

struct FatTreePlan {
  std::int64_t tiers = 1;
  std::int64_t rails = 1;      // ports of one node
  std::int64_t leaf_down = 0;  // ports of a leaf for accelerators
  std::int64_t leaf_up = 0;    // ports of a leaf in use towards spines; 0 with one tier
  // A unit is what places nodes: with rail_optimised some nodes and the leaves of their rails, with packed one leaf.
  bool rail_optimised = false;
  std::int64_t leaves_per_unit = 1, rails_per_leaf = 1;
  bool pods_by_rail = false;  // three tiers: a pod is the leaves of one rail (or of those that share a leaf)
  Placement units;            // of nodes (rail_optimised) or of ports (packed) over units
  Placement pods;             // of units over pods; one pod with one or two tiers
  std::int64_t spines_per_pod = 0;
  std::int64_t spine_up = 0;          // ports of a spine in use towards cores
  std::int64_t spines_per_group = 1;  // spines of one pod that share a group of cores
  std::int64_t cores_per_group = 0;

  [[nodiscard]] std::int64_t leaves() const { return units.bins * leaves_per_unit; }
  [[nodiscard]] std::int64_t num_pods() const { return pods_by_rail ? leaves_per_unit : pods.bins; }
  [[nodiscard]] std::int64_t spines() const { return num_pods() * spines_per_pod; }
  [[nodiscard]] std::int64_t cores() const { return spines_per_pod / spines_per_group * cores_per_group; }
  [[nodiscard]] std::int64_t leaf_of(std::int64_t node, std::int64_t rail) const {
    if (!rail_optimised) return units.bin_of(node * rails + rail);
    return units.bin_of(node) * leaves_per_unit + rail / rails_per_leaf;
  }
  [[nodiscard]] std::int64_t pod_of_leaf(std::int64_t leaf) const {
    return pods_by_rail ? leaf % leaves_per_unit : pods.bin_of(leaf / leaves_per_unit);
  }
};

/// The options of "fat_tree"; see fat_tree.cpp for what they mean.
[[nodiscard]] std::vector<OptionSpec> fat_tree_options();

/// Throws InputError that says what would fit. REQUIRES: ports = nodes x rails, both positive.
[[nodiscard]] FatTreePlan plan_fat_tree(const FabricSpec& fabric, const Options& options, std::int64_t ports,
                                        std::int64_t nodes);

}  // namespace polyplane::topology
