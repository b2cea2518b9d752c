// Links that every sprayed route uses in the same proportion, found exactly and without listing the routes.
//
// Between each pair of vertices where traffic enters and leaves, a link carries a weight; the weights of a link over
// all pairs are its row. Links with proportional rows that never follow one another on a path make one trunk. Each pair
// gets random numbers in the field of 2^61 - 1 elements; one forward pass over the shortest paths to each target adds
// up, on every link, the random linear form of its row (splits are divisions in the field, so there is no rounding).
// A second, independent form also has a random factor for the hops to go, so that links in series differ. Rows are
// proportional exactly when the ratio of the two forms is the same; two other links fall together with a chance of
// 2^-61. Fixed random numbers: the same topology gives the same trunks.
//
// What is left out: proportionality across components (planes), and links whose shares are no fractions of terms up to
// 2^20. Not merging is always right, it only makes routes longer.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/router.h"
#include "topology/shortest_paths.h"

namespace polyplane::topology {

struct TrunkTable {
  std::vector<Trunk> trunks;           // by their first link
  std::vector<TrunkMember> members;    // of each trunk by ascending link
  std::vector<TrunkId> trunk_of_link;  // by LinkId

  [[nodiscard]] std::span<const TrunkMember> members_of(TrunkId trunk) const {
    const Trunk& t = trunks[trunk.index()];
    return {members.data() + t.first_member, t.num_members};
  }
};

/// Each link its own trunk: TrunkId == LinkId.
[[nodiscard]] TrunkTable single_link_trunks(const Topology& topology);

/// Components where targets x edges exceed this are left unmerged, which only makes their routes longer. That spares tens
/// of thousands of cards that forward for one another, whose links have no two rows alike anyway.
inline constexpr std::uint64_t kMaxMergeWork = 2'000'000'000;

/// Trunks for ideal spraying. The share of a member is its part of what the trunk carries (shares sum to 1); the
/// capacity is the most that keeps every member within its rate, so a degraded member binds the whole trunk. Equal
/// members: n times the rate of the slowest, in integers. Access links stay single.
[[nodiscard]] TrunkTable merged_trunks(const Topology& topology, const ShortestPaths& scale_up,
                                       const ShortestPaths& scale_out);

}  // namespace polyplane::topology
