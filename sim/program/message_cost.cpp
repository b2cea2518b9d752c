#include "sim/program/message_cost.h"

#include <algorithm>

#include "base/error.h"
#include "sim/network/line_rate.h"

namespace polyplane::sim {

Duration message_software(const ProtocolCosts& costs, const topology::Route& route, Bytes payload) {
  return costs.message + (route.scale_out ? costs.step_scale_out : costs.step_scale_up) + size_cost(costs, payload);
}

const Protocol& message_protocol(const Stack& stack, Bytes payload, const topology::Route& route,
                                 std::span<const BitRate> capacities) {
  const Protocol* best = nullptr;
  Duration least;
  for (const Protocol& protocol : stack.protocols) {
    if (!why_not_offered(protocol, kMessageFamily, payload).empty()) continue;
    const ProtocolCosts& costs = costs_of(protocol, kMessageFamily);
    Duration alone = costs.launch + message_software(costs, route, payload) + route.latency;
    if (!route.hops.empty()) {
      const Rate rate = line_rate(route.hops, capacities);
      if (rate.bps > 0) alone += drain_time(wire_bytes(payload, efficiency_of(protocol, kMessageFamily)), rate);
    }
    if (best != nullptr && alone >= least) continue;
    best = &protocol;
    least = alone;
  }
  if (best == nullptr) {
    throw InputError("stack " + stack.name + " has no protocol with costs of family \"" + kMessageFamily + "\" for " +
                     to_string(payload) + ", which messages between actors are sent with");
  }
  return *best;
}

}  // namespace polyplane::sim
