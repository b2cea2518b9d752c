#include "mpi/verify_layouts.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "collectives/rank_grid.h"
#include "collectives/reducers.h"

namespace polyplane::mpi {
namespace {

using collectives::RankGrid;
using collectives::RankLayout;
using collectives::Reducers;
using collectives::ReductionTree;

/// `cells` ranks as a box whose sides are prime, the largest last.
std::optional<RankGrid> box_of(std::uint32_t cells) {
  std::vector<std::vector<std::int32_t>> coordinates(cells);
  std::uint32_t stride = 1, left = cells;
  for (std::uint32_t side = 2; left > 1; ++side) {
    for (; left % side == 0; left /= side) {
      for (std::uint32_t cell = 0; cell < cells; ++cell) {
        coordinates[cell].push_back(static_cast<std::int32_t>(cell / stride % side));
      }
      stride *= side;
    }
  }
  return RankGrid::fill(coordinates);
}

/// Leaves of two ranks each, and one top above them if there are several.
void add_tree(Reducers& reducers, std::uint32_t num_ranks, const std::vector<RankId>& ranks) {
  ReductionTree tree{.first_agent = reducers.num_agents,
                     .parent = {},
                     .leaf_of = std::vector<std::uint32_t>(num_ranks, ReductionTree::kNone)};
  const auto leaves = static_cast<std::uint32_t>((ranks.size() + 1) / 2);
  for (std::size_t i = 0; i < ranks.size(); ++i) tree.leaf_of[ranks[i].index()] = static_cast<std::uint32_t>(i / 2);
  tree.parent.assign(leaves, leaves > 1 ? leaves : ReductionTree::kNone);
  if (leaves > 1) tree.parent.push_back(ReductionTree::kNone);
  reducers.num_agents += static_cast<std::uint32_t>(tree.parent.size());
  reducers.trees.push_back(std::move(tree));
}

void add_reducers(RankLayout& layout, bool by_rail) {
  Reducers reducers;
  for (std::uint32_t domain = 0; domain < layout.num_domains(); ++domain) {
    auto& switches = reducers.domain_switches.emplace_back();
    for (int i = 0; i < 2; ++i) {
      switches.push_back(reducers.num_agents);
      reducers.num_agents += 2;
    }
  }
  const std::uint32_t rails = by_rail ? layout.uniform_domain_size() : 1;
  for (std::uint32_t rail = 0; rail < rails; ++rail) {
    std::vector<RankId> ranks;
    for (std::uint32_t rank = 0; rank < layout.num_ranks(); ++rank) {
      if (!by_rail || layout.place(RankId(rank)).local == rail) ranks.emplace_back(rank);
    }
    if (ranks.size() > 1) add_tree(reducers, layout.num_ranks(), ranks);
  }
  reducers.missing_trees = reducers.trees.empty() ? "several ranks on a rail" : "";
  layout.set_reducers(std::move(reducers));
}

/// Every card a stripe of its own, or two planes; the later the local and the plane, the more.
collectives::PlaneShares shares_of(std::uint32_t locals, bool two_planes) {
  collectives::PlaneShares shares;
  shares.planes = {collectives::PlaneShares::kAnyPlane};
  if (two_planes) shares.planes = {0, 1};
  for (std::uint32_t i = 0; i < shares.planes.size() * locals; ++i) shares.shares.push_back(1 + i);
  return shares;
}

RankLayout with_all(std::uint32_t ranks, std::uint32_t per_domain, bool by_rail) {
  RankLayout layout = RankLayout::regular(ranks, per_domain, !by_rail);
  if (layout.num_domains() == 1) {
    layout.set_grid(box_of(ranks));
  } else if (per_domain > 1) {
    layout.set_domain_grid(box_of(per_domain));
  }
  if (layout.num_domains() > 1) layout.set_plane_shares(shares_of(per_domain, by_rail));
  if (layout.num_domains() >= 4 && layout.num_domains() % 2 == 0) {
    std::vector<std::uint32_t> leaf_of;
    for (std::uint32_t domain = 0; domain < layout.num_domains(); ++domain) leaf_of.push_back(domain / 2);
    layout.set_groups({std::move(leaf_of)});
  }
  add_reducers(layout, by_rail);
  return layout;
}

}  // namespace

std::vector<VerifyLayout> verify_layouts(std::uint32_t ranks) {
  std::vector<std::uint32_t> sizes = {ranks};
  for (std::uint32_t size = 1; size < ranks; ++size) {
    if (ranks % size == 0) sizes.push_back(size);
  }
  std::vector<VerifyLayout> all;
  const auto text = [&](std::uint32_t size) {
    return size == ranks ? std::string("one domain") : "domains of " + std::to_string(size);
  };
  for (const std::uint32_t size : sizes) all.push_back({text(size), RankLayout::regular(ranks, size)});
  for (const bool by_rail : {false, true}) {
    for (const std::uint32_t size : sizes) {
      all.push_back(
          {text(size) + (by_rail ? " with switches that reduce by rail" : " with all that a cluster can have"),
           with_all(ranks, size, by_rail)});
    }
  }
  for (const std::uint32_t size : sizes) {
    if (ranks % 2 != 0 || ranks / 2 % size != 0) continue;
    all.push_back({text(size) + " in two sites", RankLayout::regular_sites(ranks, size, ranks / 2)});
  }
  return all;
}

}  // namespace polyplane::mpi
