#include "base/log.h"

#include <gtest/gtest.h>

#include <string>

namespace polyplane {
namespace {

TEST(Log, WritesOneLineAtOrAboveTheLevel) {
  set_log_color(false);
  set_log_level(LogLevel::warn);
  testing::internal::CaptureStderr();
  log(LogLevel::info, "sim", "not shown");
  log(LogLevel::warn, "sim", "braces {} stay");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "warning sim: braces {} stay\n");
}

TEST(Log, OffIsSilent) {
  set_log_level(LogLevel::off);
  testing::internal::CaptureStderr();
  log(LogLevel::error, "sim", "not shown");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  set_log_level(LogLevel::warn);
}

TEST(Log, TellsItsLevel) {
  set_log_level(LogLevel::error);
  EXPECT_EQ(log_level(), LogLevel::error);
  set_log_level(LogLevel::warn);
  EXPECT_EQ(log_level(), LogLevel::warn);
}

TEST(Log, ColorsWhenTold) {
  set_log_level(LogLevel::warn);
  set_log_color(true);
  EXPECT_TRUE(log_color());
  testing::internal::CaptureStderr();
  log(LogLevel::error, "sim", "red");
  EXPECT_NE(testing::internal::GetCapturedStderr().find("\x1b["), std::string::npos);
  set_log_color(false);
  EXPECT_FALSE(log_color());
}

}  // namespace
}  // namespace polyplane
