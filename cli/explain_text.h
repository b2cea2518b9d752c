// Where the time of one result goes, as text for people.
#pragma once

#include <string>

#include "sim/report.h"

namespace polyplane::cli {

/// The parts of the critical path (they sum to the time to the picosecond; microseconds with six decimals are exact),
/// the tier that binds, the most loaded links, the distance from the lower bound. Each line starts with `prefix`.
[[nodiscard]] std::string explain_text(const sim::CollectiveResult& result, const std::string& prefix);

}  // namespace polyplane::cli
