#include "configs/schema/read_file.h"

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "base/error.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::configs {
namespace {

std::string refusal_of(std::string_view bytes) {
  const TemporaryFile file(bytes);
  return refusal([&] { (void)read_text_file(file.path()); }, file.path());
}

TEST(ReadFile, ReadsText) {
  const TemporaryFile file("\xef\xbb\xbfname: \"caf\xc3\xa9\"\n");
  EXPECT_EQ(read_text_file(file.path()), "name: \"caf\xc3\xa9\"\n");
}

TEST(ReadFile, RefusesWhatIsNoTextFile) {
  EXPECT_EQ(refusal([] { (void)read_text_file("/no/such/file"); }), "/no/such/file: there is no such file");
  EXPECT_EQ(refusal([] { (void)read_text_file("/tmp"); }), "/tmp: is a directory, not a file");
  EXPECT_EQ(refusal_of(""), ": the file is empty");
  EXPECT_EQ(refusal_of(" \n\t\r\n"), ": the file is empty");
  EXPECT_EQ(refusal_of(std::string_view("\x7f"
                                        "ELF\0\0",
                                        6)),
            ": is binary, not text");
  EXPECT_EQ(refusal_of("name: \"\xff\xfe\""), ": is not UTF-8 text (first bad byte at offset 7)");
}

TEST(ReadFile, RefusesControlCharactersOfANameInTheMessage) {
  EXPECT_EQ(refusal([] { (void)read_text_file("/no/\x1b[31m"); }), "/no/\\x1b[31m: there is no such file");
}

TEST(ReadFile, RefusesAHugeFileWithoutReadingIt) {
  const TemporaryFile file("x");
  std::filesystem::resize_file(file.path(), std::uintmax_t{1} << 30);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW((void)read_text_file(file.path()), LimitError);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(100));
}

TEST(ReadFile, StopsAtTheLimitWhereAFileHasNoSize) { EXPECT_THROW((void)read_text_file("/dev/zero"), LimitError); }

TEST(Utf8, FindsTheFirstBadByte) {
  EXPECT_EQ(find_malformed_utf8("plain"), std::string_view::npos);
  EXPECT_EQ(find_malformed_utf8("\xf0\x9f\x98\x80"), std::string_view::npos);
  EXPECT_EQ(find_malformed_utf8("ab\xc0\x80"), 2U);        // overlong
  EXPECT_EQ(find_malformed_utf8("a\xed\xa0\x80"), 1U);     // surrogate
  EXPECT_EQ(find_malformed_utf8("\xf4\x90\x80\x80"), 0U);  // beyond U+10FFFF
  EXPECT_EQ(find_malformed_utf8("abc\xe2\x82"), 3U);       // cut off
}

}  // namespace
}  // namespace polyplane::configs
