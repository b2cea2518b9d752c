// Layouts whose scale-up domains and fabric have switches that reduce, for proofs without a graph.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "collectives/rank_layout.h"

namespace polyplane::collectives {

struct ReducingShape {
  std::uint32_t switches = 0;        // of each domain
  std::uint32_t trees = 0;           // that each rank is on; with `by_rail`, of each rail
  std::uint32_t ranks_per_leaf = 4;  // neighbours on one leaf
  std::uint32_t leaves_per_pod = 0;  // 0: one top above all leaves; else pods, and one top above them
  bool by_rail = false;              // each local of the domains has trees of its own
};

inline void add_tree(const RankLayout& layout, const ReducingShape& shape, const std::vector<std::uint32_t>& ranks,
                     Reducers& reducers) {
  ReductionTree tree{.first_agent = reducers.num_agents,
                     .parent = {},
                     .leaf_of = std::vector<std::uint32_t>(layout.num_ranks(), ReductionTree::kNone)};
  const auto count = static_cast<std::uint32_t>(ranks.size());
  const std::uint32_t leaves = (count + shape.ranks_per_leaf - 1) / shape.ranks_per_leaf;
  for (std::uint32_t i = 0; i < count; ++i) tree.leaf_of[ranks[i]] = i / shape.ranks_per_leaf;
  tree.parent.assign(leaves, ReductionTree::kNone);
  std::uint32_t lower = 0, end = leaves;
  if (shape.leaves_per_pod > 0 && leaves > 1) {
    const std::uint32_t pods = (leaves + shape.leaves_per_pod - 1) / shape.leaves_per_pod;
    for (std::uint32_t leaf = 0; leaf < leaves; ++leaf) tree.parent[leaf] = leaves + leaf / shape.leaves_per_pod;
    tree.parent.resize(leaves + pods, ReductionTree::kNone);
    lower = leaves;
    end = leaves + pods;
  }
  if (end - lower > 1) {
    for (std::uint32_t node = lower; node < end; ++node) tree.parent[node] = end;
    tree.parent.push_back(ReductionTree::kNone);
  }
  reducers.num_agents += static_cast<std::uint32_t>(tree.parent.size());
  reducers.trees.push_back(std::move(tree));
}

inline RankLayout with_reducers(RankLayout layout, const ReducingShape& shape) {
  Reducers reducers;
  for (std::uint32_t domain = 0; shape.switches > 0 && domain < layout.num_domains(); ++domain) {
    auto& switches = reducers.domain_switches.emplace_back();
    for (std::uint32_t s = 0; s < shape.switches; ++s) {
      switches.push_back(reducers.num_agents);
      reducers.num_agents += 2;
    }
  }
  for (std::uint32_t t = 0; t < shape.trees; ++t) {
    std::vector<std::vector<std::uint32_t>> members(shape.by_rail ? layout.members(0).size() : 1);
    for (std::uint32_t rank = 0; rank < layout.num_ranks(); ++rank) {
      members[shape.by_rail ? layout.place(RankId(rank)).local : 0].push_back(rank);
    }
    for (const auto& ranks : members) add_tree(layout, shape, ranks, reducers);
  }
  if (shape.switches == 0) reducers.missing_switches = "switches that reduce in its scale-up domain";
  if (shape.trees == 0) reducers.missing_trees = "switches that reduce in the scale-out fabric";
  layout.set_reducers(std::move(reducers));
  return layout;
}

}  // namespace polyplane::collectives
