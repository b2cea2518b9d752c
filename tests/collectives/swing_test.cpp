// Swing is offered on layouts with a grid only, which the tests over all algorithms do not have.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/verify.h"
#include "tests/collectives/boxes.h"
#include "tests/collectives/symmetries_hold.h"

namespace polyplane::collectives {
namespace {

struct Variant {
  CollectiveKind kind;
  std::string name;
};
const std::vector<Variant> kVariants{{CollectiveKind::all_reduce, "swing"},
                                     {CollectiveKind::all_gather, "swing"},
                                     {CollectiveKind::reduce_scatter, "swing"},
                                     {CollectiveKind::all_reduce, "swing_latency"}};

AlgorithmRequest request(CollectiveKind kind, const RankLayout& layout, std::int64_t elements) {
  return {.collective = Collective({.kind = kind, .ranks = layout.num_ranks(), .elements_per_block = elements}),
          .layout = layout};
}

TEST(Swing, IsProvenOnEveryRingOrRefused) {
  for (const std::int32_t ranks : {2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 31, 32, 64}) {
    for (const auto& [kind, name] : kVariants) {
      const Algorithm& swing = find_algorithm(kind, name);
      const AlgorithmRequest asked = request(kind, box_layout({ranks}), ranks + 1);
      if (!std::has_single_bit(static_cast<unsigned>(ranks))) {
        EXPECT_EQ(
            swing.cannot(asked),
            "needs a torus whose sides are powers of two (others send some parts twice), not " + std::to_string(ranks));
        continue;
      }
      ASSERT_EQ(swing.cannot(asked), "");
      EXPECT_EQ(verify(*make_schedule(swing, asked)).problem, "") << name << " of " << ranks;
    }
  }
}

TEST(Swing, IsProvenOnBoxesOfEveryKind) {
  const std::vector<std::vector<std::int32_t>> boxes{{2, 2},    {4, 4},    {2, 8},    {8, 2},       {4, 16},
                                                     {2, 4, 8}, {4, 4, 4}, {8, 1, 4}, {2, 2, 2, 2}, {2, 2, 4, 2, 2}};
  for (const auto& dims : boxes) {
    for (const bool shuffled : {false, true}) {
      for (const auto& [kind, name] : kVariants) {
        for (const std::int64_t elements : {0, 1, 97, 384}) {
          const AlgorithmRequest asked = request(kind, box_layout(dims, shuffled), elements);
          EXPECT_EQ(verify(*make_schedule(find_algorithm(kind, name), asked)).problem, "")
              << name << " on " << dims.size() << " dimensions from " << dims[0] << ", shuffled " << shuffled
              << ", elements " << elements;
        }
      }
    }
  }
}

TEST(Swing, IsOfferedToToriOfPowersOfTwoOnly) {
  const Algorithm& swing = find_algorithm(CollectiveKind::all_reduce, "swing");
  EXPECT_EQ(swing.cannot(request(CollectiveKind::all_reduce, RankLayout::regular(16, 16), 16)),
            "needs ranks that fill a box of one torus or mesh of cards");
  EXPECT_EQ(swing.cannot(request(CollectiveKind::all_reduce, box_layout({4, 6}), 16)),
            "needs a torus whose sides are powers of two (others send some parts twice), not 4 x 6");
}

// Figure 3 of the paper, a ring of 16: rank 0 meets 1, then 15 (1 back), 3 and 11 (5 back); rank 1 meets 0, 2, 14 and 6. The
// mirror image turns the other way round. Of 16 parts of 10 elements of 4 bytes a channel, 8, 4, 2 and 1 are sent, then back.
TEST(Swing, MeetsWhomThePaperSays) {
  const AlgorithmRequest asked = request(CollectiveKind::all_reduce, box_layout({16}), 320);
  const auto schedule = make_schedule(find_algorithm(CollectiveKind::all_reduce, "swing"), asked);
  ASSERT_EQ(schedule->num_lanes(), 2U);
  const auto met = [&](std::uint32_t rank, std::uint32_t lane) {
    std::vector<std::uint32_t> peers;
    for (std::uint32_t k = 0; k < schedule->num_steps(RankId(rank), lane); ++k) {
      peers.push_back(schedule->step(RankId(rank), lane, k).send_to.index());
    }
    return peers;
  };
  EXPECT_EQ(met(0, 0), (std::vector<std::uint32_t>{1, 15, 3, 11, 11, 3, 15, 1}));
  EXPECT_EQ(met(1, 0), (std::vector<std::uint32_t>{0, 2, 14, 6, 6, 14, 2, 0}));
  EXPECT_EQ(met(0, 1), (std::vector<std::uint32_t>{15, 1, 13, 5, 5, 13, 1, 15}));
  const std::vector<std::int64_t> bytes{320, 160, 80, 40, 40, 80, 160, 320};
  for (std::uint32_t k = 0; k < 8; ++k) EXPECT_EQ(schedule->step(RankId(5), 1, k).send_bytes, Bytes(bytes[k]));
}

// 2 x 8: the channels that begin along the ring of 8 take the ring of 2 second, then only the one of 8 is left. Whole arrays of
// 4 x 60 elements of 4 bytes: 240 bytes at each of 4 steps.
TEST(Swing, LeavesOutDimensionsThatAreThrough) {
  const AlgorithmRequest asked = request(CollectiveKind::all_reduce, box_layout({2, 8}), 240);
  const auto schedule = make_schedule(find_algorithm(CollectiveKind::all_reduce, "swing_latency"), asked);
  ASSERT_EQ(schedule->num_lanes(), 4U);
  const std::vector<std::uint32_t> expected{1, 8, 7, 3};
  ASSERT_EQ(schedule->num_steps(RankId(0), 2), 4U);
  for (std::uint32_t k = 0; k < 4; ++k) {
    EXPECT_EQ(schedule->step(RankId(0), 2, k).send_to.index(), expected[k]);
    EXPECT_EQ(schedule->step(RankId(0), 2, k).send_bytes, Bytes(240));
  }
}

TEST(Swing, SymmetriesAreTrueAndThere) {
  for (const auto& dims : std::vector<std::vector<std::int32_t>>{{16}, {4, 4}, {2, 8}, {4, 2}, {2, 2, 4}, {4, 4, 4}}) {
    for (const bool shuffled : {false, true}) {
      for (const auto& [kind, name] : kVariants) {
        for (const std::int64_t elements : {97, 64 * 24}) {
          expect_symmetries_hold(
              *make_schedule(find_algorithm(kind, name), request(kind, box_layout(dims, shuffled), elements)));
        }
      }
    }
  }
  // 4 x 4: by two rows, which is half a turn of the numbers; exclusive or of 8, two rows, and of 2, two columns.
  const auto groups = make_schedule(find_algorithm(CollectiveKind::all_reduce, "swing"),
                                    request(CollectiveKind::all_reduce, box_layout({4, 4}), 64))
                          ->symmetries();
  EXPECT_EQ(groups,
            (std::vector<RankSymmetry>{{RankSymmetry::Kind::rotation, 8}, {RankSymmetry::Kind::exclusive_or, 8}}));
}

}  // namespace
}  // namespace polyplane::collectives
