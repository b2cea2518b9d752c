// A stack of software costs out of its message.
#pragma once

#include "configs/schema/document.h"
#include "configs/schema/stack.pb.h"
#include "sim/stack.h"

namespace polyplane::sim {

/// Throws InputError through source.fail(): no protocol, one twice, a family of algorithms missing, unknown or twice,
/// more payload than wire. What the stack assumes is appended to its description. `stack` is the root of `source` or
/// part of it.
[[nodiscard]] Stack load_stack(const configs::Source& source, const v1::Stack& stack);

}  // namespace polyplane::sim
