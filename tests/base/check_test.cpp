#include "base/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace polyplane {
namespace {

TEST(Check, HoldsSilently) {
  bool asked = false;
  CHECK(1 + 1 == 2, (asked = true, "never evaluated"));
  EXPECT_FALSE(asked);
}

TEST(Check, NamesThePlaceTheReasonAndTheCondition) {
  try {
    CHECK(1 + 1 == 3, std::string("sums are broken"));
    FAIL() << "CHECK let a false condition pass";
  } catch (const InternalError& error) {
    EXPECT_THAT(error.what(), testing::MatchesRegex(".*check_test.cpp:[0-9]+: sums are broken \\[1 \\+ 1 == 3\\]"));
  }
}

}  // namespace
}  // namespace polyplane
