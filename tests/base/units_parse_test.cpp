#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/units.h"
#include "tests/base/error_of.h"

namespace polyplane {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string rate_error(const std::string& text) {
  return error_of([&] { (void)parse_bit_rate(text); });
}
std::string size_error(const std::string& text) {
  return error_of([&] { (void)parse_bytes(text); });
}
std::string duration_error(const std::string& text) {
  return error_of([&] { (void)parse_duration(text); });
}

TEST(ParseBitRate, TakesBitsAndBytes) {
  EXPECT_EQ(parse_bit_rate("1 bps").bps(), 1);
  EXPECT_EQ(parse_bit_rate("1 Gb/s").bps(), 1'000'000'000);
  EXPECT_EQ(parse_bit_rate("400 Gbps").bps(), 400'000'000'000);
  EXPECT_EQ(parse_bit_rate("400Gbit/s").bps(), 400'000'000'000);
  EXPECT_EQ(parse_bit_rate("  400   Gbps ").bps(), 400'000'000'000);
  EXPECT_EQ(parse_bit_rate("100 Tbps").bps(), 100'000'000'000'000);
  EXPECT_EQ(parse_bit_rate("450 GB/s").bps(), 3'600'000'000'000);  // 450e9 x 8
  EXPECT_EQ(parse_bit_rate("4.8 TB/s").bps(), 38'400'000'000'000);
  EXPECT_EQ(parse_bit_rate("9.6 kbps").bps(), 9600);
  EXPECT_EQ(parse_bit_rate("0.125 B/s").bps(), 1);
}

TEST(ParseBitRate, IsExactWhereDoublesAreNot) {
  // 106.25 Gb/s lanes, and a value with more digits than a double holds.
  EXPECT_EQ(parse_bit_rate("106.25 Gbps").bps(), 106'250'000'000);
  EXPECT_EQ(parse_bit_rate("999999.999999999999 Tbps").bps(), 999'999'999'999'999'999);
  EXPECT_EQ(parse_bit_rate("0000000000000000000000000000000000000000000000400.000000000000000000 Gbps").bps(),
            400'000'000'000);
}

TEST(ParseBitRate, RefusesTheCaseThatCouldMeanEightTimesAsMuch) {
  EXPECT_EQ(rate_error("400 GBPS"),
            "rate \"400 GBPS\" has the unknown unit \"GBPS\"; case counts: did you mean \"Gbps\" or \"GB/s\"? Units: "
            "bps to Tbps, b/s to Tb/s or bit/s to Tbit/s (bits), B/s to TB/s (bytes)");
  EXPECT_THAT(rate_error("400 gbps"), HasSubstr("did you mean \"Gbps\" or \"GB/s\"?"));
  EXPECT_THAT(rate_error("400 gb/s"), HasSubstr("did you mean \"Gbps\" or \"GB/s\"?"));
  EXPECT_THAT(rate_error("400 GBps"), HasSubstr("did you mean \"Gbps\" or \"GB/s\"?"));
  EXPECT_THAT(rate_error("400 gbit/s"), HasSubstr("did you mean \"Gbit/s\"?"));
}

TEST(ParseBitRate, SuggestsTheNearUnit) {
  EXPECT_THAT(rate_error("400 Gpbs"), HasSubstr("has the unknown unit \"Gpbs\"; did you mean \"Gbps\"?"));
  EXPECT_THAT(rate_error("400 GiB/s"), HasSubstr("did you mean \"GB/s\"?"));
  EXPECT_THAT(rate_error("400 Gb/sec"), HasSubstr("did you mean \"Gb/s\"?"));
  EXPECT_THAT(rate_error("400 furlongs"), HasSubstr("unknown unit \"furlongs\". Units: bps"));
}

TEST(ParseBitRate, RefusesZeroUnlessAllowed) {
  EXPECT_EQ(rate_error("0 Gbps"), "rate \"0 Gbps\" is zero; it must be more than zero");
  EXPECT_EQ(parse_bit_rate("0.000 Gbps", true).bps(), 0);
}

TEST(ParseBitRate, RefusesWhatIsNoQuantity) {
  EXPECT_EQ(rate_error(""), "rate \"\" is empty; write for example \"400 Gbps\"");
  EXPECT_EQ(rate_error("   "), "rate \"   \" is empty; write for example \"400 Gbps\"");
  EXPECT_THAT(rate_error("400"), StartsWith("rate \"400\" has no unit; write for example \"400 Gbps\". Units: bps"));
  EXPECT_EQ(rate_error("-400 Gbps"), "rate \"-400 Gbps\" is negative");
  for (const char* text : {"NaN Gbps", "nan", "inf", "Infinity Gbps", "+1 Gbps", "Gbps", ".5 Gbps", "1. Gbps", "."}) {
    EXPECT_THAT(rate_error(text), HasSubstr("is not a number with a unit")) << text;
  }
  EXPECT_THAT(rate_error("1.2.3 Gbps"), HasSubstr("unknown unit \".3 Gbps\""));
  EXPECT_THAT(rate_error("0x10 Gbps"), HasSubstr("unknown unit \"x10 Gbps\""));
  EXPECT_THAT(rate_error("1,000 Gbps"), HasSubstr("unknown unit \",000 Gbps\""));
  EXPECT_THAT(rate_error("1e30 Gbps"), HasSubstr("has an exponent; write for example \"400 Gbps\""));
  EXPECT_THAT(rate_error("1E-3 Gbps"), HasSubstr("has an exponent"));
}

TEST(ParseBitRate, RefusesWhatIsOutOfRange) {
  EXPECT_EQ(parse_bit_rate("1000000 Tbps").bps(), 1'000'000'000'000'000'000);
  EXPECT_EQ(rate_error("1000000.000000000001 Tbps"),
            "rate \"1000000.000000000001 Tbps\" is out of range; at most 1000000 Tbps is accepted");
  EXPECT_THAT(rate_error("1" + std::string(30, '0') + " Gbps"), HasSubstr("is out of range"));
  // 2^128 / 10^12 = 3.4e26: the product passes 128 bits, the digits do not.
  EXPECT_THAT(rate_error("9" + std::string(37, '9') + " Tbps"), HasSubstr("is out of range"));
  EXPECT_THAT(rate_error("9" + std::string(40, '9') + " Gbps"), HasSubstr("has too many digits"));
  EXPECT_THAT(rate_error("0." + std::string(60, '3') + " Gbps"), HasSubstr("has too many digits"));
}

TEST(ParseBitRate, RefusesFractionsOfABit) {
  EXPECT_EQ(rate_error("0.5 bps"), "rate \"0.5 bps\" does not come to a whole bit/s");
  EXPECT_EQ(rate_error("1.0000000001 Gbps"), "rate \"1.0000000001 Gbps\" does not come to a whole bit/s");
}

TEST(ParseBitRate, ShowsHostileTextHarmless) {
  EXPECT_THAT(rate_error("1 \x1b[31mGbps"), HasSubstr("\"1 \\x1b[31mGbps\""));
  EXPECT_LT(rate_error("1 " + std::string(1'000'000, 'x')).size(), 700U);
}

TEST(ParseBytes, DecimalAndBinary) {
  EXPECT_EQ(parse_bytes("1 B").count(), 1);
  EXPECT_EQ(parse_bytes("0 B").count(), 0);
  EXPECT_EQ(parse_bytes("64 KB").count(), 64'000);
  EXPECT_EQ(parse_bytes("64 KiB").count(), 65'536);
  EXPECT_EQ(parse_bytes("64 MiB").count(), 67'108'864);
  EXPECT_EQ(parse_bytes("4 GiB").count(), 4'294'967'296);
  EXPECT_EQ(parse_bytes("1.5 TB").count(), 1'500'000'000'000);
  EXPECT_EQ(parse_bytes("1 PiB").count(), 1'125'899'906'842'624);
  EXPECT_EQ(parse_bytes("0.5 KiB").count(), 512);
}

TEST(ParseBytes, CancelsTwosAndFivesApart) {
  // 2^-50 PiB is one byte, written with 50 decimals: 5^50 / 10^50.
  EXPECT_EQ(parse_bytes("0.00000000000000088817841970012523233890533447265625 PiB").count(), 1);
  EXPECT_THAT(size_error("0.1 KiB"), HasSubstr("does not come to a whole byte"));  // 102.4 B
  EXPECT_EQ(parse_bytes("0.125 KiB").count(), 128);
}

TEST(ParseBytes, Refuses) {
  EXPECT_THAT(size_error("64"), HasSubstr("has no unit; write for example \"64 MiB\""));
  EXPECT_THAT(size_error("64 mib"), HasSubstr("case counts: did you mean \"MiB\"?"));
  EXPECT_THAT(size_error("64 Mb"), HasSubstr("case counts: did you mean \"MB\"?"));
  EXPECT_THAT(size_error("64 MIiB"), HasSubstr("did you mean \"MiB\"?"));
  EXPECT_THAT(size_error("-1 B"), HasSubstr("is negative"));
  EXPECT_THAT(size_error("1025 PiB"), HasSubstr("is out of range; at most 1024 PiB is accepted"));
  EXPECT_EQ(parse_bytes("1024 PiB").count(), std::int64_t{1} << 60);
}

TEST(ParseDuration, ToThePicosecond) {
  EXPECT_EQ(parse_duration("0 ns").ps(), 0);
  EXPECT_EQ(parse_duration("500 ns").ps(), 500'000);
  EXPECT_EQ(parse_duration("0.5 ns").ps(), 500);
  EXPECT_EQ(parse_duration("3.3 us").ps(), 3'300'000);
  EXPECT_EQ(parse_duration("1.000000000001 s").ps(), 1'000'000'000'001);
  EXPECT_EQ(parse_duration("10 ms").ps(), 10'000'000'000);
}

TEST(ParseDuration, Refuses) {
  EXPECT_THAT(duration_error("500"), HasSubstr("has no unit; write for example \"500 ns\". Units: ps, ns, us, ms, s"));
  EXPECT_THAT(duration_error("500 NS"), HasSubstr("case counts: did you mean \"ns\"?"));
  EXPECT_THAT(duration_error("500 usec"), HasSubstr("unknown unit \"usec\""));
  EXPECT_THAT(duration_error("0.0005 ns"), HasSubstr("does not come to a whole picosecond"));
  EXPECT_THAT(duration_error("-5 ns"), HasSubstr("is negative"));
  EXPECT_EQ(parse_duration("864000 s").ps(), 864'000'000'000'000'000);
  EXPECT_THAT(duration_error("864001 s"), HasSubstr("is out of range; at most 10 days is accepted"));
}

}  // namespace
}  // namespace polyplane
