#include "sim/stack.h"

#include <gtest/gtest.h>

#include "base/check.h"

namespace polyplane::sim {
namespace {

TEST(Stack, WireBytesRoundUp) {
  EXPECT_EQ(wire_bytes(Bytes(1000), {1, 1}), Bytes(1000));
  EXPECT_EQ(wire_bytes(Bytes(1000), {1, 2}), Bytes(2000));    // LL: 4 of 8 bytes are data
  EXPECT_EQ(wire_bytes(Bytes(1000), {15, 16}), Bytes(1067));  // LL128: 1000 x 16 / 15 = 1066.7
  EXPECT_EQ(wire_bytes(Bytes(0), {1, 2}), Bytes(0));
  // 4 EiB-scale products need 128 bits: 2^60 x 16 / 15.
  EXPECT_EQ(wire_bytes(Bytes(std::int64_t{1} << 60), {15, 16}), Bytes(1229782938247303442));
}

TEST(Stack, AMissingFamilyIsABug) {
  const Protocol protocol{"Simple", {1, 1}, {{"ring", {}, {}, {}, {}}}};
  EXPECT_EQ(costs_of(protocol, "ring").family, "ring");
  EXPECT_THROW(static_cast<void>(costs_of(protocol, "tree")), InternalError);
}

}  // namespace
}  // namespace polyplane::sim
