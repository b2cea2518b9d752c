#include "topology/generators/fat_tree_plan.h"

#include <algorithm>

#include "base/error.h"

namespace polyplane::topology {

namespace {

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return a / b + (a % b != 0 ? 1 : 0); }

std::string text(std::int64_t n) { return std::to_string(n); }

[[noreturn]] void fail(const std::string& sentence) { throw InputError("fat_tree: " + sentence); }

/// The fewest switches above, such that each of `lowers` has the same number of its `cables` to each of them and none
/// above has more than `ports` of its ports taken. REQUIRES: lowers <= ports.
std::int64_t fewest_uppers(std::int64_t lowers, std::int64_t cables, std::int64_t ports) {
  std::int64_t uppers = std::max<std::int64_t>(1, ceil_div(lowers * cables, ports));
  while (cables % uppers != 0 || lowers * (cables / uppers) > ports) ++uppers;
  return uppers;
}

/// Plans one plane in order: leaves, pods, spines, cores.
class Planner {
 public:
  Planner(const FabricSpec& fabric, const Options& options, std::int64_t ports, std::int64_t nodes)
      : options_(options), radix_(radix_of("fat_tree", fabric, options)), ports_(ports), nodes_(nodes) {
    spine_radix_ = options.integer("spine_radix") > 0 ? options.integer("spine_radix") : radix_;
    core_radix_ = options.integer("core_radix") > 0 ? options.integer("core_radix") : radix_;
    plan_.tiers = options.integer("tiers");
    plan_.rails = ports / nodes;
    plan_.rail_optimised = options.word("placement") == "rail_optimised";
    plan_.pods_by_rail = options.word("pods_by") == "rail";
  }

  FatTreePlan plan() {
    refuse_options_of_other_tiers();
    split_leaf_ports();
    if (plan_.tiers == 1) return plan_single_switch();
    refuse_too_many_ports();
    size_units();
    if (plan_.tiers == 2) {
      plan_.pods = {.items = plan_.units.bins, .bins = 1, .capacity = plan_.units.bins, .equal_shares = false};
      plan_.spines_per_pod = choose_spines(plan_.leaves(), spine_radix_);
    } else if (plan_.pods_by_rail) {
      size_pods_of_rails();
    } else {
      size_pods();
    }
    return plan_;
  }

 private:
  void refuse_options_of_other_tiers() const {
    const auto refuse = [&](std::string_view name, std::int64_t from_tiers) {
      if (plan_.tiers < from_tiers && options_.given(name)) {
        fail("option " + std::string(name) + " means something from " + text(from_tiers) + " tiers on, and tiers is " +
             text(plan_.tiers));
      }
    };
    for (const std::string_view name :
         {"oversubscription", "split", "leaf_down", "leaf_up", "leaves", "spines", "spine_radix"}) {
      refuse(name, 2);
    }
    for (const std::string_view name : {"pods", "pods_by", "cores", "core_groups", "spine_up", "core_radix"}) {
      refuse(name, 3);
    }
  }

  void split_leaf_ports() {
    if (plan_.tiers == 1) {
      plan_.leaf_down = radix_;
      return;
    }
    if (options_.integer("leaf_down") > 0 || options_.integer("leaf_up") > 0) return take_leaf_ports();
    const Ratio ratio = options_.ratio("oversubscription");
    const std::int64_t share =
        ratio.numerator > radix_ || ratio.denominator > radix_ ? 0 : radix_ / (ratio.numerator + ratio.denominator);
    if (share == 0) {
      fail("a leaf of radix " + text(radix_) + " cannot be split " + text(ratio.numerator) + ":" +
           text(ratio.denominator) + " down to up; the two sides of oversubscription may sum to at most " +
           text(radix_));
    }
    plan_.leaf_down = share * ratio.numerator * options_.integer("split");
    plan_.leaf_up = share * ratio.denominator;
  }

