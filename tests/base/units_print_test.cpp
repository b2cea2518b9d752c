#include <gtest/gtest.h>

#include "base/units.h"

namespace polyplane {
namespace {

using namespace literals;

TEST(PrintDuration, ExactWhereShort) {
  EXPECT_EQ(to_string(0_ps), "0 ps");
  EXPECT_EQ(to_string(999_ps), "999 ps");
  EXPECT_EQ(to_string(500_ns), "500 ns");
  EXPECT_EQ(to_string(Duration::from_ps(1'625'000)), "1.625 us");
  EXPECT_EQ(to_string(Duration::from_ps(90'000'000'000'000)), "90 s");
}

TEST(PrintDuration, ThreeDecimalsWhereRounded) {
  EXPECT_EQ(to_string(Duration::from_ps(1'234'567)), "1.235 us");
  EXPECT_EQ(to_string(Duration::from_ps(2'000'000'001)), "2.000 ms");  // the zeros say that it is not exact
  EXPECT_EQ(to_string(Duration::from_ps(999'999'600)), "1.000 ms");    // 999.9996 us rounds into the next unit
  EXPECT_EQ(to_string(Duration::from_ps(999'999'400)), "999.999 us");
}

TEST(PrintDuration, NegativeAndExtreme) {
  EXPECT_EQ(to_string(Duration::from_ps(-1'500)), "-1.5 ns");
  EXPECT_EQ(to_string(Duration::from_ps(INT64_MAX)), "9223372.037 s");  // 9,223,372.036854775807
  EXPECT_EQ(to_string(Duration::from_ps(INT64_MIN)), "-9223372.037 s");
}

TEST(PrintBytes, PrefersTheExactPrefix) {
  EXPECT_EQ(to_string(0_B), "0 B");
  EXPECT_EQ(to_string(1_B), "1 B");
  EXPECT_EQ(to_string(1000_B), "1000 B");
  EXPECT_EQ(to_string(64_MiB), "64 MiB");
  EXPECT_EQ(to_string(1536_B), "1.5 KiB");
  EXPECT_EQ(to_string(Bytes(2'500'000)), "2.5 MB");
  EXPECT_EQ(to_string(Bytes(std::int64_t{1} << 50)), "1 PiB");
  EXPECT_EQ(to_string(Bytes(1'048'577)), "1.000 MiB");  // neither is exact
  EXPECT_EQ(to_string(Bytes(-2048)), "-2 KiB");
}

TEST(PrintBitRate, InBitsPerSecond) {
  EXPECT_EQ(to_string(BitRate{}), "0 bps");
  EXPECT_EQ(to_string(400_Gbps), "400 Gbps");
  EXPECT_EQ(to_string(450_GBps), "3.6 Tbps");
  EXPECT_EQ(to_string(100000_Gbps), "100 Tbps");
  EXPECT_EQ(to_string(BitRate::from_bps(106'250'000'000)), "106.25 Gbps");
  EXPECT_EQ(to_string(BitRate::from_bps(1'000'000'001)), "1.000 Gbps");
}

TEST(Print, ShortExactFormsParseBack) {
  for (const std::int64_t n : {1LL, 999LL, 1000LL, 1024LL, 1500LL, 123'000'000LL, 4'294'967'296LL, 1LL << 50}) {
    EXPECT_EQ(parse_bytes(to_string(Bytes(n))).count(), n);
  }
  for (const std::int64_t n : {1LL, 106'250'000'000LL, 400'000'000'000LL, 100'000'000'000'000LL}) {
    EXPECT_EQ(parse_bit_rate(to_string(BitRate::from_bps(n))).bps(), n);
  }
  for (const std::int64_t n : {0LL, 1LL, 1500LL, 500'000LL, 3'300'000LL}) {
    EXPECT_EQ(parse_duration(to_string(Duration::from_ps(n))).ps(), n);
  }
}

}  // namespace
}  // namespace polyplane
