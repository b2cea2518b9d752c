// What a token does on average (collectives/token_routing.h, `expected`).
#pragma once

#include <vector>

#include "collectives/token_routing.h"

namespace polyplane::collectives {

struct TokenExpectation {
  std::vector<double> rank, node;  // probability that a token comes to it
};

/// Exact where all experts are equally popular and, under a node limit, all nodes have equally many; else the mean of
/// drawn tokens. Sums and products of doubles only. REQUIRES: settled for these ranks.
[[nodiscard]] TokenExpectation expect_token(const TokenRouting& routing, std::uint32_t ranks);

/// Tokens that are drawn where there is no closed form.
inline constexpr std::uint32_t kExpectationTokens = 65'536;

}  // namespace polyplane::collectives
