// polyplane(1), made from the commands themselves.
#pragma once

#include <string>
#include <vector>

#include "cli/command_summary.h"

namespace polyplane::cli {

/// One page in the man macros, every command a subsection.
[[nodiscard]] std::string man_page(const std::vector<CommandSummary>& commands);

}  // namespace polyplane::cli
