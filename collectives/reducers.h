// The switches that can reduce and multicast for the ranks of a layout, as agents of a schedule: how many, and who hangs below
// whom. No graph, no rates: sim/find_reducers.h finds them in one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace polyplane::collectives {

/// A tree of switches of the scale-out fabric above NICs. Node i is agent `first_agent` + i; children stand before their
/// parents, so the top is the last one. A node above the leaves may stand for several switches that share its work evenly.
struct ReductionTree {
  static constexpr std::uint32_t kNone = UINT32_MAX;
  std::uint32_t first_agent = 0;
  std::vector<std::uint32_t> parent;   // by node; the top: kNone
  std::vector<std::uint32_t> leaf_of;  // by rank: the node that its NIC is on; kNone: the tree does not reach it
  friend bool operator==(const ReductionTree&, const ReductionTree&) = default;
};

/// Agents are numbered from 0, those of the domains first. A switch of a domain is two, for it keeps nothing: agent a adds up
/// what ranks send, agent a + 1 gives to many what a rank sends.
struct Reducers {
  std::uint32_t num_agents = 0;
  /// By scale-up domain: the first agent of each of its switches that reduce, all with links to all ranks of the domain. Empty
  /// where some domain has none.
  std::vector<std::vector<std::uint32_t>> domain_switches;
  /// One for each way that NICs meet the fabric: a plane, or one of several NICs of a card. Empty: none.
  std::vector<ReductionTree> trees;
  bool trees_unasked = false;  // the fabric is set up for it: a choice among algorithms may count on trees
  /// To stand after "needs", of what is missing: "switches that reduce in the scale-out fabric (...)". "" when there are some.
  std::string missing_switches, missing_trees;
  friend bool operator==(const Reducers&, const Reducers&) = default;
};

}  // namespace polyplane::collectives
