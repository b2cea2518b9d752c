// What the software adds to a message between actors.
#pragma once

#include <span>
#include <string>

#include "base/units.h"
#include "sim/processor_work.h"
#include "sim/stack.h"
#include "topology/router.h"

namespace polyplane::sim {

/// Costs of messages: those of rings, the family that every library sends single messages like.
inline constexpr const char* kMessageFamily = "ring";

/// What is known of the links that messages take. Borrowed.
struct MessageLinks {
  std::span<const topology::Trunk> trunks;
  std::span<const BitRate> capacities;      // of each trunk
  std::span<const std::string> tier_names;  // of the topology
};

/// The protocol with which a message takes the least time alone on its route: launch, software, latency and drain, with what
/// processors on the route do for it; of those that tie the first of the stack. Throws InputError when the stack has none for
/// messages.
[[nodiscard]] const Protocol& message_protocol(const Stack& stack, Bytes payload, const topology::Route& route,
                                               const MessageLinks& links);

/// Before a message of `wire` bytes on the wire leaves, the launch left out. What processors on the route do for it is put
/// onto their hops (put_work()).
[[nodiscard]] Duration message_software(const ProtocolCosts& costs, Bytes payload, const MessageLinks& links,
                                        Bytes& wire, topology::Route& route);

}  // namespace polyplane::sim
