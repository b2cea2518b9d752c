// A message as one JSON document.
#pragma once

#include <google/protobuf/message.h>

#include <string>

namespace polyplane::configs {

/// Field names as in the .proto, zeros and empty lists printed, maps in order of their keys, a line end at the end: the
/// same bytes for the same message. Absent optional fields and messages are left out.
[[nodiscard]] std::string to_json(const google::protobuf::Message& message);

}  // namespace polyplane::configs
