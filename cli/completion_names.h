// The names that a shell completes after an option.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace polyplane::cli {

/// Kind of the names that a value takes, by how --help writes the value and the option: "clusters", "algorithms", ...;
/// "" when there is no list (numbers, files).
[[nodiscard]] std::string completion_kind(std::string_view option_or_positional);

/// Names of one kind, ascending within the catalogue. Throws InputError for an unknown kind.
[[nodiscard]] std::vector<std::string> completion_names(const std::string& kind);

}  // namespace polyplane::cli
