// What the readers of measurements share: a series whose facts are found one after the other.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/text_source.h"
#include "sim/fit/measurement.h"

namespace polyplane::sim {

inline constexpr std::int64_t kMostMeasuredBytes = std::int64_t{1} << 50;
inline constexpr std::int64_t kMostMeasuredPs = 1'000'000'000'000'000;  // 1000 s

/// Facts as a file states them.
struct MeasurementDraft {
  std::string tool;
  std::string program;  // "all_reduce_perf", "" where the file does not say
  int program_line = 0;
  std::map<std::string, std::uint32_t> hosts;  // ranks of each host
  std::uint32_t ranks = 0;  // where a file gives their number alone, as perf does; 0 where it does not
  std::string datatype = "float";
  std::vector<Measurement> rows;
};

[[nodiscard]] MeasurementDraft read_nccl_tests_table(const TextSource& source);
[[nodiscard]] MeasurementDraft read_nccl_tests_json(const TextSource& source);
[[nodiscard]] MeasurementDraft read_osu_table(const TextSource& source);

/// A time in microseconds, above zero.
[[nodiscard]] Duration measured_time(const TextSource& source, int line, std::string_view field, std::string_view text);
[[nodiscard]] Bytes measured_size(const TextSource& source, int line, std::string_view field, std::string_view text);
/// A type of nccl-tests that we have; throws for another.
[[nodiscard]] std::string measured_datatype(const TextSource& source, int line, std::string_view text);

}  // namespace polyplane::sim
