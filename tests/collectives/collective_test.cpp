#include "collectives/collective.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace polyplane::collectives {
namespace {

Collective sized(CollectiveKind kind, std::uint32_t ranks, std::int64_t bytes, std::int64_t element_bytes = 4) {
  return Collective::sized(kind, ranks, Bytes(bytes), element_bytes, RankId(0));
}

/// The message of the InputError that `work` throws.
template <class Work>
std::string input_error(Work work) {
  try {
    work();
  } catch (const InputError& error) { return error.what(); }
  return "no error";
}

TEST(CollectiveKind, NamesComeBackInEverySpelling) {
  for (const CollectiveKind kind : all_collectives()) EXPECT_EQ(parse_collective(to_string(kind)), kind);
  EXPECT_EQ(parse_collective("AllReduce"), CollectiveKind::all_reduce);
  EXPECT_EQ(parse_collective("all-to-all"), CollectiveKind::alltoall);
  EXPECT_EQ(parse_collective("reduce scatter"), CollectiveKind::reduce_scatter);
}

TEST(CollectiveKind, UnknownNameGetsTheNearest) {
  const std::string message = input_error([] { (void)parse_collective("all_redcue"); });
  EXPECT_NE(message.find("all_redcue"), std::string::npos) << message;
  EXPECT_NE(message.find("did you mean \"all_reduce\""), std::string::npos) << message;
  EXPECT_NE(input_error([] { (void)parse_collective(""); }), "no error");
}

// Whole arrays: count = size / element, rounded down, and nothing else.
TEST(Sized, WholeArraysKeepEveryElement) {
  for (const CollectiveKind kind :
       {CollectiveKind::all_reduce, CollectiveKind::broadcast, CollectiveKind::reduce, CollectiveKind::sendrecv}) {
    EXPECT_EQ(sized(kind, 8, 8).count(), 2);
    EXPECT_EQ(sized(kind, 8, 8).size(), Bytes(8));
    EXPECT_EQ(sized(kind, 8, 1003).count(), 250);  // floor(1003 / 4)
    EXPECT_EQ(sized(kind, 8, 1003).size(), Bytes(1000));
    EXPECT_EQ(sized(kind, 8, 1003, 1).size(), Bytes(1003));
  }
}

// Shares: (count / n) rounded down to 16 bytes; the size column is n shares, the count column one share.
TEST(Sized, SharesAreCutToSixteenBytes) {
  for (const CollectiveKind kind : {CollectiveKind::all_gather, CollectiveKind::reduce_scatter,
                                    CollectiveKind::alltoall, CollectiveKind::gather, CollectiveKind::scatter}) {
    // 8 bytes = 2 floats over 8 ranks: nothing is left, nccl-tests prints size 0.
    EXPECT_EQ(sized(kind, 8, 8).size(), Bytes(0));
    // 1000 bytes = 250 floats; 250 / 8 = 31, down to a multiple of 4: 28; 28 x 4 x 8 = 896.
    EXPECT_EQ(sized(kind, 8, 1000).count(), 28);
    EXPECT_EQ(sized(kind, 8, 1000).size(), Bytes(896));
    // bytes: 1000 / 8 = 125, down to a multiple of 16: 112; 112 x 8 = 896.
    EXPECT_EQ(sized(kind, 8, 1000, 1).count(), 112);
    // doubles: 125 / 8 = 15, down to a multiple of 2: 14; 14 x 8 x 8 = 896.
    EXPECT_EQ(sized(kind, 8, 1000, 8).count(), 14);
    EXPECT_EQ(sized(kind, 3, 1 << 20).size(), Bytes(1048560));  // 262144 / 3 = 87381 -> 87380; x 4 x 3
  }
}

// nccl-tests' generated pattern: floor(d x total / (n (n-1) / 2)) cut to 16 bytes, nothing to oneself.
TEST(Sized, AlltoallvIsWeightedByDistance) {
  const Collective c = sized(CollectiveKind::alltoallv, 4, 1536);
  // 384 floats / 4 = 96; total 1536 bytes, distances sum to 6: 256 bytes = 64 floats a step of distance.
  EXPECT_EQ(c.count(), 96);
  for (std::uint32_t i = 0; i < 4; ++i) {
    EXPECT_EQ(c.pair_elements(i, i), 0);
    EXPECT_EQ(c.pair_elements(i, (i + 1) % 4), 64);
    EXPECT_EQ(c.pair_elements(i, (i + 2) % 4), 128);
    EXPECT_EQ(c.pair_elements(i, (i + 3) % 4), 192);
  }
  EXPECT_EQ(c.size(), Bytes(1536));  // 64 + 128 + 192 = 384 floats
  // 100 floats / 4 = 25 -> 24; total 384 bytes: 64, 128, 192 bytes.
  EXPECT_EQ(sized(CollectiveKind::alltoallv, 4, 400).size(), Bytes(384));
  // 3 ranks, 240 bytes: 60 / 3 = 20; total 240, distances sum to 3: 80 and 160 bytes, both multiples of 16.
  EXPECT_EQ(sized(CollectiveKind::alltoallv, 3, 240).size(), Bytes(240));
  // 3 ranks, 200 bytes: 50 / 3 = 16; total 192: 64 and 128.
  EXPECT_EQ(sized(CollectiveKind::alltoallv, 3, 200).block_elements(0 * 3 + 2), 32);
  EXPECT_EQ(sized(CollectiveKind::alltoallv, 1, 100).size(), Bytes(96));
}

TEST(Sized, BarrierMovesNothing) {
  const Collective c = sized(CollectiveKind::barrier, 5, 1 << 20);
  EXPECT_EQ(c.size(), Bytes(0));
  EXPECT_EQ(c.blocks(), 5U);
  EXPECT_TRUE(c.required_after(RankId(3), 4));
}

TEST(Collective, MatrixGivesTheLargestShareAsSize) {
  // Rank 0 sends 1 + 2 = 3, rank 1 sends 7 + 4 = 11; rank 0 gets 8, rank 1 gets 6: the largest is 11.
  const Collective c({.kind = CollectiveKind::alltoallv, .ranks = 2, .element_bytes = 2, .matrix = {1, 2, 7, 4}});
  EXPECT_EQ(c.size(), Bytes(22));
  EXPECT_EQ(c.count(), 11);
  EXPECT_EQ(c.block_elements(2), 7);
  EXPECT_EQ(c.pair_elements(1, 0), 7);
}

TEST(Collective, WrongShapesAreRefused) {
  const auto make = [](std::uint32_t root, std::vector<std::int64_t> matrix) {
    return input_error([&] {
      Collective({.kind = CollectiveKind::alltoallv, .ranks = 2, .root = RankId(root), .matrix = std::move(matrix)});
    });
  };
  EXPECT_EQ(make(2, {0, 0, 0, 0}), "root: 2 is not one of the ranks 0 to 1.");
  EXPECT_EQ(make(0, {0, 0, 0}), "matrix: 3 entries; alltoallv on 2 ranks needs 4.");
  EXPECT_EQ(make(0, {0, 0, -5, 0}), "matrix: the entry from rank 1 to rank 0 is -5; it must be 0 or more.");
}

TEST(Collective, BusFactors) {
  EXPECT_DOUBLE_EQ(sized(CollectiveKind::all_reduce, 8, 64).bus_factor(), 1.75);  // 2 x 7 / 8
  EXPECT_DOUBLE_EQ(sized(CollectiveKind::alltoall, 8, 64).bus_factor(), 0.875);
  EXPECT_DOUBLE_EQ(sized(CollectiveKind::gather, 4, 64).bus_factor(), 0.75);
  EXPECT_DOUBLE_EQ(sized(CollectiveKind::broadcast, 8, 64).bus_factor(), 1);
  EXPECT_DOUBLE_EQ(sized(CollectiveKind::all_reduce, 1, 64).bus_factor(), 0);
}

TEST(Collective, PiecesSplitEvenlyEarlierOnesLonger) {
  const Collective c({.kind = CollectiveKind::all_reduce, .ranks = 2, .elements_per_block = 10, .matrix = {}});
  // 10 elements in 4 pieces: 3 3 2 2, of 4 bytes each.
  EXPECT_EQ(c.piece_bytes(0, 0, 4), Bytes(12));
  EXPECT_EQ(c.piece_bytes(0, 1, 4), Bytes(12));
  EXPECT_EQ(c.piece_bytes(0, 2, 4), Bytes(8));
  EXPECT_EQ(c.piece_bytes(0, 3, 4), Bytes(8));
  EXPECT_EQ(c.piece_bytes(0, 11, 12), Bytes(0));  // more pieces than elements
}

TEST(Collective, WhoHoldsAndWhoMustHold) {
  const auto rooted = [](CollectiveKind kind) {
    return Collective({.kind = kind, .ranks = 4, .root = RankId(2), .matrix = {}});
  };
  const Collective scatter = rooted(CollectiveKind::scatter);
  EXPECT_TRUE(scatter.holds_before(RankId(2), 1));
  EXPECT_FALSE(scatter.holds_before(RankId(1), 1));
  EXPECT_TRUE(scatter.required_after(RankId(1), 1));
  EXPECT_FALSE(scatter.required_after(RankId(2), 1));
  const Collective reduce = rooted(CollectiveKind::reduce);
  EXPECT_TRUE(reduce.holds_before(RankId(0), 0));
  EXPECT_TRUE(reduce.required_after(RankId(2), 0));
  EXPECT_FALSE(reduce.required_after(RankId(0), 0));
  const Collective alltoall = rooted(CollectiveKind::alltoall);
  EXPECT_EQ(alltoall.source(7), RankId(1));  // 7 = 1 x 4 + 3
  EXPECT_TRUE(alltoall.required_after(RankId(3), 7));
  EXPECT_FALSE(alltoall.required_after(RankId(1), 7));
  const Collective sendrecv = rooted(CollectiveKind::sendrecv);
  EXPECT_TRUE(sendrecv.required_after(RankId(0), 3));  // the last sends to the first
}

}  // namespace
}  // namespace polyplane::collectives
