// Names come from files of any encoding; JSON and protobuf take UTF-8 only.
#pragma once

#include <string>
#include <string_view>

namespace polyplane::sim {

/// `text` with every byte that is not part of a UTF-8 sequence replaced by U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace polyplane::sim
