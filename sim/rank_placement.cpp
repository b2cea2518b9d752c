#include "sim/rank_placement.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "base/hostlist.h"
#include "base/random.h"
#include "base/suggest.h"
#include "sim/cluster_graph.h"
#include "sim/cluster_nodes.h"

namespace polyplane::sim {
namespace {

constexpr std::size_t kMaxHostText = 160;
constexpr std::uint64_t kStream = 0x706c616365;  // of random numbers: placement's own

using Nodes = std::vector<std::uint32_t>;

std::string plural(std::int64_t count, const std::string& noun) {
  return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

/// By node. Of a node without a pod: -1.
std::vector<std::int32_t> pods_of_nodes(const ClusterChoice& cluster) {
  const topology::Topology topology = build(cluster);
  std::vector<std::int32_t> pods;
  std::int32_t last = -1;
  for (const DeviceId id : topology.accelerators()) {
    const topology::Device& card = topology.device(id);
    if (card.node != last) pods.push_back(card.pod);
    last = card.node;
  }
  return pods;
}

class Placer {
 public:
  Placer(const ClusterChoice& cluster, const PlacementSpec& spec)
      : cluster_(cluster), spec_(spec), cards_(cards_per_node(cluster)) {
    if (std::ranges::find(placement_policies(), spec.policy) == placement_policies().end()) {
      throw InputError(unknown_name("policy", spec.policy, placement_policies()));
    }
    if (spec.hosts.empty() == (spec.policy == "hostlist")) {
      throw InputError(spec.hosts.empty() ? "hostlist needs hosts; write for example \"node[0-3,7]\""
                                          : "hosts are of policy hostlist, not of " + spec.policy);
    }
  }

  RankPlacement place() {
    Nodes order = spec_.policy == "hostlist" ? listed_nodes() : Nodes(cards_.size());
    if (spec_.policy != "hostlist") std::iota(order.begin(), order.end(), 0U);
    check(order);
    ranks_ = spec_.ranks.value_or(room(order, limit()));
    if (spec_.policy == "spread") order = spread(order);
    if (spec_.policy == "random") shuffle(order);
    if (spec_.policy == "pod") order = by_pod(order);
    return fill(order);
  }

 private:
  [[nodiscard]] std::int64_t limit() const { return spec_.ranks_per_node.value_or(INT64_MAX); }
  [[nodiscard]] std::int64_t room(std::uint32_t node, std::int64_t most) const {
    return std::min<std::int64_t>(cards_[node], most);
  }
  [[nodiscard]] std::int64_t room(const Nodes& nodes, std::int64_t most) const {
    std::int64_t sum = 0;
    for (const std::uint32_t node : nodes) sum += room(node, most);
    return sum;
  }

  Nodes listed_nodes() const {
    const std::vector<std::string> names = node_names(cluster_);
    std::map<std::string, std::uint32_t> numbers;
    for (std::uint32_t node = 0; node < names.size(); ++node) numbers.emplace(names[node], node);
    Nodes nodes;
    std::vector<bool> taken(names.size(), false);
    for (const std::string& host : expand_hostlist(spec_.hosts)) {
      const auto found = numbers.find(host);
      if (found == numbers.end()) throw InputError(unknown_name("node", host, names));
      if (taken[found->second]) throw InputError("node " + printable(host) + " comes twice");
      taken[found->second] = true;
      nodes.push_back(found->second);
    }
    return nodes;
  }

  void check(const Nodes& nodes) const {
    if (spec_.ranks_per_node) {
      const std::int64_t each = *spec_.ranks_per_node;
      const auto small = std::ranges::find_if(nodes, [&](std::uint32_t node) { return cards_[node] < each; });
      if (small != nodes.end()) {
        throw InputError(plural(each, "rank") + " a node do not fit: " + node_names(cluster_)[*small] + " has " +
                         plural(cards_[*small], "card"));
      }
      if (spec_.ranks && *spec_.ranks % each != 0) {
        throw InputError(plural(*spec_.ranks, "rank") + " are not a multiple of " + std::to_string(each) + " a node");
      }
    }
    const std::int64_t most = room(nodes, limit());
    if (spec_.ranks && *spec_.ranks > most) {
      throw InputError(plural(*spec_.ranks, "rank") + " do not fit on " +
                       plural(static_cast<std::int64_t>(nodes.size()), "node") + " with room for " +
                       std::to_string(most) +
                       (spec_.ranks_per_node ? ", " + std::to_string(*spec_.ranks_per_node) + " a node" : ""));
    }
  }

  /// `count` of them, at even distances.
  static Nodes evenly(const Nodes& nodes, std::size_t count) {
    Nodes chosen;
    for (std::size_t i = 0; i < count; ++i) chosen.push_back(nodes[i * nodes.size() / count]);
    return chosen;
  }

  /// The fewest nodes at even distances that hold the job, each with as few ranks as all of them together need.
  Nodes spread(const Nodes& nodes) {
    const auto fewest = [](std::int64_t low, std::int64_t high, auto&& enough) {
      while (low < high) {
        const std::int64_t middle = low + (high - low) / 2;
        (enough(middle) ? high : low) = enough(middle) ? middle : middle + 1;
      }
      return low;
    };
    if (spec_.ranks_per_node) {
      most_ = *spec_.ranks_per_node;
    } else {
      const std::int64_t largest = *std::ranges::max_element(cards_);
      most_ = fewest(1, largest, [&](std::int64_t most) { return room(nodes, most) >= ranks_; });
    }
    const auto count = fewest(1, static_cast<std::int64_t>(nodes.size()), [&](std::int64_t k) {
      return room(evenly(nodes, static_cast<std::size_t>(k)), most_) >= ranks_;
    });
    return evenly(nodes, static_cast<std::size_t>(count));
  }

  /// As many of them as hold the job, drawn without preference, in node order.
  void shuffle(Nodes& nodes) const {
    RandomStream random(spec_.seed, kStream);
    std::int64_t held = 0;
    std::size_t count = 0;
    for (; count < nodes.size() && held < ranks_; ++count) {
      std::swap(nodes[count], nodes[count + random.below(nodes.size() - count)]);
      held += room(nodes[count], limit());
    }
    nodes.resize(count);
    std::ranges::sort(nodes);
  }

  Nodes by_pod(const Nodes& nodes) const {
    const std::vector<std::int32_t> pod_of = pods_of_nodes(cluster_);
    std::map<std::int32_t, Nodes> members;
    for (const std::uint32_t node : nodes) members[pod_of[node]].push_back(node);
    if (members.contains(-1)) {
      throw InputError(node_names(cluster_)[members[-1].front()] +
                       " is in no pod; trees of three tiers, rail-optimised trees and groups of switches have pods");
    }
    Nodes order;
    for (std::int64_t left = ranks_; left > 0;) {
      auto best = members.begin();
      for (auto pod = members.begin(); pod != members.end(); ++pod) {
        const std::int64_t here = room(pod->second, limit()), there = room(best->second, limit());
        const bool better = here >= left ? there < left || here < there : here > there;
        if (better) best = pod;
      }
      const std::int64_t taken = std::min(left, room(best->second, limit()));
      for (const std::uint32_t node : best->second) order.push_back(node);
      left -= taken;
      members.erase(best);
    }
    return order;
  }

  RankPlacement fill(const Nodes& order) const {
    std::vector<std::pair<std::uint32_t, std::int64_t>> used;  // node, ranks
    std::int64_t left = ranks_;
    for (const std::uint32_t node : order) {
      const std::int64_t here = std::min(left, room(node, std::min(limit(), most_)));
      if (here == 0) break;
      used.emplace_back(node, here);
      left -= here;
    }
    if (spec_.policy != "hostlist") std::ranges::sort(used);
    std::vector<std::uint32_t> first(cards_.size() + 1, 0);
    std::partial_sum(cards_.begin(), cards_.end(), first.begin() + 1);
    RankPlacement placement;
    for (const auto& [node, count] : used) {
      for (std::int64_t i = 0; i < count; ++i) {
        placement.cards.push_back(first[node] + static_cast<std::uint32_t>(i));
      }
    }
    placement.text = text(used);
    return placement;
  }

  std::string text(const std::vector<std::pair<std::uint32_t, std::int64_t>>& used) const {
    const std::vector<std::string> names = node_names(cluster_);
    std::vector<std::string> hosts;
    for (const auto& [node, count] : used) hosts.push_back(names[node]);
    std::string list = compress_hostlist(hosts);
    if (list.size() > kMaxHostText) list = list.substr(0, kMaxHostText) + "...";
    const std::string seed = spec_.policy == "random" ? " (seed " + std::to_string(spec_.seed) + ")" : "";
    return spec_.policy + seed + ", " + plural(ranks_, "rank") + " on " +
           plural(static_cast<std::int64_t>(used.size()), "node") + ": " + list;
  }

  const ClusterChoice& cluster_;
  const PlacementSpec& spec_;
  std::vector<std::uint32_t> cards_;  // by node
  std::int64_t ranks_ = 0;
  std::int64_t most_ = INT64_MAX;  // ranks of one node
};

}  // namespace

const std::vector<std::string>& placement_policies() {
  static const std::vector<std::string> policies{"hostlist", "packed", "pod", "random", "spread"};
  return policies;
}

RankPlacement place_ranks(const ClusterChoice& cluster, const PlacementSpec& spec) {
  if (count_cards(cluster) == 0) throw InputError("the cluster has no accelerator to put a rank on");
  return Placer(cluster, spec).place();
}

}  // namespace polyplane::sim
