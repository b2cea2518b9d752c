#include "tests/configs/cluster_twin.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace polyplane::sim {
namespace {

using topology::ClusterSpec;

struct Cut {
  std::int32_t nodes = 0, domain_nodes = 1;
  std::vector<std::string> scale_up_options, fabric_options;
  std::int32_t radix = 0;  // 0: as it is
};

/// By name.
const std::map<std::string, Cut>& cuts() {
  static const std::map<std::string, Cut> table = {
      // Slices of cubes, every dimension a multiple of four.
      {"tpu-v4-pod", {32, 32, {"dims=4x4x8", "block=2x2x1", "cubes=4"}, {}}},
      {"tpu-v5p-pod", {32, 32, {"dims=4x4x8", "block=2x2x1", "cubes=4"}, {}}},
      {"tpu-v7-pod", {32, 32, {"dims=4x4x8", "block=2x2x1", "cubes=4"}, {}}},
      {"tpu-v5p-2048", {32, 32, {"dims=4x4x8", "block=2x2x1", "cubes=4"}, {}}},
      {"tpu-v6e-pod", {8, 8, {"dims=8x8", "block=2x4"}, {}}},
      {"tpu-v3-2048", {16, 8, {"dims=4x8", "block=2x2"}, {"tiers=2", "split=2"}}},
      {"tpu-v5e-2048", {8, 4, {"dims=4x8", "block=2x4"}, {"tiers=2", "split=2"}}},
      {"dojo-exapod", {2, 2, {"dims=5x10", "block=5x5"}, {}}},
      {"groq-264", {9, 9, {}, {}}},
      {"aws-trn3-gen2", {18, 18, {}, {}}},
      // Two supernodes of four nodes; every L1 chip still has a link to each of 16 L2 chips of its plane.
      {"cloudmatrix384", {4, 4, {}, {"tiers=2", "placement=rail_optimised"}}},
      {"cloudmatrix384-x6", {8, 4, {}, {"tiers=2"}}},
      {"cloudmatrix384-x24", {8, 4, {}, {"tiers=2", "placement=rail_optimised"}}},
      // Two groups and more, two cables between each.
      {"dragonfly", {16, 1, {}, {"p=8", "a=4", "h=2"}}},
      {"slim-fly", {72, 1, {}, {"q=4"}}},
      {"frontier", {16, 1, {}, {"p=4", "a=4", "h=2", "global_links=2", "arrangement=relative"}}},
      {"el-capitan", {16, 1, {}, {"p=4", "a=4", "h=2", "global_links=2", "arrangement=relative"}}},
      {"aurora", {16, 1, {}, {"p=6", "a=4", "h=2", "global_links=2", "arrangement=relative"}}},
  };
  return table;
}

bool has(const std::vector<std::string>& options, const std::string& option) {
  return std::find(options.begin(), options.end(), option) != options.end();
}

/// Options that give the size of the full tree.
void drop_sizes(std::vector<std::string>& options) {
  for (const char* name : {"leaves=", "spines=", "pods=", "cores=", "core_groups=", "spine_radix=", "core_radix=",
                           "spine_up=", "leaf_down=", "leaf_up="}) {
    std::erase_if(options, [&](const std::string& option) { return option.starts_with(name); });
  }
}

/// Switches of 8 ports (12 for more than 128 NICs), filled one after another: 64 ports are 16 leaves in four pods.
void cut_tree(topology::FabricSpec& fabric, std::int64_t nics) {
  drop_sizes(fabric.options);
  if (!has(fabric.options, "tiers=3") || has(fabric.options, "pods_by=rail")) return;
  std::erase(fabric.options, "placement=rail_optimised");
  std::erase_if(fabric.options, [](const std::string& option) { return option.starts_with("split="); });
  fabric.switch_radix = nics > 128 ? 12 : 8;
}

}  // namespace

ClusterSpec cut_down(ClusterSpec full) {
  topology::ScaleUpSpec& up = full.node.scale_up;
  if (const auto found = cuts().find(full.name); found != cuts().end()) {
    const Cut& cut = found->second;
    full.nodes = cut.nodes;
    up.domain_nodes = cut.domain_nodes;
    if (!cut.scale_up_options.empty()) up.options = cut.scale_up_options;
    if (!cut.fabric_options.empty()) full.fabric.options = cut.fabric_options;
    if (cut.radix > 0) full.fabric.switch_radix = cut.radix;
    return full;
  }
  const std::int32_t domain = up.domain_nodes * full.node.accelerators;
  full.nodes = std::min(full.nodes, up.domain_nodes * std::max(2, 64 / domain));
  if (full.fabric.generator == "fat_tree") cut_tree(full.fabric, std::int64_t{full.nodes} * full.node.nics);
  return full;
}

}  // namespace polyplane::sim
