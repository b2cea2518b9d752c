#include "sim/engine/event_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "base/check.h"
#include "base/random.h"

namespace polyplane::sim {
namespace {

using Key = std::tuple<std::int64_t, EventKind, std::uint32_t, std::uint32_t>;

TEST(EventQueue, OrderIsTimeThenKindThenIdThenStampWhateverTheOrderOfPushing) {
  EventQueue queue;
  queue.push(EventKind::flow_start, {5, 1, 0});
  queue.push(EventKind::flow_end, {5, 9, 2});
  queue.push(EventKind::flow_end, {5, 9, 1});
  queue.push(EventKind::flow_end, {5, 3, 7});
  queue.push(EventKind::release, {4, 8, 0});
  std::vector<Key> seen;
  std::vector<Event> batch;
  EventKind kind{};
  while (queue.advance()) {
    while (queue.take_due(kind, batch)) {
      for (const Event& event : batch) seen.emplace_back(event.time_ps, kind, event.id, event.stamp);
    }
  }
  const std::vector<Key> expected{{4, EventKind::release, 8, 0},
                                  {5, EventKind::flow_end, 3, 7},
                                  {5, EventKind::flow_end, 9, 1},
                                  {5, EventKind::flow_end, 9, 2},
                                  {5, EventKind::flow_start, 1, 0}};
  EXPECT_EQ(seen, expected);
}

TEST(EventQueue, WhatIsPushedForNowIsDueNow) {
  EventQueue queue;
  queue.push(EventKind::flow_end, {7, 1, 0});
  ASSERT_TRUE(queue.advance());
  std::vector<Event> batch;
  EventKind kind{};
  ASSERT_TRUE(queue.take_due(kind, batch));
  queue.push(EventKind::flow_start, {7, 2, 0});
  ASSERT_TRUE(queue.take_due(kind, batch));
  EXPECT_EQ(kind, EventKind::flow_start);
  EXPECT_EQ(queue.pending(), 0U);
  EXPECT_FALSE(queue.advance());
}

TEST(EventQueue, ThePastIsABug) {
  EventQueue queue;
  queue.push(EventKind::flow_end, {7, 1, 0});
  ASSERT_TRUE(queue.advance());
  EXPECT_THROW(queue.push(EventKind::flow_end, {6, 1, 0}), InternalError);
}

// The oracle is a std::multimap; pushes and pops interleave, with many ties.
TEST(EventQueue, AgreesWithAMultimapOnRandomTraffic) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomStream random(seed, 0);
    EventQueue queue;
    std::multimap<Key, int> oracle;
    std::uint32_t next_id = 0;
    const auto push = [&](std::int64_t now) {
      const std::uint64_t reach = random.below(3) == 0 ? 3 : 1'000'000'000'000ULL;
      const auto kind = static_cast<EventKind>(random.below(kEventKinds));
      const Event event{now + static_cast<std::int64_t>(random.below(reach)), next_id++, 0};
      queue.push(kind, event);
      oracle.emplace(Key{event.time_ps, kind, event.id, 0}, 0);
    };
    for (int i = 0; i < 50; ++i) push(0);
    std::vector<Event> batch;
    EventKind kind{};
    for (int round = 0; round < 2000; ++round) {
      if (!queue.take_due(kind, batch)) {
        if (!queue.advance()) break;
        continue;
      }
      for (const Event& event : batch) {
        ASSERT_EQ(oracle.begin()->first, Key(event.time_ps, kind, event.id, event.stamp));
        oracle.erase(oracle.begin());
      }
      for (std::uint64_t i = random.below(3); i > 0; --i) push(queue.now_ps());
    }
    EXPECT_EQ(queue.pending(), oracle.size());
  }
}

}  // namespace
}  // namespace polyplane::sim
