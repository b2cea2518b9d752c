// Routing of tokens: draws against what they promise, the expectation against brute force and against draws, traffic
// against its own blocks.
#include "collectives/token_traffic.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

#include "base/error.h"
#include "collectives/collective.h"
#include "collectives/token_draw.h"
#include "collectives/token_expectation.h"

namespace polyplane::collectives {
namespace {

using Draw = TokenRouting::Draw;

TokenRouting routing_of(std::uint32_t tokens, std::uint32_t experts, std::uint32_t top_k, Draw draw,
                        std::uint32_t ranks_per_node = 1, std::uint32_t node_limit = 0) {
  TokenRouting routing;
  routing.tokens = tokens;
  routing.experts = experts;
  routing.top_k = top_k;
  routing.draw = draw;
  routing.ranks_per_node = ranks_per_node;
  routing.node_limit = node_limit;
  return routing;
}

std::vector<std::uint32_t> to_vector(std::span<const std::uint32_t> ranks) { return {ranks.begin(), ranks.end()}; }

std::string refusal(TokenRouting routing, std::uint32_t ranks) {
  try {
    (void)settled(routing, ranks);
  } catch (const std::exception& error) { return error.what(); }
  return "no error";
}

TEST(TokenRouting, DefaultsAreOneExpertARankAndEightOfThem) {
  const TokenRouting r = settled({}, 16);
  EXPECT_EQ(r.experts, 16U);
  EXPECT_EQ(r.top_k, 8U);
  EXPECT_EQ(r.ranks_per_node, 1U);
  EXPECT_EQ(settled({}, 3).top_k, 3U);
  TokenRouting even;
  even.draw = Draw::even;
  EXPECT_EQ(settled(even, 4).top_k, 3U);  // never to the own rank
  EXPECT_EQ(settled(even, 1).top_k, 0U);
  EXPECT_EQ(describe(r), "128 tokens, top 8 of 16 experts, expected");
  TokenRouting deepseek = routing_of(4096, 256, 8, Draw::sampled, 8, 4);
  deepseek.zipf = 1.2;
  EXPECT_EQ(describe(settled(deepseek, 64)),
            "4096 tokens, top 8 of 256 experts in at most 4 nodes of 8, zipf 1.2, sampled");
}

TEST(TokenRouting, WrongInputsAreRefusedByName) {
  EXPECT_EQ(refusal(routing_of(0, 4, 2, Draw::sampled), 4), "tokens: must be at least 1.");
  EXPECT_EQ(refusal(routing_of(1, 4, 5, Draw::sampled), 4), "top_k: a token cannot go to 5 of 4 experts.");
  EXPECT_EQ(refusal(routing_of(1, 16, 5, Draw::sampled, 2, 1), 8),
            "node_limit: 1 nodes may have only 4 experts that tokens go to; top_k is 5.");
  EXPECT_EQ(refusal(routing_of(1, 16, 2, Draw::sampled, 3, 1), 8),
            "ranks_per_node: 3 does not divide the 8 ranks, as a node_limit needs.");
  EXPECT_EQ(refusal(routing_of(1, 0, 8, Draw::even), 8),
            "top_k: 8 and 0 shared copies of a token need as many other ranks; there are 7.");
  EXPECT_EQ(refusal(routing_of(1, 8, 2, Draw::even), 8),
            "experts: is of draws expected and sampled; an even draw sends to ranks in turn, without experts.");
  TokenRouting zipf = routing_of(1, 8, 2, Draw::sampled);
  zipf.zipf = -1;
  EXPECT_EQ(refusal(zipf, 8), "popularity: the exponent of zipf must be from 0 to 8.");
  TokenRouting histogram = routing_of(1, 8, 2, Draw::sampled);
  histogram.histogram = {1, 2, 3};
  EXPECT_EQ(refusal(histogram, 8), "histogram: 3 entries; 8 experts need as many.");
  histogram.histogram = {0, 0, 0, 0, 0, 0, 0, 9};
  EXPECT_EQ(refusal(histogram, 8), "top_k: a token cannot go to 2 experts; those whose popularity is not 0 are 1.");
  histogram.histogram.assign(8, 0);
  EXPECT_EQ(refusal(histogram, 8), "histogram: all entries are 0.");
  histogram.histogram[0] = (std::uint64_t{1} << 40U) + 1;
  EXPECT_EQ(refusal(histogram, 8), "histogram: an entry is above 2^40; scale them down.");
  histogram.zipf = 1;
  EXPECT_EQ(refusal(histogram, 8), "popularity: contradicts histogram; state one of the two.");
  TokenRouting shared = routing_of(1, 8, 2, Draw::sampled);
  shared.shared = 9;
  EXPECT_EQ(refusal(shared, 8), "shared: 9 copies of a token on 8 ranks.");
  EXPECT_THROW((void)settled(routing_of(1U << 21U, 4, 2, Draw::sampled), 4), LimitError);
  EXPECT_THROW((void)TokenTraffic(routing_of(1U << 20U, 64, 8, Draw::even), 64, Bytes(std::int64_t{1} << 50)),
               InputError);
  EXPECT_THROW((void)TokenTraffic(routing_of(1U << 20U, 64, 8, Draw::sampled), 64, Bytes(std::int64_t{1} << 50)),
               LimitError);
  try {
    (void)parse_token_draw("sampeld");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean \"sampled\""), std::string::npos) << error.what();
  }
}

