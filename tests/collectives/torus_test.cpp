// The torus algorithms are offered on layouts with a grid only, which the tests over all algorithms do not have.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/rank_grid.h"
#include "collectives/verify.h"
#include "tests/collectives/boxes.h"

namespace polyplane::collectives {
namespace {

AlgorithmRequest request(CollectiveKind kind, RankLayout layout, std::int64_t elements) {
  Collective::Shape shape{
      .kind = kind, .ranks = layout.num_ranks(), .elements_per_block = elements, .root = RankId(0), .matrix = {}};
  return {.collective = Collective(std::move(shape)), .layout = std::move(layout)};
}

const std::vector<CollectiveKind> kKinds{CollectiveKind::all_reduce, CollectiveKind::all_gather,
                                         CollectiveKind::reduce_scatter};

TEST(Torus, IsProvenOnBoxesOfEveryKind) {
  const std::vector<std::vector<std::int32_t>> boxes{{2},       {5},       {2, 2},    {4, 4},       {3, 5},
                                                     {2, 3, 4}, {4, 4, 4}, {1, 4, 2}, {2, 2, 2, 2}, {8, 1, 1}};
  for (const auto& dims : boxes) {
    for (const bool shuffled : {false, true}) {
      for (const CollectiveKind kind : kKinds) {
        for (const std::int64_t elements : {0, 1, 97, 384}) {
          const AlgorithmRequest asked = request(kind, layout_of(box(dims, shuffled)), elements);
          const Algorithm& torus = find_algorithm(kind, "torus");
          ASSERT_EQ(torus.cannot(asked), "");
          const Verdict verdict = verify(*make_schedule(torus, asked));
          EXPECT_TRUE(verdict.proven) << to_string(kind) << " on " << dims.size() << " dimensions from " << dims[0]
                                      << ", shuffled " << shuffled << ", elements " << elements << ": "
                                      << verdict.problem;
        }
      }
    }
  }
}

TEST(Torus, IsOfferedToBoxesOnly) {
  const Algorithm& torus = find_algorithm(CollectiveKind::all_reduce, "torus");
  EXPECT_NE(torus.cannot(request(CollectiveKind::all_reduce, RankLayout::regular(16, 16), 16)), "");
  EXPECT_FALSE(RankGrid::fill({{0, 0}, {0, 1}, {1, 0}}));          // one cell is missing
  EXPECT_FALSE(RankGrid::fill({{0, 0}, {0, 1}, {0, 1}, {1, 1}}));  // one is there twice
  EXPECT_FALSE(RankGrid::fill({{0, 0}}));                          // alone
  EXPECT_FALSE(RankGrid::fill({{0, 0}, {1}}));                     // of different grids
  EXPECT_FALSE(RankGrid::fill({{0, INT32_MIN}, {0, INT32_MAX}}));  // far apart
  EXPECT_EQ(RankGrid::fill({{7, 2}, {7, 3}})->dims, std::vector<std::uint32_t>{2});
}

/// Each declared rotation against the steps; the first dimension is the slowest, so it turns by 12 of 24 and 4 of 12.
TEST(Torus, RotationsAreTrue) {
  for (const auto& [dims, stride] :
       std::vector<std::pair<std::vector<std::int32_t>, std::uint32_t>>{{{2, 3, 4}, 12}, {{3, 4}, 4}, {{6}, 1}}) {
    for (const CollectiveKind kind : kKinds) {
      const AlgorithmRequest asked = request(kind, layout_of(box(dims)), 24 * 6 * 4);
      const auto schedule = make_schedule(find_algorithm(kind, "torus"), asked);
      const std::vector<RankSymmetry> groups = schedule->symmetries();
      ASSERT_EQ(groups.size(), 1U);
      EXPECT_EQ(groups[0], (RankSymmetry{RankSymmetry::Kind::rotation, stride}));
      const std::uint32_t ranks = asked.layout.num_ranks();
      for (std::uint32_t r = 0; r < ranks; ++r) {
        for (std::uint32_t lane = 0; lane < schedule->num_lanes(); ++lane) {
          for (std::uint32_t k = 0; k < schedule->num_steps(RankId(r), lane); ++k) {
            const Step a = schedule->step(RankId(r), lane, k);
            const Step b = schedule->step(RankId((r + stride) % ranks), lane, k);
            EXPECT_EQ(b.send_to.index(), (a.send_to.index() + stride) % ranks);
            EXPECT_EQ(b.receive_from.index(), (a.receive_from.index() + stride) % ranks);
            EXPECT_EQ(b.send_bytes, a.send_bytes);
          }
        }
      }
    }
  }
  const AlgorithmRequest uneven = request(CollectiveKind::all_reduce, layout_of(box({3, 4})), 97);
  EXPECT_TRUE(make_schedule(find_algorithm(CollectiveKind::all_reduce, "torus"), uneven)->symmetries().empty());
}

TEST(TorusAlltoall, IsProvenOnBoxesOfEveryKind) {
  for (const auto& dims :
       std::vector<std::vector<std::int32_t>>{{2}, {5}, {2, 2}, {3, 5}, {2, 3, 4}, {4, 4}, {2, 2, 2, 2}}) {
    for (const bool shuffled : {false, true}) {
      for (const std::int64_t elements : {0, 1, 7, 96}) {
        const AlgorithmRequest asked = request(CollectiveKind::alltoall, layout_of(box(dims, shuffled)), elements);
        EXPECT_EQ(verify(*make_schedule(find_algorithm(CollectiveKind::alltoall, "torus"), asked)).problem, "")
            << dims.size() << " dimensions from " << dims[0] << ", shuffled " << shuffled << ", elements " << elements;
      }
    }
  }
}

// Blocks of 60 elements of 4 bytes on 2 x 3 x 5 ranks: 6 channels with 40 bytes of each. A phase sends 30 / n blocks to each of
// n - 1 ranks: 1 message of 15, 2 of 10, 4 of 6 blocks: 59 blocks, 7 messages.
TEST(TorusAlltoall, MessagesAndRotation) {
  const AlgorithmRequest asked = request(CollectiveKind::alltoall, layout_of(box({2, 3, 5})), 60);
  const auto schedule = make_schedule(find_algorithm(CollectiveKind::alltoall, "torus"), asked);
  ASSERT_EQ(schedule->num_lanes(), 6U);
  EXPECT_EQ(schedule->symmetries(), (std::vector<RankSymmetry>{{RankSymmetry::Kind::rotation, 15}}));
  for (std::uint32_t rank = 0; rank < 30; ++rank) {
    for (std::uint32_t lane = 0; lane < 6; ++lane) {
      ASSERT_EQ(schedule->num_steps(RankId(rank), lane), 7U);
      std::int64_t bytes = 0;
      for (std::uint32_t k = 0; k < 7; ++k) {
        const Step a = schedule->step(RankId(rank), lane, k), b = schedule->step(RankId((rank + 15) % 30), lane, k);
        bytes += a.send_bytes.count();
        EXPECT_EQ(b.send_to.index(), (a.send_to.index() + 15) % 30);
        EXPECT_EQ(b.receive_from.index(), (a.receive_from.index() + 15) % 30);
        EXPECT_EQ(b.send_bytes, a.send_bytes);
      }
      EXPECT_EQ(bytes, 59 * 40);
    }
  }
}

}  // namespace
}  // namespace polyplane::collectives
