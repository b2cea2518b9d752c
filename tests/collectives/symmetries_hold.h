// What a schedule declares of its symmetries against its steps, for algorithms on layouts that symmetry_test.cpp does not have.
#pragma once

#include <gtest/gtest.h>

#include "collectives/schedule.h"
#include "collectives/symmetry.h"

namespace polyplane::collectives {

/// Every member of every group.
inline void expect_symmetries_hold(const Schedule& schedule) {
  const std::uint32_t ranks = schedule.collective().ranks();
  for (const RankSymmetry& group : schedule.symmetries()) {
    ASSERT_LT(group.stride, ranks);
    ASSERT_EQ(ranks % group.stride, 0U);
    for (std::uint32_t by = group.stride; by < ranks; by += group.stride) {
      const auto image = [&](RankId r) { return r.valid() ? RankId(moved(group.kind, ranks, r.index(), by)) : r; };
      for (std::uint32_t r = 0; r < ranks; ++r) {
        for (std::uint32_t lane = 0; lane < schedule.num_lanes(); ++lane) {
          const std::uint32_t steps = schedule.num_steps(RankId(r), lane);
          ASSERT_EQ(schedule.num_steps(image(RankId(r)), lane), steps);
          for (std::uint32_t k = 0; k < steps; ++k) {
            const Step a = schedule.step(RankId(r), lane, k), b = schedule.step(image(RankId(r)), lane, k);
            ASSERT_EQ(b.send_to, image(a.send_to));
            ASSERT_EQ(b.receive_from, image(a.receive_from));
            ASSERT_EQ(b.peer_lane, a.peer_lane);
            ASSERT_EQ(b.peer_step, a.peer_step);
            ASSERT_EQ(b.send_bytes, a.send_bytes);
            ASSERT_EQ(b.after, a.after);
          }
        }
      }
    }
  }
}

}  // namespace polyplane::collectives
