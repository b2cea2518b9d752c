// Where the time of a result goes, in sentences.
#pragma once

#include <string>

#include "sim/report.h"

namespace polyplane::cli {

/// What binds, how far the result is from the lower bound, what would help most. Lines of at most 100 columns.
[[nodiscard]] std::string explain_words(const sim::CollectiveResult& result);

/// "what would help most", as a table; one line where it was too dear to ask. Each line starts with `prefix`.
[[nodiscard]] std::string sensitivity_text(const sim::CollectiveResult& result, const std::string& prefix);

}  // namespace polyplane::cli
