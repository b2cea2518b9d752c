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

const Algorithm& algorithm(const std::string& radix = "") {
  return find_algorithm(CollectiveKind::all_reduce, "recursive_multiplying" + radix);
}

/// Whom rank 0 sends to: round by round, of many four by four.
std::string peers(const RankLayout& layout, const std::string& radix = "") {
  const auto schedule = make_schedule(algorithm(radix), request(layout));
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

// Domains of 8, 4 of them: 2 x 2 x 2, then 2 x 2. 27 = 3 x 3 x 3. 8 at once are joined in two steps, then the 4 domains.
TEST(RecursiveMultiplying, RoundsFollowTheRadix) {
  EXPECT_EQ(peers(RankLayout::regular(32, 8), "_2"), " 1 | 2 | 4 | 8 | 16");
  EXPECT_EQ(peers(RankLayout::regular(27, 1), "_3"), " 1 2 | 3 6 | 9 18");
  EXPECT_EQ(peers(RankLayout::regular(32, 8), "_8"), " 1 2 3 4 | 5 6 7 | 8 16 24");
  EXPECT_EQ(peers(RankLayout::regular(16, 1), "_16"), " 1 2 3 4 | 5 6 7 8 | 9 10 11 12 | 13 14 15");
  EXPECT_EQ(peers(RankLayout::regular(14, 1), "_8"), " 1 | 2 4 6 8 | 10 12");
}

// What is added within the rank: 3 arrays of 40 B after a round of four, by the one step that joins them.
TEST(RecursiveMultiplying, SumsAreWithinTheRank) {
  const auto schedule = make_schedule(algorithm(), request(RankLayout::regular(16, 1)));
  EXPECT_TRUE(schedule->has_local_moves());
  std::vector<LocalWork> work;
  schedule->local_work(RankId(5), 0, 0, work);
  EXPECT_EQ(work, std::vector<LocalWork>(3, {Bytes(40), true}));
  schedule->local_work(RankId(5), 1, 0, work);
  EXPECT_TRUE(work.empty());
}

// Of 2 rounds of 15 messages the second waits for the last of the four steps that join the first.
TEST(RecursiveMultiplying, ARoundWaitsForAllOfTheOneBefore) {
  const auto schedule = make_schedule(algorithm("_16"), request(RankLayout::regular(256, 1)));
  const Step second = schedule->step(RankId(0), 15, 1);
  ASSERT_EQ(second.num_after, 1);
  EXPECT_EQ(second.after[0], (Dependency{0, 3}));
  std::vector<LocalMove> moves;
  schedule->local_moves(RankId(0), 0, 2, moves);
  EXPECT_TRUE(moves.empty());
  schedule->local_moves(RankId(0), 0, 3, moves);
  EXPECT_EQ(moves.size(), 15U);
}

TEST(RecursiveMultiplying, NeedsSmallFactors) {
  EXPECT_EQ(algorithm("_2").cannot(request(RankLayout::regular(14, 1))),
            "needs a number of ranks that is a product of 2, 3 and 5, not 14");
  EXPECT_EQ(algorithm("_8").cannot(request(RankLayout::regular(22, 1))),
            "needs a number of ranks that is a product of 2, 3, 4, 5, 7 and 8, not 22");
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
