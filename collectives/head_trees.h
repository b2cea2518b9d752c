// Which trees of switches the heads of a part share: the ranks of one local in all domains.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "collectives/rank_layout.h"
#include "collectives/reducers.h"

namespace polyplane::collectives {

/// By local: the trees that reach it in every domain, as many for each local (those past the fewest are left out).
/// Borrowed from the layout. REQUIRES: domains of equal size.
[[nodiscard]] inline std::vector<std::vector<const ReductionTree*>> trees_by_local(const RankLayout& layout) {
  std::vector<std::vector<const ReductionTree*>> trees(layout.uniform_domain_size());
  std::size_t fewest = layout.reducers().trees.size();
  for (std::uint32_t local = 0; local < trees.size(); ++local) {
    for (const ReductionTree& tree : layout.reducers().trees) {
      bool reaches = true;
      for (std::uint32_t domain = 0; domain < layout.num_domains(); ++domain) {
        reaches = reaches && tree.leaf_of[layout.members(domain)[local].index()] != ReductionTree::kNone;
      }
      if (reaches) trees[local].push_back(&tree);
    }
    fewest = std::min(fewest, trees[local].size());
  }
  for (auto& of_local : trees) of_local.resize(fewest);
  return trees;
}

inline constexpr const char* kNeedsHeadTrees =
    "needs for each local a tree of switches that reaches it in every scale-up domain";

}  // namespace polyplane::collectives
