// The cards of a measured job, where it is known on how many ranks of how many nodes it ran.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace polyplane::sim {

/// The first `ranks` cards in node order, of each node its first `ranks_per_node`. Throws InputError when there are not so
/// many.
[[nodiscard]] std::vector<std::uint32_t> first_cards(const std::vector<std::uint32_t>& cards_per_node,
                                                     std::uint32_t ranks, std::optional<std::uint32_t> ranks_per_node);

}  // namespace polyplane::sim