// 1, 1/2, 1/4 ... of 2^40 for exponent 1, squares of them for 2; elsewhere as close to pow() as rounding allows.
TEST(TokenDraw, ZipfWeights) {
  const auto one = zipf_weights(8, 1), two = zipf_weights(4, 2), half = zipf_weights(1000, 0.5);
  EXPECT_EQ(one[0], std::uint64_t{1} << 40U);
  EXPECT_EQ(one[1], std::uint64_t{1} << 39U);
  EXPECT_EQ(one[2], 366503875925U);  // 2^40 / 3 = 366503875925.33
  EXPECT_EQ(one[7], std::uint64_t{1} << 37U);
  EXPECT_EQ(two[2], 122167958642U);  // 2^40 / 9 = 122167958641.8
  EXPECT_EQ(zipf_weights(3, 0), (std::vector<std::uint64_t>(3, std::uint64_t{1} << 40U)));
  for (std::size_t i = 0; i < half.size(); ++i) {
    const double wanted = std::pow(static_cast<double>(i + 1), -0.5) * 0x1p40;
    EXPECT_NEAR(static_cast<double>(half[i]), wanted, 1.0);
  }
  EXPECT_EQ(zipf_weights(1U << 20U, 8).back(), 1U);  // never nothing
}

TEST(TokenDraw, KeepsTopKAndTheNodeLimit) {
  for (const std::uint32_t limit : {1U, 2U, 3U, 4U}) {
    for (const double zipf : {0.0, 1.2, 3.0}) {
      TokenRouting routing = routing_of(1, 64, 6, Draw::sampled, 4, limit);
      routing.zipf = zipf;
      routing = settled(routing, 32);
      TokenDraw draw(routing, 32);
      RandomStream random(1, 2);
      std::size_t most_nodes = 0;
      for (int i = 0; i < 400; ++i) {
        const std::vector<std::uint32_t>& ranks = draw.next(random);
        ASSERT_LE(ranks.size(), 6U);
        ASSERT_GE(ranks.size(), 3U);  // two experts a rank
        std::set<std::uint32_t> nodes;
        for (const std::uint32_t rank : ranks) nodes.insert(rank / 4);
        ASSERT_LE(nodes.size(), limit);
        most_nodes = std::max(most_nodes, nodes.size());
      }
      EXPECT_EQ(most_nodes, limit);
    }
  }
}

/// All ways to draw `top_k` experts one by one, by weight, under the rule of the node limit; each ends in `use`.
template <class Use>
void enumerate(const TokenRouting& routing, std::uint32_t ranks, const std::vector<std::uint64_t>& weights,
               std::vector<std::uint32_t>& chosen, double probability, const Use& use) {
  if (chosen.size() == routing.top_k) return use(chosen, probability);
  std::set<std::uint32_t> nodes;
  for (const std::uint32_t e : chosen) nodes.insert(rank_of_expert(routing, ranks, e) / routing.ranks_per_node);
  const bool limited = routing.node_limit > 0 && nodes.size() >= routing.node_limit;
  const auto eligible = [&](std::uint32_t e) {
    if (std::count(chosen.begin(), chosen.end(), e) > 0) return false;
    return !limited || nodes.count(rank_of_expert(routing, ranks, e) / routing.ranks_per_node) > 0;
  };
  double left = 0;
  for (std::uint32_t e = 0; e < routing.experts; ++e) left += eligible(e) ? static_cast<double>(weights[e]) : 0;
  for (std::uint32_t e = 0; e < routing.experts; ++e) {
    if (!eligible(e)) continue;
    chosen.push_back(e);
    enumerate(routing, ranks, weights, chosen, probability * static_cast<double>(weights[e]) / left, use);
    chosen.pop_back();
  }
}

