// The levels of a cluster as far as its ranks tell, from the cards of one node or scale-up domain to the whole: who is next to
// whom, then next to these, and so on. What algorithms over any number of levels build on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "collectives/rank_layout.h"

namespace polyplane::collectives {

/// Levels that join nothing (groups of one) are left out. From the inside: the cards of a node, where domains span several
/// nodes, else those of a domain; these are `innermost`, as domains of a layout. Above them `extents`: members of a group of
/// each level, of its largest where they differ, in the order nodes of a domain, domains of a leaf, leaves of a pod, pods of a
/// site, sites.
struct RankLevels {
  std::optional<RankLayout> innermost;
  std::vector<std::uint32_t> extents;             // each above 1
  std::vector<std::vector<std::uint32_t>> digit;  // [level][domain of `innermost`]: which of its group
  std::vector<std::vector<std::uint32_t>> group;  // [level][domain of `innermost`]: that group, from 0
  bool even = true;                               // all groups of a level have as many members
  /// To stand after the name of an algorithm; "" when all of the innermost are of one size, with the same rails.
  std::string why_not;
};

[[nodiscard]] RankLevels levels_of(const RankLayout& layout);

}  // namespace polyplane::collectives
