// Rounds of recursive multiplying by hand; the proof over all layouts runs in proof_test.cpp.
#include <gtest/gtest.h>

#include <string>

#include "collectives/algorithm.h"

namespace polyplane::collectives {
namespace {

AlgorithmRequest request(const RankLayout& layout) {
  return {
      .collective = Collective(
          {.kind = CollectiveKind::all_reduce, .ranks = layout.num_ranks(), .elements_per_block = 10, .matrix = {}}),
      .layout = layout};
}

const Algorithm& algorithm() { return find_algorithm(CollectiveKind::all_reduce, "recursive_multiplying"); }

/// Whom rank 0 sends to: round by round.
std::string peers(const RankLayout& layout) {
  const auto schedule = make_schedule(algorithm(), request(layout));
  std::string text;
  for (std::uint32_t round = 0; round < schedule->num_steps(RankId(0), 0); ++round) {
    const Step join = schedule->step(RankId(0), 0, round);
    text += round == 0 ? "" : " |";
    for (std::uint32_t i = 0; i < join.num_after; ++i) {
      const Step step = schedule->step(RankId(0), join.after[i].lane, join.after[i].step);
      EXPECT_EQ(step.send_bytes, Bytes(40));
      text += " " + std::to_string(step.send_to.index());
    }
  }
  return text;
}

// 64 = 4 x 4 x 4: 3 rounds of 3 messages. Domains of 8: 4 x 2 inside, then 4 x 2 between, by 8 and by 32 ranks. 30 = 2 x 3 x 5.
TEST(RecursiveMultiplying, RoundsFollowTheFactors) {
  EXPECT_EQ(peers(RankLayout::regular(64, 1)), " 1 2 3 | 4 8 12 | 16 32 48");
  EXPECT_EQ(peers(RankLayout::regular(64, 8)), " 1 2 3 | 4 | 8 16 24 | 32");
  EXPECT_EQ(peers(RankLayout::regular(30, 1)), " 1 | 2 4 | 6 12 18 24");
}

TEST(RecursiveMultiplying, NeedsSmallFactors) {
  EXPECT_EQ(algorithm().cannot(request(RankLayout::regular(14, 1))),
            "needs a number of ranks that is a product of 2, 3, 4 and 5, not 14");
  EXPECT_EQ(algorithm().cannot(request(RankLayout::regular(384, 16))), "");
}

TEST(RecursiveMultiplying, PowersOfTwoMeetByExclusiveOr) {
  EXPECT_EQ(make_schedule(algorithm(), request(RankLayout::regular(32, 8)))->symmetries(),
            (std::vector<RankSymmetry>{{RankSymmetry::Kind::exclusive_or, 1}}));
}

}  // namespace
}  // namespace polyplane::collectives
