#include "sim/program/message_cost.h"

#include "base/error.h"
#include "sim/network/line_rate.h"

namespace polyplane::sim {

namespace {

Duration fixed_software(const ProtocolCosts& costs, const topology::Route& route) {
  return costs.message + (route.scale_out ? costs.step_scale_out : costs.step_scale_up);
}

}  // namespace

Duration message_software(const ProtocolCosts& costs, Bytes payload, const MessageLinks& links, Bytes& wire,
                          topology::Route& route) {
  const Duration fixed = fixed_software(costs, route);
  if (costs.by_size.empty()) return fixed;
  const Processors processors = processors_of(route.hops, links.trunks, processor_tier(costs, links.tier_names));
  return fixed + put_work(costs, processors, links.trunks, {.payload = payload}, wire, route.hops).delay;
}

const Protocol& message_protocol(const Stack& stack, Bytes payload, const topology::Route& route,
                                 const MessageLinks& links) {
  const Protocol* best = nullptr;
  Duration least;
  topology::Route worked;
  for (const Protocol& protocol : stack.protocols) {
    if (!why_not_offered(protocol, kMessageFamily, payload).empty()) continue;
    const ProtocolCosts& costs = costs_of(protocol, kMessageFamily);
    Bytes wire = wire_bytes(payload, efficiency_of(protocol, kMessageFamily));
    const topology::Route* taken = &route;
    Duration software = fixed_software(costs, route);
    if (!costs.by_size.empty()) {
      worked = route;
      taken = &worked;
      software = message_software(costs, payload, links, wire, worked);
    }
    Duration alone = costs.launch + software + route.latency;
    if (!taken->hops.empty()) {
      const Rate rate = line_rate(taken->hops, links.capacities);
      if (rate.bps > 0) alone += drain_time(wire, rate);
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
