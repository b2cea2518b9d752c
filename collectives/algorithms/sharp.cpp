// SHARP in the switches of the scale-out fabric (Graham et al., COMHPC 2016; streaming aggregation: SHARPv2, ISC 2020): each
// rank sends what it has to the leaf of its NIC, switches add it up or collect it on the way to the top of the tree, and
// multicast it down. An all-reduce takes S over each NIC, once each way, whatever the number of ranks; depth is twice the
// tiers. Every rank speaks for itself; collnet_direct and collnet_chain add up inside scale-up domains first, so that only
// 1/L leaves each NIC.
//
// Where a card meets the fabric in several ways that all ranks have (striped planes, several NICs), each has a tree of its
// own and its share of the data. A switch adds and forwards slice by slice: an array of K slices over h hops takes about
// (K + h - 1)/K of the time that its bytes need. Slices as for nvls: of at least 512 KiB, at most 64.
// Left out: how many trees and groups a switch can keep at a time, and how fast it can add (line rate is taken).
#include <algorithm>
#include <numeric>
#include <utility>

#include "collectives/agent_stages.h"
#include "collectives/algorithm.h"
#include "collectives/own_choice.h"

namespace polyplane::collectives {
namespace {

/// Trees that reach all ranks.
std::vector<const ReductionTree*> trees_of(const RankLayout& layout) {
  std::vector<const ReductionTree*> trees;
  for (const ReductionTree& tree : layout.reducers().trees) {
    if (std::ranges::find(tree.leaf_of, ReductionTree::kNone) == tree.leaf_of.end()) trees.push_back(&tree);
  }
  return trees;
}

std::string cannot(const AlgorithmRequest& request) {
  const Reducers& reducers = request.layout.reducers();
  if (reducers.trees.empty()) return "needs " + reducers.missing_trees;
  if (trees_of(request.layout).empty()) {
    return "needs a tree of switches that reaches all ranks; where rails do not meet, collnet_direct uses one a rail";
  }
  return "";
}

/// What goes through one tree: a stripe of the data.
class Stripe {
 public:
  Stripe(SlicePattern& pattern, const Collective& collective, const ReductionTree& tree, std::uint32_t number)
      : pattern_(pattern),
        collective_(collective),
        ranks_(collective.ranks()),
        tree_(tree, ranks_, all_ranks(ranks_)),
        number_(number) {}

  void all_reduce() {
    std::vector<Contribution> arrays;
    std::vector<Delivery> sums;
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) {
      arrays.push_back({rank, array(), {}});
      sums.push_back({rank, array()});
    }
    add_up(arrays, sums, [&](std::uint32_t) { return array(); });
  }
  void reduce() {
    const std::uint32_t root = collective_.root().index();
    std::vector<Contribution> others;
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) {
      if (rank != root) others.push_back({rank, array(), {}});
    }
    const Delivery sum{root, array(), true};
    add_up(others, {&sum, 1}, [&](std::uint32_t) { return array(); });
  }
  void reduce_scatter() {
    std::vector<Contribution> arrays;
    std::vector<Delivery> sums;
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) {
      arrays.push_back({rank, all_blocks(), {}});
      sums.push_back({rank, block(rank)});
    }
    add_up(arrays, sums, [&](std::uint32_t node) { return blocks_below(node); });
  }
  void broadcast() {
    const std::uint32_t root = collective_.root().index();
    const Contribution own{root, array(), {}};
    std::vector<Delivery> others;
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) {
      if (rank != root) others.push_back({rank, array()});
    }
    const ArrivedAt arrived = climb(pattern_, tree_, {&own, 1}, false);
    descend(pattern_, tree_, arrived, false, others,
            [&](std::uint32_t node) { return arrived[node] ? PartRuns{} : array(); });
  }
  /// Also a barrier, whose blocks are notices.
  void all_gather() {
    std::vector<Contribution> own;
    std::vector<Delivery> others;
    for (std::uint32_t rank = 0; rank < ranks_; ++rank) {
      own.push_back({rank, block(rank), {}});
      others.push_back({rank, all_but(block(rank))});
    }
    descend(pattern_, tree_, climb(pattern_, tree_, own, false), false, others,
            [&](std::uint32_t node) { return all_but(blocks_below(node)); });
  }

 private:
  static std::vector<std::uint32_t> all_ranks(std::uint32_t ranks) {
    std::vector<std::uint32_t> all(ranks);
    std::iota(all.begin(), all.end(), 0U);
    return all;
  }
  void add_up(std::span<const Contribution> arrays, std::span<const Delivery> sums,
              const std::function<PartRuns(std::uint32_t)>& to_child) {
    descend(pattern_, tree_, climb(pattern_, tree_, arrays, true), true, sums, to_child);
  }
  [[nodiscard]] PartRuns array() const { return {{number_, 1}}; }
  [[nodiscard]] PartRuns block(std::uint32_t rank) const { return {{number_ * ranks_ + rank, 1}}; }
  [[nodiscard]] PartRuns all_blocks() const { return {{number_ * ranks_, ranks_}}; }
  [[nodiscard]] PartRuns all_but(const PartRuns& blocks) const {
    return runs_without(blocks, number_ * ranks_, (number_ + 1) * ranks_);
  }
  [[nodiscard]] PartRuns blocks_below(std::uint32_t node) const {
    std::vector<std::uint32_t> below = tree_.ranks_below(node);
    for (std::uint32_t& rank : below) rank += number_ * ranks_;
    return runs_of(below);
  }

  SlicePattern& pattern_;
  const Collective& collective_;
  std::uint32_t ranks_;
  AgentTree tree_;
  std::uint32_t number_;
};

