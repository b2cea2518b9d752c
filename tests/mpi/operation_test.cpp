// Reductions on plain memory. Every number by hand.
#include "mpi/operation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "base/error.h"
#include "base/random.h"

namespace polyplane::mpi {
namespace {

template <class Value>
std::vector<Value> reduced(ElementKind kind, Reduction reduction, std::vector<Value> in, std::vector<Value> inout) {
  reduce_into(kind, reduction, reinterpret_cast<const std::byte*>(in.data()),
              reinterpret_cast<std::byte*>(inout.data()), static_cast<std::int64_t>(in.size()));
  return inout;
}

TEST(Operation, WholeNumbersWrapAround) {
  constexpr std::int32_t kMax = std::numeric_limits<std::int32_t>::max(),
                         kMin = std::numeric_limits<std::int32_t>::min();
  using Ints = std::vector<std::int32_t>;
  EXPECT_EQ(reduced(ElementKind::int32, Reduction::sum, Ints{kMax, -3, kMin}, Ints{1, 5, -1}), (Ints{kMin, 2, kMax}));
  // 65536^2 = 2^32 wraps to 0; (2^31 - 1) * 2 = 2^32 - 2 wraps to -2.
  EXPECT_EQ(reduced(ElementKind::int32, Reduction::prod, Ints{65536, kMax, -7}, Ints{65536, 2, 6}), (Ints{0, -2, -42}));
  EXPECT_EQ(reduced(ElementKind::int32, Reduction::min, Ints{-1, 2}, Ints{1, -2}), (Ints{-1, -2}));
  EXPECT_EQ(reduced(ElementKind::int32, Reduction::max, Ints{-1, 2}, Ints{1, -2}), (Ints{1, 2}));
  using Bytes = std::vector<std::uint8_t>;
  EXPECT_EQ(reduced(ElementKind::byte, Reduction::sum, Bytes{200, 255}, Bytes{100, 1}), (Bytes{44, 0}));
  EXPECT_EQ(reduced(ElementKind::byte, Reduction::max, Bytes{200, 7}, Bytes{100, 9}), (Bytes{200, 9}));  // unsigned
}

TEST(Operation, Floats) {
  using Floats = std::vector<float>;
  EXPECT_EQ(reduced(ElementKind::float32, Reduction::sum, Floats{1.5F, 0x1p24F}, Floats{-0.25F, 1.0F}),
            (Floats{1.25F, 0x1p24F}));  // 2^24 + 1 is no float: to even
  using Doubles = std::vector<double>;
  EXPECT_EQ(reduced(ElementKind::float64, Reduction::prod, Doubles{1.5, -2}, Doubles{4, 0.5}), (Doubles{6, -1}));
  EXPECT_EQ(reduced(ElementKind::float64, Reduction::min, Doubles{1.5, -2}, Doubles{4, 0.5}), (Doubles{1.5, -2}));
}

TEST(Operation, Bfloat16RoundsToNearestEven) {
  // bfloat16 keeps 7 bits of fraction: between 1 and 2 steps of 1/128 = 2^-7.
  EXPECT_EQ(float_to_bfloat16(1.0F), 0x3f80);
  EXPECT_EQ(bfloat16_to_float(0x3f81), 1.0F + 0x1p-7F);
  EXPECT_EQ(float_to_bfloat16(1.0F + 0x1p-8F), 0x3f80);            // half way: to the even 0x3f80
  EXPECT_EQ(float_to_bfloat16(1.0F + 0x1p-7F + 0x1p-8F), 0x3f82);  // half way: to the even 0x3f82
  EXPECT_EQ(float_to_bfloat16(1.0F + 0x1p-8F + 0x1p-20F), 0x3f81);
  EXPECT_EQ(float_to_bfloat16(-1.0F), 0xbf80);
  EXPECT_EQ(float_to_bfloat16(std::numeric_limits<float>::max()), 0x7f80);  // the next is infinity
  EXPECT_EQ(float_to_bfloat16(std::numeric_limits<float>::infinity()), 0x7f80);
  EXPECT_TRUE(std::isnan(bfloat16_to_float(float_to_bfloat16(std::numeric_limits<float>::signaling_NaN()))));
}

TEST(Operation, Bfloat16IsComputedInFloat32AndRoundedOnce) {
  using Bits = std::vector<std::uint16_t>;
  // 256 + 1 = 257 lies between 256 and 258, half way: to the even fraction, 256. 256 + 3 = 259: between 258 and 260, to 260.
  const std::uint16_t b256 = float_to_bfloat16(256), b1 = float_to_bfloat16(1), b3 = float_to_bfloat16(3);
  EXPECT_EQ(reduced(ElementKind::bfloat16, Reduction::sum, Bits{b1, b3}, Bits{b256, b256}),
            (Bits{b256, float_to_bfloat16(260)}));
  EXPECT_EQ(reduced(ElementKind::bfloat16, Reduction::min, Bits{b1}, Bits{b3}), Bits{b1});
  EXPECT_EQ(reduced(ElementKind::bfloat16, Reduction::prod, Bits{b3}, Bits{b256}), Bits{float_to_bfloat16(768)});
}

/// Every bfloat16 is a float, and comes back.
TEST(Operation, Bfloat16RoundTrip) {
  for (std::uint32_t bits = 0; bits <= 0xffff; ++bits) {
    const auto value = static_cast<std::uint16_t>(bits);
    if (std::isnan(bfloat16_to_float(value))) continue;
    ASSERT_EQ(float_to_bfloat16(bfloat16_to_float(value)), value);
  }
}

TEST(Operation, MemoryNeedsNoAlignment) {
  std::vector<std::byte> in(9), inout(9);
  const double a = 1.25, b = 2.5;
  std::memcpy(in.data() + 1, &a, 8);
  std::memcpy(inout.data() + 1, &b, 8);
  reduce_into(ElementKind::float64, Reduction::sum, in.data() + 1, inout.data() + 1, 1);
  double sum = 0;
  std::memcpy(&sum, inout.data() + 1, 8);
  EXPECT_EQ(sum, 3.75);
}

TEST(Operation, Names) {
  EXPECT_EQ(parse_reduction("prod"), Reduction::prod);
  EXPECT_THROW(static_cast<void>(parse_reduction("avg")), InputError);
  for (const ElementKind kind : all_element_kinds()) EXPECT_EQ(parse_element_kind(to_string(kind)), kind);
  EXPECT_THROW(static_cast<void>(parse_element_kind("half")), InputError);
}

}  // namespace
}  // namespace polyplane::mpi