  /// Ports by number; one of the two that is not given takes all that the other one leaves.
  void take_leaf_ports() {
    if (options_.given("oversubscription")) {
      fail("oversubscription contradicts leaf_down and leaf_up, which give the ports of a leaf by number");
    }
    const std::int64_t split = options_.integer("split");
    const std::int64_t down = options_.integer("leaf_down"), up = options_.integer("leaf_up");
    plan_.leaf_up = up > 0 ? up : radix_ - ceil_div(down, split);
    plan_.leaf_down = down > 0 ? down : (radix_ - up) * split;
    if (plan_.leaf_up < 1 || plan_.leaf_down < 1 || ceil_div(plan_.leaf_down, split) + plan_.leaf_up > radix_) {
      fail("a leaf of radix " + text(radix_) + " does not hold " + text(std::max<std::int64_t>(0, plan_.leaf_down)) +
           " ports down" + (split > 1 ? ", " + text(split) + " of which share one," : "") + " and " +
           text(std::max<std::int64_t>(0, plan_.leaf_up)) + " up; use a larger radix, leaf_down and leaf_up");
    }
  }

  FatTreePlan plan_single_switch() {
    if (ports_ > radix_) {
      fail("one switch of radix " + text(radix_) + " cannot take " + text(ports_) +
           " ports; use tiers=2, a larger radix or more planes");
    }
    plan_.rail_optimised = false;
    plan_.units = {.items = ports_, .bins = 1, .capacity = ports_, .equal_shares = false};
    plan_.pods = {.items = 1, .bins = 1, .capacity = 1, .equal_shares = false};
    return plan_;
  }

  /// Once there are cores, half of a spine's ports look down, or those that spine_up leaves.
  [[nodiscard]] std::int64_t spine_down() const {
    if (plan_.tiers == 2) return spine_radix_;
    const std::int64_t up = options_.integer("spine_up");
    if (up >= spine_radix_) {
      fail("spine_up=" + text(up) + " leaves no port down on a spine of radix " + text(spine_radix_) + "; at most " +
           text(spine_radix_ - 1));
    }
    return up > 0 ? spine_radix_ - up : spine_radix_ / 2;
  }

  [[nodiscard]] std::int64_t most_leaves() const {
    return plan_.tiers == 2 ? spine_radix_ : core_radix_ * spine_down();
  }

  /// "64", or "64, 576 and 576" from the bottom where tiers differ.
  [[nodiscard]] std::string radices() const {
    if (spine_radix_ == radix_ && (plan_.tiers == 2 || core_radix_ == radix_)) return text(radix_);
    if (plan_.tiers == 2) return text(radix_) + " and " + text(spine_radix_);
    return text(radix_) + ", " + text(spine_radix_) + " and " + text(core_radix_);
  }

  void refuse_too_many_ports() const {
    const std::int64_t most = most_leaves() * plan_.leaf_down;
    if (ports_ <= most) return;
    fail(text(plan_.tiers) + " tiers of radix " + radices() + " with " + text(plan_.leaf_down) +
         " ports down a leaf hold at most " + text(most) + " ports a plane, and " + text(ports_) + " are needed; use " +
         (plan_.tiers == 2 ? "tiers=3, " : "") + "a larger radix, more planes or more oversubscription");
  }

  void size_units() {
    // The option `leaves` counts those of a pod with three tiers, where it leaves units as they are.
    const std::int64_t leaves = plan_.tiers == 2 ? options_.integer("leaves") : 0;
    if (!plan_.rail_optimised) {
      const std::int64_t fewest = ceil_div(ports_, plan_.leaf_down);
      if (leaves > 0) refuse_leaves(leaves, fewest, ports_);
      plan_.units = {.items = ports_,
                     .bins = leaves > 0 ? leaves : fewest,
                     .capacity = plan_.leaf_down,
                     .equal_shares = leaves > 0};
    } else {
      std::int64_t units = ceil_div(nodes_, plan_.leaf_down);
      plan_.rails_per_leaf = std::min(plan_.rails, plan_.leaf_down / std::min(nodes_, plan_.leaf_down));
      if (leaves > 0) units = units_for_leaves(leaves, units);
      plan_.leaves_per_unit = ceil_div(plan_.rails, plan_.rails_per_leaf);
      plan_.units = {
          .items = nodes_, .bins = units, .capacity = std::min(nodes_, plan_.leaf_down), .equal_shares = leaves > 0};
    }
    if (plan_.leaves() > most_leaves()) {
      fail("rail_optimised needs " + text(plan_.leaves()) + " leaves for " + text(plan_.rails) + " rails of " +
           text(nodes_) + " nodes, and " + text(plan_.tiers) + " tiers of radix " + radices() + " join at most " +
           text(most_leaves()) + "; use placement=packed, a larger radix" +
           (plan_.tiers == 2 ? ", or tiers=3" : " or more planes"));
    }
  }

