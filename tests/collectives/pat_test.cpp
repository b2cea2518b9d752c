// Parallel aggregated trees: messages by hand, and the order of NCCL's PatAGAlgorithm.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/verify.h"

namespace polyplane::collectives {
namespace {

std::unique_ptr<Schedule> make(CollectiveKind kind, std::uint32_t ranks, std::int64_t block_bytes,
                               std::uint32_t channels = 0) {
  return make_schedule(
      find_algorithm(kind, "pat"),
      {.collective = Collective(
           {.kind = kind, .ranks = ranks, .elements_per_block = block_bytes, .element_bytes = 1, .matrix = {}}),
       .layout = RankLayout::regular(ranks, 1),
       .channels = channels});
}

/// "distance x blocks" of what rank 0 sends in its first lane.
std::string messages(const Schedule& schedule, std::int64_t block_bytes) {
  std::string text;
  const std::uint32_t ranks = schedule.collective().ranks();
  for (std::uint32_t k = 0; k < schedule.num_steps(RankId(0), 0); ++k) {
    const Step step = schedule.step(RankId(0), 0, k);
    const bool gather = schedule.collective().kind() == CollectiveKind::all_gather;
    const std::uint32_t to = step.send_to.index();
    text += (text.empty() ? "" : " ") + std::to_string(gather ? ranks - to : to) + "x" +
            std::to_string(step.send_bytes.count() / block_bytes);
  }
  return text;
}

// Small blocks: A is the first power of two not below n / 2. 16 ranks: A = 8, D = 2: 1 + 2 + 4 blocks to 8, 4 and 2 ranks
// away, then 8 to the next one. 13 ranks: 6 are rounded up to 8 trees; distances 8; 4, 12; 2, 6, 10; then 1, 3, 5, 7, 9, 11.
TEST(Pat, SmallBlocksTakeLogarithmicSteps) {
  EXPECT_EQ(messages(*make(CollectiveKind::all_gather, 16, 64), 64), "8x1 4x2 2x4 1x8");
  EXPECT_EQ(messages(*make(CollectiveKind::reduce_scatter, 16, 64), 64), "1x8 2x4 4x2 8x1");
  EXPECT_EQ(messages(*make(CollectiveKind::all_gather, 13, 64), 64), "8x1 4x2 2x3 1x6");
}

// Blocks of 512 KiB: 8 of them fit. 64 ranks: D = 64 / 8 = 8. The log2 8 = 3 messages to 32, 16 and 8 are followed by
// distances 4, 6, 7, 5, 2, 3, 1 (NCCL's order), in which the last hop has lengths 4 2 1 1 2 1 1.
TEST(Pat, LargeBlocksAreAggregatedByEight) {
  constexpr std::int64_t kBlock = 512 << 10;
  EXPECT_EQ(messages(*make(CollectiveKind::all_gather, 64, kBlock), kBlock),
            "32x1 16x2 8x4 4x8 2x8 1x8 1x8 2x8 1x8 1x8");
  EXPECT_EQ(messages(*make(CollectiveKind::all_gather, 64, 8 * kBlock), 8 * kBlock),
            "32x1 16x2 8x4 4x8 2x8 1x8 1x8 2x8 1x8 1x8");
  // Half of it: 16 trees, D = 4, distances 2, 3, 1. Two channels halve the blocks, too.
  EXPECT_EQ(messages(*make(CollectiveKind::all_gather, 64, kBlock / 2), kBlock / 2),
            "32x1 16x2 8x4 4x8 2x16 1x16 1x16");
  EXPECT_EQ(messages(*make(CollectiveKind::all_gather, 64, kBlock, 2), kBlock / 2), "32x1 16x2 8x4 4x8 2x16 1x16 1x16");
}

// 1 + 2 + 4 + 7 x 8 = 63 blocks leave each rank.
TEST(Pat, LargeBlocksAreProven) {
  for (const CollectiveKind kind : {CollectiveKind::all_gather, CollectiveKind::reduce_scatter}) {
    for (const std::uint32_t ranks : {17U, 31U, 33U, 47U, 64U}) {
      for (const std::uint32_t channels : {1U, 3U}) {
        const auto schedule = make(kind, ranks, 3 << 20, channels);
        std::int64_t sent = 0;
        for (std::uint32_t lane = 0; lane < schedule->num_lanes(); ++lane) {
          for (std::uint32_t k = 0; k < schedule->num_steps(RankId(1), lane); ++k) {
            sent += schedule->step(RankId(1), lane, k).send_bytes.count();
          }
        }
        EXPECT_EQ(sent, std::int64_t{ranks - 1} * (3 << 20));
        EXPECT_EQ(verify(*schedule).problem, "") << ranks;
      }
    }
  }
}

}  // namespace
}  // namespace polyplane::collectives
