// Diagnostics on stderr, through spdlog behind this one door. Results never go here.
#pragma once

#include <string>
#include <string_view>

namespace polyplane {

enum class LogLevel { debug, info, warn, error, off };

/// Level from POLYPLANE_LOG (debug, info, warn, error, off; default warn) until set here.
void set_log_level(LogLevel level);
/// Also decides for the progress line and error texts: NO_COLOR non-empty, else `--color`, else whether stderr is a
/// terminal.
void set_log_color(bool on);
void log(LogLevel level, std::string_view component, const std::string& message);

}  // namespace polyplane