  void refuse_leaves(std::int64_t leaves, std::int64_t fewest, std::int64_t most) const {
    most = std::min(most, most_leaves());
    if (leaves >= fewest && leaves <= most) return;
    fail("leaves=" + text(leaves) + " does not fit " + text(ports_) + " ports with " + text(plan_.leaf_down) +
         " ports down a leaf; from " + text(fewest) + " to " + text(most));
  }

  /// Also sets rails_per_leaf. `fewest`: units when each leaf has one rail.
  std::int64_t units_for_leaves(std::int64_t leaves, std::int64_t fewest) {
    const std::int64_t rails = plan_.rails;
    if (leaves % rails == 0 && leaves / rails >= fewest && leaves / rails <= nodes_ && leaves <= most_leaves()) {
      plan_.rails_per_leaf = 1;
      return leaves / rails;
    }
    if (leaves < rails && rails % leaves == 0 && rails / leaves <= plan_.rails_per_leaf) {
      plan_.rails_per_leaf = rails / leaves;
      return 1;
    }
    fail("leaves=" + text(leaves) + " does not fit placement=rail_optimised with " + text(rails) + " rails of " +
         text(nodes_) + " nodes; a multiple of " + text(rails) + " from " + text(fewest * rails) + " to " +
         text(std::min(nodes_, most_leaves() / rails) * rails) + " would fit");
  }

  void size_pods_of_rails() {
    if (!plan_.rail_optimised) fail("pods_by=rail contradicts placement=packed; use placement=rail_optimised");
    for (const std::string_view name : {"pods", "leaves"}) {
      if (options_.given(name)) fail("option " + std::string(name) + " contradicts pods_by=rail: a pod is one rail");
    }
    if (plan_.units.bins > spine_down()) {
      fail("a rail of " + text(plan_.units.bins) + " leaves does not fit below spines with " + text(spine_down()) +
           " ports down; use a larger spine_radix or pods_by=node");
    }
    plan_.pods = {.items = plan_.units.bins, .bins = 1, .capacity = plan_.units.bins, .equal_shares = false};
    size_spines_and_cores(plan_.units.bins);
  }

  void size_pods() {
    const std::int64_t most_per_pod = spine_down() / plan_.leaves_per_unit;
    if (most_per_pod == 0) {
      fail("a pod of radix " + text(spine_radix_) + " has at most " + text(spine_down()) + " leaves, and " +
           text(plan_.leaves_per_unit) + " rails need one each; use placement=packed or a larger radix");
    }
    const std::int64_t units = plan_.units.bins;
    std::int64_t per_pod = most_per_pod;
    if (const std::int64_t leaves = options_.integer("leaves"); leaves > 0) {
      if (leaves % plan_.leaves_per_unit != 0 || leaves > most_per_pod * plan_.leaves_per_unit) {
        fail("leaves=" + text(leaves) + " of a pod does not fit; a multiple of " + text(plan_.leaves_per_unit) +
             " up to " + text(most_per_pod * plan_.leaves_per_unit) + " would fit");
      }
      per_pod = leaves / plan_.leaves_per_unit;
    }
    const std::int64_t fewest = ceil_div(units, per_pod);
    const std::int64_t most = std::min(core_radix_, units);
    const std::int64_t asked = options_.integer("pods");
    if (fewest > most || (asked > 0 && (asked < fewest || asked > most))) {
      fail("pods: " + text(asked > 0 ? asked : fewest) + " do not fit " + text(plan_.leaves()) + " leaves in pods of " +
           text(per_pod * plan_.leaves_per_unit) + " below cores of radix " + text(core_radix_) +
           (fewest <= most ? "; from " + text(fewest) + " to " + text(most)
                           : "; use a larger radix, more leaves a pod or placement=packed"));
    }
    const std::int64_t pods = asked > 0 ? asked : fewest;
    plan_.pods = {.items = units, .bins = pods, .capacity = per_pod, .equal_shares = asked > 0};
    const std::int64_t largest = asked > 0 ? ceil_div(units, pods) : std::min(units, per_pod);
    size_spines_and_cores(largest * plan_.leaves_per_unit);
  }

