// What schedules declare of themselves: groups of rank permutations and blocks, against their steps.
#include "collectives/symmetry.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "collectives/algorithm.h"
#include "tests/collectives/token_contract.h"

namespace polyplane::collectives {
namespace {

using Kind = RankSymmetry::Kind;

const std::vector<std::uint32_t> kRanks = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 31, 32, 64};

RankId image(Kind kind, std::uint32_t ranks, RankId rank, std::uint32_t by) {
  if (!rank.valid()) return rank;
  return RankId(kind == Kind::rotation ? (rank.index() + by) % ranks : rank.index() ^ by);
}

/// "" when the schedule stays what it is under that permutation, else where it does not.
std::string defect(const Schedule& schedule, Kind kind, std::uint32_t by) {
  const std::uint32_t ranks = schedule.collective().ranks();
  const auto moved = [&](RankId rank) { return image(kind, ranks, rank, by); };
  for (std::uint32_t r = 0; r < ranks; ++r) {
    for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
      const std::string where = "rank " + std::to_string(r) + " lane " + std::to_string(lane);
      const std::uint32_t steps = schedule.num_steps(RankId(r), lane);
      if (schedule.num_steps(moved(RankId(r)), lane) != steps) return where + ": another number of steps";
      for (std::uint32_t k = 0; k < steps; ++k) {
        const Step a = schedule.step(RankId(r), lane, k), b = schedule.step(moved(RankId(r)), lane, k);
        const bool same = b.send_to == moved(a.send_to) && b.receive_from == moved(a.receive_from) &&
                          b.peer_lane == a.peer_lane && b.peer_step == a.peer_step && b.send_bytes == a.send_bytes &&
                          b.reduce == a.reduce && b.num_after == a.num_after && b.after == a.after;
        if (!same) return where + " step " + std::to_string(k) + ": not the image";
      }
    }
  }
  return "";
}

bool by_matrix(CollectiveKind kind) { return kind == CollectiveKind::alltoallv; }

Collective contract(CollectiveKind kind, std::uint32_t ranks, std::int64_t elements) {
  if (is_of_tokens(kind)) return token_contract(kind, ranks, elements);
  return Collective(Collective::Shape{.kind = kind, .ranks = ranks, .elements_per_block = elements, .matrix = {}});
}

/// Regular ones, ranks dealt out to the domains in turn, and ranks in an order of no sense.
std::vector<RankLayout> layouts(std::uint32_t ranks) {
  std::vector<RankLayout> all;
  for (const std::uint32_t size : {1U, 2U, 4U, 8U, ranks}) {
    if (ranks % size != 0) continue;
    all.push_back(RankLayout::regular(ranks, size));
    const std::uint32_t domains = ranks / size;
    std::vector<RankPlace> dealt(ranks), shuffled(ranks);
    for (std::uint32_t r = 0; r < ranks; ++r) dealt[r] = {r % domains, r / domains, r / domains};
    std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
    for (std::uint32_t r = 0; r < ranks; ++r) order.emplace_back(random_bits(3, ranks, r), r);
    std::sort(order.begin(), order.end());
    for (std::uint32_t i = 0; i < ranks; ++i) shuffled[order[i].second] = {i / size, i % size, i % size};
    all.emplace_back(dealt, true);
    all.emplace_back(shuffled, true);
  }
  all.push_back(RankLayout::regular(ranks, 3));
  return all;
}

