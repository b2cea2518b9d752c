#include "sim/engine/delay_queue.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "base/random.h"

namespace polyplane::sim {
namespace {

using Due = std::vector<std::uint32_t>;

TEST(DelayQueue, ShorterDelaysOvertakeLongerOnes) {
  DelayQueue queue(8, 100);
  const std::uint32_t slow = queue.queue_of(10), fast = queue.queue_of(3);
  EXPECT_EQ(queue.queue_of(10), slow);
  EXPECT_NE(slow, fast);
  queue.push(slow, 10, 5);
  queue.push(fast, 3, 7);
  queue.push(fast, 3, 2);
  Due due;
  ASSERT_TRUE(queue.take(due));
  EXPECT_EQ(due, (Due{2, 7}));
  EXPECT_EQ(queue.now_ps(), 103);
  queue.push(fast, 3, 7);  // at 106
  ASSERT_TRUE(queue.take(due));
  EXPECT_EQ(due, Due{7});
  ASSERT_TRUE(queue.take(due));
  EXPECT_EQ(due, Due{5});
  EXPECT_EQ(queue.now_ps(), 110);
  EXPECT_FALSE(queue.take(due));
}

TEST(DelayQueue, WhatHasNoDelayIsABatchOfItsOwn) {
  DelayQueue queue(3, 0);
  const std::uint32_t now = queue.queue_of(0), later = queue.queue_of(1);
  queue.push(later, 1, 0);
  queue.push(now, 0, 2);
  Due due;
  ASSERT_TRUE(queue.take(due));
  EXPECT_EQ(due, Due{2});
  queue.push(now, 0, 1);
  ASSERT_TRUE(queue.take(due));
  EXPECT_EQ(due, Due{1});
  EXPECT_EQ(queue.now_ps(), 0);
  ASSERT_TRUE(queue.take(due));
  EXPECT_EQ(due, Due{0});
}

// The oracle is a std::set of (time, id). Few delays and many, few ids and enough for large batches.
TEST(DelayQueue, AgreesWithASetOnRandomTraffic) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomStream random(seed, 0);
    const std::uint64_t delays = seed % 2 == 0 ? 3 : 200;  // past what has a queue of its own
    const auto ids = static_cast<std::uint32_t>(seed % 4 < 2 ? 20 : 3000);
    DelayQueue queue(ids, 7);
    std::set<std::pair<std::int64_t, std::uint32_t>> oracle;
    const auto push = [&](std::uint32_t id) {
      const auto delay_ps = static_cast<std::int64_t>(random.below(delays) * 5);
      queue.push(queue.queue_of(delay_ps), delay_ps, id);
      oracle.emplace(queue.now_ps() + delay_ps, id);
    };
    for (std::uint32_t id = 0; id < ids; ++id) push(id);
    Due due;
    for (int round = 0; round < 300; ++round) {
      ASSERT_TRUE(queue.take(due));
      ASSERT_FALSE(due.empty());
      for (const std::uint32_t id : due) {
        ASSERT_EQ(*oracle.begin(), std::pair(queue.now_ps(), id));
        oracle.erase(oracle.begin());
      }
      for (const std::uint32_t id : due) push(id);
    }
    while (queue.take(due)) {
      for (const std::uint32_t id : due) {
        ASSERT_EQ(*oracle.begin(), std::pair(queue.now_ps(), id));
        oracle.erase(oracle.begin());
      }
    }
    EXPECT_TRUE(oracle.empty());
  }
}

}  // namespace
}  // namespace polyplane::sim
