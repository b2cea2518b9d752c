// The text format: into a message, with errors for people.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "configs/schema/document.h"

namespace polyplane::configs {

/// 1-based line and column (bytes); 0 = unknown.
struct Position {
  int line = 0, column = 0;
};

/// Throws InputError "name:line:column: ..."; `name` is how the file is called.
void parse_text(const std::string& name, const std::string& text, google::protobuf::Message& root);

/// Where a field stands in a text that parse_text() accepted; unknown where the text does not state it.
[[nodiscard]] Position find_in_text(const std::string& text, const google::protobuf::Message& root,
                                    const FieldPath& path);

}  // namespace polyplane::configs
