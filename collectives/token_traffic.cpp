#include "collectives/token_traffic.h"

#include <algorithm>
#include <cstddef>
#include <numeric>

#include "base/check.h"
#include "base/error.h"
#include "base/random.h"
#include "collectives/token_draw.h"
#include "collectives/token_expectation.h"

namespace polyplane::collectives {
namespace {

constexpr std::size_t kMostBlocks = std::size_t{1} << 26U;

using Ranks = std::vector<std::uint32_t>;

/// Bytes of one node that make up one block: those that all of `ranks` need.
struct Share {
  Ranks ranks;
  std::int64_t bytes;
};

/// Copies of `each` rank of a node dealt out to `unique` bytes in turn, so that every byte has the same number of
/// copies, or one more, and none two of one rank. REQUIRES: each of `copies` <= unique <= their sum.
std::vector<Share> deal(std::uint32_t first_rank, const std::vector<std::int64_t>& copies, std::int64_t unique) {
  std::vector<std::int64_t> cuts{0, unique};
  std::int64_t place = 0;
  for (const std::int64_t copy : copies) cuts.push_back((place += copy) % unique);
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  std::vector<Share> shares;
  for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
    Share share{{}, cuts[i + 1] - cuts[i]};
    std::int64_t begin = 0;
    for (std::size_t r = 0; r < copies.size(); ++r) {
      // The copies of r are [begin, begin + copies) modulo unique.
      const std::int64_t offset = ((cuts[i] - begin) % unique + unique) % unique;
      if (offset < copies[r]) share.ranks.push_back(first_rank + static_cast<std::uint32_t>(r));
      begin += copies[r];
    }
    shares.push_back(std::move(share));
  }
  return shares;
}

std::int64_t rounded(double bytes) { return static_cast<std::int64_t>(bytes + 0.5); }

}  // namespace

TokenTraffic::TokenTraffic(const TokenRouting& routing, std::uint32_t ranks, Bytes token)
    : routing_(settled(routing, ranks)), ranks_(ranks), token_(token) {
  CHECK(token.count() >= 0, "a token of negative size");
  const double copies = static_cast<double>(routing_.tokens) * (routing_.top_k + routing_.shared) * ranks;
  if (copies * static_cast<double>(token.count()) > 4.6e18) {
    throw LimitError("The copies of all tokens have more than 2^62 bytes; use smaller or fewer tokens.");
  }
  first_block_.push_back(0);
  switch (routing_.draw) {
    case TokenRouting::Draw::even:
      add_even();
      break;
    case TokenRouting::Draw::sampled:
      add_sampled();
      break;
    case TokenRouting::Draw::expected:
      add_expected();
      break;
  }
}

void TokenTraffic::add(std::uint32_t source, std::span<const std::uint32_t> destinations, std::int64_t bytes) {
  if (blocks_.size() == kMostBlocks) {
    throw LimitError(
        "The traffic has more than 67,108,864 sets of tokens; use fewer tokens or ranks, or draw expected.");
  }
  blocks_.push_back({source, static_cast<std::uint32_t>(destinations.size()), destinations_.size(), bytes});
  destinations_.insert(destinations_.end(), destinations.begin(), destinations.end());
}

void TokenTraffic::add_even() {
  const std::uint32_t others = ranks_ - 1, copies = routing_.top_k + routing_.shared;
  const std::uint32_t sets = others == 0 || copies == 0 ? 0 : others / std::gcd(copies, others);
  Ranks ranks(copies);
  for (std::uint32_t source = 0; source < ranks_; ++source) {
    for (std::uint32_t set = 0; set < std::min(sets, routing_.tokens); ++set) {
      for (std::uint32_t i = 0; i < copies; ++i) {
        const auto turn = static_cast<std::uint32_t>((std::uint64_t{set} * copies + i) % others);
        ranks[i] = (source + 1 + turn) % ranks_;
      }
      std::sort(ranks.begin(), ranks.end());
      const std::uint32_t tokens = routing_.tokens / sets + (set < routing_.tokens % sets ? 1 : 0);
      add(source, ranks, tokens * token_.count());
    }
    first_block_.push_back(static_cast<std::uint32_t>(blocks_.size()));
  }
}

