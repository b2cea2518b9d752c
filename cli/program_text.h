// Programs (traces) as text for people.
#pragma once

#include <string>

#include "sim/report.h"

namespace polyplane::cli {

/// All programs of a report, a block each; "" when there are none. `verbose`: collectives too; `explain`: why
/// communication on the critical path takes as long as it does.
[[nodiscard]] std::string program_text(const sim::Report& report, bool verbose, bool explain);

}  // namespace polyplane::cli
