#include "sim/cluster_graph.h"

#include <map>
#include <vector>

#include "base/error.h"
#include "base/suggest.h"
#include "sim/graph_topology.h"

namespace polyplane::sim {
namespace {

/// What a card of a member without a fabric has as ports: its NICs, or its part of one that is shared.
topology::JoinedMember joined(const ClusterMember& member, const topology::Topology& topology) {
  topology::JoinedMember joined{.topology = &topology, .name = member.name, .port_rate = {}, .port_latency = {}};
  const topology::NodeSpec& node = member.cluster->spec.node;
  if (member.cluster->graph || node.nics == 0) return joined;
  joined.port_rate = BitRate::from_bps(node.nic_rate.bps() * node.nics / node.accelerators);
  joined.port_latency = node.nic_latency;
  return joined;
}

topology::Topology build_members(const ClusterChoice& cluster) {
  std::map<const ClusterChoice*, topology::Topology> built;  // looked up, never walked
  std::vector<topology::JoinedMember> members;
  for (const ClusterMember& member : cluster.members) {
    const ClusterChoice* const choice = member.cluster.get();
    if (!built.contains(choice)) built.emplace(choice, build(*choice));
    members.push_back(joined(member, built.at(choice)));
  }
  return topology::join_clusters(cluster.spec.name, members, cluster.interconnect);
}

}  // namespace

const std::string& name_of(const ClusterChoice& cluster) {
  return cluster.graph ? cluster.graph->name : cluster.spec.name;
}

topology::ClusterSize size_of(const ClusterChoice& cluster) {
  topology::ClusterSize size;
  if (cluster.graph) {
    size.devices = cluster.graph->devices.size();
    for (const GraphSpec::Edge& edge : cluster.graph->edges) size.links += edge.two_way ? 2 : 1;
    return size;
  }
  if (cluster.members.empty()) return topology::cluster_size(cluster.spec);
  for (const ClusterMember& member : cluster.members) {
    const topology::ClusterSize one = size_of(*member.cluster);
    size.devices += one.devices;
    size.links += one.links;
  }
  if (size.devices > topology::kMaxDevices || size.links > topology::kMaxLinks) {
    throw LimitError("cluster \"" + printable(cluster.spec.name) + "\": its " + std::to_string(cluster.members.size()) +
                     " members would have more than " + std::to_string(topology::kMaxDevices) + " devices or " +
                     std::to_string(topology::kMaxLinks) + " directed links");
  }
  return size;
}

topology::Topology build(const ClusterChoice& cluster) {
  if (cluster.graph) return build_graph(*cluster.graph);
  return cluster.members.empty() ? topology::build_cluster(cluster.spec) : build_members(cluster);
}

}  // namespace polyplane::sim
