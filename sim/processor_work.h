// What the processor of a rank does for its messages beside passing their bytes: the fixed part of sending and receiving, and
// sums. One processor does it for all lanes of a rank, so that lanes do not hide it from each other: it stands as weight on the
// links of the tier that a stack names (ProtocolCosts::processor_tier), where it takes turns with the bytes of all messages of
// the rank, by the network model like any contention. calibrate writes such stacks; LogGP's overhead o (Alexandrov et al.,
// 1995) is the same thing. Left out: which of two messages the processor takes first; it shares itself out evenly. A link that
// is a processor is slow in all that it does: a fault that takes half of its rate, or a capacity event, doubles the time of its
// work as that of its bytes. Messages that an agent sends cost their receiver nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "collectives/schedule.h"
#include "sim/report.h"
#include "sim/stack.h"
#include "topology/router.h"
#include "topology/topology.h"

namespace polyplane::sim {

/// Index of the tier; none: the stack names none, or there are no links of that name.
[[nodiscard]] std::optional<std::uint32_t> processor_tier(const ProtocolCosts& costs,
                                                          std::span<const std::string> tier_names);
/// Of all protocols and families, each once.
[[nodiscard]] std::vector<std::string> named_processor_tiers(const Stack& stack, const topology::Topology& topology);
/// The first that any protocol and family names; "": none does.
[[nodiscard]] std::string named_processor_tier(const Stack& stack);
/// Of any protocol and family. Runs with processors are not folded: the two ends of a message weigh differently.
[[nodiscard]] bool has_processors(const Stack& stack, const topology::Topology& topology);
/// "" or why what the stack says of processors is, in part or in whole, a delay of each message here, for a report.
[[nodiscard]] std::string processors_missing(const Stack& stack, const topology::Topology& topology);

/// Do steps of the schedule take time of a processor, which the short cuts know nothing of?
[[nodiscard]] bool takes_processor(const ProtocolCosts& costs, const collectives::Schedule& schedule);

/// Do steps of the schedule copy or add within their rank, and that takes time?
[[nodiscard]] bool works_within_ranks(const ProtocolCosts& costs, const collectives::Schedule& schedule);

/// The links of a route that stand for the processors of its two ends: the first of the tier in the half of the sender, the
/// last in that of the receiver. None of an end that has no such link.
struct Processors {
  TrunkId sender, receiver;
};
[[nodiscard]] Processors processors_of(std::span<const topology::Hop> hops, std::span<const topology::Trunk> trunks,
                                       std::optional<std::uint32_t> tier);

/// A message between ranks or from a rank to an agent, which has no processor.
struct WorkedMessage {
  Bytes payload;
  bool added_up = false;  // by its receiver to what it has
  bool to_agent = false;
};
/// Of the two ends of a message.
struct MessageWork {
  Duration delay;             // before the message: its own, and the work of an end without a processor
  Duration sender, receiver;  // of their processors
};
/// Puts what the processors do for it onto their hops, as weight beside its `wire` bytes; of none it becomes one, for the work
/// to stand on, which lies on no other hop. Throws LimitError where work outweighs the message more than 2^30 times.
[[nodiscard]] MessageWork put_work(const ProtocolCosts& costs, const Processors& processors,
                                   std::span<const topology::Trunk> trunks, const WorkedMessage& message, Bytes& wire,
                                   std::vector<topology::Hop>& hops);

/// Of copies and sums within a rank, one after the other.
[[nodiscard]] Duration local_cost(const ProtocolCosts& costs, std::span<const collectives::LocalWork> work);
/// As many bytes as the link, as built, passes in that time, to the nearest. Throws LimitError past 2^63.
[[nodiscard]] Bytes bytes_of_work(Duration work, const topology::Trunk& processor);
/// The same, not rounded.
[[nodiscard]] double load_of_work(Duration work, const topology::Trunk& processor);

/// Of the tiers whose links are processors that worked, by tier. `trunk_bytes`: what trunks carried, work included;
/// `trunk_work`: time of their processors; may be empty.
[[nodiscard]] std::vector<ProcessorTier> processor_tiers(const topology::Topology& topology,
                                                         std::span<const topology::Trunk> trunks,
                                                         std::span<const double> trunk_bytes,
                                                         std::span<const Duration> trunk_work);

}  // namespace polyplane::sim
