// Reads a text file that a user named, with every way in which that can go wrong told apart.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace polyplane::configs {

inline constexpr std::int64_t kMaxFileBytes = 64LL << 20;

/// The whole file. Throws InputError (missing, a directory, unreadable, empty, holds NUL bytes, not UTF-8) and
/// LimitError (over kMaxFileBytes: known before anything is read where the file has a size, else as soon as that much
/// came). A byte order mark is left out.
[[nodiscard]] std::string read_text_file(const std::string& path);

/// The same for the text of a Document, which tells of its message itself (read_observer.h).
[[nodiscard]] std::string read_document(const std::string& path);

/// Any bytes. Throws as read_text_file() does, but for what is not text.
[[nodiscard]] std::string read_binary_file(const std::string& path);

/// Offset of the first byte that is not well-formed UTF-8 (RFC 3629), or npos.
[[nodiscard]] std::size_t find_malformed_utf8(std::string_view text);

}  // namespace polyplane::configs
