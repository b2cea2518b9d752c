#include "sim/program/message_cost.h"

#include <algorithm>

#include "base/error.h"
#include "sim/network/line_rate.h"

namespace polyplane::sim {

namespace {

Duration fixed_software(const ProtocolCosts& costs, const topology::Route& route) {
  return costs.message + (route.scale_out ? costs.step_scale_out : costs.step_scale_up);
}

}  // namespace

Duration message_software(const ProtocolCosts& costs, const std::optional<Processors>& processors,
                          std::span<const topology::Trunk> trunks, Bytes payload, Bytes wire, topology::Route& route) {
  return fixed_software(costs, route) + put_work(costs, processors, trunks, payload, wire, false, route.hops);
}

const Protocol& message_protocol(const Stack& stack, Bytes payload, const topology::Route& route,
                                 std::span<const BitRate> capacities) {
  const Protocol* best = nullptr;
  Duration least;
  for (const Protocol& protocol : stack.protocols) {
    if (!why_not_offered(protocol, kMessageFamily, payload).empty()) continue;
    const ProtocolCosts& costs = costs_of(protocol, kMessageFamily);
    const Duration by_size = size_cost(costs, payload) + work_cost(costs, payload);
    Duration alone = costs.launch + fixed_software(costs, route) + by_size + route.latency;
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
