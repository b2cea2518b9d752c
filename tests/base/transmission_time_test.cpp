#include <gtest/gtest.h>

#include "base/check.h"
#include "base/error.h"
#include "base/units.h"

namespace polyplane {
namespace {

using namespace literals;

constexpr std::int64_t kPiB = std::int64_t{1} << 50;

TEST(TransmissionTime, OneByte) {
  // 8 bit / 1e9 bit/s = 8 ns; at 400e9: 0.02 ns = 20 ps; at 100e12: 0.08 ps, rounded up to 1 ps.
  EXPECT_EQ(transmission_time(1_B, 1_Gbps), 8_ns);
  EXPECT_EQ(transmission_time(1_B, 400_Gbps), 20_ps);
  EXPECT_EQ(transmission_time(1_B, 100000_Gbps), 1_ps);
}

TEST(TransmissionTime, FourGibibytes) {
  // 2^32 B = 34,359,738,368 bit. At 1 Gb/s 34.359738368 s; at 100 Tb/s 343,597,383.68 ps, rounded up.
  EXPECT_EQ(transmission_time(4_GiB, 1_Gbps).ps(), 34'359'738'368'000);
  EXPECT_EQ(transmission_time(4_GiB, 400_Gbps).ps(), 85'899'345'920);
  EXPECT_EQ(transmission_time(4_GiB, 100000_Gbps).ps(), 343'597'384);
}

TEST(TransmissionTime, OnePebibyte) {
  // 2^50 B = 9,007,199,254,740,992 bit. At 1 Gb/s 9,007,199.254740992 s = 104.2 days, just inside the 106.
  EXPECT_EQ(transmission_time(Bytes(kPiB), 1_Gbps).ps(), 9'007'199'254'740'992'000);
  EXPECT_EQ(transmission_time(Bytes(kPiB), 100000_Gbps).ps(), 90'071'992'547'410);  // ...409.92 rounded up
}

TEST(TransmissionTime, RoundsUpOnlyWhenSomethingIsLeft) {
  // 3 B at 7 Gb/s = 24000/7 ps = 3428.57 -> 3429; 7 B at 7 Gb/s = 8000 ps exactly.
  EXPECT_EQ(transmission_time(3_B, 7_Gbps), 3429_ps);
  EXPECT_EQ(transmission_time(7_B, 7_Gbps), 8000_ps);
  EXPECT_EQ(transmission_time(0_B, 7_Gbps), 0_ps);
}

TEST(TransmissionTime, SharersDivideTheRateOnceAndExactly) {
  // 1 B at 400 Gb/s by 3: 3 x 20 ps. Rounding per sharer would not show here; at 3 B, 7 Gb/s, 3 sharers it does:
  // 72000/7 = 10285.71 -> 10286, not 3 x 3429 = 10287.
  EXPECT_EQ(transmission_time(1_B, 400_Gbps, 3), 60_ps);
  EXPECT_EQ(transmission_time(3_B, 7_Gbps, 3), 10286_ps);
  // 131,072 sharers of 4 GiB at 100 Tb/s: 2^35 x 2^17 x 10^12 / 10^14 = 2^52 / 100 = 45,035,996,273,704.96.
  EXPECT_EQ(transmission_time(4_GiB, 100000_Gbps, 131072).ps(), 45'035'996'273'705);
}

TEST(TransmissionTime, ChecksWhatItRequires) {
  EXPECT_THROW((void)transmission_time(Bytes(-1), 1_Gbps), InternalError);
  EXPECT_THROW((void)transmission_time(1_B, BitRate{}), InternalError);
  EXPECT_THROW((void)transmission_time(1_B, BitRate::from_bps(-8)), InternalError);
  EXPECT_THROW((void)transmission_time(1_B, 1_Gbps, 0), InternalError);
}

TEST(TransmissionTime, ChecksTheRange) {
  // 1 PiB by 2 at 1 Gb/s = 208 days; 2^63 - 1 sharers pass even 128 bits.
  EXPECT_THROW((void)transmission_time(Bytes(kPiB), 1_Gbps, 2), LimitError);
  EXPECT_THROW((void)transmission_time(Bytes(INT64_MAX), 100000_Gbps, INT64_MAX), LimitError);
  // (2^63 - 1) ps exactly: ceil(8e12 x b / r) with b = INT64_MAX bytes at r = 8e12 bit/s.
  EXPECT_EQ(transmission_time(Bytes(INT64_MAX), BitRate::from_bps(8'000'000'000'000)).ps(), INT64_MAX);
  EXPECT_THROW((void)transmission_time(Bytes(INT64_MAX), BitRate::from_bps(7'999'999'999'999)), LimitError);
}

}  // namespace
}  // namespace polyplane
