#include "sim/early_messages.h"

#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "base/random.h"

namespace polyplane::sim {
namespace {

// Three lanes that go on step by step and are told of steps 64 to some thousands ahead, against a set.
TEST(EarlyMessages, AreWhatASetOfThemWouldBe) {
  RandomStream random(1, 1);
  EarlyMessages early;
  std::set<std::pair<std::uint32_t, std::uint32_t>> oracle;
  std::uint32_t at[3] = {0, 1000, 5};
  for (int i = 0; i < 30'000; ++i) {
    const auto lane = static_cast<std::uint32_t>(random.below(3));
    const auto step = at[lane] + 64 + static_cast<std::uint32_t>(random.below(i % 1000 == 0 ? 4000 : 100));
    if (random.below(2) == 0 && oracle.emplace(lane, step).second) early.add(lane, step, at[lane]);
    const auto of_lane = oracle.lower_bound({lane, 0});
    if (of_lane == oracle.end() || of_lane->first != lane) {
      at[lane] += 1;
      continue;
    }
    at[lane] += 1;
    bool any = false;
    EXPECT_EQ(early.take(lane, at[lane] + 63, any), oracle.erase({lane, at[lane] + 63}) == 1);
    const auto left = oracle.lower_bound({lane, 0});
    EXPECT_EQ(any, left != oracle.end() && left->first == lane);
  }
}

}  // namespace
}  // namespace polyplane::sim