TokenExpectation by_enumeration(const TokenRouting& routing, std::uint32_t ranks) {
  TokenExpectation result;
  result.rank.resize(ranks);
  result.node.resize((ranks + routing.ranks_per_node - 1) / routing.ranks_per_node);
  std::vector<std::uint32_t> chosen;
  enumerate(routing, ranks, expert_weights(routing), chosen, 1.0,
            [&](const std::vector<std::uint32_t>& experts, double probability) {
              std::set<std::uint32_t> at, nodes;
              for (const std::uint32_t e : experts) at.insert(rank_of_expert(routing, ranks, e));
              for (const std::uint32_t r : at) nodes.insert(r / routing.ranks_per_node);
              for (const std::uint32_t r : at) result.rank[r] += probability;
              for (const std::uint32_t n : nodes) result.node[n] += probability;
            });
  return result;
}

struct ExpectationCase {
  std::uint32_t ranks, experts, top_k, ranks_per_node, node_limit;
};

TEST(TokenExpectation, ClosedFormsAreTheSumOverAllDraws) {
  for (const ExpectationCase& c : std::vector<ExpectationCase>{{4, 8, 3, 2, 0},
                                                               {4, 8, 3, 2, 1},
                                                               {6, 12, 4, 2, 2},
                                                               {6, 12, 4, 2, 1},
                                                               {6, 6, 4, 2, 2},
                                                               {8, 8, 4, 4, 1},
                                                               {8, 8, 5, 2, 3},
                                                               {3, 7, 4, 2, 0},
                                                               {5, 4, 2, 2, 0},
                                                               {4, 12, 5, 1, 2}}) {
    const TokenRouting routing =
        settled(routing_of(1, c.experts, c.top_k, Draw::expected, c.ranks_per_node, c.node_limit), c.ranks);
    const TokenExpectation got = expect_token(routing, c.ranks), wanted = by_enumeration(routing, c.ranks);
    for (std::size_t r = 0; r < wanted.rank.size(); ++r) EXPECT_NEAR(got.rank[r], wanted.rank[r], 1e-12) << c.experts;
    for (std::size_t n = 0; n < wanted.node.size(); ++n) EXPECT_NEAR(got.node[n], wanted.node[n], 1e-12) << c.experts;
  }
}

// By hand: 2 of 4 experts on 4 ranks in 2 nodes. A rank gets a token in 1 of 2 cases, a node in 1 - (2/4)(1/3) = 5/6 of
// them; limited to one node always both of one: a rank still 1/2, a node 1/2. A shared copy: 1 - (1/2)(3/4) = 5/8.
TEST(TokenExpectation, ByHand) {
  TokenRouting routing = settled(routing_of(1, 4, 2, Draw::expected, 2), 4);
  EXPECT_DOUBLE_EQ(expect_token(routing, 4).rank[3], 0.5);
  EXPECT_DOUBLE_EQ(expect_token(routing, 4).node[1], 5.0 / 6);
  routing.node_limit = 1;
  EXPECT_DOUBLE_EQ(expect_token(routing, 4).rank[3], 0.5);
  EXPECT_DOUBLE_EQ(expect_token(routing, 4).node[1], 0.5);
  routing.shared = 1;
  EXPECT_DOUBLE_EQ(expect_token(routing, 4).rank[3], 0.625);
  EXPECT_DOUBLE_EQ(expect_token(routing, 4).node[1], 0.75);
}

// The mean of 65,536 tokens has a standard error of at most 0.5 / 256; five of them.
TEST(TokenExpectation, MeansOfDrawsAreThoseOfTheEnumeration) {
  TokenRouting routing = routing_of(1, 8, 3, Draw::expected, 2, 2);
  routing.zipf = 1.5;
  routing.seed = 3;
  routing = settled(routing, 8);
  const TokenExpectation got = expect_token(routing, 8), wanted = by_enumeration(routing, 8);
  for (std::size_t r = 0; r < 8; ++r) EXPECT_NEAR(got.rank[r], wanted.rank[r], 0.01);
  for (std::size_t n = 0; n < 4; ++n) EXPECT_NEAR(got.node[n], wanted.node[n], 0.01);
  routing.zipf = 0;
  routing.histogram = {100, 0, 50, 1, 1, 1, 20, 5};
  const TokenExpectation measured = expect_token(routing, 8), exact = by_enumeration(routing, 8);
  for (std::size_t r = 0; r < 8; ++r) EXPECT_NEAR(measured.rank[r], exact.rank[r], 0.01);
  EXPECT_EQ(measured.rank[1], 0);
}

