// Where the time of a result goes, in sentences.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sim/report.h"

namespace polyplane::cli {

/// What binds, how far the result is from the lower bound, what would help most. Lines of at most 100 columns.
[[nodiscard]] std::string explain_words(const sim::CollectiveResult& result);
/// What a mean card does meanwhile, what it waits for, what would help most. `processor_tiers`: of the report.
[[nodiscard]] std::string explain_words(const sim::StepResult& step, std::span<const std::string> processor_tiers);
[[nodiscard]] std::string explain_words(const sim::ProgramResult& program,
                                        std::span<const std::string> processor_tiers);

/// "what would help most" of a result that took `time`, as a table. Each line starts with `prefix`.
[[nodiscard]] std::string sensitivity_text(Duration time, const std::vector<sim::Sensitivity>& answers,
                                           const std::string& prefix);
/// Of the steps and programs that were asked about.
[[nodiscard]] std::string sensitivity_text(const sim::Report& report, const std::string& prefix);
/// The same; one line where it was too dear to ask.
[[nodiscard]] std::string sensitivity_text(const sim::CollectiveResult& result, const std::string& prefix);

}  // namespace polyplane::cli
