// From an experiment of explicit flows to a problem of the oracle, and from a report to the ends of flows.
#pragma once

#include <cstdint>
#include <string>

#include "sim/experiment.h"
#include "sim/report.h"
#include "tests/oracle/max_min_oracle.h"

namespace polyplane::golden {

/// REQUIRES: a plain graph, no faults, and a route on every flow. Flows keep their order. Throws std::invalid_argument
/// otherwise.
[[nodiscard]] oracle::Problem to_problem(const sim::Experiment& experiment);

/// End of the flow with that name. Throws std::invalid_argument when the report does not have it exactly once.
[[nodiscard]] std::int64_t end_ps(const sim::Report& report, const std::string& flow);

}  // namespace polyplane::golden
