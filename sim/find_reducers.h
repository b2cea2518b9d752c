// The switches of a topology that can reduce and multicast for some cards (Device::reduces), as agents.
#pragma once

#include <span>
#include <vector>

#include "collectives/reducers.h"
#include "topology/topology.h"

namespace polyplane::sim {

struct FoundReducers {
  collectives::Reducers reducers;
  std::vector<DeviceId>
      devices;  // of each agent; one that stands for a stripe set (topology/switch_routes.h): the first
};

/// Rank i on cards[i], in domain domain_of[i] of `num_domains`.
///
/// Of a domain, as two agents each: the scale-up switches to which each of its ranks has a link, both ways. All domains must have some.
/// Of the fabric: for each plane and each way in which a card meets it (its 1st, 2nd, ... leaf, by link), a tree over the
/// leaves of all ranks that meet it so. Above the leaves come the stripe sets that they are cabled to, one for each lower
/// node, until one is above all; what is cabled to several sets (dragonflies, cores without pods of their own kind), or to
/// part of a set because of a fault, is no tree. A rank alone makes no tree.
[[nodiscard]] FoundReducers find_reducers(const topology::Topology& topology, std::span<const DeviceId> cards,
                                          std::span<const std::uint32_t> domain_of, std::uint32_t num_domains);

}  // namespace polyplane::sim
