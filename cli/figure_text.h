// Figures in the cells of tables.
#pragma once

#include <string>

namespace polyplane::cli {

/// In the place of a figure that nobody knows.
inline constexpr const char* kUnknown = "n/a";

/// Four digits that matter, without an exponent where people would not write one.
[[nodiscard]] std::string figure_text(double value);

}  // namespace polyplane::cli