// DeepSeek-V3 on 64 ranks in 8 nodes, limited to 4: 8 of 256 experts, 4 a rank, 32 a node. Sampled traffic of 4,096
// tokens a rank has 262,144 tokens: means within 5 standard errors of 0.5 / 512.
TEST(TokenTraffic, SampledMeansAreTheExpectation) {
  for (const std::uint32_t limit : {0U, 4U}) {
    const TokenTraffic sampled(routing_of(4096, 256, 8, Draw::sampled, 8, limit), 64, Bytes(7168));
    const TokenTraffic expected(routing_of(4096, 256, 8, Draw::expected, 8, limit), 64, Bytes(7168));
    const TokenFigures s = sampled.figures(), e = expected.figures();
    EXPECT_NEAR(s.ranks_per_token, e.ranks_per_token, 64 * 0.005);
    EXPECT_NEAR(s.nodes_per_token, e.nodes_per_token, 8 * 0.005);
    EXPECT_NEAR(e.rank_imbalance, 1, 1e-6);
    EXPECT_NEAR(s.rank_imbalance, 1, 0.05);
    if (limit > 0) { EXPECT_LT(e.nodes_per_token, 4); }
    if (limit > 0) { EXPECT_GT(e.nodes_per_token, 3.9); }
  }
}

TEST(TokenTraffic, EvenSendsToAllOthersInTurn) {
  // 3 tokens, 2 copies each, 4 ranks: copies 0 .. 5 of rank 1 go to 2 3 | 0 2 | 3 0.
  const TokenTraffic traffic(routing_of(3, 0, 2, Draw::even), 4, Bytes(10));
  ASSERT_EQ(traffic.first_block(1), 3U);
  ASSERT_EQ(traffic.end_block(1), 6U);
  EXPECT_EQ(to_vector(traffic.destinations(traffic.blocks()[3])), (std::vector<std::uint32_t>{2, 3}));
  EXPECT_EQ(to_vector(traffic.destinations(traffic.blocks()[4])), (std::vector<std::uint32_t>{0, 2}));
  EXPECT_EQ(to_vector(traffic.destinations(traffic.blocks()[5])), (std::vector<std::uint32_t>{0, 3}));
  EXPECT_EQ(traffic.blocks()[3].bytes, 10);
  EXPECT_EQ(traffic.pair_bytes(),
            (std::vector<std::int64_t>{0, 20, 20, 20, 20, 0, 20, 20, 20, 20, 0, 20, 20, 20, 20, 0}));
  const TokenFigures figures = traffic.figures();
  EXPECT_DOUBLE_EQ(figures.ranks_per_token, 2);
  EXPECT_DOUBLE_EQ(figures.rank_imbalance, 1);
  // The paper's 32 tokens x 9 copies on 320 ranks: 288 others get one copy.
  const TokenTraffic paper(routing_of(32, 0, 9, Draw::even), 320, Bytes(7000));
  const std::vector<std::int64_t> bytes = paper.pair_bytes();
  EXPECT_EQ(std::accumulate(bytes.begin(), bytes.begin() + 320, std::int64_t{0}), 288 * 7000);
  EXPECT_EQ(bytes[288], 7000);
  EXPECT_EQ(bytes[289], 0);
  EXPECT_TRUE(TokenTraffic(routing_of(3, 0, 0, Draw::even), 1, Bytes(10)).blocks().empty());
}

// Blocks of an expectation: T1 and T2 as expected to the byte, and every byte of a node with nearly as many copies as
// others.
TEST(TokenTraffic, ExpectedBlocksAddUpToTheExpectation) {
  for (const double zipf : {0.0, 1.0}) {
    TokenRouting routing = routing_of(100, 32, 6, Draw::expected, 4, 2);
    routing.zipf = zipf;
    const TokenTraffic traffic(routing, 16, Bytes(1000));
    const TokenExpectation expected = expect_token(traffic.routing(), 16);
    std::vector<std::int64_t> t1(16 * 4);
    for (const TokenTraffic::Block& block : traffic.blocks()) {
      const auto ranks = traffic.destinations(block);
      ASSERT_GT(block.bytes, 0);
      ASSERT_FALSE(ranks.empty());
      ASSERT_TRUE(std::is_sorted(ranks.begin(), ranks.end()));
      for (const std::uint32_t rank : ranks) ASSERT_EQ(rank / 4, ranks[0] / 4);
      t1[block.source * 4 + ranks[0] / 4] += block.bytes;
    }
    const std::vector<std::int64_t> t2 = traffic.pair_bytes();
    for (std::size_t s = 0; s < 16; ++s) {
      for (std::size_t d = 0; d < 16; ++d) {
        EXPECT_NEAR(static_cast<double>(t2[s * 16 + d]), expected.rank[d] * 1e5, 0.51);
      }
      for (std::size_t n = 0; n < 4; ++n) {
        EXPECT_NEAR(static_cast<double>(t1[s * 4 + n]), expected.node[n] * 1e5, 0.51);
      }
    }
  }
}