class Declared : public testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] const Algorithm& algorithm() const { return algorithms().at(GetParam()); }

  void check(const AlgorithmRequest& request) const {
    if (!algorithm().cannot(request).empty()) return;
    const auto schedule = make_schedule(algorithm(), request);
    const std::uint32_t ranks = request.layout.num_ranks();
    SCOPED_TRACE(GetParam() + " on " + std::to_string(ranks) + " ranks in " +
                 std::to_string(request.layout.num_domains()) + " domains, channels " +
                 std::to_string(request.channels) + ", elements " +
                 std::to_string(request.collective.shape().elements_per_block));
    std::map<Kind, int> of_kind;
    for (const RankSymmetry& group : schedule->symmetries()) {
      EXPECT_EQ(++of_kind[group.kind], 1) << "two groups of a kind";
      ASSERT_LT(group.stride, ranks);
      ASSERT_EQ(ranks % group.stride, 0U);
      const bool powers_of_two = std::has_single_bit(ranks) && std::has_single_bit(group.stride);
      EXPECT_TRUE(group.kind == Kind::rotation || powers_of_two);
      for (std::uint32_t by = group.stride; by < ranks; by += group.stride) {
        if (group.kind == Kind::rotation && by > group.stride) break;  // one member generates the rest
        if (group.kind == Kind::exclusive_or && !std::has_single_bit(by)) continue;
        EXPECT_EQ(defect(*schedule, group.kind, by), "") << "kind " << static_cast<int>(group.kind) << " by " << by;
      }
    }
    check_blocks(*schedule);
  }

  /// The blocks are exactly the sends, or there are none.
  static void check_blocks(const Schedule& schedule) {
    const std::vector<Block> blocks = schedule.blocks();
    if (blocks.empty()) return;
    std::map<std::pair<std::uint32_t, std::uint32_t>, Bytes> listed, sent;
    for (const Block& block : blocks) {
      for (std::uint32_t i = block.first_source; i < block.end_source; ++i) {
        for (std::uint32_t j = block.first_destination; j < block.end_destination; ++j) {
          if (i == j) continue;
          EXPECT_TRUE(listed.emplace(std::pair(i, j), block.bytes).second) << i << " to " << j << " twice";
        }
      }
    }
    for (std::uint32_t r = 0; r < schedule.collective().ranks(); ++r) {
      for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
        ASSERT_LE(schedule.num_steps(RankId(r), lane), 1U);
        if (schedule.num_steps(RankId(r), lane) == 0) continue;
        const Step step = schedule.step(RankId(r), lane, 0);
        EXPECT_EQ(step.num_after, 0);
        if (!step.send_to.valid()) continue;
        EXPECT_TRUE(sent.emplace(std::pair(r, step.send_to.index()), step.send_bytes).second);
      }
    }
    EXPECT_EQ(listed, sent);
  }
};

TEST_P(Declared, GroupsAndBlocksHoldOnEveryLayout) {
  for (const std::uint32_t ranks : kRanks) {
    for (const RankLayout& layout : layouts(ranks)) {
      for (const std::int64_t elements : {std::int64_t{0}, std::int64_t{ranks} * 64, std::int64_t{ranks} + 1}) {
        check({.collective = contract(algorithm().collective, ranks, elements), .layout = layout});
      }
    }
  }
}

TEST_P(Declared, GroupsHoldWithChannelsAndSlices) {
  for (const std::uint32_t ranks : {6U, 16U, 32U}) {
    for (const std::uint32_t per_domain : {1U, 2U, 4U}) {
      if (ranks % per_domain != 0) continue;
      for (const std::uint32_t copies : {1U, 2U, 3U, 4U}) {
        for (const std::int64_t elements : {std::int64_t{ranks} * 48, std::int64_t{1001}}) {
          check({.collective = contract(algorithm().collective, ranks, elements),
                 .layout = RankLayout::regular(ranks, per_domain),
                 .channels = algorithm().honours_channels ? copies : 0,
                 .slices = algorithm().honours_slices ? copies : 0});
        }
      }
    }
  }
}

TEST_P(Declared, MatricesWithAndWithoutSymmetry) {
  if (!by_matrix(algorithm().collective)) return;
  constexpr std::uint32_t kN = 16;
  const auto with = [&](auto&& elements) {
    Collective::Shape shape{.kind = CollectiveKind::alltoallv, .ranks = kN, .matrix = {}};
    for (std::uint32_t i = 0; i < kN; ++i) {
      for (std::uint32_t j = 0; j < kN; ++j) shape.matrix.push_back(static_cast<std::int64_t>(elements(i, j)));
    }
    check({.collective = Collective(shape), .layout = RankLayout::regular(kN, 4)});
  };
  with([](auto, auto) { return 7U; });
  with([](auto i, auto j) { return i == j ? 0U : 7U; });
  with([](auto i, auto j) { return (i ^ j) * 3U; });
  with([](auto i, auto j) { return (i / 4 == j / 4) ? 5U : 1U; });
  with([](auto i, auto j) { return static_cast<std::uint32_t>(random_bits(1, i, j) % 5); });
}

INSTANTIATE_TEST_SUITE_P(All, Declared, testing::ValuesIn(algorithms().names()), [](const auto& instance) {
  std::string name = instance.param;
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
});

std::string declared(const std::string& name, std::uint32_t ranks, const RankLayout& layout, std::int64_t elements,
                     std::uint32_t channels = 0) {
  const Algorithm& algorithm = algorithms().at(name);
  std::string text;
  const auto schedule = make_schedule(
      algorithm,
      {.collective = contract(algorithm.collective, ranks, elements), .layout = layout, .channels = channels});
  for (const RankSymmetry& group : schedule->symmetries()) {
    text += (group.kind == Kind::rotation ? " rotation " : " xor ") + std::to_string(group.stride);
  }
  return text;
}

