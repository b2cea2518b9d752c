// A dispatch or combine for tests that go over all kinds of collective: a few tokens of `bytes` bytes, even draws for
// an even number of bytes, else sampled ones.
#pragma once

#include <algorithm>
#include <cstdint>

#include "collectives/kind_traits.h"

namespace polyplane::collectives {

[[nodiscard]] inline Collective token_contract(CollectiveKind kind, std::uint32_t ranks, std::int64_t bytes) {
  TokenRouting routing;
  routing.tokens = 5;
  routing.seed = 7;
  if (bytes % 2 == 0) {
    routing.draw = TokenRouting::Draw::even;
    routing.top_k = std::min(ranks - 1, 3U);
  } else {
    routing.draw = TokenRouting::Draw::sampled;
    routing.experts = 2 * ranks;
    routing.top_k = std::min(2 * ranks, 5U);
    routing.shared = 1;
  }
  return Collective::of_tokens(kind, ranks, routing, Bytes(bytes));
}

}  // namespace polyplane::collectives
