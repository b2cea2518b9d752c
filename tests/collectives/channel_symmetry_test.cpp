// What schedules declare of their channels, against their steps.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/symmetry.h"
#include "tests/collectives/token_contract.h"

namespace polyplane::collectives {
namespace {

/// "" when each channel does what the one before does, on the next ranks; else where it does not.
std::string defect(const Schedule& schedule, const ChannelSymmetry& symmetry) {
  const std::uint32_t lanes = schedule.num_lanes(), ranks = schedule.collective().ranks();
  if (symmetry.channels < 2 || lanes % symmetry.channels != 0) return "lanes are no channels";
  if (symmetry.next.size() != ranks) return "a next rank for each rank";
  const std::uint32_t of_channel = lanes / symmetry.channels;
  const auto next = [&](RankId rank) { return rank.valid() ? symmetry.next[rank.index()] : rank; };
  const auto next_lane = [&](std::uint32_t lane) { return (lane + of_channel) % lanes; };
  for (std::uint32_t r = 0; r < ranks; ++r) {
    RankId there(r);
    for (std::uint32_t i = 0; i < symmetry.channels; ++i) there = next(there);
    if (there != RankId(r)) return "rank " + std::to_string(r) + " does not come back to itself";
    for (std::uint32_t lane = 0; lane < lanes; ++lane) {
      const std::uint32_t steps = schedule.num_steps(RankId(r), lane);
      const std::string where = "rank " + std::to_string(r) + " lane " + std::to_string(lane);
      if (schedule.num_steps(next(RankId(r)), next_lane(lane)) != steps) return where + ": another number of steps";
      for (std::uint32_t k = 0; k < steps; ++k) {
        const Step a = schedule.step(RankId(r), lane, k), b = schedule.step(next(RankId(r)), next_lane(lane), k);
        bool same = b.send_to == next(a.send_to) && b.receive_from == next(a.receive_from) &&
                    b.peer_step == a.peer_step && b.send_bytes == a.send_bytes && b.reduce == a.reduce &&
                    b.num_after == a.num_after;
        if (a.send_to.valid()) {
          same = same && b.peer_lane == next_lane(a.peer_lane) && a.peer_lane / of_channel == lane / of_channel;
        }
        for (std::uint8_t i = 0; i < a.num_after; ++i) {
          same = same && b.after[i].lane == next_lane(a.after[i].lane) && b.after[i].step == a.after[i].step &&
                 a.after[i].lane / of_channel == lane / of_channel;
        }
        if (!same) return where + " step " + std::to_string(k) + ": not the same on the next channel";
      }
    }
  }
  return "";
}

TEST(ChannelSymmetry, HoldsWhereverItIsDeclared) {
  std::set<std::string> declared;
  for (const std::string& name : algorithms().names()) {
    const Algorithm& algorithm = algorithms().at(name);
    for (const auto& [ranks, per_domain] : std::vector<std::pair<std::uint32_t, std::uint32_t>>{
             {2, 2}, {4, 2}, {6, 3}, {8, 8}, {9, 3}, {12, 4}, {14, 7}, {16, 4}, {24, 8}, {32, 8}, {10, 4}, {5, 1}}) {
      for (const std::uint32_t channels : {0U, 1U, 2U, 3U, 4U, 8U, 16U}) {
        for (const std::int64_t elements : {1, 96, 97, 13440, 1 << 20}) {
          if (channels != 0 && !algorithm.honours_channels) continue;
          if (algorithm.collective == CollectiveKind::alltoallv || is_of_tokens(algorithm.collective)) continue;
          const Collective contract(Collective::Shape{
              .kind = algorithm.collective, .ranks = ranks, .elements_per_block = elements, .matrix = {}});
          const AlgorithmRequest request{contract, RankLayout::regular(ranks, per_domain), channels, 0};
          if (algorithm.cannot && !algorithm.cannot(request).empty()) continue;
          const auto schedule = make_schedule(algorithm, request);
          const auto symmetry = schedule->channel_symmetry();
          if (!symmetry) continue;
          declared.insert(name);
          ASSERT_EQ(defect(*schedule, *symmetry), "")
              << name << " of " << ranks << " ranks in domains of " << per_domain << ", " << channels << " channels, "
              << elements << " elements";
        }
      }
    }
  }
  EXPECT_EQ(declared, (std::set<std::string>{"all_gather/ring", "all_reduce/double_binary_tree", "all_reduce/ring",
                                             "reduce_scatter/ring"}));
}

TEST(ChannelSymmetry, NeedsAsManyChannelsAsLocals) {
  EXPECT_FALSE(channels_by_local(RankLayout::regular(16, 8), 1));
  EXPECT_FALSE(channels_by_local(RankLayout::regular(16, 8), 4));
  EXPECT_FALSE(channels_by_local(RankLayout::regular(12, 8), 8));  // domains of 8 and 4
  const auto symmetry = channels_by_local(RankLayout::regular(6, 3), 3);
  ASSERT_TRUE(symmetry);
  EXPECT_EQ(symmetry->next, (std::vector<RankId>{RankId(1), RankId(2), RankId(0), RankId(4), RankId(5), RankId(3)}));
}

}  // namespace
}  // namespace polyplane::collectives
