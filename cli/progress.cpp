#include "cli/progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace polyplane::cli {
namespace {

constexpr std::chrono::milliseconds kBetweenDraws{100};

std::size_t terminal_columns() {
  winsize size = {};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<long long>(std::min(seconds, 1e9) + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02} min", whole / 60, whole % 60);
  return fmt::format("{}:{:02} h", whole / 3600, whole % 3600 / 60);
}

void to_terminal(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

}  // namespace

Progress::Progress(bool wanted, std::string label, std::size_t rows)
    : shown_(wanted && isatty(STDERR_FILENO) != 0),
      label_(std::move(label)),
      rows_(rows),
      start_(Clock::now()),
      last_draw_(start_) {}

Progress::~Progress() { clear(); }

std::string Progress::line(const std::string& label, double fraction, std::size_t rows_done, std::size_t rows,
                           double seconds) {
  std::string text = fmt::format("{}  {:3.0f}%", label, 100 * fraction);
  if (rows > 1) text += fmt::format("  {}/{} rows", rows_done, rows);
  if (rows > 1 && rows_done > 0 && seconds > 0) {
    text += fmt::format("  {:.3g} rows/s", static_cast<double>(rows_done) / seconds);
  }
  if (fraction > 0 && fraction < 1) text += "  " + duration_text(seconds * (1 - fraction) / fraction) + " left";
  return text;
}

void Progress::update(double done, double total) {
  if (!shown_) return;
  const std::scoped_lock lock(mutex_);
  const Clock::time_point now = Clock::now();
  if (now - last_draw_ < kBetweenDraws) return;
  last_draw_ = now;
  const double fraction = total > 0 ? std::clamp(done / total, 0.0, 1.0) : 0.0;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const std::string text = line(label_, fraction, rows_done_, rows_, seconds).substr(0, terminal_columns() - 1);
  to_terminal("\r" + text + "\x1b[K");
  on_screen_ = true;
}

void Progress::row_done() {
  {
    const std::scoped_lock lock(mutex_);
    ++rows_done_;
  }
  clear();
}

void Progress::count_rows(std::size_t rows_done) {
  const std::scoped_lock lock(mutex_);
  rows_done_ = rows_done;
}

void Progress::clear() {
  const std::scoped_lock lock(mutex_);
  if (!on_screen_) return;
  to_terminal("\r\x1b[K");
  on_screen_ = false;
}

}  // namespace polyplane::cli
