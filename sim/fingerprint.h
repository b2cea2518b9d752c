// 64 bits that change when one result changes by one picosecond: XXH3 over collective, algorithm, model, ranks, size,
// time and the bytes that each link carried. Versions, hosts, event counts and text stay out.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report.h"

namespace polyplane::sim {

/// `link_bytes` by LinkId, in bytes; fractions are rounded to 1/256.
[[nodiscard]] std::uint64_t fingerprint(const CollectiveResult& result, std::span<const double> link_bytes);
[[nodiscard]] std::uint64_t fingerprint(const FlowResult& result);
/// Of a program: begin and end of each operation, in order.
[[nodiscard]] std::uint64_t fingerprint(std::string_view model, std::string_view mode,
                                        std::span<const std::int64_t> times_ps);
/// Of a whole report, in order.
[[nodiscard]] std::uint64_t combine(std::span<const std::uint64_t> fingerprints);
/// Of an experiment on several clusters; that of the report when there is one.
[[nodiscard]] std::uint64_t fingerprint(std::span<const Report> reports);
/// 16 hexadecimal digits.
[[nodiscard]] std::string fingerprint_text(std::uint64_t fingerprint);

}  // namespace polyplane::sim
