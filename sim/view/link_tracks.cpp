#include "sim/view/link_tracks.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "sim/folding.h"

namespace polyplane::sim {
namespace {

using topology::Link;

using Place = std::pair<std::uint32_t, std::int32_t>;  // tier and plane

double rate(const Link& link) { return static_cast<double>(link.rate.bps()); }

/// The trunk that a link is in, and how much of its rate is used when all of the trunk's capacity is.
struct Membership {
  TrunkId told;  // the trunk that stands for it
  double factor = 0;
};

std::vector<Membership> memberships(const topology::Topology& topology, const topology::Router& router,
                                    const Folding* folding) {
  std::vector<Membership> of_link(topology.links().size());
  for (std::uint32_t t = 0; t < router.trunks().size(); ++t) {
    const TrunkId told = folding == nullptr ? TrunkId(t) : folding->trunk_class(TrunkId(t));
    const auto capacity = static_cast<double>(router.trunks()[t].capacity.bps());
    for (const topology::TrunkMember& member : router.members(TrunkId(t))) {
      const Link& link = topology.link(member.link);
      if (!link.up || link.rate.bps() == 0) continue;
      of_link[member.link.index()] = {told, capacity * member.share / rate(link)};
    }
  }
  return of_link;
}

}  // namespace

LinkTracks link_tracks(const topology::Topology& topology, const topology::Router& router,
                       std::span<const double> link_bytes, const Folding* folding) {
  const auto links = topology.links();
  const std::vector<Membership> of_link = memberships(topology, router, folding);
  LinkTracks result;
  result.of_trunk.resize(router.trunks().size());

  std::map<Place, double> capacity;  // of all links that are up
  std::map<Place, std::uint32_t> count;
  for (std::uint32_t i = 0; i < links.size(); ++i) {
    if (!of_link[i].told.valid()) continue;
    capacity[{links[i].tier, links[i].plane}] += rate(links[i]);
    count[{links[i].tier, links[i].plane}] += 1;
  }
  std::map<Place, std::uint32_t> track_of;
  for (const auto& [place, number] : count) {
    track_of[place] = static_cast<std::uint32_t>(result.tracks.size());
    result.tracks.push_back({place.first, place.second, LinkId(), number});
  }
  for (std::uint32_t i = 0; i < links.size(); ++i) {
    if (!of_link[i].told.valid()) continue;
    const Place place{links[i].tier, links[i].plane};
    const double weight = of_link[i].factor * rate(links[i]) / capacity[place];
    std::vector<TrackWeight>& weights = result.of_trunk[of_link[i].told.index()];
    const auto known = std::ranges::find(weights, track_of[place], &TrackWeight::track);
    if (known == weights.end()) {
      weights.push_back({track_of[place], weight});
    } else {
      known->weight += weight;
    }
  }

  std::vector<std::uint32_t> by_use(links.size());
  std::iota(by_use.begin(), by_use.end(), 0U);
  std::erase_if(by_use, [&](std::uint32_t i) { return link_bytes[i] <= 0 || !of_link[i].told.valid(); });
  std::ranges::stable_sort(by_use, std::greater<>(), [&](std::uint32_t i) { return link_bytes[i] / rate(links[i]); });
  std::vector<std::size_t> taken(topology.tier_names().size());
  std::map<std::pair<TrunkId, double>, std::uint32_t> alike;
  for (const std::uint32_t i : by_use) {
    const std::pair<TrunkId, double> kind{of_link[i].told, of_link[i].factor};
    if (const auto known = alike.find(kind); known != alike.end()) {
      result.tracks[known->second].alike += 1;
      continue;
    }
    if (taken[links[i].tier] == kLinksOfTier) continue;
    taken[links[i].tier] += 1;
    const auto track = static_cast<std::uint32_t>(result.tracks.size());
    alike.emplace(kind, track);
    result.tracks.push_back({links[i].tier, links[i].plane, LinkId(i), 1});
    result.of_trunk[kind.first.index()].push_back({track, kind.second});
  }
  return result;
}

}  // namespace polyplane::sim
