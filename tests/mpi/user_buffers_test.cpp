// Where blocks are in the buffers of a rank, by hand.
#include "mpi/user_buffers.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace polyplane::mpi {
namespace {

using collectives::Collective;
using collectives::CollectiveKind;

Collective contract(CollectiveKind kind, std::uint32_t ranks, std::int64_t elements, std::uint32_t root = 0) {
  return Collective({.kind = kind, .ranks = ranks, .elements_per_block = elements, .root = RankId(root), .matrix = {}});
}

TEST(UserBuffers, OutOfPlaceThereAreTwo) {
  // all_gather of 3 ranks, 5 elements of 4 bytes: 20 bytes in, 60 out.
  const UserBuffers gathered = user_buffers(contract(CollectiveKind::all_gather, 3, 5), RankId(1), false);
  EXPECT_EQ(gathered.in_bytes, 20);
  EXPECT_EQ(gathered.out_bytes, 60);
  ASSERT_EQ(gathered.held.size(), 1U);
  EXPECT_EQ(gathered.held[0].block, 1U);
  EXPECT_EQ(gathered.held[0].where, (Stretch{Memory::in, 0, 20}));
  EXPECT_EQ(gathered.required[2].where, (Stretch{Memory::out, 40, 20}));

  // alltoall: block 3 * 3 + ... of rank 1 are 3, 4, 5 before and 1, 4, 7 after.
  const UserBuffers exchanged = user_buffers(contract(CollectiveKind::alltoall, 3, 5), RankId(1), false);
  EXPECT_EQ(exchanged.held[2].block, 5U);
  EXPECT_EQ(exchanged.held[2].where, (Stretch{Memory::in, 40, 20}));
  EXPECT_EQ(exchanged.required[2].block, 7U);
  EXPECT_EQ(exchanged.required[2].where, (Stretch{Memory::out, 40, 20}));
}

TEST(UserBuffers, WhoHasNothingHasNoBuffer) {
  const Collective broadcast = contract(CollectiveKind::broadcast, 3, 5, 2);
  EXPECT_EQ(user_buffers(broadcast, RankId(0), false).in_bytes, 0);
  EXPECT_EQ(user_buffers(broadcast, RankId(2), false).in_bytes, 20);
  const Collective reduce = contract(CollectiveKind::reduce, 3, 5, 2);
  EXPECT_EQ(user_buffers(reduce, RankId(0), false).out_bytes, 0);
  EXPECT_EQ(user_buffers(reduce, RankId(2), false).out_bytes, 20);
}

TEST(UserBuffers, InPlaceThereIsOne) {
  const UserBuffers gathered = user_buffers(contract(CollectiveKind::all_gather, 3, 5), RankId(1), true);
  EXPECT_EQ(gathered.in_bytes, 0);
  EXPECT_EQ(gathered.out_bytes, 60);
  EXPECT_EQ(gathered.held[0].where, (Stretch{Memory::out, 20, 20}));  // its own part of the whole

  const UserBuffers scattered = user_buffers(contract(CollectiveKind::reduce_scatter, 3, 5), RankId(1), true);
  EXPECT_EQ(scattered.out_bytes, 60);
  EXPECT_EQ(scattered.required[0].where, (Stretch{Memory::out, 20, 20}));

  // alltoall: what goes to rank 2 (block 5) stands where what comes from rank 2 (block 7) will be.
  const UserBuffers exchanged = user_buffers(contract(CollectiveKind::alltoall, 3, 5), RankId(1), true);
  EXPECT_EQ(exchanged.out_bytes, 60);
  EXPECT_EQ(exchanged.held[2].where, exchanged.required[2].where);
}

TEST(UserBuffers, UnequalExchangesAreNotDoneInPlace) {
  Collective::Shape shape{.kind = CollectiveKind::alltoallv, .ranks = 2, .matrix = {1, 2, 3, 4}};
  EXPECT_THROW(static_cast<void>(user_buffers(Collective(shape), RankId(0), true)), InputError);
  shape.matrix = {1, 2, 2, 4};
  EXPECT_EQ(user_buffers(Collective(shape), RankId(0), true).out_bytes, 12);
}

TEST(UserBuffers, PiecesSplitABlockEarlierOnesLonger) {
  // 13 elements in 4 pieces: 4 3 3 3; of 4 bytes.
  const Collective all_reduce = contract(CollectiveKind::all_reduce, 4, 13);
  EXPECT_EQ(piece_offset(all_reduce, 0, 0, 4), 0);
  EXPECT_EQ(piece_offset(all_reduce, 0, 1, 4), 16);
  EXPECT_EQ(piece_offset(all_reduce, 0, 3, 4), 40);
  // 2 elements in 4 pieces: 1 1 0 0.
  EXPECT_EQ(piece_offset(contract(CollectiveKind::all_reduce, 4, 2), 0, 3, 4), 8);
}

TEST(Stretch, OnesThatFollowEachOtherAreOne) {
  std::vector<Stretch> stretches;
  append(stretches, {Memory::in, 0, 4});
  append(stretches, {Memory::in, 4, 0});
  append(stretches, {Memory::in, 4, 8});
  append(stretches, {Memory::work, 12, 4});
  append(stretches, {Memory::work, 0, 4});
  EXPECT_EQ(stretches, (std::vector<Stretch>{{Memory::in, 0, 12}, {Memory::work, 12, 4}, {Memory::work, 0, 4}}));
}

TEST(Stretch, Overlap) {
  const Stretch stretch{Memory::out, 8, 8};
  EXPECT_TRUE(stretch.overlaps({Memory::out, 15, 1}));
  EXPECT_FALSE(stretch.overlaps({Memory::out, 16, 1}));
  EXPECT_FALSE(stretch.overlaps({Memory::out, 0, 8}));
  EXPECT_FALSE(stretch.overlaps({Memory::in, 8, 8}));
}

}  // namespace
}  // namespace polyplane::mpi
