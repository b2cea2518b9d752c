#include "sim/utf8.h"

#include <cstdint>

namespace polyplane::sim {
namespace {

struct Sequence {
  std::size_t length = 0;      // 0: not the lead byte of anything
  std::uint32_t smallest = 0;  // below it the sequence is longer than needed, which UTF-8 forbids
  std::uint32_t lead_bits = 0;
};

Sequence sequence_of(unsigned lead) {
  if (lead < 0x80U) return {1, 0, lead};
  if ((lead >> 5U) == 0x6U) return {2, 0x80, lead & 0x1fU};
  if ((lead >> 4U) == 0xeU) return {3, 0x800, lead & 0x0fU};
  if ((lead >> 3U) == 0x1eU) return {4, 0x10000, lead & 0x07U};
  return {};
}

/// Length of the valid sequence at the start of `text`, 0 when there is none.
std::size_t valid_length(std::string_view text) {
  const Sequence sequence = sequence_of(static_cast<unsigned char>(text.front()));
  if (sequence.length == 0 || sequence.length > text.size()) return 0;
  std::uint32_t code = sequence.lead_bits;
  for (const char c : text.substr(1, sequence.length - 1)) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) != 0x80U) return 0;
    code = (code << 6U) | (byte & 0x3fU);
  }
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  return code < sequence.smallest || code > 0x10ffff || surrogate ? 0 : sequence.length;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = valid_length(text);
    out += length > 0 ? text.substr(0, length) : std::string_view("\xef\xbf\xbd");
    text.remove_prefix(length > 0 ? length : 1);
  }
  return out;
}

}  // namespace polyplane::sim
