#include "base/suggest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace polyplane {
namespace {

const std::vector<std::string> kAlgorithms = {"bruck", "direct", "double_binary_tree", "ring"};

TEST(Nearest, CountsASwapAsOneEdit) {
  EXPECT_EQ(nearest("rnig", kAlgorithms), "ring");
  EXPECT_EQ(nearest("brick", kAlgorithms), "bruck");
  EXPECT_EQ(nearest("RING", kAlgorithms), "ring");
  EXPECT_EQ(nearest("double-binary-tree", kAlgorithms), "double_binary_tree");
}

TEST(Nearest, KeepsQuietWhenNothingIsClose) {
  EXPECT_EQ(nearest("spray", kAlgorithms), "");
  EXPECT_EQ(nearest("", kAlgorithms), "");
  EXPECT_EQ(nearest("x", {"y"}), "");
  EXPECT_EQ(nearest("ring", {}), "");
  EXPECT_EQ(nearest(std::string(1'000'000, 'r'), kAlgorithms), "");
}

TEST(Nearest, TiesByCaseThenByOrder) {
  EXPECT_EQ(nearest("Gb/x", {"GB/s", "Gb/s"}), "Gb/s");
  EXPECT_EQ(nearest("abc", {"abd", "abe"}), "abd");
}

TEST(UnknownName, NamesTheKindTheNearAndTheAllowed) {
  EXPECT_EQ(unknown_name("algorithm", "rnig", kAlgorithms),
            "unknown algorithm \"rnig\"; did you mean \"ring\"? Allowed: bruck, direct, double_binary_tree, ring");
  EXPECT_EQ(unknown_name("algorithm", "zzz", {"ring"}), "unknown algorithm \"zzz\". Allowed: ring");
  EXPECT_EQ(unknown_name("algorithm", "zzz", {}), "unknown algorithm \"zzz\". None is known.");
}

TEST(UnknownName, CutsALongList) {
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back("name" + std::to_string(i));
  const std::string message = unknown_name("part", "?", many);
  EXPECT_THAT(message, testing::EndsWith("name22, name23 and 76 more"));
}

TEST(Printable, EscapesControlCharacters) {
  EXPECT_EQ(printable("plain text"), "plain text");
  EXPECT_EQ(printable("a\x1b[2J\n\t\x7f"), "a\\x1b[2J\\x0a\\x09\\x7f");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Printable, KeepsWellFormedUtf8Only) {
  EXPECT_EQ(printable("5 \u00b5s \u4e2d \U0001f680"), "5 \u00b5s \u4e2d \U0001f680");
  EXPECT_EQ(printable("\xff"), "\\xff");                    // never in UTF-8
  EXPECT_EQ(printable("\xc3"), "\\xc3");                    // cut short
  EXPECT_EQ(printable("\xc0\xaf"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // surrogate
  EXPECT_EQ(printable("\xc2\x9b"
                      "31m"),
            "\\xc2\\x9b31m");  // C1: a terminal's CSI
  EXPECT_EQ(printable("\xe2\x80\xae"
                      "txt"),
            "\\xe2\\x80\\xaetxt");  // right-to-left override
}

TEST(Printable, CutsAt200Characters) {
  EXPECT_EQ(printable(std::string(200, 'x')), std::string(200, 'x'));
  EXPECT_EQ(printable(std::string(201, 'x')), std::string(200, 'x') + "...");
  std::string wide;
  for (int i = 0; i < 201; ++i) wide += "\u00b5";
  EXPECT_EQ(printable(wide), wide.substr(0, 400) + "...");
}

}  // namespace
}  // namespace polyplane