// No silent loss of what is known. 64 ranks in 8 domains of 8, sizes that divide.
TEST(Declares, WhatIsKnown) {
  const RankLayout layout = RankLayout::regular(64, 8);
  const auto of = [&](const std::string& name) { return declared(name, 64, layout, 1 << 20); };
  EXPECT_EQ(of("alltoall/pairwise"), " rotation 1");
  EXPECT_EQ(of("alltoallv/pairwise"), " rotation 1");  // sizes by distance
  EXPECT_EQ(of("alltoall/pairwise_xor"), " xor 1");
  EXPECT_EQ(of("alltoallv/pairwise_xor"), " xor 32");  // which is half a turn
  EXPECT_EQ(of("alltoall/direct"), " rotation 1");
  EXPECT_EQ(of("sendrecv/direct"), " rotation 1");
  EXPECT_EQ(of("alltoall/bruck"), " rotation 1");
  EXPECT_EQ(of("all_gather/bruck"), " rotation 1");
  EXPECT_EQ(of("reduce_scatter/bruck"), " rotation 1");
  EXPECT_EQ(of("barrier/dissemination"), " rotation 1");
  EXPECT_EQ(of("all_reduce/halving_doubling"), " xor 1");
  EXPECT_EQ(of("all_gather/halving_doubling"), " xor 1");
  EXPECT_EQ(of("reduce_scatter/halving_doubling"), " xor 1");
  EXPECT_EQ(of("alltoall/hierarchical"), " rotation 8");
  EXPECT_EQ(of("alltoallv/hierarchical"), " rotation 8");
  EXPECT_EQ(of("all_gather/hierarchical"), " rotation 8");
  EXPECT_EQ(of("reduce_scatter/hierarchical"), " rotation 8");
  EXPECT_EQ(of("all_reduce/hierarchical"), " xor 4");  // half a turn of the locals
  EXPECT_EQ(of("all_reduce/hierarchical_ring"), " rotation 8");
  EXPECT_EQ(of("all_reduce/double_binary_tree"), "");
}

// The ring enters domain m at local -m mod 4, so it is itself again four domains on; with the data cut unevenly it is not.
TEST(Declares, RingsThatMoveFromDomainToDomain) {
  const RankLayout layout = RankLayout::regular(64, 4);
  EXPECT_EQ(declared("all_reduce/ring", 64, layout, 1 << 20, 1), " rotation 16");
  EXPECT_EQ(declared("all_reduce/ring", 64, layout, 1 << 20, 4), " rotation 16");
  EXPECT_EQ(declared("all_gather/ring", 64, layout, 1 << 20, 4), " rotation 16");
  EXPECT_EQ(declared("all_gather/ring", 64, layout, 1001, 4), " rotation 16");  // 251, 250, 250, 250 for all alike
  EXPECT_EQ(declared("all_reduce/ring", 64, layout, (1 << 20) + 1, 1), "");
  EXPECT_EQ(declared("all_reduce/ring", 64, RankLayout::regular(64, 1), 1 << 20, 1), " rotation 1");
}

// Ranks dealt to 4 domains in turn stand as 0 4 8 12 1 5 9 ...: moving by 4 ranks is moving by 1 within each domain but for
// the last of it, which would come to the first of the same domain, and not of the next. No rotation of ranks is one of
// places along the order, but for the grid it is.
TEST(Declares, PlacementsOtherThanRegular) {
  std::vector<RankPlace> places(16);
  for (std::uint32_t r = 0; r < 16; ++r) places[r] = {r % 4, r / 4, r / 4};
  const RankLayout dealt(places, true);
  EXPECT_EQ(declared("all_gather/bruck", 16, dealt, 64), "");
  EXPECT_EQ(declared("alltoall/pairwise", 16, dealt, 64), " rotation 1");
  // Exclusive or exchanges bits of the ranks, and the order only exchanges these bits.
  EXPECT_EQ(declared("all_gather/halving_doubling", 16, dealt, 64), " xor 1");
  // By 1: to the next domain at the same local, but from the last one to the first at the next local. By 4: locals alone.
  EXPECT_EQ(declared("alltoall/hierarchical", 16, dealt, 64), " rotation 4");
}

}  // namespace
}  // namespace polyplane::collectives
