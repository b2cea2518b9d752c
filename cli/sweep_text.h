// The final table of a sweep for people.
#pragma once

#include <string>

#include "sim/campaign/sweep_table.h"

namespace polyplane::cli {

[[nodiscard]] std::string sweep_text(const sim::SweepTable& table);

/// "3 of 40 points failed, the first: with ...: ..."; "" when none did. For stderr.
[[nodiscard]] std::string sweep_failures(const sim::SweepTable& table);

}  // namespace polyplane::cli
