#include "topology/text_escape.h"

#include <cstdint>

namespace polyplane::topology {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kReplacement = "\xef\xbf\xbd";

/// Bytes of the well-formed sequence at the front of `text` (Unicode 15, table 3-7), 0 when there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i) { return byte(i) >= 0x80 && byte(i) <= 0xbf; };
  const unsigned lead = byte(0), second = byte(1);
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4 || !follows(1)) return 0;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) {
    const bool fine = !(lead == 0xe0 && second < 0xa0) && !(lead == 0xed && second > 0x9f);
    return fine && follows(2) ? 3 : 0;
  }
  const bool fine = !(lead == 0xf0 && second < 0x90) && !(lead == 0xf4 && second > 0x8f);
  return fine && follows(2) && follows(3) ? 4 : 0;
}

/// Calls escape(byte) for each ASCII byte and copies the rest.
template <class Escape>
std::string convert(std::string_view text, Escape escape) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 1) {
      out += escape(text.front());
    } else {
      out += length == 0 ? kReplacement : text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

bool is_control(char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f; }

std::string hex(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return {kHex[byte >> 4U], kHex[byte & 0xfU]};
}

}  // namespace

std::string escape_controls(std::string_view text) {
  return convert(text, [](char c) {
    if (c == '\\') return std::string("\\\\");
    return is_control(c) ? "\\x" + hex(c) : std::string(1, c);
  });
}

std::string unescape_controls(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view rest = text.substr(at);
    const auto digit = [&](std::size_t i) { return i < rest.size() ? kHex.find(rest[i]) : std::string_view::npos; };
    if (rest.starts_with("\\\\")) {
      out += '\\';
      ++at;
    } else if (rest.starts_with("\\x") && digit(2) != std::string_view::npos && digit(3) != std::string_view::npos) {
      out += static_cast<char>(digit(2) * 16 + digit(3));
      at += 3;
    } else {
      out += rest.front();
    }
  }
  return out;
}

std::string json_string(std::string_view text) {
  return "\"" +
         convert(text,
                 [](char c) {
                   if (c == '"' || c == '\\') return std::string("\\") + c;
                   return is_control(c) ? "\\u00" + hex(c) : std::string(1, c);
                 }) +
         "\"";
}

}  // namespace polyplane::topology
