#include "sim/foldings.h"

#include <utility>

namespace polyplane::sim {

const Folding* Foldings::find(const topology::Topology& topology, const topology::Router& router,
                              std::span<const DeviceId> devices, const collectives::Schedule& schedule) {
  Declared declared;
  for (const collectives::RankSymmetry& symmetry : schedule.symmetries()) {
    declared.ranks.emplace_back(symmetry.kind, symmetry.stride);
  }
  if (auto channels = schedule.channel_symmetry()) {
    declared.channels = channels->channels;
    declared.next = std::move(channels->next);
  }
  if (declared.ranks.empty() && declared.channels == 1) return nullptr;
  const std::lock_guard lock(mutex_);
  const auto [place, is_new] = found_.try_emplace(std::move(declared));
  if (is_new) {
    if (std::optional<Folding> folding = find_folding(topology, router, devices, schedule)) {
      place->second = std::make_unique<const Folding>(*std::move(folding));
    }
  }
  return place->second.get();
}

}  // namespace polyplane::sim