TEST(TokenTraffic, SameSeedSameTrafficAndRanksOfTheirOwn) {
  const TokenTraffic a(routing_of(50, 32, 4, Draw::sampled), 8, Bytes(100));
  const TokenTraffic b(routing_of(50, 32, 4, Draw::sampled), 8, Bytes(100));
  EXPECT_EQ(a.pair_bytes(), b.pair_bytes());
  TokenRouting other = routing_of(50, 32, 4, Draw::sampled);
  other.seed = 1;
  EXPECT_NE(a.pair_bytes(), TokenTraffic(other, 8, Bytes(100)).pair_bytes());
  // Stream of a rank: more ranks' tokens do not change those that were there, while experts stay where they are.
  const std::vector<std::int64_t> bytes = a.pair_bytes();
  EXPECT_NE(std::vector(bytes.begin(), bytes.begin() + 8), std::vector(bytes.begin() + 8, bytes.begin() + 16));
  std::int64_t tokens = 0;
  for (const TokenTraffic::Block& block : a.blocks()) tokens += block.bytes / 100;
  EXPECT_EQ(tokens, 400);
}

TEST(TokenTraffic, ThinnedKeepsSomeOfEachRank) {
  const TokenTraffic traffic(routing_of(50, 32, 4, Draw::sampled), 8, Bytes(100));
  const auto few = traffic.thinned(4);
  EXPECT_EQ(few->blocks().size(), 32U);
  for (std::uint32_t rank = 0; rank < 8; ++rank) {
    EXPECT_EQ(few->end_block(rank) - few->first_block(rank), 4U);
    EXPECT_EQ(few->blocks()[few->first_block(rank)].source, rank);
  }
}

// 2 ranks, 3 tokens of 10 bytes, 1 copy each to the other: 30 bytes a rank; the mirror for combine; alltoallv has no
// diagonal.
TEST(TokenCollective, ContractsOfTheThreeKinds) {
  const TokenRouting even = routing_of(3, 0, 1, Draw::even);
  const Collective dispatch = Collective::of_tokens(CollectiveKind::dispatch, 2, even, Bytes(10));
  EXPECT_EQ(dispatch.size(), Bytes(30));
  EXPECT_EQ(dispatch.count(), 3);
  EXPECT_EQ(dispatch.blocks(), 2U);
  EXPECT_EQ(dispatch.bus_factor(), 1);
  EXPECT_TRUE(dispatch.holds_before(RankId(0), 0));
  EXPECT_FALSE(dispatch.holds_before(RankId(1), 0));
  EXPECT_TRUE(dispatch.required_after(RankId(1), 0));
  EXPECT_FALSE(dispatch.required_after(RankId(0), 0));
  EXPECT_FALSE(dispatch.reduced());
  const Collective combine = Collective::of_tokens(CollectiveKind::combine, 2, even, Bytes(10));
  EXPECT_TRUE(combine.reduced());
  EXPECT_TRUE(combine.contributes(RankId(1), 0));
  EXPECT_FALSE(combine.contributes(RankId(0), 0));
  EXPECT_FALSE(combine.holds_before(RankId(0), 0));
  EXPECT_TRUE(combine.required_after(RankId(0), 0));
  EXPECT_FALSE(combine.required_after(RankId(1), 0));
  TokenRouting all = routing_of(1, 2, 2, Draw::sampled);  // both experts: a copy for each rank
  const Collective v = Collective::of_tokens(CollectiveKind::alltoallv, 2, all, Bytes(10));
  EXPECT_EQ(v.shape().matrix, (std::vector<std::int64_t>{0, 10, 10, 0}));
}

}  // namespace
}  // namespace polyplane::collectives
