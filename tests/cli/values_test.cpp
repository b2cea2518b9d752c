#include "cli/values.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "cli/sizes.h"

namespace polyplane::cli {
namespace {

std::int64_t size(std::string_view text) { return parse_size("--min-bytes", text).count(); }

TEST(ParseSize, PrefixesArePowersOf1024AsInNcclTests) {
  EXPECT_EQ(size("8"), 8);
  EXPECT_EQ(size("1K"), 1024);
  EXPECT_EQ(size("1k"), 1024);
  EXPECT_EQ(size("16G"), 17'179'869'184);  // 16 * 2^30
  EXPECT_EQ(size("1.5M"), 1'572'864);      // 1.5 * 2^20
  EXPECT_EQ(size("0.1K"), 102);            // 102.4: the fraction of a byte is dropped
  EXPECT_EQ(size("1T"), std::int64_t{1} << 40);
}

TEST(ParseSize, UnitsAreExact) {
  EXPECT_EQ(size("64 MiB"), 67'108'864);
  EXPECT_EQ(size("64 MB"), 64'000'000);
  EXPECT_EQ(size("100 B"), 100);
}

TEST(ParseSize, RefusesWhatIsNoSize) {
  for (const char* text :
       {"", "K", ".", "-1", "1..5", "1e6", "nan", "inf", "8 Q", "0x10", "1.2.3", "9999999999999999999"}) {
    EXPECT_THROW(static_cast<void>(size(text)), InputError) << text;
  }
}

TEST(ParseSize, OverOnePebibyteIsALimit) {
  EXPECT_EQ(size("1024T"), kMaxSizeBytes);
  EXPECT_THROW(static_cast<void>(size("1025T")), LimitError);
  EXPECT_THROW(static_cast<void>(size("2000 TiB")), LimitError);
}

TEST(ParseWhole, StaysInRange) {
  EXPECT_EQ(parse_whole("--ranks", "2048", 1, 10000), 2048);
  EXPECT_EQ(parse_whole("--ranks", "0x10", 1, 10000), 16);
  for (const char* text : {"0", "10001", "-3", "8.0", "abc", "", "12x", "99999999999999999999"}) {
    EXPECT_THROW(static_cast<void>(parse_whole("--ranks", text, 1, 10000)), InputError) << text;
  }
}

TEST(ParseSeed, TakesAll64Bits) {
  EXPECT_EQ(parse_seed("--seed", "18446744073709551615"), UINT64_MAX);
  EXPECT_THROW(static_cast<void>(parse_seed("--seed", "-1")), InputError);
}

TEST(OneOf, SuggestsTheNearest) {
  EXPECT_EQ(one_of("--format", "json", {"table", "json", "csv"}), "json");
  try {
    one_of("--format", "jsn", {"table", "json", "csv"});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean \"json\"?"), std::string::npos) << error.what();
  }
}

std::vector<std::int64_t> counts(const SizeRange& range) {
  std::vector<std::int64_t> all;
  for (const Bytes bytes : size_list(range)) all.push_back(bytes.count());
  return all;
}

TEST(SizeList, MultipliesOrAdds) {
  EXPECT_EQ(counts({Bytes(8), Bytes(64), 2, Bytes()}), (std::vector<std::int64_t>{8, 16, 32, 64}));
  EXPECT_EQ(counts({Bytes(8), Bytes(100), 3, Bytes()}), (std::vector<std::int64_t>{8, 24, 72}));
  EXPECT_EQ(counts({Bytes(0), Bytes(10), 1, Bytes(4)}), (std::vector<std::int64_t>{0, 4, 8}));
  EXPECT_EQ(counts({Bytes(0), Bytes(0), 2, Bytes()}), (std::vector<std::int64_t>{0}));
  // 1 KiB to 16 GiB by 2: 2^10 to 2^34
  EXPECT_EQ(size_list({Bytes(1024), Bytes(std::int64_t{1} << 34), 2, Bytes()}).size(), 25U);
}

TEST(SizeList, RefusesWhatNeverEnds) {
  EXPECT_THROW(size_list({Bytes(9), Bytes(8), 2, Bytes()}), InputError);
  EXPECT_THROW(size_list({Bytes(0), Bytes(8), 2, Bytes()}), InputError);
  EXPECT_THROW(size_list({Bytes(1), Bytes(8), 1, Bytes(0)}), InputError);
  EXPECT_THROW(size_list({Bytes(0), Bytes(kMaxSizeBytes), 1, Bytes(1)}), LimitError);
}

}  // namespace
}  // namespace polyplane::cli
