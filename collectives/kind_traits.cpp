#include "collectives/kind_traits.h"

namespace polyplane::collectives {

namespace {

std::string no_meaning(CollectiveKind kind, const std::string& kinds) {
  return "has no meaning for " + std::string(to_string(kind)) + "; it is for " + kinds;
}

}  // namespace

bool is_of_tokens(CollectiveKind kind) { return kind == CollectiveKind::dispatch || kind == CollectiveKind::combine; }

bool reduces(CollectiveKind kind) {
  using enum CollectiveKind;
  return kind == all_reduce || kind == reduce || kind == reduce_scatter;
}

bool has_root(CollectiveKind kind) {
  using enum CollectiveKind;
  return kind == broadcast || kind == reduce || kind == gather || kind == scatter;
}

std::string why_no_root(CollectiveKind kind) { return no_meaning(kind, "broadcast, reduce, gather and scatter"); }

std::string why_no_operation(CollectiveKind kind) { return no_meaning(kind, "all_reduce, reduce and reduce_scatter"); }

}  // namespace polyplane::collectives
