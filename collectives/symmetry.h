// How algorithms find the groups of rank permutations under which their schedules stay what they are.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "collectives/collective.h"
#include "collectives/domain_grid.h"
#include "collectives/rank_layout.h"
#include "collectives/schedule.h"

namespace polyplane::collectives {

/// The image of a rank under one member of a group.
[[nodiscard]] inline std::uint32_t moved(RankSymmetry::Kind kind, std::uint32_t ranks, std::uint32_t rank,
                                         std::uint32_t by) {
  if (kind == RankSymmetry::Kind::exclusive_or) return rank ^ by;
  return rank + by >= ranks ? rank + by - ranks : rank + by;
}

/// Does the member `by` of a kind hold?
using Holds = std::function<bool(std::uint32_t by)>;

/// The finest group of that kind of which `holds` accepts all generators; appended when there is one. Exclusive or needs a
/// power of two of ranks.
void add_finest(RankSymmetry::Kind kind, std::uint32_t ranks, const Holds& holds, std::vector<RankSymmetry>& groups);

/// Ranks stand in one or several orders (position[order * ranks + rank]), and whom they meet depends on positions by
/// distance (or by xor) alone. The finest group, if any, that moves the positions in each order by a constant.
[[nodiscard]] std::vector<RankSymmetry> symmetries_along(RankSymmetry::Kind kind, std::uint32_t ranks,
                                                         const std::vector<std::uint32_t>& position);

/// Likewise on a grid: locals meet by distance, domains by distance (`rotates`), by xor, or both. The finest group of each
/// of these kinds, if any, that moves all domains by a constant of that kind and all locals by a distance.
[[nodiscard]] std::vector<RankSymmetry> symmetries_of_grid(const DomainGrid& grid, bool rotates, bool by_xor);

/// For schedules whose channel c does what channel 0 does, c locals further on in every domain (cyclically). None below two
/// channels, where domains differ, or where the channels do not go around a domain a whole number of times.
[[nodiscard]] std::optional<ChannelSymmetry> channels_by_local(const RankLayout& layout, std::uint32_t channels);

/// Is each block of an alltoallv as large as the block between the images of its two ranks? Other collectives: true.
[[nodiscard]] bool keeps_sizes(RankSymmetry::Kind kind, std::uint32_t by, const Collective& collective);

}  // namespace polyplane::collectives
