// sweep --list: one command for each point, for GNU parallel and whoever starts commands.
#pragma once

#include <cstddef>
#include <string>

#include "cli/sweep.h"

namespace polyplane::cli {

/// `text` as one word of a POSIX shell.
[[nodiscard]] std::string shell_word(const std::string& text);

/// A line for each point: a shard of its own with a store of its own, STORE.0 and so on, for `polyplane merge`.
[[nodiscard]] std::string sweep_list(const SweepArguments& arguments, std::size_t points);

}  // namespace polyplane::cli
