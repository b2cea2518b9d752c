// What the software adds to a message between actors.
#pragma once

#include <span>

#include "base/units.h"
#include "sim/stack.h"
#include "topology/router.h"

namespace polyplane::sim {

/// Costs of messages: those of rings, the family that every library sends single messages like.
inline constexpr const char* kMessageFamily = "ring";

/// The protocol with which a message takes the least time alone on its route: launch, software, latency and drain; of
/// those that tie the first of the stack. `capacities`: of each trunk. Throws InputError when the stack has none for
/// messages.
[[nodiscard]] const Protocol& message_protocol(const Stack& stack, Bytes payload, const topology::Route& route,
                                               std::span<const BitRate> capacities);

/// Before the message leaves, the launch left out.
[[nodiscard]] Duration message_software(const ProtocolCosts& costs, const topology::Route& route, Bytes payload);

}  // namespace polyplane::sim
