// Orders of the ranks in which neighbours are near: what rings, trees and exchanges by distance are laid along.
#pragma once

#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "collectives/rank_layout.h"

namespace polyplane::collectives {

/// Domain by domain, in each by `local`.
[[nodiscard]] std::vector<RankId> domain_order(const RankLayout& layout);

/// As domain_order, but the domains start with that of `root` and the locals of every domain with that of `root`
/// (where it has one), cyclically: `root` comes first, and first ranks of domains share a rail where possible.
[[nodiscard]] std::vector<RankId> rooted_order(const RankLayout& layout, RankId root);

/// The ring of one channel, domain by domain. Where all domains are alike, channel c enters domain m at local
/// (c - m) mod L and leaves it at the local before, so that each hop between domains stays on one rail and the channels
/// use different rails at every border. The last border closes the ring on one rail too: free when L divides the number
/// of domains, else by another way through the last domain or two (not possible when L is 2 and the number odd).
/// Domains that differ are passed in order of local, starting at local c mod L.
[[nodiscard]] std::vector<RankId> ring_order(const RankLayout& layout, std::uint32_t channel);

/// Inverse: place in `order` of each rank.
[[nodiscard]] std::vector<std::uint32_t> positions(const std::vector<RankId>& order);

}  // namespace polyplane::collectives
