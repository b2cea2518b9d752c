#include "base/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/check.h"
#include "tests/base/error_of.h"

namespace polyplane {
namespace {

using Kind = OptionSpec::Kind;
using testing::HasSubstr;

std::vector<OptionSpec> specs() {
  return {{.name = "radix", .kind = Kind::integer, .sentence = "ports of a switch", .min = 2, .max = 512},
          {.name = "tiers", .kind = Kind::integer, .default_text = "2", .sentence = "layers of switches", .min = 1},
          {.name = "oversubscription", .kind = Kind::ratio, .default_text = "1:1", .sentence = "down to up"},
          {.name = "planes",
           .kind = Kind::word,
           .default_text = "striped",
           .sentence = "what a plane is",
           .words = {"per_nic", "striped"}},
          {.name = "rate", .kind = Kind::bit_rate, .default_text = "400 Gbps", .sentence = "rate of a link"},
          {.name = "latency", .kind = Kind::duration, .default_text = "500 ns", .sentence = "latency of a link"},
          {.name = "note", .kind = Kind::text, .default_text = "none", .sentence = "free text"}};
}

Options parse(const std::vector<std::string>& texts) { return Options::parse("fat_tree", specs(), texts); }

OptionError failure(const std::vector<std::string>& texts) {
  try {
    (void)parse(texts);
  } catch (const OptionError& error) { return error; }
  ADD_FAILURE() << "no OptionError was thrown";
  return {0, ""};
}

TEST(Options, DefaultsAndGivenValues) {
  const Options options = parse({"radix=64", "oversubscription=3:2", "planes=per_nic", "latency=1.5 us", "note=a=b"});
  EXPECT_EQ(options.integer("radix"), 64);
  EXPECT_EQ(options.integer("tiers"), 2);
  EXPECT_EQ(options.ratio("oversubscription").numerator, 3);
  EXPECT_EQ(options.ratio("oversubscription").denominator, 2);
  EXPECT_EQ(options.word("planes"), "per_nic");
  EXPECT_EQ(options.bit_rate("rate").bps(), 400'000'000'000);
  EXPECT_EQ(options.duration("latency").ps(), 1'500'000);
  EXPECT_EQ(options.text("note"), "a=b");
  EXPECT_TRUE(options.given("radix"));
  EXPECT_FALSE(options.given("tiers"));
}

TEST(Options, ARatioMayBeOneNumber) {
  const Ratio ratio = parse({"radix=4", "oversubscription=3"}).ratio("oversubscription");
  EXPECT_EQ(ratio.numerator, 3);
  EXPECT_EQ(ratio.denominator, 1);
}

TEST(Options, UnknownName) {
  const OptionError error = failure({"radix=4", "radex=8"});
  EXPECT_EQ(error.index(), 1U);
  EXPECT_THAT(error.what(), HasSubstr("unknown option of fat_tree \"radex\"; did you mean \"radix\"? Allowed: radix"));
}

TEST(Options, GivenTwice) {
  const OptionError error = failure({"radix=4", "tiers=2", "radix=4"});
  EXPECT_EQ(error.index(), 2U);
  EXPECT_STREQ(error.what(), "option \"radix\" of fat_tree is given twice");
}

TEST(Options, Missing) {
  const OptionError error = failure({"tiers=2"});
  EXPECT_EQ(error.index(), OptionError::kNoText);
  EXPECT_STREQ(error.what(), "option \"radix\" of fat_tree is missing; it is ports of a switch. Write radix=...");
}

TEST(Options, WithoutValue) {
  const OptionError error = failure({"radix"});
  EXPECT_EQ(error.index(), 0U);
  EXPECT_THAT(error.what(), HasSubstr("option \"radix\" of fat_tree has no value; write name=value. Allowed: radix, "));
}

TEST(Options, OfWhatHasNone) {
  try {
    static_cast<void>(Options::parse("goal", {}, {"radix"}));
    FAIL();
  } catch (const OptionError& error) {
    EXPECT_STREQ(error.what(), "option \"radix\" of goal is not known; it has no options");
  }
}

TEST(Options, MalformedIntegers) {
  for (const char* text : {"", "x", "4.5", " 4", "4 ", "0x10", "+4", "1", "513", "-64", "99999999999999999999"}) {
    EXPECT_THAT(failure({std::string("radix=") + text}).what(), HasSubstr("must be a whole number, from 2 to 512"))
        << text;
  }
  EXPECT_THAT(failure({"radix=4", "tiers=0"}).what(), HasSubstr("must be a whole number, at least 1"));
}

TEST(Options, MalformedRatios) {
  for (const char* text : {"", "3:", ":1", "0:1", "3:0", "3:1:1", "-3:1", "1.5:1"}) {
    EXPECT_THAT(failure({"radix=4", std::string("oversubscription=") + text}).what(), HasSubstr("is not a ratio"))
        << text;
  }
}

TEST(Options, WrongWordsAndQuantitiesNameTheOption) {
  const OptionError error = failure({"tiers=1", "planes=stripped", "radix=4"});
  EXPECT_EQ(error.index(), 1U);
  EXPECT_STREQ(error.what(),
               "option \"planes\" of fat_tree: unknown value \"stripped\"; did you mean \"striped\"? Allowed: per_nic, "
               "striped");
  EXPECT_THAT(failure({"radix=4", "rate=400"}).what(),
              HasSubstr("option \"rate\" of fat_tree: rate \"400\" has no unit"));
  EXPECT_THAT(failure({"radix=4", "rate=0 Gbps"}).what(), HasSubstr("is zero"));
  EXPECT_THAT(failure({"radix=4", "latency=-1 ns"}).what(), HasSubstr("is negative"));
  EXPECT_THAT(failure({"radix=4", "note="}).what(), HasSubstr("the value is empty"));
}

TEST(Options, AGuestsOwnMistakesAreBugs) {
  const Options options = parse({"radix=4"});
  EXPECT_THROW((void)options.integer("radius"), InternalError);
  EXPECT_THROW((void)options.word("radix"), InternalError);
  EXPECT_THROW((void)options.given("radius"), InternalError);
  std::vector<OptionSpec> wrong = specs();
  wrong[1].default_text = "two";
  EXPECT_THROW((void)Options::parse("fat_tree", wrong, {"radix=4"}), InternalError);
}

}  // namespace
}  // namespace polyplane
