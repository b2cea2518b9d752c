// `perf --tokens`: the traffic of experts in one option.
#pragma once

#include <cstdint>
#include <string>

#include "collectives/token_routing.h"

namespace polyplane::cli {

/// What dispatch and combine take where nothing is said.
inline constexpr const char* kDefaultTokens = "tokens=128,draw=expected";

/// "tokens=4096,experts=256,top_k=8,node_limit=4,draw=sampled,popularity=zipf:1.2": the names of the fields of
/// TokenRouting in configs/schema/tokens.proto, but histograms. A seed that is not stated is `seed`. Throws InputError.
[[nodiscard]] collectives::TokenRouting parse_tokens(const std::string& text, std::uint64_t seed, std::uint32_t ranks);

}  // namespace polyplane::cli
