// "0-7,16,32-63:8": accelerators of a job as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polyplane::sim {

/// One item of such a list: every `stride`-th from `from` to `to`, both included.
struct RankRange {
  std::int64_t from = 0, to = 0, stride = 1;
};

/// Throws InputError when malformed.
[[nodiscard]] RankRange parse_rank_range(std::string_view item);

/// Items are a number, FROM-TO, or FROM-TO:STRIDE, joined by commas; the order is kept. Throws InputError: malformed, an
/// index that is not below `accelerators`, one that comes twice.
[[nodiscard]] std::vector<std::uint32_t> parse_rank_list(std::string_view text, std::int64_t accelerators);

}  // namespace polyplane::sim
