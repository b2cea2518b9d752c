// One line on stderr while work goes on: what is done, how fast, how long still. Nothing when stderr is no terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>

namespace polyplane::cli {

class Progress {
 public:
  /// Shows something only when `wanted` and stderr is a terminal. `rows`: how many results are expected.
  Progress(bool wanted, std::string label, std::size_t rows);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  /// Clears the line.
  ~Progress();

  /// Called from any thread; draws at most ten times a second.
  void update(double done, double total);
  /// One more result; also takes the line away, so that the result can be printed.
  void row_done();
  /// So many in all; the line stays. update() draws it.
  void count_rows(std::size_t rows_done);
  void clear();

  /// "all_reduce  48%  12/25 rows  3.1 rows/s  4 s left"; `seconds` since the start. For tests.
  [[nodiscard]] static std::string line(const std::string& label, double fraction, std::size_t rows_done,
                                        std::size_t rows, double seconds);

 private:
  using Clock = std::chrono::steady_clock;
  const bool shown_;
  const std::string label_;
  const std::size_t rows_;
  std::size_t rows_done_ = 0;
  const Clock::time_point start_;
  Clock::time_point last_draw_;
  bool on_screen_ = false;
  std::mutex mutex_;
};

}  // namespace polyplane::cli
