// The JSON mapping: into a message, with errors for people. protobuf does the parsing; a scanner beside it knows
// places.
#pragma once

#include <google/protobuf/message.h>

#include <string>

#include "configs/schema/document.h"
#include "configs/schema/text_format.h"

namespace polyplane::configs {

/// Throws InputError "name:line:column: ..."; stricter than the mapping: quoted keys only, no key twice.
void parse_json(const std::string& name, const std::string& text, google::protobuf::Message& root);

/// Does it begin as an object of JSON does? What does not is another format, about which errors of JSON say nothing.
[[nodiscard]] bool begins_as_json(const std::string& text);

/// Where the value of a field stands in a text that parse_json() accepted; unknown where the text does not state it.
[[nodiscard]] Position find_in_json(const std::string& text, const google::protobuf::Message& root,
                                    const FieldPath& path);

}  // namespace polyplane::configs