std::unique_ptr<Schedule> make(const AlgorithmRequest& request) {
  const CollectiveKind kind = request.collective.kind();
  const std::vector<const ReductionTree*> trees = trees_of(request.layout);
  const std::uint32_t ranks = request.layout.num_ranks(), agents = request.layout.reducers().num_agents;
  SlicePattern pattern(ranks + agents);
  for (std::uint32_t t = 0; ranks > 1 && t < trees.size(); ++t) {
    Stripe stripe(pattern, request.collective, *trees[t], t);
    switch (kind) {
      case CollectiveKind::all_reduce:
        stripe.all_reduce();
        break;
      case CollectiveKind::reduce:
        stripe.reduce();
        break;
      case CollectiveKind::reduce_scatter:
        stripe.reduce_scatter();
        break;
      case CollectiveKind::broadcast:
        stripe.broadcast();
        break;
      default:
        stripe.all_gather();
    }
  }
  const bool by_block = request.collective.blocks() > 1 || kind == CollectiveKind::reduce_scatter ||
                        kind == CollectiveKind::all_gather || kind == CollectiveKind::barrier;
  const auto parts = static_cast<std::uint32_t>(trees.size()) * (by_block ? ranks : 1);
  return std::make_unique<SlicedSchedule>(request.collective, pattern, agents, parts, slices_through_agents(request));
}

Algorithm sharp(CollectiveKind kind, std::string sentence) {
  return {.collective = kind,
          .name = "sharp",
          .sentence = std::move(sentence),
          .cost_family = "collnet_direct",
          .honours_slices = true,
          .cannot = cannot,
          .switches = [](const AlgorithmRequest&) { return SwitchUse{.in_fabric = true}; },
          .make = make};
}

const bool kRegistered =
    register_algorithm(
        sharp(CollectiveKind::all_reduce,
              "Switches of the fabric that reduce (InfiniBand SHARP): S over each NIC once each way, in as "
              "many hops as there are tiers.")) &&
    register_algorithm(
        sharp(CollectiveKind::reduce, "Switches of the fabric that reduce: one sum comes down to the root.")) &&
    register_algorithm(sharp(CollectiveKind::reduce_scatter,
                             "Switches of the fabric that reduce: all goes up, each block comes down to its owner.")) &&
    register_algorithm(
        sharp(CollectiveKind::broadcast, "Switches of the fabric that multicast: the array leaves the root once.")) &&
    register_algorithm(
        sharp(CollectiveKind::all_gather, "Switches of the fabric that multicast: each block leaves its rank once.")) &&
    register_algorithm(
        sharp(CollectiveKind::barrier,
              "Switches of the fabric that reduce and multicast: up and down one tree, whatever the number "
              "of ranks."));

}  // namespace
}  // namespace polyplane::collectives
