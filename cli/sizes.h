// The rows of a sweep over sizes, by the rule of nccl-tests: from the smallest, times a factor or plus a step, up to
// the largest.
#pragma once

#include <cstdint>
#include <vector>

#include "base/units.h"

namespace polyplane::cli {

inline constexpr std::size_t kMaxSizes = 100'000;

struct SizeRange {
  Bytes min, max;
  std::int64_t factor = 2;  // 1: use `step`
  Bytes step;
};

/// Ascending. Throws InputError when min > max or the rule never gets from min to max, LimitError above kMaxSizes rows.
[[nodiscard]] std::vector<Bytes> size_list(const SizeRange& range);

}  // namespace polyplane::cli
