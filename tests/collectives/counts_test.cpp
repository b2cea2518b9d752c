// Messages and bytes a rank, against the closed forms of the literature.
#include <gtest/gtest.h>

#include <bit>
#include <map>

#include "collectives/algorithm.h"

namespace polyplane::collectives {
namespace {

struct Traffic {
  std::uint64_t sends = 0, out_sends = 0;  // out: to another domain
  std::int64_t bytes = 0, out_bytes = 0;
  bool off_rail = false;  // some send leaves the domain to another rail
};

Traffic traffic(const Schedule& schedule, const RankLayout& layout, std::uint32_t rank) {
  Traffic sum;
  const RankPlace& me = layout.place(RankId(rank));
  for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
    for (std::uint32_t i = 0; i < schedule.num_steps(RankId(rank), lane); ++i) {
      const Step step = schedule.step(RankId(rank), lane, i);
      if (!step.send_to.valid()) continue;
      const RankPlace& peer = layout.place(step.send_to);
      ++sum.sends;
      sum.bytes += step.send_bytes.count();
      if (peer.domain == me.domain) continue;
      ++sum.out_sends;
      sum.out_bytes += step.send_bytes.count();
      if (peer.rail != me.rail) sum.off_rail = true;
    }
  }
  return sum;
}

std::unique_ptr<Schedule> make(CollectiveKind kind, const std::string& name, const RankLayout& layout,
                               std::int64_t elements, std::uint32_t channels = 0, std::uint32_t slices = 0) {
  return make_schedule(find_algorithm(kind, name), {.collective = Collective({.kind = kind,
                                                                              .ranks = layout.num_ranks(),
                                                                              .elements_per_block = elements,
                                                                              .element_bytes = 1,
                                                                              .matrix = {}}),
                                                    .layout = layout,
                                                    .channels = channels,
                                                    .slices = slices});
}

/// Each rank of a flat layout sends so many messages and bytes.
void expect_each(CollectiveKind kind, const std::string& name, std::uint32_t ranks, std::int64_t elements,
                 std::uint64_t sends, std::int64_t bytes) {
  const RankLayout layout = RankLayout::regular(ranks, 1);
  const auto schedule = make(kind, name, layout, elements, 0, 1);
  for (std::uint32_t rank = 0; rank < ranks; ++rank) {
    const Traffic t = traffic(*schedule, layout, rank);
    EXPECT_EQ(t.sends, sends) << to_string(kind) << "/" << name << " rank " << rank;
    EXPECT_EQ(t.bytes, bytes) << to_string(kind) << "/" << name << " rank " << rank;
  }
}

TEST(Counts, AllReduce) {
  // S = 960 on 8 ranks: 2 x 7 messages of 960 / 8 = 120 bytes.
  expect_each(CollectiveKind::all_reduce, "ring", 8, 960, 14, 1680);
  // 2 log2 8 = 6 messages: 480 + 240 + 120, twice.
  expect_each(CollectiveKind::all_reduce, "halving_doubling", 8, 960, 6, 1680);
  expect_each(CollectiveKind::all_reduce, "ring", 6, 960, 10, 1600);  // 10 x 160
}

TEST(Counts, HalvingDoublingFoldsWhatIsLeftOver) {
  // 6 ranks = 4 + 2: ranks 1 and 3 hand all 960 over and get all back; the four others do 2 log2 4 = 4 steps:
  // 480 + 240 + 240 + 480 = 1440; ranks 0 and 2 also hand 960 back.
  const RankLayout layout = RankLayout::regular(6, 1);
  const auto schedule = make(CollectiveKind::all_reduce, "halving_doubling", layout, 960);
  const std::vector<std::int64_t> bytes = {2400, 960, 2400, 960, 1440, 1440};
  const std::vector<std::uint64_t> sends = {5, 1, 5, 1, 4, 4};
  for (std::uint32_t rank = 0; rank < 6; ++rank) {
    EXPECT_EQ(traffic(*schedule, layout, rank).bytes, bytes[rank]) << rank;
    EXPECT_EQ(traffic(*schedule, layout, rank).sends, sends[rank]) << rank;
  }
}

TEST(Counts, AllGatherAndReduceScatter) {
  for (const CollectiveKind kind : {CollectiveKind::all_gather, CollectiveKind::reduce_scatter}) {
    expect_each(kind, "ring", 8, 100, 7, 700);
    expect_each(kind, "halving_doubling", 8, 100, 3, 700);  // 1 + 2 + 4 blocks
    expect_each(kind, "bruck", 8, 100, 3, 700);
    expect_each(kind, "bruck", 11, 100, 4, 1000);  // 1 + 2 + 4 + 3 blocks
  }
}

TEST(Counts, Alltoall) {
  expect_each(CollectiveKind::alltoall, "pairwise", 8, 100, 7, 700);
  expect_each(CollectiveKind::alltoall, "pairwise_xor", 8, 100, 7, 700);
  expect_each(CollectiveKind::alltoall, "direct", 8, 100, 7, 700);
  expect_each(CollectiveKind::alltoall, "bruck", 8, 100, 3, 1200);  // log2 8 messages of 8 / 2 blocks
  // 6 ranks: ways 1 3 5, then 2 3, then 4 5: 3 + 2 + 2 blocks.
  expect_each(CollectiveKind::alltoall, "bruck", 6, 100, 3, 700);
}

TEST(Counts, BarrierAndSendrecv) {
  expect_each(CollectiveKind::barrier, "dissemination", 8, 0, 3, 0);
  expect_each(CollectiveKind::barrier, "dissemination", 9, 0, 4, 0);
  expect_each(CollectiveKind::sendrecv, "direct", 9, 100, 1, 100);
}

/// Sends of all ranks together.
TEST(Counts, RootedTreesUseEachRankOnce) {
  for (const std::uint32_t ranks : {2U, 7U, 8U, 13U}) {
    const RankLayout layout = RankLayout::regular(ranks, 1);
    for (const CollectiveKind kind : {CollectiveKind::broadcast, CollectiveKind::reduce}) {
      for (const auto& [name, trees] :
           std::map<std::string, std::uint64_t>{{"binomial", 1}, {"ring", 1}, {"double_binary_tree", 2}}) {
        const auto schedule = make(kind, name, layout, 960, 0, 1);
        std::uint64_t sends = 0;
        std::int64_t bytes = 0;
        for (std::uint32_t rank = 0; rank < ranks; ++rank) {
          sends += traffic(*schedule, layout, rank).sends;
          bytes += traffic(*schedule, layout, rank).bytes;
        }
        EXPECT_EQ(sends, trees * (ranks - 1)) << name;
        EXPECT_EQ(bytes, 960 * (ranks - 1)) << name;
      }
    }
  }
}

TEST(Counts, BinomialRootHasOneMessagePerRound) {
  const RankLayout layout = RankLayout::regular(13, 1);
  // Scatter on 13: subtrees of 8 (cut to 5), 4, 2 and 1 blocks.
  const Traffic t = traffic(*make(CollectiveKind::scatter, "binomial", layout, 10), layout, 0);
  EXPECT_EQ(t.sends, 4U);
  EXPECT_EQ(t.bytes, 120);
}

/// Sanders, Speck and Traeff: with both trees no rank sends more than twice the array, and the mirror makes every rank
/// but the two roots an inner node of one tree only.
TEST(Counts, DoubleBinaryTreeSharesTheLoad) {
  for (const std::uint32_t ranks : {8U, 16U, 64U}) {
    const RankLayout layout = RankLayout::regular(ranks, 1);
    const auto schedule = make(CollectiveKind::all_reduce, "double_binary_tree", layout, 960, 0, 1);
    std::int64_t total = 0;
    for (std::uint32_t rank = 0; rank < ranks; ++rank) {
      const Traffic t = traffic(*schedule, layout, rank);
      EXPECT_LE(t.bytes, 1920) << rank;
      total += t.bytes;
    }
    EXPECT_EQ(total, 2 * 960 * (std::int64_t{ranks} - 1));
  }
}

TEST(Counts, HierarchicalAllReduceLeavesTheDomainOnItsRailOnly) {
  // 4 domains of 8, S = 3200: a rank's part is 400; halving-doubling over 4: 2 log2 4 messages, 2 x 3/4 x 400 = 600
  // bytes out. Inside: 7 + 7 messages of 400.
  const RankLayout layout = RankLayout::regular(32, 8, false);
  for (const auto& [name, rail_sends] :
       std::map<std::string, std::uint64_t>{{"hierarchical", 4}, {"hierarchical_ring", 6}}) {
    for (const std::uint32_t slices : {1U, 2U}) {
      const auto schedule = make(CollectiveKind::all_reduce, name, layout, 3200, 0, slices);
      for (std::uint32_t rank = 0; rank < 32; ++rank) {
        const Traffic t = traffic(*schedule, layout, rank);
        EXPECT_EQ(t.sends, (14 + rail_sends) * slices);
        EXPECT_EQ(t.out_sends, rail_sends * slices);
        EXPECT_EQ(t.out_bytes, 600);
        EXPECT_EQ(t.bytes, 600 + 14 * 400);
        EXPECT_FALSE(t.off_rail);
      }
    }
  }
}

TEST(Counts, HierarchicalAllGatherAndReduceScatter) {
  // 4 domains of 8, blocks of 100: 2 rail messages with 1 + 2 blocks; 7 peers get 4 blocks each.
  const RankLayout layout = RankLayout::regular(32, 8, false);
  for (const CollectiveKind kind : {CollectiveKind::all_gather, CollectiveKind::reduce_scatter}) {
    const auto schedule = make(kind, "hierarchical", layout, 100);
    for (std::uint32_t rank = 0; rank < 32; ++rank) {
      const Traffic t = traffic(*schedule, layout, rank);
      EXPECT_EQ(t.out_sends, 2U);
      EXPECT_EQ(t.out_bytes, 300);
      EXPECT_EQ(t.sends, 9U);
      EXPECT_EQ(t.bytes, 300 + 7 * 400);
      EXPECT_FALSE(t.off_rail);
    }
  }
}

TEST(Counts, HierarchicalAlltoallSendsOneMessagePerRailAndRemoteDomain) {
  // 4 domains of 8, blocks of 100: to each of 7 peers 4 blocks, to each of 3 domains the 8 blocks of the own domain.
  const RankLayout layout = RankLayout::regular(32, 8, false);
  const auto schedule = make(CollectiveKind::alltoall, "hierarchical", layout, 100, 0, 1);
  for (std::uint32_t rank = 0; rank < 32; ++rank) {
    const Traffic t = traffic(*schedule, layout, rank);
    EXPECT_EQ(t.sends, 7U + 3);
    EXPECT_EQ(t.out_sends, 3U);
    EXPECT_EQ(t.out_bytes, 3 * 800);
    EXPECT_EQ(t.bytes, 3 * 800 + 7 * 400);
    EXPECT_FALSE(t.off_rail);
  }
  // Slices: 2 x 7 messages with half the domains each, the same bytes.
  const Traffic t = traffic(*make(CollectiveKind::alltoall, "hierarchical", layout, 100, 0, 2), layout, 0);
  EXPECT_EQ(t.sends, 14U + 3);
  EXPECT_EQ(t.bytes, 3 * 800 + 7 * 400);
}

TEST(Counts, DeepSeekScale) {
  // 256 domains of 8: 2048 x (7 + 255) sends for alltoall, 2048 x (14 + 16) a slice for all-reduce.
  const RankLayout layout = RankLayout::regular(2048, 8, false);
  const auto alltoall = make(CollectiveKind::alltoall, "hierarchical", layout, 4);
  const auto all_reduce = make(CollectiveKind::all_reduce, "hierarchical", layout, 4096, 0, 1);
  for (std::uint32_t rank = 0; rank < 2048; ++rank) {
    EXPECT_EQ(traffic(*alltoall, layout, rank).sends, 262U);
    EXPECT_EQ(traffic(*all_reduce, layout, rank).sends, 30U);
  }
}

/// With four domains of four, the ring, the trees and the binomial tree stay on their rail when they leave a domain.
TEST(Counts, FlatAlgorithmsKeepToTheRails) {
  const RankLayout layout = RankLayout::regular(16, 4, false);
  for (const auto& [kind, name] :
       std::vector<std::pair<CollectiveKind, std::string>>{{CollectiveKind::all_reduce, "ring"},
                                                           {CollectiveKind::all_reduce, "halving_doubling"},
                                                           {CollectiveKind::all_reduce, "double_binary_tree"},
                                                           {CollectiveKind::all_gather, "halving_doubling"},
                                                           {CollectiveKind::broadcast, "ring"},
                                                           {CollectiveKind::broadcast, "binomial"},
                                                           {CollectiveKind::broadcast, "double_binary_tree"},
                                                           {CollectiveKind::reduce, "double_binary_tree"}}) {
    for (const std::uint32_t channels : {0U, 1U, 4U}) {
      if (channels > 1 && !find_algorithm(kind, name).honours_channels) continue;
      const auto schedule = make(kind, name, layout, 1 << 20, channels);
      for (std::uint32_t rank = 0; rank < 16; ++rank) {
        EXPECT_FALSE(traffic(*schedule, layout, rank).off_rail)
            << to_string(kind) << "/" << name << " channels " << channels << " rank " << rank;
      }
    }
  }
}

}  // namespace
}  // namespace polyplane::collectives
