#include "collectives/algorithm.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/error.h"

namespace polyplane::collectives {
namespace {

AlgorithmRequest request(CollectiveKind kind, const RankLayout& layout, std::uint32_t channels = 0,
                         std::uint32_t slices = 0) {
  return {.collective = Collective::sized(kind, layout.num_ranks(), Bytes(1 << 20), 4, RankId(0)),
          .layout = layout,
          .channels = channels,
          .slices = slices};
}

std::string make_error(CollectiveKind kind, const std::string& name, const RankLayout& layout,
                       std::uint32_t channels = 0, std::uint32_t slices = 0) {
  try {
    (void)make_schedule(find_algorithm(kind, name), request(kind, layout, channels, slices));
  } catch (const InputError& error) { return error.what(); }
  return "no error";
}

TEST(Algorithms, TheListHoldsWhatIsPromised) {
  const auto has = [](CollectiveKind kind, const std::vector<std::string>& wanted) {
    const std::vector<std::string> names = algorithm_names(kind);
    EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
    for (const std::string& name : wanted) {
      EXPECT_TRUE(std::count(names.begin(), names.end(), name) == 1) << to_string(kind) << "/" << name;
    }
  };
  has(CollectiveKind::all_reduce, {"ring", "halving_doubling", "double_binary_tree", "hierarchical"});
  has(CollectiveKind::all_gather, {"ring", "halving_doubling", "bruck", "hierarchical"});
  has(CollectiveKind::reduce_scatter, {"ring", "halving_doubling", "hierarchical"});
  has(CollectiveKind::alltoall, {"pairwise", "pairwise_xor", "direct", "bruck", "hierarchical"});
  has(CollectiveKind::alltoallv, {"pairwise", "direct", "hierarchical"});
  has(CollectiveKind::broadcast, {"ring", "binomial", "double_binary_tree"});
  has(CollectiveKind::reduce, {"ring", "binomial", "double_binary_tree"});
  has(CollectiveKind::gather, {"binomial", "direct", "linear"});
  has(CollectiveKind::scatter, {"binomial", "direct", "linear"});
  has(CollectiveKind::sendrecv, {"direct"});
  has(CollectiveKind::barrier, {"dissemination"});
  has(CollectiveKind::dispatch, {"direct", "node_forwarding"});
  has(CollectiveKind::combine, {"direct", "node_forwarding"});
}

TEST(Algorithms, EachSaysWhenToUseItAndWhatItCosts) {
  const std::set<std::string> families = {"ring",           "tree",          "nvls", "nvls_tree",
                                          "collnet_direct", "collnet_chain", "pat"};  // those of sim/stack.h
  for (const std::string& full : algorithms().names()) {
    const Algorithm& algorithm = algorithms().at(full);
    EXPECT_EQ(algorithm.sentence.back(), '.') << full;
    EXPECT_TRUE(families.contains(algorithm.cost_family)) << full;
    EXPECT_EQ(full, std::string(to_string(algorithm.collective)) + "/" + algorithm.name);
  }
}

TEST(Algorithms, UnknownNameGetsTheNearestOfTheSameCollective) {
  try {
    (void)find_algorithm(CollectiveKind::alltoall, "pairwize");
    FAIL() << "no error";
  } catch (const InputError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("did you mean \"pairwise\""), std::string::npos) << text;
    EXPECT_EQ(text.find("double_binary_tree"), std::string::npos) << text;  // not an alltoall
  }
  EXPECT_THROW((void)find_algorithm(CollectiveKind::barrier, "ring"), InputError);
}

TEST(Algorithms, WhatOneCannotDoIsSaid) {
  EXPECT_EQ(make_error(CollectiveKind::alltoall, "pairwise_xor", RankLayout::regular(6, 1)),
            "alltoall/pairwise_xor needs a power of two of ranks, not 6.");
  EXPECT_EQ(make_error(CollectiveKind::all_reduce, "hierarchical", RankLayout::regular(6, 4)),
            "all_reduce/hierarchical needs scale-up domains of equal size with the same rails in the same order.");
  EXPECT_EQ(make_error(CollectiveKind::gather, "direct", RankLayout::regular(5000, 1)),
            "gather/direct needs a lane for each pair of ranks and allows 4096 ranks, not 5000.");
}

TEST(Algorithms, ChannelsAndSlicesOutOfRangeAreRefused) {
  const RankLayout layout = RankLayout::regular(4, 1);
  EXPECT_EQ(make_error(CollectiveKind::alltoall, "pairwise", layout, 2),
            "channels: 2 asked for, but alltoall/pairwise allows 1, or 0 for its own choice.");
  EXPECT_EQ(make_error(CollectiveKind::all_reduce, "ring", layout, 65),
            "channels: 65 asked for, but all_reduce/ring allows 1 to 64, or 0 for its own choice.");
  EXPECT_EQ(make_error(CollectiveKind::all_reduce, "hierarchical", layout, 0, 5000),
            "slices: 5000 asked for, but all_reduce/hierarchical allows 1 to 4096, or 0 for its own choice.");
  EXPECT_EQ(make_error(CollectiveKind::all_reduce, "ring", layout, 64, 4096), "no error");
}

TEST(Algorithms, TooManyPiecesAreALimit) {
  // 64 channels x 4096 slices x 65536 positions = 2^34 pieces.
  const RankLayout layout = RankLayout::regular(65536, 8);
  EXPECT_THROW((void)make_schedule(find_algorithm(CollectiveKind::all_reduce, "ring"),
                                   request(CollectiveKind::all_reduce, layout, 64, 4096)),
               LimitError);
}

TEST(Algorithms, ChannelsAreTakenAsAsked) {
  const auto schedule = make_schedule(find_algorithm(CollectiveKind::all_reduce, "ring"),
                                      request(CollectiveKind::all_reduce, RankLayout::regular(16, 8), 3, 2));
  EXPECT_EQ(schedule->num_lanes(), 6U);
  EXPECT_EQ(schedule->pieces(), 6U * 16);
}

TEST(Algorithms, OwnChoiceOfRingChannelsIsOnePerRail) {
  const auto lanes = [](std::uint32_t per_domain, std::int64_t bytes) {
    const RankLayout layout = RankLayout::regular(16, per_domain, false);
    return make_schedule(find_algorithm(CollectiveKind::all_reduce, "ring"),
                         {.collective = Collective::sized(CollectiveKind::all_reduce, 16, Bytes(bytes), 4, RankId(0)),
                          .layout = layout})
        ->num_lanes();
  };
  EXPECT_EQ(lanes(8, 1 << 20), 8U);  // 64 KiB a step, 8 KiB a message
  EXPECT_EQ(lanes(8, 1 << 19), 4U);  // 32 KiB a step: four messages of 8 KiB
  EXPECT_EQ(lanes(8, 1 << 10), 1U);
  EXPECT_EQ(lanes(16, 1 << 30), 1U);  // one domain: no rail is used
  EXPECT_EQ(lanes(1, 1 << 30), 1U);
}

}  // namespace
}  // namespace polyplane::collectives
