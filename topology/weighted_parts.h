// Parts of a split flow in the making: how much of it passes a trunk or a link, and how far from the source.
#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <vector>

namespace polyplane::topology {

struct WeightedPart {
  std::uint32_t id = 0;     // of a trunk or of a link
  std::uint32_t depth = 0;  // links before it
  double weight = 0;
};

/// Sums the parts from index `begin` on by id and leaves each id once, in order of travel: by depth (the least, where
/// an id came with several), then by id. A sum that is 1 but for the rounding of millions of parts becomes 1. The result does not depend on the
/// order the parts came in.
inline void merge_parts(std::vector<WeightedPart>& parts, std::size_t begin = 0) {
  const auto first = parts.begin() + static_cast<std::ptrdiff_t>(begin);
  std::sort(first, parts.end(), [](const WeightedPart& a, const WeightedPart& b) {
    return std::tie(a.id, a.depth, a.weight) < std::tie(b.id, b.depth, b.weight);
  });
  auto end = first;
  for (auto part = first; part != parts.end();) {
    WeightedPart sum = *part++;
    for (; part != parts.end() && part->id == sum.id; ++part) sum.weight += part->weight;
    if (sum.weight > 1 - 1e-9 && sum.weight < 1 + 1e-9) sum.weight = 1;
    *end++ = sum;
  }
  parts.erase(end, parts.end());
  std::sort(first, parts.end(), [](const WeightedPart& a, const WeightedPart& b) {
    return std::tie(a.depth, a.id) < std::tie(b.depth, b.id);
  });
}

}  // namespace polyplane::topology
