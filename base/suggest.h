// Did-you-mean.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polyplane {

/// The candidate nearest to `name` by edit distance (without case, then with, then the first), or "" when none is
/// close.
[[nodiscard]] std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

/// `unknown algorithm "rnig"; did you mean "ring"? Allowed: bruck, direct, ring` (the list is cut when very long).
/// Control characters in `name` come out escaped.
[[nodiscard]] std::string unknown_name(std::string_view kind, std::string_view name,
                                       const std::vector<std::string>& candidates);

/// Text from a user, safe for a terminal: control characters as \x1b, cut at 200 characters.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace polyplane