void TokenTraffic::add_sampled() {
  TokenDraw draw(routing_, ranks_);
  std::vector<Ranks> sets(routing_.tokens);
  for (std::uint32_t source = 0; source < ranks_; ++source) {
    RandomStream random(routing_.seed, source);
    for (Ranks& set : sets) set = draw.next(random);
    std::sort(sets.begin(), sets.end());
    for (std::size_t first = 0; first < sets.size();) {
      std::size_t end = first + 1;
      while (end < sets.size() && sets[end] == sets[first]) ++end;
      add(source, sets[first], static_cast<std::int64_t>(end - first) * token_.count());
      first = end;
    }
    first_block_.push_back(static_cast<std::uint32_t>(blocks_.size()));
  }
}

void TokenTraffic::add_expected() {
  const TokenExpectation expected = expect_token(routing_, ranks_);
  const double all = static_cast<double>(routing_.tokens) * static_cast<double>(token_.count());
  std::vector<Share> shares;
  for (std::uint32_t node = 0; node < expected.node.size(); ++node) {
    const std::uint32_t first = node * routing_.ranks_per_node;
    std::vector<std::int64_t> copies;
    for (std::uint32_t r = first; r < std::min(first + routing_.ranks_per_node, ranks_); ++r) {
      copies.push_back(rounded(all * expected.rank[r]));
    }
    const std::int64_t most = *std::max_element(copies.begin(), copies.end());
    const std::int64_t sum = std::accumulate(copies.begin(), copies.end(), std::int64_t{0});
    const std::int64_t unique = std::clamp(rounded(all * expected.node[node]), most, sum);
    if (unique == 0) continue;
    for (Share& share : deal(first, copies, unique)) shares.push_back(std::move(share));
  }
  for (std::uint32_t source = 0; source < ranks_; ++source) {
    for (const Share& share : shares) add(source, share.ranks, share.bytes);
    first_block_.push_back(static_cast<std::uint32_t>(blocks_.size()));
  }
}

bool TokenTraffic::goes_to(const Block& block, std::uint32_t rank) const {
  const auto ranks = destinations(block);
  return std::binary_search(ranks.begin(), ranks.end(), rank);
}

std::vector<std::int64_t> TokenTraffic::pair_bytes() const {
  std::vector<std::int64_t> bytes(std::size_t{ranks_} * ranks_);
  for (const Block& block : blocks_) {
    for (const std::uint32_t rank : destinations(block))
      bytes[std::size_t{block.source} * ranks_ + rank] += block.bytes;
  }
  return bytes;
}

TokenFigures TokenTraffic::figures() const {
  std::vector<double> at_rank(ranks_), at_node((ranks_ + routing_.ranks_per_node - 1) / routing_.ranks_per_node);
  double to_ranks = 0, to_nodes = 0;
  for (const Block& block : blocks_) {
    const auto bytes = static_cast<double>(block.bytes);
    std::size_t last_node = at_node.size();
    for (const std::uint32_t rank : destinations(block)) {
      at_rank[rank] += bytes;
      to_ranks += bytes;
      const std::size_t node = rank / routing_.ranks_per_node;
      if (node == last_node) continue;
      at_node[node] += bytes;
      to_nodes += bytes;
      last_node = node;
    }
  }
  TokenFigures figures;
  if (to_ranks == 0) return figures;
  const double all = static_cast<double>(routing_.tokens) * static_cast<double>(token_.count()) * ranks_;
  figures.ranks_per_token = to_ranks / all;
  figures.nodes_per_token = to_nodes / all;
  figures.rank_imbalance = *std::max_element(at_rank.begin(), at_rank.end()) * static_cast<double>(ranks_) / to_ranks;
  figures.node_imbalance =
      *std::max_element(at_node.begin(), at_node.end()) * static_cast<double>(at_node.size()) / to_nodes;
  return figures;
}

std::shared_ptr<const TokenTraffic> TokenTraffic::thinned(std::uint32_t blocks_per_rank) const {
  std::shared_ptr<TokenTraffic> few(new TokenTraffic());
  few->routing_ = routing_;
  few->ranks_ = ranks_;
  few->token_ = token_;
  few->first_block_.push_back(0);
  for (std::uint32_t source = 0; source < ranks_; ++source) {
    const std::uint64_t first = first_block(source), count = end_block(source) - first;
    const std::uint64_t kept = std::min<std::uint64_t>(count, blocks_per_rank);
    for (std::uint64_t i = 0; i < kept; ++i) {
      const Block& block = blocks_[first + i * count / kept];
      few->add(source, destinations(block), block.bytes);
    }
    few->first_block_.push_back(static_cast<std::uint32_t>(few->blocks_.size()));
  }
  return few;
}

}  // namespace polyplane::collectives
