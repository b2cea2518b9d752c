// Which loads over time are kept of a run: of every tier in every plane as a whole, and of the links that carry most for
// what they can, a few of each tier. Links that are bound to carry the same (one trunk, or trunks that a folded run takes
// as one) are taken once.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.h"
#include "topology/router.h"
#include "topology/topology.h"

namespace polyplane::sim {

class Folding;

struct LinkTrack {
  std::uint32_t tier = 0;
  std::int32_t plane = -1;
  LinkId link;              // none: the tier in the plane
  std::uint32_t alike = 0;  // links that it tells of
};

/// What a trunk that is told of adds to a track: its share of capacity times `weight`.
struct TrackWeight {
  std::uint32_t track = 0;
  double weight = 0;
};

struct LinkTracks {
  std::vector<LinkTrack> tracks;                   // tiers and planes by number, then links
  std::vector<std::vector<TrackWeight>> of_trunk;  // by TrunkId of those that are told of
};

/// Links of each tier that have a track of their own.
inline constexpr std::size_t kLinksOfTier = 8;

/// `link_bytes`: of the whole run, by LinkId; `folding`: of that run, may be null. Links that are down count for nothing.
[[nodiscard]] LinkTracks link_tracks(const topology::Topology& topology, const topology::Router& router,
                                     std::span<const double> link_bytes, const Folding* folding);

}  // namespace polyplane::sim
