// Small pieces of sentences: times, shares and remedies as a reader wants them.
#pragma once

#include <string>

#include "base/units.h"

namespace polyplane::cli {

/// 0 of nothing.
[[nodiscard]] double share_of(Duration part, Duration whole);

/// "12.3%".
[[nodiscard]] std::string percent(double share);

/// Four digits that count, with a fitting unit.
[[nodiscard]] std::string rough(Duration time);

/// Of a name in sim/sensitivity.h: "10% more rate of nvlink", "10% less latency of nvlink".
[[nodiscard]] std::string improved(const std::string& what);

/// Lines of at most 100 columns, each with a newline. `prefix` stands before each.
[[nodiscard]] std::string wrapped(const std::string& text, const std::string& prefix = "");

}  // namespace polyplane::cli
