#include "sim/program/alike_cards.h"

#include <algorithm>

#include "collectives/side_by_side.h"
#include "sim/folding.h"

namespace polyplane::sim {

namespace {
constexpr std::size_t kTried = 4;
}

std::uint32_t AlikeCards::class_of(const std::vector<DeviceId>& cards) {
  const auto [known, is_new] = known_.emplace(cards, count_);
  if (!is_new) return known->second;
  std::vector<Class>& classes = classes_[cards.size()];
  for (std::size_t i = 0; router_.follows_shape() && i < std::min(kTried, classes.size()); ++i) {
    if (!exchange(classes[i].cards, cards)) continue;
    known->second = classes[i].number;
    return known->second;
  }
  classes.push_back({count_, cards});
  return count_++;
}

bool AlikeCards::exchange(const std::vector<DeviceId>& a, const std::vector<DeviceId>& b) const {
  std::vector<DeviceId> both = a;
  both.insert(both.end(), b.begin(), b.end());
  std::vector<DeviceId> sorted = both;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) return false;
  const auto ranks = static_cast<std::uint32_t>(a.size());
  const collectives::SideBySide exchanged(collectives::make_idle(ranks), 2);
  const auto folding = find_folding(topology_, router_, both, exchanged);
  return folding && folding->stride() == ranks;
}

}  // namespace polyplane::sim
