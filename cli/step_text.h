// Training and inference steps as text for people.
#pragma once

#include <string>

#include "sim/report.h"

namespace polyplane::cli {

/// All steps of a report, a block each; "" when there are none. `verbose`: collectives and the critical path too.
[[nodiscard]] std::string step_text(const sim::Report& report, bool verbose);

/// The line that compares steps on several clusters.
[[nodiscard]] std::string step_comparison(const std::vector<sim::Report>& reports);

}  // namespace polyplane::cli
