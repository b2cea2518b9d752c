// The table of tune: what NCCL chooses, what the simulator finds best, and how much that gains.
#pragma once

#include <string>

#include "sim/campaign/tune.h"

namespace polyplane::cli {

/// `verbose`: a line for each candidate, too.
[[nodiscard]] std::string tune_text(const sim::TuneRequest& request, const sim::Tuned& tuned, bool verbose);

}  // namespace polyplane::cli
