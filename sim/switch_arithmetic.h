// The one place that says whether switches can do in flight what a collective asks of them. What a switch can add up belongs to
// its part (in_network_arithmetic in configs/hardware, with its source): NVLink SHARP has no products, for one, and of float
// and double sums alone. To multicast (all_gather, broadcast) any type will do. Programs (training steps, traces) sum types that
// the switches of the catalogue have, and are not asked.
#pragma once

#include <string_view>

#include "collectives/collective.h"
#include "collectives/rank_layout.h"
#include "sim/experiment.h"

namespace polyplane::sim {

/// What all of its switches can do; of joined clusters all members.
[[nodiscard]] SwitchArithmetic arithmetic_of(const ClusterChoice& cluster);

/// The layout for this kind of collective: without the switches that cannot reduce `datatype` by `reduction`, so that
/// algorithms, bounds and choices know of none. Numbers of agents stay. Throws InputError for names that do not exist.
[[nodiscard]] collectives::RankLayout with_able_switches(collectives::RankLayout layout,
                                                         const SwitchArithmetic& arithmetic,
                                                         collectives::CollectiveKind kind, std::string_view datatype,
                                                         std::string_view reduction);

}  // namespace polyplane::sim
