#include "sim/cluster_nodes.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "base/error.h"
#include "base/suggest.h"
#include "sim/cluster_graph.h"

namespace polyplane::sim {
namespace {

/// Number of cards and name of the first, by node.
std::map<std::int32_t, std::pair<std::uint32_t, std::string>> nodes_of(const GraphSpec& graph) {
  std::map<std::int32_t, std::pair<std::uint32_t, std::string>> nodes;
  for (const topology::Device& device : graph.devices) {
    if (device.kind != topology::DeviceKind::accelerator) continue;
    auto& [count, name] = nodes[device.node];
    if (count++ == 0) name = device.name;
  }
  return nodes;
}

[[noreturn]] void throw_too_many(const ClusterChoice& cluster, std::int64_t cards) {
  throw LimitError("cluster " + printable(name_of(cluster)) + ": " + std::to_string(cards) +
                   " accelerators are over the limit of " + std::to_string(topology::kMaxDevices) + " devices");
}

}  // namespace

std::int64_t count_cards(const ClusterChoice& cluster) {
  if (cluster.graph) {
    return std::ranges::count(cluster.graph->devices, topology::DeviceKind::accelerator, &topology::Device::kind);
  }
  if (cluster.members.empty()) return std::int64_t{cluster.spec.nodes} * cluster.spec.node.accelerators;
  std::int64_t cards = 0;
  for (const ClusterMember& member : cluster.members) cards += count_cards(*member.cluster);
  return cards;
}

std::vector<std::uint32_t> cards_per_node(const ClusterChoice& cluster) {
  std::vector<std::uint32_t> cards;
  if (cluster.graph) {
    for (const auto& [node, counted] : nodes_of(*cluster.graph)) cards.push_back(counted.first);
    return cards;
  }
  const std::int64_t total = count_cards(cluster);
  if (total > topology::kMaxDevices || cluster.spec.nodes > topology::kMaxDevices) throw_too_many(cluster, total);
  for (const ClusterMember& member : cluster.members) {
    const std::vector<std::uint32_t> more = cards_per_node(*member.cluster);
    cards.insert(cards.end(), more.begin(), more.end());
  }
  if (!cluster.members.empty()) return cards;
  return std::vector<std::uint32_t>(static_cast<std::size_t>(std::max(0, cluster.spec.nodes)),
                                    static_cast<std::uint32_t>(std::max(0, cluster.spec.node.accelerators)));
}

std::vector<std::string> node_names(const ClusterChoice& cluster) {
  std::vector<std::string> names;
  if (cluster.graph) {
    for (const auto& [node, counted] : nodes_of(*cluster.graph)) {
      names.push_back(counted.second.substr(0, counted.second.rfind('/')));
    }
    return names;
  }
  for (const ClusterMember& member : cluster.members) {
    for (const std::string& name : node_names(*member.cluster)) names.push_back(member.name + "/" + name);
  }
  if (!cluster.members.empty()) return names;
  for (std::int32_t node = 0; node < cluster.spec.nodes; ++node) names.push_back("node" + std::to_string(node));
  return names;
}

}  // namespace polyplane::sim
