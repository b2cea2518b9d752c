#include "collectives/kind_traits.h"

namespace polyplane::collectives {

bool is_of_tokens(CollectiveKind kind) { return kind == CollectiveKind::dispatch || kind == CollectiveKind::combine; }

bool reduces(CollectiveKind kind) {
  using enum CollectiveKind;
  return kind == all_reduce || kind == reduce || kind == reduce_scatter;
}

bool has_root(CollectiveKind kind) {
  using enum CollectiveKind;
  return kind == broadcast || kind == reduce || kind == gather || kind == scatter;
}

}  // namespace polyplane::collectives
