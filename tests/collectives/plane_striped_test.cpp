// Stripes in proportion to what planes have left: proven, and counted by hand.
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "collectives/algorithm.h"
#include "collectives/verify.h"
#include "tests/collectives/symmetries_hold.h"

namespace polyplane::collectives {
namespace {

const Algorithm& algorithm() { return find_algorithm(CollectiveKind::all_reduce, "plane_striped"); }

AlgorithmRequest request(std::uint32_t ranks, const PlaneShares& shares, std::int64_t elements,
                         std::uint32_t slices = 0) {
  const auto locals = static_cast<std::uint32_t>(shares.shares.size() / shares.planes.size());
  RankLayout layout = RankLayout::regular(ranks, locals, false);
  layout.set_plane_shares(shares);
  return {
      .collective = Collective({.kind = CollectiveKind::all_reduce, .ranks = ranks, .elements_per_block = elements}),
      .layout = std::move(layout),
      .slices = slices};
}

/// Of cards with a plane each.
PlaneShares by_local(std::vector<std::uint32_t> shares) { return {{PlaneShares::kAnyPlane}, std::move(shares)}; }

TEST(PlaneStriped, IsProvenForAllSharesAndRanks) {
  const std::vector<std::vector<std::uint32_t>> by_locals{
      {1}, {2, 1}, {0, 1}, {1, 0, 0}, {3, 2, 1}, {4, 4, 4, 1}, {1, 0, 2, 2}, {8, 8, 8, 8, 8, 8, 8, 3}};
  std::vector<PlaneShares> all_shares{{{0, 1}, {1, 1}},
                                      {{0, 1}, {2, 1}},
                                      {{2, 5, 7}, {1, 0, 2}},
                                      {{0, 1}, {1, 1, 1, 1}},
                                      {{0, 1, 2, 3}, {4, 4, 4, 4, 0, 1, 2, 2, 4, 4, 4, 4, 3, 3, 3, 3}}};
  for (const auto& shares : by_locals) all_shares.push_back(by_local(shares));
  for (const std::uint32_t ranks :
       {1U, 2U, 3U, 4U, 5U, 6U, 7U, 8U, 9U, 10U, 11U, 12U, 13U, 14U, 15U, 16U, 17U, 31U, 32U, 64U}) {
    for (const auto& shares : all_shares) {
      if (ranks % (shares.shares.size() / shares.planes.size()) != 0) continue;
      for (const std::int64_t elements : {0, 1, 97, 960}) {
        for (const std::uint32_t slices : {0U, 1U, 3U}) {
          const AlgorithmRequest wanted = request(ranks, shares, elements, slices);
          ASSERT_EQ(algorithm().cannot(wanted), "");
          EXPECT_EQ(verify(*make_schedule(algorithm(), wanted)).problem, "")
              << ranks << " ranks, " << shares.planes.size() << " planes, from " << shares.shares[0] << ", " << elements
              << " elements, " << slices << " slices";
        }
      }
    }
  }
}

// Two domains of four on planes of 4, 4, 4 and 1 of 4: 13 units. Of 1,300 elements of 4 bytes planes 0 to 2 get 400 each, the
// slow one 100; on a rail of two a half goes each way: 800 bytes twice, and 200 twice. A plane that has failed gets nothing.
TEST(PlaneStriped, StripesAreInProportion) {
  const auto rail_bytes = [](const std::vector<std::uint32_t>& shares, std::uint32_t rank) {
    const AlgorithmRequest wanted = request(8, by_local(shares), 1300, 1);
    const auto schedule = make_schedule(algorithm(), wanted);
    std::vector<std::int64_t> bytes;
    for (std::uint32_t lane = 0; lane < schedule->num_lanes(); ++lane) {
      for (std::uint32_t k = 0; k < schedule->num_steps(RankId(rank), lane); ++k) {
        const Step step = schedule->step(RankId(rank), lane, k);
        if (step.send_to.valid() && step.send_to.index() / 4 != rank / 4) bytes.push_back(step.send_bytes.count());
      }
    }
    return bytes;
  };
  EXPECT_EQ(rail_bytes({4, 4, 4, 1}, 1), (std::vector<std::int64_t>{800, 800}));
  EXPECT_EQ(rail_bytes({4, 4, 4, 1}, 7), (std::vector<std::int64_t>{200, 200}));
  EXPECT_EQ(rail_bytes({1, 0, 2, 2}, 5), (std::vector<std::int64_t>{}));
  EXPECT_EQ(rail_bytes({1, 0, 2, 2}, 4), (std::vector<std::int64_t>{520, 520}));
}

// Two domains of three of which the second local's plane has failed: it is sent nothing to sum up and has nothing to give, on
// no lane. Of 900 elements locals 0 and 2 have 450 each, 1,800 bytes: it sends them its own, and gets back two sums.
TEST(PlaneStriped, LocalsWithoutShareAreSentNothing) {
  const auto schedule = make_schedule(algorithm(), request(6, by_local({1, 0, 1}), 900, 1));
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<std::int64_t>> sent;  // from, to
  std::vector<int> received(6);
  for (std::uint32_t rank = 0; rank < 6; ++rank) {
    for (std::uint32_t lane = 0; lane < schedule->num_lanes(); ++lane) {
      for (std::uint32_t k = 0; k < schedule->num_steps(RankId(rank), lane); ++k) {
        const Step step = schedule->step(RankId(rank), lane, k);
        EXPECT_TRUE(step.send_to.valid() || step.receive_from.valid()) << rank << ", lane " << lane;
        if (step.send_to.valid()) sent[{rank, step.send_to.index()}].push_back(step.send_bytes.count());
        if (step.receive_from.valid()) ++received[rank];
      }
    }
  }
  using Sizes = std::vector<std::int64_t>;
  EXPECT_EQ((sent[{1, 0}]), (Sizes{1800}));        // to sum up
  EXPECT_EQ((sent[{0, 1}]), (Sizes{1800}));        // the sum
  EXPECT_EQ((sent[{0, 2}]), (Sizes{1800, 1800}));  // both
  EXPECT_EQ((sent[{0, 3}]), (Sizes{900, 900}));    // the rail of two, a half each way
  EXPECT_FALSE(sent.contains({1, 4}));
  EXPECT_EQ(received[0], 2 + 2 + 1);  // what it adds, its rail, one sum
  EXPECT_EQ(received[1], 2);
}

// Two domains of two with ports on planes 3 and 4, of which the second has half: thirds of a third each way on the rail of two.
// 900 elements of 4 bytes: 600 on plane 3, 300 a local, 600 bytes a way; half of it on plane 4. Lanes say which plane.
TEST(PlaneStriped, LanesKeepToTheirPlanes) {
  const AlgorithmRequest wanted = request(4, {{3, 4}, {2, 2, 1, 1}}, 900, 1);
  const auto schedule = make_schedule(algorithm(), wanted);
  ASSERT_EQ(schedule->num_lanes(), 8U);  // of each plane one to the peer, one that adds, the rail, one back
  std::vector<std::pair<std::int32_t, std::int64_t>> rail;
  for (std::uint32_t lane = 0; lane < 8; ++lane) {
    ASSERT_EQ(schedule->plane(lane), lane < 4 ? 3 : 4);
    for (std::uint32_t k = 0; k < schedule->num_steps(RankId(1), lane); ++k) {
      const Step step = schedule->step(RankId(1), lane, k);
      if (step.send_to == RankId(3)) rail.emplace_back(*schedule->plane(lane), step.send_bytes.count());
    }
  }
  EXPECT_EQ(rail, (std::vector<std::pair<std::int32_t, std::int64_t>>{{3, 600}, {3, 600}, {4, 300}, {4, 300}}));
  EXPECT_TRUE(schedule->symmetries().empty());
  EXPECT_EQ(make_schedule(algorithm(), request(4, by_local({2, 1}), 900))->plane(0), std::nullopt);
}

// As "hierarchical", but that locals stay: domains meet by exclusive or, of 4 ranks.
TEST(PlaneStriped, SymmetriesAreTrueAndThere) {
  for (const std::int64_t elements : {97, 13 * 960}) {
    expect_symmetries_hold(*make_schedule(algorithm(), request(32, by_local({4, 4, 4, 1}), elements)));
    expect_symmetries_hold(*make_schedule(algorithm(), request(24, by_local({4, 4, 4, 1}), elements)));
  }
  EXPECT_EQ(make_schedule(algorithm(), request(32, by_local({4, 4, 4, 1}), 13 * 960, 1))->symmetries(),
            (std::vector<RankSymmetry>{{RankSymmetry::Kind::exclusive_or, 4}}));
}

TEST(PlaneStriped, NeedsUnevenPlanes) {
  const AlgorithmRequest even = request(8, {{0, 1}, {1, 1, 1, 1}}, 16);
  EXPECT_EQ(algorithm().cannot(even), "");
  EXPECT_EQ(algorithm().not_by_auto(even), "planes are even, which spraying makes use of by itself");
  AlgorithmRequest uneven = request(8, by_local({1, 2}), 16);
  EXPECT_EQ(algorithm().not_by_auto(uneven), "");
  uneven.layout = RankLayout::regular(8, 2, true);
  uneven.layout.set_plane_shares(by_local({1, 2}));
  EXPECT_EQ(algorithm().not_by_auto(uneven), "cards differ in rate within one plane, not planes");
  AlgorithmRequest none = even;
  none.layout.set_plane_shares(std::nullopt);
  EXPECT_EQ(algorithm().cannot(none),
            "needs cards with ports on several planes, or that reach the fabric at unequal rates; hierarchical stripes "
            "evenly");
  none.layout = RankLayout::regular(8, 3);
  EXPECT_EQ(algorithm().cannot(none), "needs scale-up domains of equal size with the same rails in the same order");
}

}  // namespace
}  // namespace polyplane::collectives
