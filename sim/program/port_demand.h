// How busy a run keeps the ports of cards.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "sim/program/activity.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// The most of any of the cards: bytes over its links that are up / (their rates x time), rounded to millionths.
/// Scale-out: over the links of the card and, where its NICs are devices of their own, over those of its NICs to the
/// fabric, whichever is more. `link_bytes` by LinkId. Zero when the run takes no time. A link of tier `processors` (sim/
/// processor_work.h; "": none) that a card's own scale-up link leads to is its processor, which is as busy for what goes out as
/// for what comes in.
[[nodiscard]] Demand port_demand(const topology::Topology& topology, std::span<const DeviceId> cards,
                                 std::span<const double> link_bytes, Duration time, std::string_view processors = "");

}  // namespace polyplane::sim
