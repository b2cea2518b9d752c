// The list behind --vary KEY= taken apart at its commas.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polyplane::sim {

struct SweepItem {
  std::string text;     // without quotes, brackets or braces around all of it
  char bracket = '\0';  // '"', '[' or '{' when it had some
};

/// Throws InputError: an empty item, a quote or bracket without its end.
[[nodiscard]] std::vector<SweepItem> split_items(std::string_view text);

}  // namespace polyplane::sim
