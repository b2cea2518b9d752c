// "alltoall:64MiB,all_reduce:1GiB": a workload as people write it.
#pragma once

#include <string>

#include "sim/campaign/compare.h"

namespace polyplane::cli {

/// COLLECTIVE:SIZE, several joined by commas; sizes as --min-bytes takes them (64M, "64 MiB", 64MiB); barrier has none.
/// Throws InputError with a did-you-mean: an unknown collective, a size that is missing, wrong or has no meaning.
[[nodiscard]] sim::Workload parse_workload(const std::string& text);

}  // namespace polyplane::cli
