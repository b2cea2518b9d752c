// A comparison for machines.
#pragma once

#include <string>

#include "sim/campaign/compare.h"

namespace polyplane::sim {

/// Schema "polyplane/compare/1", see configs/schema/report.proto. No fingerprint when the comparison is not complete.
[[nodiscard]] std::string to_json(const Comparison& comparison, const Compared& compared, const std::string& version);
/// Header and one line for each collective of each row; the figures of the row are repeated. Unknown money is empty.
[[nodiscard]] std::string to_csv(const Comparison& comparison, const Compared& compared);

}  // namespace polyplane::sim
