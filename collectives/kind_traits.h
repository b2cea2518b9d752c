// What kinds of collectives have in common.
#pragma once

#include "collectives/collective.h"

namespace polyplane::collectives {

/// dispatch and combine, which have the traffic of tokens; their size is that of one token.
[[nodiscard]] bool is_of_tokens(CollectiveKind kind);

/// all_reduce, reduce and reduce_scatter; the others move what they have.
[[nodiscard]] bool reduces(CollectiveKind kind);

/// broadcast, reduce, gather and scatter, of which one rank is the root.
[[nodiscard]] bool has_root(CollectiveKind kind);

}  // namespace polyplane::collectives
