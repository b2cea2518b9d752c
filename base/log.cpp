#include "base/log.h"

#include <spdlog/sinks/ansicolor_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>
#include <vector>

#include "base/suggest.h"

namespace polyplane {
namespace {

constexpr std::array<std::pair<std::string_view, LogLevel>, 5> kLevels{{{"debug", LogLevel::debug},
                                                                        {"info", LogLevel::info},
                                                                        {"warn", LogLevel::warn},
                                                                        {"error", LogLevel::error},
                                                                        {"off", LogLevel::off}}};

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
    case LogLevel::off:
      return spdlog::level::off;
  }
  return spdlog::level::off;
}

bool stderr_wants_color() {
  const char* no_color = std::getenv("NO_COLOR");
  return (no_color == nullptr || *no_color == '\0') && isatty(STDERR_FILENO) == 1;
}

/// The one logger of the process: diagnostics have no owner, and they never decide a result.
class Logger {
 public:
  Logger() : color_(stderr_wants_color()) {
    sink_->set_color_mode(color_ ? spdlog::color_mode::always : spdlog::color_mode::never);
    logger_.set_pattern("%^%l%$ %v");
    set_level(LogLevel::warn);
    read_environment();
  }

  void set_level(LogLevel level) {
    level_ = level;
    logger_.set_level(to_spdlog(level));
  }
  [[nodiscard]] LogLevel level() const { return level_; }
  void set_color(bool on) {
    color_ = on;
    sink_->set_color_mode(on ? spdlog::color_mode::always : spdlog::color_mode::never);
  }
  [[nodiscard]] bool color() const { return color_; }
  void write(LogLevel level, std::string_view component, const std::string& message) {
    logger_.log(to_spdlog(level), "{}: {}", component, message);
  }

 private:
  void read_environment() {
    const char* text = std::getenv("POLYPLANE_LOG");
    if (text == nullptr || *text == '\0') return;
    std::vector<std::string> names;
    for (const auto& [name, level] : kLevels) {
      if (name == text) return set_level(level);
      names.emplace_back(name);
    }
    write(LogLevel::warn, "log", "POLYPLANE_LOG: " + unknown_name("level", text, names) + "; warn is used");
  }

  std::shared_ptr<spdlog::sinks::ansicolor_stderr_sink_mt> sink_ =
      std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>(spdlog::color_mode::never);
  spdlog::logger logger_{"polyplane", sink_};
  std::atomic<bool> color_;
  std::atomic<LogLevel> level_ = LogLevel::warn;
};

Logger& logger() {
  static Logger instance;
  return instance;
}

}  // namespace

void set_log_level(LogLevel level) { logger().set_level(level); }

LogLevel log_level() { return logger().level(); }

void set_log_color(bool on) { logger().set_color(on); }

bool log_color() { return logger().color(); }

void log(LogLevel level, std::string_view component, const std::string& message) {
  logger().write(level, component, message);
}

}  // namespace polyplane
