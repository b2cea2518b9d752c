#include "sim/find_reducers.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "topology/switch_routes.h"
#include "topology/transit_graph.h"

namespace polyplane::sim {
namespace {

using collectives::ReductionTree;
using topology::Device;
using topology::DeviceKind;
using topology::Link;
using topology::LinkKind;
using topology::SwitchRoutes;
using topology::Topology;
using topology::usable;

constexpr const char* kNoDomainSwitches =
    "a switch in every scale-up domain that reduces and that all its ranks are on (kind switched, in_network_reduction "
    "of "
    "the accelerator or of scale_up)";
constexpr const char* kNoFabricSwitches =
    "a fabric whose switches reduce (in_network_reduction of the switch or of fabric)";
constexpr const char* kNoTree =
    "a tree of whole switches above the NICs of the ranks; these are not tiers that each meet all of the next, or "
    "faults cut "
    "them";

bool reduces(const Topology& topology, DeviceId id, DeviceKind kind) {
  const Device& device = topology.device(id);
  return device.kind == kind && device.reduces && device.up;
}

class Finder {
 public:
  Finder(const Topology& topology, std::span<const DeviceId> cards, std::span<const std::uint32_t> domain_of,
         std::uint32_t num_domains)
      : topology_(topology), cards_(cards), domain_of_(domain_of), num_domains_(num_domains), routes_(topology) {}

  FoundReducers find() {
    add_domain_switches();
    add_trees();
    return std::move(found_);
  }

 private:
  std::uint32_t add_agent(DeviceId device) {  // its number
    found_.devices.push_back(device);
    return found_.reducers.num_agents++;
  }

  void add_domain_switches() {
    std::vector<std::optional<std::vector<DeviceId>>> common(num_domains_);
    for (std::size_t rank = 0; rank < cards_.size(); ++rank) {
      std::vector<DeviceId> own;
      for (const LinkId link : topology_.out_links(cards_[rank])) {
        const DeviceId to = topology_.link(link).to;
        if (!usable(topology_, link) || !reduces(topology_, to, DeviceKind::scaleup_switch)) continue;
        if (!routes_.links_between(to, cards_[rank]).empty()) own.push_back(to);
      }
      std::ranges::sort(own);
      own.erase(std::unique(own.begin(), own.end()), own.end());
      std::optional<std::vector<DeviceId>>& all = common[domain_of_[rank]];
      if (!all) {
        all = std::move(own);
      } else {
        std::erase_if(*all, [&](DeviceId id) { return !std::ranges::binary_search(own, id); });
      }
      if (all->empty()) {
        found_.reducers.missing_switches = kNoDomainSwitches;
        return;
      }
    }
    for (const auto& switches : common) {
      auto& agents = found_.reducers.domain_switches.emplace_back();
      for (const DeviceId device : *switches) {
        agents.push_back(add_agent(device));
        add_agent(device);
      }
    }
  }

  /// Leaves of a card, each once, in order of its links.
  [[nodiscard]] std::vector<DeviceId> leaves_of(DeviceId card) const {
    std::vector<DeviceId> leaves;
    const auto add_ports = [&](DeviceId device) {
      for (const LinkId id : topology_.out_links(device)) {
        const DeviceId to = topology_.link(id).to;
        if (topology_.link(id).kind != LinkKind::scale_out || !usable(topology_, id)) continue;
        if (!reduces(topology_, to, DeviceKind::network_switch)) continue;
        if (std::ranges::find(leaves, to) == leaves.end()) leaves.push_back(to);
      }
    };
    add_ports(card);
    for (const LinkId id : topology_.out_links(card)) {
      const Link& link = topology_.link(id);
      if (link.kind == LinkKind::host && usable(topology_, id)) add_ports(link.to);
    }
    return leaves;
  }

