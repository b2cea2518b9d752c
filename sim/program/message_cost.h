// What the software adds to a message between actors.
#pragma once

#include <optional>
#include <span>

#include "base/units.h"
#include "sim/processor_work.h"
#include "sim/stack.h"
#include "topology/router.h"

namespace polyplane::sim {

/// Costs of messages: those of rings, the family that every library sends single messages like.
inline constexpr const char* kMessageFamily = "ring";

/// The protocol with which a message takes the least time alone on its route: launch, software, latency and drain, the
/// processors of both ends at once; of those that tie the first of the stack. `capacities`: of each trunk. Throws InputError when the stack has none for
/// messages.
[[nodiscard]] const Protocol& message_protocol(const Stack& stack, Bytes payload, const topology::Route& route,
                                               std::span<const BitRate> capacities);

/// Before a message of `wire` bytes on the wire leaves, the launch left out. What processors on the route do for it is put
/// onto their hops (put_work()).
[[nodiscard]] Duration message_software(const ProtocolCosts& costs, const std::optional<Processors>& processors,
                                        std::span<const topology::Trunk> trunks, Bytes payload, Bytes wire,
                                        topology::Route& route);

}  // namespace polyplane::sim
