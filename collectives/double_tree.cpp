#include "collectives/double_tree.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/check.h"

namespace polyplane::collectives {
namespace {

using Chain = std::vector<RankId>;  // the leader first

void adopt(std::vector<TreeNode>& nodes, RankId parent, RankId child) {
  TreeNode& above = nodes[parent.index()];
  CHECK(above.num_children < above.children.size(), "a tree node with more than three children");
  nodes[child.index()].parent = parent;
  nodes[child.index()].slot = above.num_children;
  above.children[above.num_children++] = child;
}

/// Parent of position i > 0 in the tree that alternates leaves and inner nodes: odd positions are leaves, position 0 is
/// the root with one child. The lowest set bit moves up one place, or is dropped where that leads beyond the end.
std::uint32_t tree_parent(std::uint32_t i, std::uint32_t count) {
  const std::uint32_t bit = i & (~i + 1);
  const std::uint32_t up = (i ^ bit) | (bit << 1U);
  return up < count ? up : i ^ bit;
}

/// Links the leaders of the chains as tree 0 or 1, then each chain. Returns the root of the tree.
RankId link_chains(const std::vector<Chain>& chains, std::uint32_t tree, std::vector<TreeNode>& nodes) {
  const auto count = static_cast<std::uint32_t>(chains.size());
  const auto leader = [&](std::uint32_t position) {
    if (tree == 0) return chains[position][0];
    return chains[count % 2 == 0 ? count - 1 - position : (position + 1) % count][0];
  };
  for (std::uint32_t position = 1; position < count; ++position) {
    adopt(nodes, leader(tree_parent(position, count)), leader(position));
  }
  for (const Chain& chain : chains) {
    for (std::size_t i = 1; i < chain.size(); ++i) adopt(nodes, chain[i - 1], chain[i]);
  }
  return leader(0);
}

Chain rotated(const std::vector<RankId>& members, std::uint32_t first) {
  Chain chain = members;
  std::rotate(chain.begin(), chain.begin() + static_cast<std::ptrdiff_t>(first % chain.size()), chain.end());
  return chain;
}

}  // namespace

std::vector<TreeNode> double_tree(const RankLayout& layout, std::uint32_t channel, std::uint32_t tree) {
  std::vector<Chain> chains;
  if (layout.num_domains() == 1) {
    for (const RankId rank : layout.members(0)) chains.push_back({rank});
  } else {
    for (std::uint32_t m = 0; m < layout.num_domains(); ++m) chains.push_back(rotated(layout.members(m), channel));
  }
  std::vector<TreeNode> nodes(layout.num_ranks());
  link_chains(chains, tree, nodes);
  return nodes;
}

std::vector<TreeNode> rooted_double_tree(const RankLayout& layout, RankId root, std::uint32_t channel,
                                         std::uint32_t tree) {
  const RankPlace& place = layout.place(root);
  std::vector<TreeNode> nodes(layout.num_ranks());
  std::vector<Chain> chains;
  Chain own = rotated(layout.members(place.domain), place.local);
  const std::size_t gateway = channel % own.size();
  if (layout.num_domains() == 1) {
    for (std::size_t i = 1; i < own.size(); ++i) chains.push_back({own[i]});
    own.resize(1);
  } else if (gateway > 1) {
    std::swap(own[1], own[gateway]);
  }
  for (std::uint32_t i = 1; i < layout.num_domains(); ++i) {
    const std::uint32_t domain = (place.domain + i) % layout.num_domains();
    chains.push_back(rotated(layout.members(domain), place.local + channel));
  }
  const RankId above = own[std::min<std::size_t>(std::min(gateway, own.size() - 1), 1)];
  if (!chains.empty()) adopt(nodes, above, link_chains(chains, tree, nodes));
  for (std::size_t i = 1; i < own.size(); ++i) adopt(nodes, own[i - 1], own[i]);
  return nodes;
}

}  // namespace polyplane::collectives