  void add_trees() {
    using Way = std::pair<std::int32_t, std::uint32_t>;  // plane, and which of the leaves that a card has there
    std::map<Way, std::vector<DeviceId>> leaf_of_rank;
    for (std::size_t rank = 0; rank < cards_.size(); ++rank) {
      std::map<std::int32_t, std::uint32_t> ways;  // by plane
      for (const DeviceId leaf : leaves_of(cards_[rank])) {
        const std::int32_t plane = topology_.device(leaf).plane;
        auto& leaves = leaf_of_rank[{plane, ways[plane]++}];
        leaves.resize(cards_.size());
        leaves[rank] = leaf;
      }
    }
    for (const auto& [way, leaves] : leaf_of_rank) add_tree(leaves);
    if (!found_.reducers.trees.empty()) {
      found_.reducers.trees_unasked = std::ranges::all_of(topology_.devices(), [](const Device& d) {
        return d.kind != DeviceKind::network_switch || !d.reduces || d.reduces_unasked;
      });
      return;
    }
    const bool any = std::ranges::any_of(
        topology_.devices(), [](const Device& d) { return d.kind == DeviceKind::network_switch && d.reduces; });
    found_.reducers.missing_trees = any ? kNoTree : kNoFabricSwitches;
  }

  /// A switch above the leaves by the first of its stripe set.
  [[nodiscard]] DeviceId stands_for(DeviceId device) {
    const std::vector<DeviceId>& set = routes_.stripe_set(device);
    return set.empty() ? DeviceId() : set.front();
  }

  /// The one node above, of which all parts are joined with this one; none: there is none.
  [[nodiscard]] DeviceId parent_of(DeviceId node) {
    std::set<DeviceId> above;
    for (const DeviceId one : routes_.stripe_set(node)) {
      for (const LinkId id : topology_.out_links(one)) {
        const DeviceId to = topology_.link(id).to;
        const Device& device = topology_.device(to);
        if (device.kind != DeviceKind::network_switch || device.tier <= topology_.device(node).tier) continue;
        if (!device.reduces) return DeviceId();
        above.insert(stands_for(to));
      }
    }
    if (above.size() != 1 || !above.begin()->valid()) return DeviceId();
    const DeviceId parent = *above.begin();
    return routes_.links_between(node, parent).empty() || routes_.links_between(parent, node).empty() ? DeviceId()
                                                                                                      : parent;
  }

  void add_tree(const std::vector<DeviceId>& leaf_of_rank) {
    std::vector<DeviceId> level;
    for (const DeviceId leaf : leaf_of_rank) {
      if (leaf.valid()) level.push_back(leaf);
    }
    if (level.size() < 2) return;
    std::ranges::sort(level);
    level.erase(std::unique(level.begin(), level.end()), level.end());
    std::vector<DeviceId> nodes, parents;  // beside each other
    while (level.size() > 1) {
      std::vector<DeviceId> above;
      for (const DeviceId node : level) {
        const DeviceId parent = parent_of(node);
        if (!parent.valid()) return;
        nodes.push_back(node);
        parents.push_back(parent);
        above.push_back(parent);
      }
      std::ranges::sort(above);
      above.erase(std::unique(above.begin(), above.end()), above.end());
      level = std::move(above);
    }
    nodes.push_back(level.front());
    parents.emplace_back();
    std::map<DeviceId, std::uint32_t> number;
    ReductionTree tree{.first_agent = found_.reducers.num_agents, .parent = {}, .leaf_of = {}};
    for (const DeviceId node : nodes) {
      number.emplace(node, static_cast<std::uint32_t>(number.size()));
      add_agent(node);
    }
    for (const DeviceId parent : parents) {
      tree.parent.push_back(parent.valid() ? number.at(parent) : ReductionTree::kNone);
    }
    for (const DeviceId leaf : leaf_of_rank) {
      tree.leaf_of.push_back(leaf.valid() ? number.at(leaf) : ReductionTree::kNone);
    }
    found_.reducers.trees.push_back(std::move(tree));
  }

  const Topology& topology_;
  std::span<const DeviceId> cards_;
  std::span<const std::uint32_t> domain_of_;
  std::uint32_t num_domains_;
  SwitchRoutes routes_;
  FoundReducers found_;
};

}  // namespace

FoundReducers find_reducers(const Topology& topology, std::span<const DeviceId> cards,
                            std::span<const std::uint32_t> domain_of, std::uint32_t num_domains) {
  return Finder(topology, cards, domain_of, num_domains).find();
}

}  // namespace polyplane::sim
