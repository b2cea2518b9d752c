// What a schedule says of its ring lanes in short is what its steps say one by one.
#include <gtest/gtest.h>

#include "collectives/algorithm.h"

namespace polyplane::collectives {
namespace {

Bytes part_bytes(const RingLane& ring, std::uint32_t position, std::uint32_t step) {
  const auto n = static_cast<std::int64_t>(ring.order.size());
  const std::int64_t part = ((std::int64_t{position} - step - ring.lag) % n + n) % n;
  return part < ring.longer_parts ? ring.longer_bytes : ring.bytes;
}

void expect_ring(const Schedule& schedule, std::uint32_t lane, const RingLane& ring) {
  const auto n = static_cast<std::uint32_t>(ring.order.size());
  ASSERT_EQ(n, schedule.collective().ranks());
  std::vector<bool> seen(n, false);
  for (std::uint32_t i = 0; i < n; ++i) {
    const RankId rank = ring.order[i];
    EXPECT_FALSE(seen[rank.index()]);
    seen[rank.index()] = true;
    ASSERT_EQ(schedule.num_steps(rank, lane), ring.steps);
    for (std::uint32_t k = 0; k < ring.steps; ++k) {
      const Step step = schedule.step(rank, lane, k);
      EXPECT_EQ(step.send_to, ring.order[(i + 1) % n]);
      EXPECT_EQ(step.receive_from, ring.order[(i + n - 1) % n]);
      EXPECT_EQ(step.peer_lane, lane);
      EXPECT_EQ(step.peer_step, k);
      EXPECT_EQ(step.num_after, 0);
      EXPECT_EQ(step.send_bytes, part_bytes(ring, i, k)) << "position " << i << " step " << k;
    }
  }
}

TEST(RingLane, IsWhatTheStepsSay) {
  int lanes = 0;
  for (const std::string& name : algorithms().names()) {
    const Algorithm& algorithm = algorithms().at(name);
    for (const auto& [ranks, per_domain] : {std::pair(1U, 1U), std::pair(2U, 1U), std::pair(3U, 3U), std::pair(7U, 1U),
                                            std::pair(8U, 4U), std::pair(12U, 4U)}) {
      for (const std::int64_t bytes : {0, 4, 32, 100, 1 << 10, 1052}) {
        AlgorithmRequest request{Collective::sized(algorithm.collective, ranks, Bytes(bytes), 4, RankId(0)),
                                 RankLayout::regular(ranks, per_domain), algorithm.honours_channels ? 3U : 0,
                                 algorithm.honours_slices ? 2U : 0};
        if (algorithm.cannot && !algorithm.cannot(request).empty()) continue;
        const auto schedule = make_schedule(algorithm, request);
        for (std::uint32_t lane = 0; lane < schedule->num_lanes(); ++lane) {
          SCOPED_TRACE(name + ", " + std::to_string(ranks) + " ranks, " + std::to_string(bytes) + " B, lane " +
                       std::to_string(lane));
          const std::optional<RingLane> ring = schedule->ring_lane(lane);
          if (!ring) continue;
          ++lanes;
          expect_ring(*schedule, lane, *ring);
        }
      }
    }
  }
  EXPECT_EQ(lanes, 3 * 6 * 6 * 6);  // the three rings, 6 layouts, 6 sizes, 3 channels of 2 slices
}

}  // namespace
}  // namespace polyplane::collectives
