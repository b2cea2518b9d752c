// Many groups at once, as NCCL_TESTS_SPLIT makes them: rank r belongs to the group of colour `r OP number`.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace polyplane::cli {

/// `text` is an operator and a number: AND or &, OR or |, MOD or %, DIV or / (any case), then decimal, 0x, 0b or 0
/// octal
/// ("%8", "DIV 8", "&0x7"). Returns the ranks 0..ranks-1 by group, groups by ascending colour, ranks ascending. Throws
/// InputError: unknown operator, no number, MOD 0, DIV 0, or groups of different sizes (nccl-tests shows the group of
/// rank 0 only; here a row stands for all of them).
[[nodiscard]] std::vector<std::vector<std::uint32_t>> split_ranks(std::string_view text, std::uint32_t ranks);

}  // namespace polyplane::cli
