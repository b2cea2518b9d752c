// The answer in one sentence, of what is a run by itself: the time, its spread, what compute waits for, the links that bind and
// what would help most, as far as it was asked. A report page says the same from the same fields (viz/src/model/answer.ts).
#pragma once

#include <optional>
#include <span>
#include <string>

#include "base/units.h"
#include "sim/report.h"

namespace polyplane::cli {

/// " (14.70 s to 14.95 s with the hardware's uncertain figures)"; "" where nobody asked.
[[nodiscard]] std::string spread_words(const std::optional<sim::TimeSpread>& spread);

/// "of the links, gpu-leaf holds it up most (3.1% of its critical path)", and that its load is work of processors, too, where it
/// is one of `processor_tiers`; "" where no link does. `time`: of that path.
[[nodiscard]] std::string binding_words(const sim::Attribution& communication, Duration time,
                                        std::span<const std::string> processor_tiers);

/// A sentence for each step, trace and exchange of a report, each a line that begins with "# " (long ones: several).
[[nodiscard]] std::string answer_text(const sim::Report& report);

}  // namespace polyplane::cli
