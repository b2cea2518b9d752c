#include "sim/load_stack.h"

#include <algorithm>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::sim {
namespace {

/// Throws where payload is more than the wire.
Efficiency load_efficiency(const configs::Source& source, const google::protobuf::Message& at, std::int64_t payload,
                           std::int64_t wire) {
  if (payload > wire) {
    source.fail(at, "payload_bytes",
                std::to_string(payload) + " bytes of payload do not fit into wire_bytes, " + std::to_string(wire));
  }
  return {payload, wire};
}

/// A rate and points would be two answers to one question.
void check_points(const configs::Source& source, const v1::ProtocolCosts& from, const v1::MessageCost& point) {
  const auto check = [&](const char* field, bool stated, bool at_first, bool rate) {
    if (stated && rate)
      source.fail(point, field, std::string("stands beside ") + field + "_rate; state one of the two");
    if (stated != at_first) {
      source.fail(point, field, "is stated at some sizes and not at others; state it at every size or at none");
    }
  };
  const v1::MessageCost& first = from.by_size(0);
  check("copy", point.has_copy(), first.has_copy(), from.has_copy_rate());
  check("reduction", point.has_reduction(), first.has_reduction(), from.has_reduction_rate());
}

void load_points(const configs::Source& source, const v1::ProtocolCosts& from, ProtocolCosts& costs) {
  for (const v1::MessageCost& point : from.by_size()) {
    check_points(source, from, point);
    const MessageCost cost{.size = parse_bytes(point.size()),
                           .cost = parse_duration(point.cost()),
                           .work = point.has_work() ? parse_duration(point.work()) : Duration(),
                           .copy = point.has_copy() ? parse_duration(point.copy()) : Duration(),
                           .reduction = point.has_reduction() ? parse_duration(point.reduction()) : Duration()};
    if (!costs.by_size.empty() && costs.by_size.back().size >= cost.size) {
      source.fail(point, "size", "\"" + point.size() + "\" is not above the size before it; sizes rise");
    }
    costs.by_size.push_back(cost);
  }
}

ProtocolCosts load_costs(const configs::Source& source, const v1::ProtocolCosts& from) {
  ProtocolCosts costs{.family = from.family(),
                      .launch = parse_duration(from.launch()),
                      .step_scale_up = parse_duration(from.step_scale_up()),
                      .step_scale_out = parse_duration(from.step_scale_out()),
                      .message = parse_duration(from.message())};
  if (from.has_payload_bytes() != from.has_wire_bytes()) {
    source.fail(from, from.has_payload_bytes() ? "wire_bytes" : "payload_bytes",
                "is missing beside the other of the two");
  }
  if (from.has_payload_bytes()) {
    costs.efficiency = load_efficiency(source, from, from.payload_bytes(), from.wire_bytes());
  }
  costs.channels = static_cast<std::uint32_t>(from.channels());
  if (from.has_chunk()) costs.chunk = parse_bytes(from.chunk());
  load_points(source, from, costs);
  if (from.has_messages_under_way()) costs.messages_under_way = static_cast<std::uint32_t>(from.messages_under_way());
  if (from.has_reduction_rate()) costs.reduction_rate = parse_bit_rate(from.reduction_rate());
  if (from.has_copy_rate()) costs.copy_rate = parse_bit_rate(from.copy_rate());
  costs.processor_tier = from.processor_tier();
  return costs;
}

Protocol load_protocol(const configs::Source& source, const v1::Protocol& from) {
  Protocol protocol{.name = from.name(),
                    .efficiency = load_efficiency(source, from, from.payload_bytes(), from.wire_bytes()),
                    .costs = {}};
  for (const v1::ProtocolCosts& costs : from.costs()) {
    const std::vector<std::string>& families = cost_families();
    if (std::ranges::find(families, costs.family()) == families.end()) {
      source.fail(costs, "family", unknown_name("family of algorithms", costs.family(), families));
    }
    if (std::ranges::find(protocol.costs, costs.family(), &ProtocolCosts::family) != protocol.costs.end()) {
      source.fail(costs, "family", "\"" + costs.family() + "\" is given twice");
    }
    protocol.costs.push_back(load_costs(source, costs));
  }
  if (protocol.costs.empty()) source.fail(from, "costs", "there are none; a protocol offers at least one family");
  if (from.has_min_size()) protocol.min_size = parse_bytes(from.min_size());
  if (from.has_max_size()) protocol.max_size = parse_bytes(from.max_size());
  if (protocol.max_size && *protocol.max_size < protocol.min_size) {
    source.fail(from, "max_size", "\"" + from.max_size() + "\" is less than min_size, " + from.min_size());
  }
  return protocol;
}

}  // namespace

Stack load_stack(const configs::Source& source, const v1::Stack& stack, const Catalog& catalog) {
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
  if (stack.has_nccl_tuning()) {
    try {
      loaded.nccl = catalog.nccl_tuning(stack.nccl_tuning());
    } catch (const InputError& error) { source.fail(stack, "nccl_tuning", error.what()); }
  }
  return loaded;
}

}  // namespace polyplane::sim
