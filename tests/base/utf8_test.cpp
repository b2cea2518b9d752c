#include "base/utf8.h"

#include <gtest/gtest.h>

namespace polyplane {
namespace {

TEST(Utf8, ReadsCharactersOfEachLength) {
  EXPECT_EQ(first_character("a").code, U'a');
  EXPECT_EQ(first_character("\xc3\xa9x").code, U'\u00e9');
  EXPECT_EQ(first_character("\xe2\x82\xac").code, U'\u20ac');
  EXPECT_EQ(first_character("\xf0\x9f\x98\x80").code, U'\U0001f600');
  EXPECT_EQ(first_character("\xf0\x9f\x98\x80").length, 4U);
}

TEST(Utf8, RefusesWhatRfc3629Forbids) {
  for (const char* text : {"\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xed\xa0\x80",
                           "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xe2\x28\xa1"}) {
    EXPECT_EQ(first_character(text).length, 0U) << text;
  }
}

TEST(Utf8, BadBytesAreReplacedOneByOne) {
  EXPECT_EQ(valid_utf8("a\xff\xe2\x82z"), "a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz");
  EXPECT_EQ(valid_utf8("\xe2\x82\xac"), "\xe2\x82\xac");
}

}  // namespace
}  // namespace polyplane
