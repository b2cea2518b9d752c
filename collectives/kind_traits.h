// What kinds of collectives have in common.
#pragma once

#include <string>

#include "collectives/collective.h"

namespace polyplane::collectives {

/// dispatch and combine, which have the traffic of tokens; their size is that of one token.
[[nodiscard]] bool is_of_tokens(CollectiveKind kind);

/// all_reduce, reduce and reduce_scatter; the others move what they have.
[[nodiscard]] bool reduces(CollectiveKind kind);

/// broadcast, reduce, gather and scatter, of which one rank is the root.
[[nodiscard]] bool has_root(CollectiveKind kind);

/// "has no meaning for alltoall; it is for broadcast, reduce, gather and scatter", to stand after the name of what asks for a
/// root or an operation. REQUIRES: !has_root(kind), !reduces(kind).
[[nodiscard]] std::string why_no_root(CollectiveKind kind);
[[nodiscard]] std::string why_no_operation(CollectiveKind kind);

}  // namespace polyplane::collectives
