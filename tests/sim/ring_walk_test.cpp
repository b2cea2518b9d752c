// Rings whose positions have several messages under way: the quick ways against what the definition says, step by step.
#include "sim/ring_walk.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/random.h"

namespace polyplane::sim {
namespace {

/// Every time of every step, as sim/stack.h says it.
std::int64_t by_definition(const RingWalk& walk) {
  const std::size_t n = walk.hops.size();
  using Times = std::vector<std::vector<std::int64_t>>;  // by step and position
  Times start(walk.steps, std::vector<std::int64_t>(n, 0)), end = start;
  for (std::uint32_t k = 0; k < walk.steps; ++k) {
    for (std::size_t i = 0; i < n; ++i) {
      if (k > 0) start[k][i] = std::max(start[k - 1][i], end[k - 1][(i + n - 1) % n]);
      if (k >= walk.slots) start[k][i] = std::max(start[k][i], end[k - walk.slots][i]);
    }
    for (std::size_t i = 0; i < n; ++i) {
      const bool longer = !walk.longer_hops.empty() && (i + 2 * n - (k + walk.lag) % n) % n < walk.longer;
      const RingHop& hop = (longer ? walk.longer_hops : walk.hops)[i];
      end[k][i] = std::max(start[k][i] + hop.alone_ps, k == 0 ? 0 : end[k - 1][i] + hop.tail_ps);
    }
  }
  return std::ranges::max(end.back());
}

std::vector<RingHop> random_hops(RandomStream& random, std::size_t n, std::uint64_t kinds) {
  std::vector<RingHop> hops;
  for (std::size_t i = 0; i < n; ++i) {
    const auto tail = static_cast<std::int64_t>(random.below(600));
    hops.push_back({tail + static_cast<std::int64_t>((1 + random.below(kinds)) * 300), tail});
  }
  return hops;
}

TEST(RingWalk, IsItsDefinition) {
  int freely = 0;
  constexpr int kCases = 3000;
  for (std::uint64_t seed = 0; seed < kCases; ++seed) {
    SCOPED_TRACE(seed);
    RandomStream random(seed, 31);
    const std::size_t n = 1 + random.below(12);
    std::vector<RingHop> hops = random_hops(random, n, 1 + random.below(6));
    if (random.below(2) == 0) {  // nodes that are alike
      const std::vector<RingHop> node = hops;
      for (std::uint64_t more = random.below(4); more > 0; --more) hops.insert(hops.end(), node.begin(), node.end());
    }
    std::vector<RingHop> longer_hops;
    if (random.below(2) == 0) {
      for (const RingHop& hop : hops) {
        const auto more = static_cast<std::int64_t>(random.below(50));
        longer_hops.push_back({hop.alone_ps + more, hop.tail_ps + more});
      }
    }
    const auto most = static_cast<std::uint32_t>(hops.size());
    const RingWalk walk{.hops = hops,
                        .longer_hops = longer_hops,
                        .steps = static_cast<std::uint32_t>(1 + random.below(2 * most)),
                        .slots = static_cast<std::uint32_t>(1 + random.below(9)),
                        .lag = static_cast<std::uint32_t>(random.below(2 * most)),
                        .longer = static_cast<std::uint32_t>(longer_hops.empty() ? 0 : random.below(most))};
    const std::int64_t expected = by_definition(walk);
    EXPECT_EQ(walk_in_steps(walk, {}), expected);
    if (const auto time = walk_freely(walk)) {
      EXPECT_EQ(*time, expected);
      ++freely;
    }
  }
  EXPECT_GT(freely, kCases / 5);
  EXPECT_LT(freely, kCases * 4 / 5);
}

// Two nodes of four cards, 1 us from card to card and 4 us between nodes, all-gather: 7 steps. One message at a time, the
// cards at the edge take 4 us for each step: 28 us. With 8 slots a message goes 7 hops, at most 2 of them between nodes:
// 5 x 1 + 2 x 4 = 13 us. With 2 slots a card at the edge sends its third message when its first is delivered, and so on:
// the seventh 3 x 4 us after the first, which it sends at 0: 4 x 4 = 16 us; what it sends last has been waited for.
TEST(RingWalk, TwoNodesByHand) {
  const std::vector<RingHop> hops{{1'000, 0}, {1'000, 0}, {1'000, 0}, {4'000, 0},
                                  {1'000, 0}, {1'000, 0}, {1'000, 0}, {4'000, 0}};
  EXPECT_EQ(walk_in_steps({.hops = hops, .longer_hops = {}, .steps = 7, .slots = 1}, {}), 28'000);
  EXPECT_EQ(walk_in_steps({.hops = hops, .longer_hops = {}, .steps = 7, .slots = 2}, {}), 16'000);
  EXPECT_EQ(walk_in_steps({.hops = hops, .longer_hops = {}, .steps = 7, .slots = 8}, {}), 13'000);
  EXPECT_EQ(walk_freely({.hops = hops, .longer_hops = {}, .steps = 7, .slots = 8}), 13'000);
  EXPECT_EQ(walk_freely({.hops = hops, .longer_hops = {}, .steps = 7, .slots = 2}), std::nullopt);
}

}  // namespace
}  // namespace polyplane::sim
