// Layouts (who shares a node, a rail, a torus, a switch that reduces) that algorithms are verified on. They are made up: on real
// ranks every message goes by MPI, whatever the layout says. No MPI.
#pragma once

#include <string>
#include <vector>

#include "collectives/rank_layout.h"

namespace polyplane::mpi {

struct VerifyLayout {
  std::string text;  // "domains of 2"
  collectives::RankLayout layout;
};

/// Of so many ranks, plain ones first: domains of each size that divides them, then the same with all that a cluster can have
/// (boxes of a torus, switches that reduce in domains and as trees above, groups of domains, planes of unequal rates), then with
/// trees by rail, then in two sites. An algorithm can do some of them.
[[nodiscard]] std::vector<VerifyLayout> verify_layouts(std::uint32_t ranks);

}  // namespace polyplane::mpi
