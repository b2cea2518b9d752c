// Errors against published measurements, for people.
#pragma once

#include <string>
#include <vector>

#include "sim/fit/validate.h"

namespace polyplane::cli {

/// One row a system and their mean; `verbose`: a row each measurement, too.
[[nodiscard]] std::string validate_text(const std::vector<sim::ValidatedSystem>& systems, const std::string& model,
                                        bool verbose);
/// One line each measurement, with a header.
[[nodiscard]] std::string validate_csv(const std::vector<sim::ValidatedSystem>& systems);

}  // namespace polyplane::cli
