// Layouts of ranks that fill a box of one torus of cards.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/random.h"
#include "collectives/rank_layout.h"

namespace polyplane::collectives {

using Coordinates = std::vector<std::vector<std::int32_t>>;

/// Cells of a box; `shuffled`: in an order of no sense.
inline Coordinates box(const std::vector<std::int32_t>& dims, bool shuffled = false) {
  Coordinates all{{}};
  for (const std::int32_t size : dims) {
    Coordinates longer;
    for (const auto& head : all) {
      for (std::int32_t i = 0; i < size; ++i) {
        longer.push_back(head);
        longer.back().push_back(i + 3);  // a slice somewhere inside a larger machine
      }
    }
    all = std::move(longer);
  }
  if (!shuffled) return all;
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  for (std::size_t i = 0; i < all.size(); ++i) order.emplace_back(random_bits(5, all.size(), i), i);
  std::sort(order.begin(), order.end());
  Coordinates mixed;
  for (const auto& [key, i] : order) mixed.push_back(all[i]);
  return mixed;
}

inline RankLayout layout_of(const Coordinates& coordinates) {
  const auto ranks = static_cast<std::uint32_t>(coordinates.size());
  RankLayout layout = RankLayout::regular(ranks, ranks);
  layout.set_grid(RankGrid::fill(coordinates));
  return layout;
}

inline RankLayout box_layout(const std::vector<std::int32_t>& dims, bool shuffled = false) {
  return layout_of(box(dims, shuffled));
}

}  // namespace polyplane::collectives
