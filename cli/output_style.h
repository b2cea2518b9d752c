// --format, --color and --quiet, understood the same way by every command.
#pragma once

#include <string>
#include <vector>

#include "cli/common_options.h"

namespace polyplane::cli {

/// Returns the format, and acts on nothing. Throws InputError.
std::string check_output_style(const CommonArguments& common, const std::vector<std::string>& formats);
/// Checks the three options, sets log level and colour of diagnostics, and returns the format. Throws InputError.
std::string apply_output_style(const CommonArguments& common, const std::vector<std::string>& formats);

}  // namespace polyplane::cli
