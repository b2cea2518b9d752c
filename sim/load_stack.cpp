#include "sim/load_stack.h"

#include <algorithm>

#include "base/suggest.h"

namespace polyplane::sim {
namespace {

/// What algorithms name as their cost_family (collectives/algorithm.h).
const std::vector<std::string>& families() {
  static const std::vector<std::string> names{"ring", "tree"};
  return names;
}

ProtocolCosts load_costs(const v1::ProtocolCosts& from) {
  return {.family = from.family(),
          .launch = parse_duration(from.launch()),
          .step_scale_up = parse_duration(from.step_scale_up()),
          .step_scale_out = parse_duration(from.step_scale_out()),
          .message = parse_duration(from.message())};
}

Protocol load_protocol(const configs::Source& source, const v1::Protocol& from) {
  Protocol protocol{.name = from.name(), .efficiency = {from.payload_bytes(), from.wire_bytes()}, .costs = {}};
  if (from.payload_bytes() > from.wire_bytes()) {
    source.fail(from, "payload_bytes",
                std::to_string(from.payload_bytes()) + " bytes of payload do not fit into wire_bytes, " +
                    std::to_string(from.wire_bytes()));
  }
  const auto known = [&](const std::string& family) {
    return std::ranges::find(protocol.costs, family, &ProtocolCosts::family) != protocol.costs.end();
  };
  for (const v1::ProtocolCosts& costs : from.costs()) {
    if (std::ranges::find(families(), costs.family()) == families().end()) {
      source.fail(costs, "family", unknown_name("family of algorithms", costs.family(), families()));
    }
    if (known(costs.family())) source.fail(costs, "family", "\"" + costs.family() + "\" is given twice");
    protocol.costs.push_back(load_costs(costs));
  }
  for (const std::string& family : families()) {
    if (!known(family)) source.fail(from, "", "the costs of family \"" + family + "\" are missing");
  }
  return protocol;
}

}  // namespace

Stack load_stack(const configs::Source& source, const v1::Stack& stack) {
  Stack loaded{.name = stack.name(),
               .description = stack.description(),
               .protocols = {},
               .assumed = {stack.assumed().begin(), stack.assumed().end()}};
  if (stack.protocols_size() == 0) source.fail(stack, "protocols", "there is none; a stack needs at least one");
  for (const v1::Protocol& protocol : stack.protocols()) {
    if (std::ranges::find(loaded.protocols, protocol.name(), &Protocol::name) != loaded.protocols.end()) {
      source.fail(protocol, "name", "a protocol \"" + printable(protocol.name()) + "\" exists already");
    }
    loaded.protocols.push_back(load_protocol(source, protocol));
  }
  return loaded;
}

}  // namespace polyplane::sim
