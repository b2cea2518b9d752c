// The two trees of a double binary tree (Sanders, Speck and Traeff, 2009) in NCCL's form: who is whose child.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "collectives/rank_layout.h"

namespace polyplane::collectives {

/// Between domains a binary tree of leaders, one rank a domain; from each leader a chain through its domain. With a
/// single domain every rank is its own leader. Tree 1 is the mirror of tree 0 (odd number of leaders: shifted by one),
/// so that leaders inside one tree are leaves of the other and both together use each link both ways.
struct TreeNode {
  RankId parent;                  // none: the root of the tree
  std::uint8_t slot = 0;          // which child of its parent this is
  std::uint8_t num_children = 0;  // far ones first, the next of the chain last
  std::array<RankId, 3> children{};
};

/// Nodes by rank. Channel c leads with local c mod size of each domain, so that channels use different rails.
[[nodiscard]] std::vector<TreeNode> double_tree(const RankLayout& layout, std::uint32_t channel, std::uint32_t tree);

/// As double_tree, with `root` on top of both trees. Its domain hangs from it as a chain; the first of the chain on the
/// channel's rail (local of the root + c) has the tree of all other domains as a child.
[[nodiscard]] std::vector<TreeNode> rooted_double_tree(const RankLayout& layout, RankId root, std::uint32_t channel,
                                                       std::uint32_t tree);

}  // namespace polyplane::collectives
