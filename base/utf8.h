// UTF-8, as far as messages and files need it (RFC 3629).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace polyplane {

struct Utf8Character {
  std::size_t length = 0;  // bytes; 0: the text does not begin with a well-formed character
  char32_t code = 0;
};

/// The character at the front of `text`. Overlong forms, surrogates and codes past U+10FFFF are malformed.
/// REQUIRES: text not empty.
[[nodiscard]] Utf8Character first_character(std::string_view text);

/// `text` with every byte that is not part of a well-formed character replaced by U+FFFD.
[[nodiscard]] std::string valid_utf8(std::string_view text);

}  // namespace polyplane
