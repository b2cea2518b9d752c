// Exchanges of a report as a table.
#pragma once

#include <string>

#include "sim/report.h"

namespace polyplane::cli {

/// "" when there are none. Times per second of a request are whole tokens: those that are done within a second.
[[nodiscard]] std::string exchange_table(const std::string& experiment, const sim::Report& report);

}  // namespace polyplane::cli
