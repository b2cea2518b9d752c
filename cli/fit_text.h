// A fitted stack for people.
#pragma once

#include <string>

#include "sim/fit/fit_stack.h"

namespace polyplane::cli {

/// Parameters, errors of what was fitted to and of what was held out; `verbose`: a line each measurement.
[[nodiscard]] std::string fit_text(const sim::FitRequest& request, const sim::Fitted& fitted, bool verbose);

/// The lines that stand on top of the stack file: measurements, parameters with their confidence, errors.
[[nodiscard]] std::vector<std::string> fit_comments(const sim::FitRequest& request, const sim::Fitted& fitted);

}  // namespace polyplane::cli
