#include "collectives/agent_stages.h"

#include <algorithm>

#include "base/check.h"

namespace polyplane::collectives {

AgentTree::AgentTree(std::uint32_t agent, std::uint32_t num_ranks, std::span<const std::uint32_t> ranks) {
  nodes_.push_back({num_ranks + agent, kNone, {}, {ranks.begin(), ranks.end()}});
}

AgentTree::AgentTree(const ReductionTree& tree, std::uint32_t num_ranks, std::span<const std::uint32_t> ranks) {
  const auto size = static_cast<std::uint32_t>(tree.parent.size());
  std::vector<std::uint32_t> below(size, 0);  // ranks under each node
  for (const std::uint32_t rank : ranks) {
    CHECK(tree.leaf_of[rank] != ReductionTree::kNone, "a rank that the tree does not reach");
    below[tree.leaf_of[rank]] += 1;
  }
  for (std::uint32_t node = 0; node < size; ++node) {
    if (tree.parent[node] != ReductionTree::kNone) below[tree.parent[node]] += below[node];
  }
  std::vector<std::uint32_t> index(size, kNone);
  for (std::uint32_t node = 0; node < size; ++node) {
    if (below[node] == 0) continue;
    index[node] = static_cast<std::uint32_t>(nodes_.size());
    nodes_.push_back({num_ranks + tree.first_agent + node, kNone, {}, {}});
    if (below[node] == ranks.size()) break;  // the lowest above all; those before are below it
  }
  for (std::uint32_t node = 0; node < size; ++node) {
    const std::uint32_t parent = tree.parent[node];
    if (index[node] == kNone || parent == ReductionTree::kNone || index[parent] == kNone) continue;
    nodes_[index[node]].parent = index[parent];
    nodes_[index[parent]].children.push_back(index[node]);
  }
  for (const std::uint32_t rank : ranks) nodes_[index[tree.leaf_of[rank]]].ranks.push_back(rank);
}

std::vector<std::uint32_t> AgentTree::ranks_below(std::uint32_t node) const {
  std::vector<std::uint32_t> ranks = nodes_[node].ranks;
  for (const std::uint32_t child : nodes_[node].children) {
    const std::vector<std::uint32_t> more = ranks_below(child);
    ranks.insert(ranks.end(), more.begin(), more.end());
  }
  std::sort(ranks.begin(), ranks.end());
  return ranks;
}

namespace {

/// Those of one rank, of items ascending by rank.
template <class Item>
std::span<const Item> of_rank(std::span<const Item> items, std::uint32_t rank) {
  const auto range = std::ranges::equal_range(items, rank, {}, &Item::rank);
  return {range.begin(), range.end()};
}

}  // namespace

ArrivedAt climb(SlicePattern& pattern, const AgentTree& tree, std::span<const Contribution> contributions, bool add) {
  const std::vector<AgentTree::Node>& nodes = tree.nodes();
  ArrivedAt arrived(nodes.size());
  std::vector<PartRuns> parts(nodes.size());
  for (std::uint32_t n = 0; n < nodes.size(); ++n) {
    std::optional<PatternLane> collect;
    std::vector<std::uint32_t> collected;
    const auto take = [&](PatternLane from, const PartRuns& runs, const std::optional<Dependency>& after) {
      if (!collect) collect = pattern.add_lane(nodes[n].participant);
      arrived[n] = pattern.transfer(from, *collect, runs, add && arrived[n].has_value(),
                                    std::span(after ? &*after : nullptr, after ? 1 : 0));
      parts[n] = runs;
      for (const PartRun& run : runs) {
        for (std::uint32_t part = run.first; !add && part < run.first + run.count; ++part) collected.push_back(part);
      }
    };
    for (const std::uint32_t rank : nodes[n].ranks) {
      for (const Contribution& own : of_rank(contributions, rank)) take(pattern.add_lane(rank), own.parts, own.after);
    }
    for (const std::uint32_t child : nodes[n].children) {
      if (arrived[child]) take(pattern.add_lane(nodes[child].participant), parts[child], arrived[child]);
    }
    if (add) continue;
    std::sort(collected.begin(), collected.end());
    parts[n] = runs_of(collected);
  }
  return arrived;
}

std::vector<Delivered> descend(SlicePattern& pattern, const AgentTree& tree, const ArrivedAt& arrived, bool add,
                               std::span<const Delivery> deliveries,
                               const std::function<PartRuns(std::uint32_t node)>& to_child) {
  const std::vector<AgentTree::Node>& nodes = tree.nodes();
  std::vector<Delivered> delivered(deliveries.size());
  std::vector<std::vector<Dependency>> ready(nodes.size());  // what a node waits for before it passes on
  std::vector<bool> needed(nodes.size(), false);             // some rank below gets something
  for (std::uint32_t n = 0; n < nodes.size(); ++n) {
    for (const std::uint32_t rank : nodes[n].ranks) needed[n] = needed[n] || !of_rank(deliveries, rank).empty();
    for (const std::uint32_t child : nodes[n].children) needed[n] = needed[n] || needed[child];
    if (arrived[n]) ready[n].push_back(*arrived[n]);
  }
  for (auto n = static_cast<std::uint32_t>(nodes.size()); n-- > 0;) {
    if (!needed[n]) continue;
    CHECK(!ready[n].empty(), "an agent passes on what never came");
    for (const std::uint32_t rank : nodes[n].ranks) {
      for (const Delivery& delivery : of_rank(deliveries, rank)) {
        const PatternLane to = pattern.add_lane(rank);
        const Dependency complete =
            pattern.transfer(pattern.add_lane(nodes[n].participant), to, delivery.parts, delivery.add, ready[n]);
        delivered[static_cast<std::size_t>(&delivery - deliveries.data())] = {to, complete};
      }
    }
    for (const std::uint32_t child : nodes[n].children) {
      const PartRuns parts = to_child(child);
      if (!needed[child] || parts.empty()) continue;
      const PatternLane to = pattern.add_lane(nodes[child].participant);
      if (add) ready[child].clear();
      ready[child].push_back(pattern.transfer(pattern.add_lane(nodes[n].participant), to, parts, false, ready[n]));
    }
  }
  return delivered;
}

std::vector<Dependency> add_through(SlicePattern& pattern, const ReductionTree& tree, std::uint32_t num_ranks,
                                    std::span<const std::uint32_t> ranks, const PartRuns& part,
                                    std::span<const std::optional<Dependency>> after) {
  std::vector<std::size_t> order(ranks.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {}, [&](std::size_t i) { return ranks[i]; });
  std::vector<std::uint32_t> ascending;
  std::vector<Contribution> sums;
  std::vector<Delivery> totals;
  for (const std::size_t i : order) {
    ascending.push_back(ranks[i]);
    sums.push_back({ranks[i], part, after[i]});
    totals.push_back({ranks[i], part});
  }
  const AgentTree agents(tree, num_ranks, ascending);
  const auto delivered =
      descend(pattern, agents, climb(pattern, agents, sums, true), true, totals, [&](std::uint32_t) { return part; });
  std::vector<Dependency> there(ranks.size());
  for (std::size_t i = 0; i < order.size(); ++i) there[order[i]] = delivered[i].complete;
  return there;
}

std::vector<Delivered> descend(SlicePattern& pattern, const AgentTree& tree, const ArrivedAt& arrived,
                               std::span<const Delivery> deliveries) {
  CHECK(tree.nodes().size() == 1, "one agent");
  return descend(pattern, tree, arrived, true, deliveries, [](std::uint32_t) { return PartRuns{}; });
}

}  // namespace polyplane::collectives
