// Diagnostics on stderr, through spdlog behind this one door. Results never go here.
#pragma once

#include <string>
#include <string_view>

namespace polyplane {

enum class LogLevel { debug, info, warn, error, off };

/// Level from POLYPLANE_LOG (debug, info, warn, error, off; default warn) until set here.
void set_log_level(LogLevel level);
[[nodiscard]] LogLevel log_level();
/// Until set: off when NO_COLOR is non-empty, else on when stderr is a terminal. An explicit `--color` is set here and
/// so goes before NO_COLOR (no-color.org).
void set_log_color(bool on);
/// Decides for the progress line and error texts as well.
[[nodiscard]] bool log_color();
/// One line, "level component: message"; thread-safe.
void log(LogLevel level, std::string_view component, const std::string& message);

}  // namespace polyplane
