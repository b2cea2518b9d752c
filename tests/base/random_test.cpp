#include "base/random.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <set>

#include "base/check.h"

namespace polyplane {
namespace {

// Known answers of philox4x32-10, published with Random123 (examples/kat_vectors): counter words, key words -> result
// words. Here the counter is (b low, b high, a low, a high), the key is the seed, the draw is words 1 and 0.
TEST(Random, PhiloxKnownAnswers) {
  // 00000000 x4, 00000000 x2 -> 6627e8d5 e169c58d bc57ac4c 9b00dbd8
  EXPECT_EQ(random_bits(0, 0, 0), 0xe169c58d6627e8d5ULL);
  // ffffffff x4, ffffffff x2 -> 408f276d 41c83b0e a20bc7c6 6d5451fd
  EXPECT_EQ(random_bits(~0ULL, ~0ULL, ~0ULL), 0x41c83b0e408f276dULL);
  // 243f6a88 85a308d3 13198a2e 03707344, a4093822 299f31d0 -> d16cfe09 94fdcceb 5001e420 24126ea1
  EXPECT_EQ(random_bits(0x299f31d0a4093822ULL, 0x0370734413198a2eULL, 0x85a308d3243f6a88ULL), 0x94fdccebd16cfe09ULL);
}

TEST(Random, AStreamIsItsDrawsInOrder) {
  RandomStream stream(42, 7);
  for (std::uint64_t i = 0; i < 5; ++i) EXPECT_EQ(stream.next(), random_bits(42, 7, i));
}

TEST(Random, SeedsAndStreamsDiffer) {
  std::set<std::uint64_t> first;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (std::uint64_t stream = 0; stream < 10; ++stream) first.insert(RandomStream(seed, stream).next());
  }
  EXPECT_EQ(first.size(), 100U);
}

TEST(Random, BelowStaysBelowAndIsEven) {
  RandomStream stream(1, 2);
  std::array<int, 6> seen{};
  for (int i = 0; i < 60000; ++i) ++seen.at(stream.below(6));
  // 60000 draws of p = 1/6: mean 10000, standard deviation 91; the seed is fixed, so this cannot flake.
  for (const int count : seen) EXPECT_NEAR(count, 10000, 5 * 91);
}

TEST(Random, BelowOfTheLargestBoundsDrawsAgain) {
  // 2^63 + 1 refuses almost half of the draws; a biased version would be 2^63 + 1 in no way evenly.
  RandomStream stream(3, 4);
  constexpr std::uint64_t kBound = (1ULL << 63U) + 1;
  int upper = 0;
  for (int i = 0; i < 10000; ++i) {
    const std::uint64_t draw = stream.below(kBound);
    ASSERT_LT(draw, kBound);
    if (draw >= kBound / 2) ++upper;
  }
  EXPECT_NEAR(upper, 5000, 5 * 50);
  EXPECT_EQ(stream.below(1), 0U);
  EXPECT_THROW((void)stream.below(0), InternalError);
}

TEST(Random, UnitIsInTheHalfOpenInterval) {
  RandomStream stream(5, 6);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double x = stream.unit();
    ASSERT_GE(x, 0.0);
    ASSERT_LT(x, 1.0);
    sum += x;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 5 * 0.0029);  // sqrt(1/12) / sqrt(10000)
}

TEST(Mix64, KnownAnswers) {
  // splitmix64 from state 0 and 0x9e3779b97f4a7c15 (its second state): the first two outputs of seed 0.
  EXPECT_EQ(mix64(0), 0xe220a8397b1dcdafULL);
  EXPECT_EQ(mix64(0x9e3779b97f4a7c15ULL), 0x6e789e6aa1b965f4ULL);
}

}  // namespace
}  // namespace polyplane
