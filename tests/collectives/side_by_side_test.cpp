// Groups side by side: every group does what it does alone, with its own ranks, and moving on by one group changes nothing.
#include "collectives/side_by_side.h"

#include <gtest/gtest.h>

#include "collectives/algorithm.h"

namespace polyplane::collectives {
namespace {

std::unique_ptr<Schedule> make(CollectiveKind kind, const std::string& name, std::uint32_t ranks) {
  const Collective collective = Collective::sized(kind, ranks, Bytes(4096), 4, RankId(0));
  return make_schedule(find_algorithm(kind, name), {collective, RankLayout::regular(ranks, 4), 0, 0});
}

void expect_moved(const Step& of_all, const Step& of_group, std::uint32_t by) {
  const auto moved = [&](RankId rank) { return rank.valid() ? RankId(rank.index() + by) : rank; };
  EXPECT_EQ(of_all.send_to, moved(of_group.send_to));
  EXPECT_EQ(of_all.receive_from, moved(of_group.receive_from));
  EXPECT_EQ(of_all.peer_lane, of_group.peer_lane);
  EXPECT_EQ(of_all.peer_step, of_group.peer_step);
  EXPECT_EQ(of_all.send_bytes, of_group.send_bytes);
  EXPECT_EQ(of_all.num_after, of_group.num_after);
  EXPECT_EQ(of_all.after, of_group.after);
}

void expect_groups(CollectiveKind kind, const std::string& name) {
  const std::unique_ptr<Schedule> group = make(kind, name, 8);
  const SideBySide all(make(kind, name, 8), 3);
  EXPECT_EQ(all.collective().ranks(), 24U);
  EXPECT_EQ(all.num_participants(), 24U + 3 * group->num_agents());
  ASSERT_EQ(all.num_lanes(), group->num_lanes());
  EXPECT_EQ(all.has_local_moves(), group->has_local_moves());
  std::vector<LocalWork> of_all, of_group;
  for (std::uint32_t rank = 0; rank < 24; ++rank) {
    for (std::uint32_t lane = 0; lane < all.num_lanes(); ++lane) {
      ASSERT_EQ(all.num_steps(RankId(rank), lane), group->num_steps(RankId(rank % 8), lane));
      for (std::uint32_t k = 0; k < all.num_steps(RankId(rank), lane); ++k) {
        expect_moved(all.step(RankId(rank), lane, k), group->step(RankId(rank % 8), lane, k), rank / 8 * 8);
        all.local_work(RankId(rank), lane, k, of_all);
        group->local_work(RankId(rank % 8), lane, k, of_group);
        EXPECT_EQ(of_all, of_group);
      }
    }
  }
}

TEST(SideBySide, EveryGroupDoesWhatItDoesAlone) {
  expect_groups(CollectiveKind::all_reduce, "ring");
  expect_groups(CollectiveKind::all_reduce, "hierarchical");
  expect_groups(CollectiveKind::all_reduce, "recursive_multiplying");
  expect_groups(CollectiveKind::alltoall, "pairwise");
  expect_groups(CollectiveKind::broadcast, "binomial");
}

TEST(SideBySide, DeclaresTheMoveToTheNextGroup) {
  const SideBySide all(make(CollectiveKind::broadcast, "binomial", 8), 3);
  EXPECT_EQ(all.symmetries(), (std::vector<RankSymmetry>{{RankSymmetry::Kind::rotation, 8}}));
  const SideBySide one(make(CollectiveKind::all_reduce, "ring", 8), 1);
  EXPECT_EQ(one.symmetries(), make(CollectiveKind::all_reduce, "ring", 8)->symmetries());
}

TEST(SideBySide, BlocksAreThoseOfEachGroup) {
  const SideBySide all(make(CollectiveKind::alltoall, "direct", 8), 2);
  ASSERT_EQ(all.blocks().size(), 2U);
  const Block second = all.blocks()[1];
  EXPECT_EQ(second.first_source, 8U);
  EXPECT_EQ(second.end_source, 16U);
  EXPECT_EQ(second.first_destination, 8U);
  EXPECT_EQ(second.end_destination, 16U);
  EXPECT_EQ(second.bytes, Bytes(512));
}

TEST(SideBySide, AMessageHasTwoEnds) {
  const std::unique_ptr<Schedule> message = make_message(Bytes(77));
  ASSERT_EQ(message->num_lanes(), 1U);
  ASSERT_EQ(message->num_steps(RankId(0), 0), 1U);
  ASSERT_EQ(message->num_steps(RankId(1), 0), 1U);
  EXPECT_EQ(message->step(RankId(0), 0, 0).send_to, RankId(1));
  EXPECT_EQ(message->step(RankId(0), 0, 0).send_bytes, Bytes(77));
  EXPECT_EQ(message->step(RankId(1), 0, 0).receive_from, RankId(0));
  EXPECT_EQ(make_idle(5)->collective().ranks(), 5U);
  EXPECT_EQ(make_idle(5)->num_lanes(), 0U);
}

}  // namespace
}  // namespace polyplane::collectives
