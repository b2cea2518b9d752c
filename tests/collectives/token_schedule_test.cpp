// Dispatch and combine on drawn, expected and even traffic: proofs, what is symmetric, bytes of messages by hand.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/verify.h"

namespace polyplane::collectives {
namespace {

using Draw = TokenRouting::Draw;

TokenRouting drawn(Draw draw, std::uint32_t ranks, std::uint32_t per_node, double zipf, std::uint32_t seed) {
  TokenRouting routing;
  routing.tokens = 7;
  routing.experts = 2 * ranks;
  routing.top_k = std::min(4U, 2 * ranks);
  routing.ranks_per_node = per_node;
  routing.node_limit = ranks > per_node && ranks % per_node == 0 && 2 * per_node >= 4 ? 2 : 0;
  routing.draw = draw;
  routing.zipf = zipf;
  routing.seed = seed;
  return routing;
}

void prove(CollectiveKind kind, std::uint32_t ranks, std::uint32_t per_domain, Draw draw, double zipf,
           std::uint32_t slices) {
  for (const std::string& name : algorithm_names(kind)) {
    const Algorithm& algorithm = find_algorithm(kind, name);
    if (slices > 1 && !algorithm.honours_slices) continue;
    const AlgorithmRequest request{
        .collective = Collective::of_tokens(kind, ranks, drawn(draw, ranks, per_domain, zipf, ranks), Bytes(11)),
        .layout = RankLayout::regular(ranks, per_domain),
        .slices = slices};
    ASSERT_EQ(algorithm.cannot(request), "");
    EXPECT_EQ(verify(*make_schedule(algorithm, request)).problem, "")
        << name << " of " << ranks << " ranks, domains of " << per_domain << ", " << to_string(draw);
  }
}

/// What proof_test.cpp leaves out: expectations, nodes that limit, skew.
TEST(TokenSchedules, AreProvenOnExpectedAndSkewedTraffic) {
  for (const CollectiveKind kind : {CollectiveKind::dispatch, CollectiveKind::combine}) {
    for (const std::uint32_t ranks : {2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 10U, 11U, 12U, 13U, 14U, 15U, 16U, 17U}) {
      for (const std::uint32_t per_domain : {1U, 2U, 3U, 4U, 8U}) {
        if (ranks % per_domain != 0) continue;
        prove(kind, ranks, per_domain, Draw::expected, 0, 1);
        prove(kind, ranks, per_domain, Draw::expected, 1.5, 3);
        prove(kind, ranks, per_domain, Draw::sampled, 1.5, 2);
      }
    }
    prove(kind, 31, 31, Draw::expected, 0, 2);
    prove(kind, 32, 4, Draw::expected, 1.5, 1);
    prove(kind, 64, 8, Draw::expected, 0, 1);
  }
}

std::string symmetry_of(CollectiveKind kind, const std::string& name, const TokenRouting& routing, std::uint32_t ranks,
                        std::uint32_t per_domain) {
  const auto schedule =
      make_schedule(find_algorithm(kind, name), {.collective = Collective::of_tokens(kind, ranks, routing, Bytes(7168)),
                                                 .layout = RankLayout::regular(ranks, per_domain)});
  std::string text;
  for (const RankSymmetry& group : schedule->symmetries()) text += " rotation " + std::to_string(group.stride);
  return text;
}

TEST(TokenSchedules, KeepTheSymmetryOfEvenTraffic) {
  for (const CollectiveKind kind : {CollectiveKind::dispatch, CollectiveKind::combine}) {
    const TokenRouting expected = drawn(Draw::expected, 64, 8, 0, 0);
    EXPECT_EQ(symmetry_of(kind, "direct", expected, 64, 8), " rotation 1");
    EXPECT_EQ(symmetry_of(kind, "node_forwarding", expected, 64, 8), " rotation 8");
    TokenRouting even;
    even.draw = Draw::even;
    EXPECT_EQ(symmetry_of(kind, "direct", even, 64, 8), " rotation 1");
    EXPECT_EQ(symmetry_of(kind, "node_forwarding", even, 64, 8), " rotation 8");
    const TokenRouting sampled = drawn(Draw::sampled, 64, 8, 0, 0);
    EXPECT_EQ(symmetry_of(kind, "direct", sampled, 64, 8), "");
    EXPECT_EQ(symmetry_of(kind, "node_forwarding", sampled, 64, 8), "");
    EXPECT_EQ(symmetry_of(kind, "direct", drawn(Draw::expected, 64, 8, 1.5, 0), 64, 8), "");
  }
}

// Four ranks in two nodes; one token of 100 bytes of each, to all three others. Direct: 100 bytes to each. Forwarded:
// 100 to the peer, one copy of 100 along the rail, which is handed to its peer.
TEST(TokenSchedules, ForwardedCopiesCrossOnce) {
  TokenRouting routing;
  routing.tokens = 1;
  routing.top_k = 3;
  routing.draw = Draw::even;
  for (const CollectiveKind kind : {CollectiveKind::dispatch, CollectiveKind::combine}) {
    std::int64_t inside = 0, across = 0;
    for (const std::string name : {"direct", "node_forwarding"}) {
      const auto schedule =
          make_schedule(find_algorithm(kind, name), {.collective = Collective::of_tokens(kind, 4, routing, Bytes(100)),
                                                     .layout = RankLayout::regular(4, 2),
                                                     .slices = name == "direct" ? 0U : 2U});
      inside = across = 0;
      for (std::uint32_t rank = 0; rank < 4; ++rank) {
        for (std::uint32_t lane = 0; lane < schedule->num_lanes(); ++lane) {
          for (std::uint32_t k = 0; k < schedule->num_steps(RankId(rank), lane); ++k) {
            const Step step = schedule->step(RankId(rank), lane, k);
            if (!step.send_to.valid()) continue;
            (step.send_to.index() / 2 == rank / 2 ? inside : across) += step.send_bytes.count();
          }
        }
      }
      EXPECT_EQ(inside, name == "direct" ? 400 : 800);
      EXPECT_EQ(across, name == "direct" ? 800 : 400);
    }
  }
}

TEST(TokenSchedules, SayWhatTheyCannot) {
  const Algorithm& forwarding = find_algorithm(CollectiveKind::dispatch, "node_forwarding");
  const auto why = [&](const TokenRouting& routing, const RankLayout& layout) {
    return forwarding.cannot(
        {.collective = Collective::of_tokens(CollectiveKind::dispatch, layout.num_ranks(), routing, Bytes(100)),
         .layout = layout});
  };
  EXPECT_EQ(why(drawn(Draw::expected, 8, 2, 0, 0), RankLayout::regular(8, 4)),
            "needs expected traffic to be that of scale-up domains: ranks_per_node is 2");
  EXPECT_EQ(why(drawn(Draw::expected, 8, 4, 0, 0), RankLayout::regular(8, 4)), "");
  EXPECT_EQ(why(drawn(Draw::expected, 8, 4, 0, 0), RankLayout::regular(8, 1)), "");
  EXPECT_EQ(why(drawn(Draw::sampled, 8, 2, 0, 0), RankLayout::regular(8, 4)), "");
  EXPECT_EQ(why(drawn(Draw::sampled, 6, 2, 0, 0), RankLayout::regular(6, 4)),
            "needs scale-up domains of equal size with the same rails in the same order");
  TokenRouting few;
  few.tokens = 1;
  few.top_k = 1;
  EXPECT_EQ(why(few, RankLayout::regular(1040, 1)), "keeps the sizes of all messages and allows 1024 ranks, not 1040");
}

}  // namespace
}  // namespace polyplane::collectives
