#include "sim/fit/first_cards.h"

#include <algorithm>
#include <string>

#include "base/error.h"

namespace polyplane::sim {

std::vector<std::uint32_t> first_cards(const std::vector<std::uint32_t>& cards_per_node, std::uint32_t ranks,
                                       std::optional<std::uint32_t> ranks_per_node) {
  std::vector<std::uint32_t> cards;
  std::uint32_t first = 0;
  for (const std::uint32_t in_node : cards_per_node) {
    const std::uint32_t taken = std::min(in_node, ranks_per_node.value_or(in_node));
    for (std::uint32_t i = 0; i < taken && cards.size() < ranks; ++i) cards.push_back(first + i);
    first += in_node;
  }
  if (cards.size() < ranks) {
    throw InputError(std::to_string(ranks) + " ranks are asked for, but there are " + std::to_string(cards.size()) +
                     (ranks_per_node ? " with " + std::to_string(*ranks_per_node) + " a node" : ""));
  }
  return cards;
}

}  // namespace polyplane::sim
