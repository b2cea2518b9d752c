// Folded Clos of 1 to 3 tiers (Leiserson 1985; Al-Fares et al., SIGCOMM 2008), any radix.
//   1 tier   one switch.
//   2 tiers  leaves split oversubscription down:up; every leaf meets every spine, with parallel cables when there are
//            fewer leaves than ports of a spine. 8 leaves of radix 64 need 4 spines and 8 cables for each pair.
//   3 tiers  pods of at most radix / 2 leaves; spine i of every pod meets the cores of group i, with parallel cables
//            when there are fewer pods than ports of a core. Spines pass up as much as they take from a full pod.
//            With core_groups= neighbouring spines of a pod share a group (DGX SuperPOD A100: 10 spines, 2 groups);
//            with pods_by=rail a pod is the leaves of one rail.
// Tiers may differ: leaf_down, leaf_up and spine_up give ports by number, spine_radix and core_radix the size of the
// switches above (chassis). split= divides each port down of a leaf (a breakout cable): 64 ports of 400 Gbps with
// split=2 and 1:1 are 64 x 200 Gbps down and 32 x 400 Gbps up (MegaScale, Alibaba HPN).
// Without the overrides the tree has the fewest switches that give each switch the same number of cables to each one
// above it. With spines= or cores= that do not divide, what is left over rotates (fat_tree_plan.h), so routes are
// slightly uneven. The last leaf and the last pod may be partly filled; they keep all their ports up.
// With rail_optimised a unit is leaf_down nodes with one leaf for each rail; a cluster of less than half a unit puts
// several rails on a leaf. Left out: cables between switches of more than one rate.
#include <vector>

#include "base/error.h"
#include "topology/generators/fat_tree_plan.h"

namespace polyplane::topology {

namespace {

PlaneSize fat_tree_size(const FabricSpec& fabric, const Options& options, std::int64_t ports, std::int64_t nodes) {
  const FatTreePlan plan = plan_fat_tree(fabric, options, ports, nodes);
  const int128 leaves = plan.leaves(), spines = plan.spines();
  return {.switches = leaves + spines + plan.cores(), .cables = ports + leaves * plan.leaf_up + spines * plan.spine_up};
}

std::int32_t narrow(std::int64_t n) { return static_cast<std::int32_t>(n); }

class FatTreeBuilder {
 public:
  FatTreeBuilder(PlaneContext& plane, const FatTreePlan& plan) : plane_(plane), plan_(plan) {}

  void build() {
    add_switches();
    attach_ports();
    join_leaves();
    join_spines();
  }

 private:
  /// Of a leaf, and of the nodes below it: the pod; with two tiers, or pods by rail, the unit of rails.
  [[nodiscard]] std::int32_t pod_of_leaf(std::int64_t leaf) const {
    if (plan_.tiers == 3 && !plan_.pods_by_rail) return narrow(plan_.pod_of_leaf(leaf));
    return plan_.rail_optimised ? narrow(leaf / plan_.leaves_per_unit) : -1;
  }

  void add_switches() {
    for (std::int64_t i = 0; i < plan_.leaves(); ++i) {
      leaves_.push_back(add_switch(plane_, "leaf", i, 1, pod_of_leaf(i)));
    }
    for (std::int64_t i = 0; i < plan_.spines(); ++i) {
      spines_.push_back(add_switch(plane_, "spine", i, 2, plan_.tiers == 3 ? narrow(i / plan_.spines_per_pod) : -1));
    }
    for (std::int64_t i = 0; i < plan_.cores(); ++i) cores_.push_back(add_switch(plane_, "core", i, 3));
  }

  void attach_ports() {
    std::vector<bool> used(leaves_.size(), false);
    for (std::size_t i = 0; i < plane_.ports.size(); ++i) {
      const Port& port = plane_.ports[i];
      const std::int64_t leaf = plan_.leaf_of(port.node, static_cast<std::int64_t>(i) % plan_.rails);
      const auto index = static_cast<std::size_t>(leaf);
      attach_port(plane_, port, leaves_[index]);
      Device& below = plane_.builder.device(port.device);
      below.pod = pod_of_leaf(leaf);
      Device& device = plane_.builder.device(leaves_[index]);
      device.rail = !used[index] || device.rail == port.rail ? port.rail : -1;
      used[index] = true;
    }
  }

  void join_leaves() {
    const Spread spread{.cables = plan_.leaf_up, .uppers = plan_.spines_per_pod};
    for (std::int64_t leaf = 0; leaf < plan_.leaves(); ++leaf) {
      for (std::int64_t cable = 0; cable < plan_.leaf_up; ++cable) {
        const std::int64_t spine = plan_.pod_of_leaf(leaf) * plan_.spines_per_pod + spread.upper_of(leaf, cable);
        join_switches(plane_, leaves_[static_cast<std::size_t>(leaf)], spines_[static_cast<std::size_t>(spine)],
                      "leaf-spine");
      }
    }
  }

  void join_spines() {
    const Spread spread{.cables = plan_.spine_up, .uppers = plan_.cores_per_group};
    for (std::int64_t spine = 0; spine < plan_.spines(); ++spine) {
      const std::int64_t pod = spine / plan_.spines_per_pod, place = spine % plan_.spines_per_pod;
      const std::int64_t group = place / plan_.spines_per_group;
      const std::int64_t lower = pod * plan_.spines_per_group + place % plan_.spines_per_group;  // of its group
      for (std::int64_t cable = 0; cable < plan_.spine_up; ++cable) {
        const std::int64_t core = group * plan_.cores_per_group + spread.upper_of(lower, cable);
        join_switches(plane_, spines_[static_cast<std::size_t>(spine)], cores_[static_cast<std::size_t>(core)],
                      "spine-core");
      }
    }
  }

  PlaneContext& plane_;
  const FatTreePlan& plan_;
  std::vector<DeviceId> leaves_, spines_, cores_;
};

/// A port that is split carries its share of the port rate.
void refuse_fast_ports(const PlaneContext& plane, std::int64_t split) {
  const BitRate share = BitRate::from_bps(plane.fabric.port_rate.bps() / split);
  if (plane.ports.front().rate <= share) return;
  throw InputError("fat_tree: a NIC port of " + to_string(plane.ports.front().rate) +
                   " does not fit a switch port of " + to_string(plane.fabric.port_rate) +
                   " that split=" + std::to_string(split) + " divides into ports of " + to_string(share));
}

void build_fat_tree(PlaneContext& plane, const Options& options) {
  const auto ports = static_cast<std::int64_t>(plane.ports.size());
  refuse_fast_ports(plane, options.integer("split"));
  const FatTreePlan plan = plan_fat_tree(plane.fabric, options, ports, plane.ports.back().node + 1);
  FatTreeBuilder(plane, plan).build();
}

const bool kRegistered = [] {
  generators().add("fat_tree",
                   "Folded Clos of 1 to 3 tiers, the usual choice for InfiniBand and RoCE clusters; rails, "
                   "oversubscription and partial trees included",
                   {.options = fat_tree_options(), .size = fat_tree_size, .build = build_fat_tree});
  return true;
}();

}  // namespace

}  // namespace polyplane::topology
