// A stack of software costs out of its message.
#pragma once

#include "configs/schema/document.h"
#include "configs/schema/stack.pb.h"
#include "sim/catalog.h"
#include "sim/stack.h"

namespace polyplane::sim {

/// Throws InputError through source.fail(): no protocol, one twice, a family of algorithms unknown, twice or none at
/// all, more payload than wire, sizes upside down, a table of NCCL that `catalog` does not have. `stack` is the root of
/// `source` or part of it.
[[nodiscard]] Stack load_stack(const configs::Source& source, const v1::Stack& stack, const Catalog& catalog);

}  // namespace polyplane::sim
