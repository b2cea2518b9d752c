// What an algorithm chooses when the request leaves channels or slices to it.
#pragma once

#include <cstdint>

#include "base/units.h"
#include "collectives/algorithm.h"
#include "collectives/rank_layout.h"

namespace polyplane::collectives {

/// Different rails within a domain, those of each of its nodes counted apart (the fewest over all domains), so that one
/// channel a rail keeps every NIC busy;
/// 1 when all ranks share one domain and no rail is used.
[[nodiscard]] std::uint32_t rails_per_domain(const RankLayout& layout);

/// `most`, halved until a message of `bytes / channels` is at least `message`; at least 1.
[[nodiscard]] std::uint32_t choose_channels(std::uint32_t most, Bytes bytes, Bytes message);

/// As many slices of `share` as are at least `slice` long; from 1 to `most`.
[[nodiscard]] std::uint32_t choose_slices(Bytes share, Bytes slice, std::uint32_t most);

/// Of schedules with agents, which add and forward slice by slice: those asked for, else of at least 512 KiB, at most 64.
[[nodiscard]] std::uint32_t slices_through_agents(const AlgorithmRequest& request);

}  // namespace polyplane::collectives
