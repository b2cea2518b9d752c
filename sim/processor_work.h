// What the processor of a rank does for its messages beside passing their bytes: the fixed part of sending and receiving, and
// sums. One processor does it for all lanes of a rank, so that lanes do not hide it from each other: it stands as weight on the
// links of the tier that a stack names (ProtocolCosts::processor_tier), where it takes turns with the bytes of all messages of
// the rank, by the network model like any contention. calibrate writes such stacks; LogGP's overhead o (Alexandrov et al., 1995)
// is the same thing. Left out: which of two messages the processor takes first; it shares itself out evenly.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "collectives/schedule.h"
#include "sim/stack.h"
#include "topology/router.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// Index of the tier; none: the stack names none, or there are no links of that name.
[[nodiscard]] std::optional<std::uint32_t> processor_tier(const ProtocolCosts& costs,
                                                          std::span<const std::string> tier_names);
/// Of any protocol and family. Runs with processors are not folded: the two ends of a message weigh differently.
[[nodiscard]] bool has_processors(const Stack& stack, const topology::Topology& topology);
/// "" or why what the stack says of processors is a delay of each message here, for a report.
[[nodiscard]] std::string processors_missing(const Stack& stack, const topology::Topology& topology);

/// Do steps of the schedule take time of a processor, which the short cuts know nothing of?
[[nodiscard]] bool takes_processor(const ProtocolCosts& costs, const collectives::Schedule& schedule);

/// The first and the last link of a route that stand for processors.
struct Processors {
  TrunkId sender, receiver;
};
[[nodiscard]] std::optional<Processors> processors_of(std::span<const topology::Hop> hops,
                                                      std::span<const topology::Trunk> trunks,
                                                      std::optional<std::uint32_t> tier);

/// A message of `payload`, `wire` bytes on the wire, that its receiver adds to what it has or not. Puts what both processors
/// do onto their hops, and returns what the sender pays before it: without processors on the route all of it, as a delay.
/// REQUIRES with processors: wire above zero.
[[nodiscard]] Duration put_work(const ProtocolCosts& costs, const std::optional<Processors>& processors,
                                std::span<const topology::Trunk> trunks, Bytes payload, Bytes wire, bool added_up,
                                std::vector<topology::Hop>& hops);

/// Of copies and sums within a rank.
[[nodiscard]] Duration local_cost(const ProtocolCosts& costs, const collectives::LocalBytes& bytes);
/// As many bytes as the link passes in that time, to the nearest; zero without capacity.
[[nodiscard]] Bytes bytes_of_work(Duration work, BitRate capacity);

}  // namespace polyplane::sim
