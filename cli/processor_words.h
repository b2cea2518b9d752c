// Links that stand for processors of ranks (sim/processor_work.h), told to a reader who would take their load for bytes alone.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "sim/report.h"

namespace polyplane::cli {

/// "links of port stand for processors of ranks: 61.7% of their load is work for messages, copies and sums, the rest bytes"; of
/// several results the least and the most. "" where no links of the tier do.
[[nodiscard]] std::string processor_words(std::span<const sim::CollectiveResult* const> results,
                                          const std::string& tier);
[[nodiscard]] std::string processor_words(const sim::CollectiveResult& result, const std::string& tier);
/// Of all tiers that are the fullest of a result, a sentence each.
[[nodiscard]] std::vector<std::string> processor_remarks(std::span<const sim::CollectiveResult* const> results);

}  // namespace polyplane::cli
