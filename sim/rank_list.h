// "0-7,16,32-63:8": accelerators of a job as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace polyplane::sim {

/// Items are a number, FROM-TO, or FROM-TO:STRIDE, joined by commas; the order is kept. Throws InputError: malformed, an
/// index that is not below `accelerators`, one that comes twice.
[[nodiscard]] std::vector<std::uint32_t> parse_rank_list(std::string_view text, std::int64_t accelerators);

}  // namespace polyplane::sim