  void size_spines_and_cores(std::int64_t leaves_of_largest_pod) {
    plan_.spines_per_pod = choose_spines(leaves_of_largest_pod, spine_down());
    plan_.spine_up = options_.integer("spine_up");
    if (plan_.spine_up == 0) plan_.spine_up = ceil_div(leaves_of_largest_pod * plan_.leaf_up, plan_.spines_per_pod);
    const std::int64_t groups = size_core_groups();
    const std::int64_t below = plan_.num_pods() * plan_.spines_per_group;  // spines that meet one group
    if (below > core_radix_) {
      fail("a group of cores has " + text(below) + " spines below, and a core of radix " + text(core_radix_) +
           " meets at most one for each port; use more core_groups or a larger core_radix");
    }
    const std::int64_t cores = options_.integer("cores");
    if (cores == 0) {
      plan_.cores_per_group = fewest_uppers(below, plan_.spine_up, core_radix_);
      return;
    }
    const std::int64_t fewest = ceil_div(below * plan_.spine_up, core_radix_);
    if (cores % groups != 0 || cores / groups < fewest || cores / groups > plan_.spine_up) {
      fail("cores=" + text(cores) + " does not fit " + text(groups) +
           (plan_.spines_per_group == 1 ? " spines a pod" : " core_groups below spines") + " with " +
           text(plan_.spine_up) + " ports up each; a multiple of " + text(groups) + " from " + text(fewest * groups) +
           " to " + text(plan_.spine_up * groups) + " would fit");
    }
    plan_.cores_per_group = cores / groups;
  }

  /// Sets spines_per_group and gives the number of groups.
  std::int64_t size_core_groups() {
    const std::int64_t spines = plan_.spines_per_pod, asked = options_.integer("core_groups");
    const std::int64_t groups = asked > 0 ? asked : spines;
    if (spines % groups != 0) {
      fail("core_groups=" + text(groups) + " does not divide the " + text(spines) + " spines of a pod");
    }
    plan_.spines_per_group = spines / groups;
    return groups;
  }

  /// Spines above `leaves` leaves, each spine with `ports` ports down.
  [[nodiscard]] std::int64_t choose_spines(std::int64_t leaves, std::int64_t ports) const {
    const std::int64_t spines = options_.integer("spines");
    if (spines == 0) return fewest_uppers(leaves, plan_.leaf_up, ports);
    const std::int64_t fewest = ceil_div(leaves * plan_.leaf_up, ports);
    if (spines < fewest || spines > plan_.leaf_up) {
      fail("spines=" + text(spines) + " does not fit " + text(leaves) + " leaves with " + text(plan_.leaf_up) +
           " ports up each and spines with " + text(ports) + " ports down; from " + text(fewest) + " to " +
           text(plan_.leaf_up));
    }
    return spines;
  }

  const Options& options_;
  std::int64_t radix_, spine_radix_ = 0, core_radix_ = 0, ports_, nodes_;
  FatTreePlan plan_;
};

}  // namespace

FatTreePlan plan_fat_tree(const FabricSpec& fabric, const Options& options, std::int64_t ports, std::int64_t nodes) {
  return Planner(fabric, options, ports, nodes).plan();
}

}  // namespace polyplane::topology
