#include "collectives/token_expectation.h"

#include <algorithm>
#include <cstddef>

#include "collectives/token_draw.h"

namespace polyplane::collectives {
namespace {

/// `chosen` of `all` at random: the probability that none of `some` is among them.
double none_of(std::uint32_t some, std::uint32_t chosen, std::uint32_t all) {
  double probability = 1;
  for (std::uint32_t i = 0; i < chosen; ++i) {
    if (some + i >= all) return 0;
    probability *= static_cast<double>(all - some - i) / static_cast<double>(all - i);
  }
  return probability;
}

std::vector<std::uint32_t> experts_by_rank(const TokenRouting& routing, std::uint32_t ranks) {
  std::vector<std::uint32_t> count(ranks);
  for (std::uint32_t e = 0; e < routing.experts; ++e) count[rank_of_expert(routing, ranks, e)] += 1;
  return count;
}

std::vector<std::uint32_t> by_node(const std::vector<std::uint32_t>& by_rank, std::uint32_t ranks_per_node) {
  std::vector<std::uint32_t> count((by_rank.size() + ranks_per_node - 1) / ranks_per_node);
  for (std::size_t r = 0; r < by_rank.size(); ++r) count[r / ranks_per_node] += by_rank[r];
  return count;
}

/// Probability that a token has c experts in one given node, c = 0 .. top_k, when the first experts in `limit`
/// different of `nodes` nodes of `each` experts fix them. Drawn one by one; the state is how many nodes are met, and
/// how many experts the node has.
std::vector<double> experts_in_node(std::uint32_t top_k, std::uint32_t nodes, std::uint32_t each, std::uint32_t limit) {
  const std::uint32_t most = std::min(limit, nodes);
  using Table = std::vector<std::vector<double>>;
  Table now(most + 1, std::vector<double>(top_k + 1, 0));
  now[0][0] = 1;
  for (std::uint32_t drawn = 0; drawn < top_k; ++drawn) {
    Table then(most + 1, std::vector<double>(top_k + 1, 0));
    for (std::uint32_t met = 0; met <= most; ++met) {
      for (std::uint32_t own = 0; own <= drawn; ++own) {
        const double here = now[met][own];
        if (here == 0) continue;
        const bool fixed = met == most, inside = own > 0;
        const auto pool = static_cast<double>((fixed ? most : nodes) * each - drawn);
        const double into_own = fixed && !inside ? 0 : static_cast<double>(each - own);
        const auto into_met = static_cast<double>((met - (inside ? 1 : 0)) * each - (drawn - own));
        const double into_new = fixed ? 0 : static_cast<double>((nodes - met - (inside ? 0 : 1)) * each);
        if (into_own > 0) then[inside ? met : met + 1][own + 1] += here * into_own / pool;
        then[met][own] += here * into_met / pool;
        if (into_new > 0) then[met + 1][own] += here * into_new / pool;
      }
    }
    now = std::move(then);
  }
  std::vector<double> result(top_k + 1, 0);
  for (const std::vector<double>& row : now) {
    for (std::size_t own = 0; own < row.size(); ++own) result[own] += row[own];
  }
  return result;
}

/// Of routed experts, all equally popular.
TokenExpectation in_closed_form(const TokenRouting& routing, const std::vector<std::uint32_t>& on_rank,
                                const std::vector<std::uint32_t>& on_node) {
  TokenExpectation expected;
  if (routing.node_limit == 0) {
    for (const std::uint32_t some : on_rank) {
      expected.rank.push_back(1 - none_of(some, routing.top_k, routing.experts));
    }
    for (const std::uint32_t some : on_node) {
      expected.node.push_back(1 - none_of(some, routing.top_k, routing.experts));
    }
    return expected;
  }
  const std::uint32_t each = on_node.front();
  const std::vector<double> in_node =
      experts_in_node(routing.top_k, static_cast<std::uint32_t>(on_node.size()), each, routing.node_limit);
  for (const std::uint32_t some : on_rank) {
    double probability = 0;
    for (std::uint32_t own = 1; own <= routing.top_k; ++own) {
      if (in_node[own] > 0) probability += in_node[own] * (1 - none_of(some, own, each));
    }
    expected.rank.push_back(probability);
  }
  expected.node.assign(on_node.size(), 1 - in_node[0]);
  return expected;
}

TokenExpectation mean_of_drawn(TokenRouting routing, std::uint32_t ranks) {
  routing.shared = 0;
  TokenDraw draw(routing, ranks);
  RandomStream random(routing.seed, 0);
  TokenExpectation sums;
  sums.rank.resize(ranks);
  sums.node.resize((ranks + routing.ranks_per_node - 1) / routing.ranks_per_node);
  constexpr double kOne = 1.0 / kExpectationTokens;
  for (std::uint32_t i = 0; i < kExpectationTokens; ++i) {
    std::uint32_t last_node = UINT32_MAX;
    for (const std::uint32_t rank : draw.next(random)) {
      sums.rank[rank] += kOne;
      const std::uint32_t node = rank / routing.ranks_per_node;
      if (node != last_node) sums.node[node] += kOne;
      last_node = node;
    }
  }
  return sums;
}

}  // namespace

TokenExpectation expect_token(const TokenRouting& routing, std::uint32_t ranks) {
  const std::vector<std::uint32_t> on_rank = experts_by_rank(routing, ranks);
  const std::vector<std::uint32_t> on_node = by_node(on_rank, routing.ranks_per_node);
  const bool alike = routing.zipf == 0 && routing.histogram.empty();
  const bool equal = std::all_of(on_node.begin(), on_node.end(), [&](std::uint32_t n) { return n == on_node[0]; });
  TokenExpectation expected = alike && (routing.node_limit == 0 || equal) ? in_closed_form(routing, on_rank, on_node)
                                                                          : mean_of_drawn(routing, ranks);
  // Shared copies come on top, each to a rank of its own draw.
  double misses_rank = 1;
  for (std::uint32_t i = 0; i < routing.shared; ++i) misses_rank *= 1 - 1.0 / ranks;
  for (double& p : expected.rank) p = 1 - (1 - p) * misses_rank;
  for (std::size_t node = 0; node < expected.node.size(); ++node) {
    const std::size_t first = node * routing.ranks_per_node;
    const std::size_t size = std::min<std::size_t>(routing.ranks_per_node, ranks - first);
    double misses = 1;
    for (std::uint32_t i = 0; i < routing.shared; ++i) misses *= 1 - static_cast<double>(size) / ranks;
    expected.node[node] = 1 - (1 - expected.node[node]) * misses;
  }
  return expected;
}

}  // namespace polyplane::collectives
