// Names from users, made safe for the formats of topology/exports.h.
#pragma once

#include <string>
#include <string_view>

namespace polyplane::topology {

/// UTF-8 without control characters: those come out as \x1b, a backslash as two, a byte that is no UTF-8 as U+FFFD. XML
/// and Graphviz cannot carry them otherwise.
[[nodiscard]] std::string escape_controls(std::string_view text);

/// What escape_controls() was given, where that was UTF-8; a backslash that begins no escape stays.
[[nodiscard]] std::string unescape_controls(std::string_view text);

/// A JSON string with its quotes; a byte that is no UTF-8 becomes U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace polyplane::topology
