// A job on part of a cluster: which cards its ranks get, by a rule as schedulers have them. Nodes are filled from their
// first card on; ranks follow the nodes in node order (hostlist: in the order of the list).
//   packed    the first nodes
//   spread    as few ranks a node as will do (or ranks_per_node), on nodes at even distances over the whole cluster
//   pod       as few pods as will do: the smallest pod that holds the job, else the largest, and so on for the rest.
//             Pods are those that generators mark (a pod of a fat tree of three tiers, a unit of rails, a group)
//   random    nodes drawn by seed: what a busy scheduler leaves. A job on the whole cluster is not shuffled
//   hostlist  the nodes of a Slurm hostlist (base/hostlist.h)
// Left out: nodes that are down (faults come later), several jobs that share nodes, Slurm's cyclic order of ranks
// (a rank map can give any order).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/experiment.h"

namespace polyplane::sim {

struct PlacementSpec {
  std::string policy = "packed";               // one of placement_policies()
  std::optional<std::int64_t> ranks;           // absent: as many as there is room for
  std::optional<std::int64_t> ranks_per_node;  // absent: all cards of a node (spread: as few as will do)
  std::string hosts;                           // of hostlist
  std::uint64_t seed = 0;                      // of random
};

struct RankPlacement {
  std::vector<std::uint32_t> cards;  // of each rank: index into Topology::accelerators()
  std::string text;                  // "spread, 16 ranks on 8 nodes: node[0,4,8,12,16,20,24,28]"; long lists are cut
};

/// Ascending.
[[nodiscard]] const std::vector<std::string>& placement_policies();

/// From the description of the cluster; only `pod` builds its graph. Throws InputError that stands after "placement: ":
/// an unknown policy, what the policy does not take or lacks, more ranks than room, a node with fewer cards than
/// ranks_per_node, ranks that are no multiple of it, hosts that do not exist or come twice, a cluster without pods.
[[nodiscard]] RankPlacement place_ranks(const ClusterChoice& cluster, const PlacementSpec& spec);

}  // namespace polyplane::sim
