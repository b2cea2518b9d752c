// Names by rule: v1::NameTable of configs/schema/view.proto, there and back.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "configs/schema/view.pb.h"

namespace polyplane::sim {

/// Names are valid UTF-8 in the table whatever they were. A number of the rule has at most nine digits and no leading zero;
/// other digits are text.
void write_names(std::size_t count, const std::function<std::string_view(std::size_t)>& name, v1::NameTable& table);

/// The names of a table, as a reader has them. Throws InputError for a table that does not hold together.
[[nodiscard]] std::vector<std::string> read_names(const v1::NameTable& table);

}  // namespace polyplane::sim
