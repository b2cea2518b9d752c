// Starts the built polyplane as a user would.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace polyplane::cli {

struct ProgramRun {
  int exit_code = -1;  // 128 + signal when a signal ended it
  std::string out, error;
  double seconds_after_signal = 0;
};

struct ProgramSetting {
  enum class Stdout { read, closed_pipe, full_disk };
  Stdout standard_output = Stdout::read;
  std::optional<int> signal;  // sent after signal_after_ms
  int signal_after_ms = 300;
  std::optional<int> again_after_ms;     // sent once more so long after the first
  std::optional<std::string> directory;  // where it runs
};

/// Runs ./polyplane with these arguments and collects what it prints.
[[nodiscard]] ProgramRun run_program(const std::vector<std::string>& arguments, const ProgramSetting& setting = {});

}  // namespace polyplane::cli
