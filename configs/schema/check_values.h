// Every rule of the schema (rule.proto) on every field of a message: units, ranges, what must be there; for all texts:
// not empty, UTF-8, no control characters; for all enumerations: a value that there is.
#pragma once

#include <google/protobuf/message.h>

#include "configs/schema/document.h"

namespace polyplane::configs {

/// Throws InputError through source.fail(). `message` is the root of `source` or part of it.
void check_values(const Source& source, const google::protobuf::Message& message);

}  // namespace polyplane::configs
