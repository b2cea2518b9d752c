// A comparison for people: aligned columns or a Markdown table, and below it what is unknown, assumed and meant.
#pragma once

#include <string>

#include "sim/campaign/compare.h"

namespace polyplane::cli {

enum class TableStyle { aligned, markdown };

/// One table a workload. `system`: columns of money and power that include the accelerators, beside those of the network.
[[nodiscard]] std::string compare_text(const sim::Comparison& comparison, const sim::Compared& compared,
                                       TableStyle style, bool system);

}  // namespace polyplane::cli
