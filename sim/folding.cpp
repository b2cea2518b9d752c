#include "sim/folding.h"

#include <algorithm>
#include <utility>

namespace polyplane::sim {

using collectives::RankSymmetry;

Folding::Folding(RankSymmetry group, std::uint32_t ranks, std::vector<TrunkId> trunk_class)
    : group_(group),
      copies_(ranks / group.stride),
      trunk_class_(std::move(trunk_class)),
      orbit_size_(trunk_class_.size(), 0) {
  for (const TrunkId representative : trunk_class_) {
    if (++orbit_size_[representative.index()] == 1) ++num_classes_;
  }
}

void Folding::fold(std::span<const topology::Hop> route, std::vector<topology::Hop>& hops,
                   std::vector<double>& loads) const {
  hops.clear();
  loads.clear();
  for (const topology::Hop& hop : route) {
    const TrunkId representative = trunk_class(hop.trunk);
    const double load = hop.weight * (copies_ / orbit_size_[representative.index()]);
    const auto place =
        std::ranges::find_if(hops, [&](const topology::Hop& other) { return other.trunk == representative; });
    if (place == hops.end()) {
      hops.push_back({representative, hop.weight});
      loads.push_back(load);
      continue;
    }
    place->weight = std::max(place->weight, hop.weight);
    loads[static_cast<std::size_t>(place - hops.begin())] += load;
  }
}

std::string Folding::text() const {
  const std::string name = group_.kind == RankSymmetry::Kind::rotation ? "rotation" : "exclusive or";
  return name + " by " + std::to_string(group_.stride) + " of " + std::to_string(copies_ * group_.stride) + " ranks";
}

}  // namespace polyplane::sim
