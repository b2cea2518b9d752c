// The judge of `verify` itself: what it lets pass and what it names.
#include "mpi/test_data.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <numeric>
#include <vector>

#include "base/random.h"

namespace polyplane::mpi {
namespace {

using collectives::Collective;
using collectives::CollectiveKind;

Collective all_reduce(std::uint32_t ranks, std::int64_t elements, std::int64_t element_bytes) {
  return Collective({.kind = CollectiveKind::all_reduce,
                     .ranks = ranks,
                     .elements_per_block = elements,
                     .element_bytes = element_bytes,
                     .matrix = {}});
}

template <class Value>
std::vector<Value> filled(const TestData& data, std::uint32_t rank, std::size_t count) {
  std::vector<Value> values(count);
  data.fill(std::as_writable_bytes(std::span(values)), rank, 0);
  return values;
}

TEST(TestData, IsTheSameEverywhereAndDiffersByRankAndSeed) {
  const TestData data(ElementKind::int32, Reduction::sum, 5);
  EXPECT_EQ(filled<std::int32_t>(data, 3, 50), filled<std::int32_t>(data, 3, 50));
  EXPECT_NE(filled<std::int32_t>(data, 3, 50), filled<std::int32_t>(data, 2, 50));
  const TestData other(ElementKind::int32, Reduction::sum, 6);
  EXPECT_NE(filled<std::int32_t>(data, 3, 50), filled<std::int32_t>(other, 3, 50));
}

TEST(TestData, Ranges) {
  for (const float value : filled<float>(TestData(ElementKind::float32, Reduction::sum, 1), 0, 10'000)) {
    ASSERT_GT(std::abs(value), 0x1p-10F);
    ASSERT_LT(std::abs(value), 1.0F);
  }
  for (const double value : filled<double>(TestData(ElementKind::float64, Reduction::prod, 1), 0, 10'000)) {
    ASSERT_GT(std::abs(value), 0.74);
    ASSERT_LT(std::abs(value), 1.26);
  }
}

/// Orders of addition that differ as much as they can stay within the tolerance, and a contribution too few does not.
TEST(TestData, AnyOrderOfAddingPasses) {
  constexpr std::uint32_t kRanks = 8;
  constexpr std::size_t kCount = 2'000;
  const Collective contract = all_reduce(kRanks, kCount, 4);
  const TestData data(ElementKind::float32, Reduction::sum, 9);
  std::vector<std::vector<float>> inputs;
  for (std::uint32_t rank = 0; rank < kRanks; ++rank) inputs.push_back(filled<float>(data, rank, kCount));
  std::size_t differ = 0, caught = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    float up = 0, down = 0, pairs = 0;
    for (std::uint32_t rank = 0; rank < kRanks; ++rank) up += inputs[rank][i];
    for (std::uint32_t rank = kRanks; rank-- > 0;) down += inputs[rank][i];
    for (std::uint32_t rank = 0; rank < kRanks; rank += 2) pairs += inputs[rank][i] + inputs[rank + 1][i];
    const double tolerance = data.tolerance(contract, 0, static_cast<std::int64_t>(i));
    ASSERT_LE(std::abs(up - down), tolerance);
    ASSERT_LE(std::abs(up - pairs), tolerance);
    differ += up != down ? 1 : 0;
    caught += std::abs(inputs[3][i]) > tolerance ? 1 : 0;
  }
  EXPECT_GT(differ, kCount / 4);  // else nothing was tried
  EXPECT_EQ(caught, kCount);
}

/// Two ranks, one rounding each: g = u / (1 - u), tolerance 2 g (|a| + |b|), or 2 g |a b|.
TEST(TestData, ToleranceByHand) {
  const double g = 0x1p-24 / (1 - 0x1p-24);
  const Collective contract = all_reduce(2, 10, 4);
  for (const Reduction reduction : {Reduction::sum, Reduction::prod}) {
    const TestData data(ElementKind::float32, reduction, 2);
    const double a = std::abs(filled<float>(data, 0, 10)[7]), b = std::abs(filled<float>(data, 1, 10)[7]);
    EXPECT_DOUBLE_EQ(data.tolerance(contract, 0, 7), 2 * g * (reduction == Reduction::sum ? a + b : a * b));
  }
  EXPECT_EQ(TestData(ElementKind::float32, Reduction::max, 2).tolerance(contract, 0, 7), 0);
  EXPECT_EQ(TestData(ElementKind::int32, Reduction::sum, 2).tolerance(contract, 0, 7), 0);
}

TEST(TestData, DifferencesAreNamed) {
  const TestData data(ElementKind::int32, Reduction::sum, 1);
  const Collective contract = all_reduce(2, 4, 4);
  const std::vector<std::int32_t> right{1, 2, 3, 4};
  std::vector<std::int32_t> found = right;
  const BlockPlace place{0, {Memory::out, 100, 16}};
  const auto difference = [&] {
    return first_difference(data, ElementKind::int32, contract, place, std::as_bytes(std::span(found)).data(),
                            std::as_bytes(std::span(right)).data(), "MPI_Allreduce");
  };
  EXPECT_EQ(difference(), std::nullopt);
  found[2] = -7;
  EXPECT_EQ(difference(), "offset 108 (block 0, element 2) has -7, and MPI_Allreduce 3");
}

TEST(TestData, FloatsWithinTheToleranceAreRightAndNaNIsNot) {
  const TestData data(ElementKind::float32, Reduction::sum, 1);
  const Collective contract = all_reduce(2, 2, 4);
  std::vector<float> right{filled<float>(data, 0, 2)[0] + filled<float>(data, 1, 2)[0], 0.5F};
  std::vector<float> found = right;
  const BlockPlace place{0, {Memory::out, 0, 8}};
  const auto difference = [&] {
    return first_difference(data, ElementKind::float32, contract, place, std::as_bytes(std::span(found)).data(),
                            std::as_bytes(std::span(right)).data(), "MPI_Allreduce");
  };
  found[0] = std::nextafter(right[0], 2.0F);
  EXPECT_EQ(difference(), std::nullopt);
  found[0] = right[0] + 0.001F;
  EXPECT_NE(difference().value_or("").find("offset 0 (block 0, element 0)"), std::string::npos);
  found[0] = std::nanf("");
  EXPECT_NE(difference(), std::nullopt);
}

}  // namespace
}  // namespace polyplane::mpi
