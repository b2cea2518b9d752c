// A message as the one text that stands for all its spellings: for keys.
#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace polyplane::sim {

/// Present fields in the order of their numbers, measures by value ("67108864 B" is "64 MiB"), real numbers in the shortest form that
/// reads back. Left out: description, provenance, assumed and the sources of figures, which decide nothing.
[[nodiscard]] std::string canonical_text(const google::protobuf::Message& message);

/// XXH3, 128 bits, as 32 hexadecimal digits.
[[nodiscard]] std::string hash_text(std::string_view bytes);

}  // namespace polyplane::sim
