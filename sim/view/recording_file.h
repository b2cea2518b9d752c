// Files of recordings: a v1::View, gzip-compressed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace polyplane::v1 {
class View;
}  // namespace polyplane::v1

namespace polyplane::sim {

/// Uncompressed files above this are refused.
inline constexpr std::int64_t kMostViewBytes = 1 << 30;

/// The same bytes for the same view.
[[nodiscard]] std::string recording_file(const v1::View& view);

/// Does it begin as a compressed file does?
[[nodiscard]] bool is_compressed(std::string_view bytes);

/// Adds what is in a file to `view`. Throws InputError, with `name`, for one that is cut short, damaged or of another kind
/// (check_view.h), LimitError above kMostViewBytes.
void read_recording(const std::string& name, std::string_view bytes, v1::View& view);

}  // namespace polyplane::sim
