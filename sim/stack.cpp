#include "sim/stack.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"
#include "base/error.h"

namespace polyplane::sim {

const std::vector<std::string>& cost_families() {
  static const std::vector<std::string> families = {"ring",           "tree",          "nvls", "nvls_tree",
                                                    "collnet_direct", "collnet_chain", "pat"};
  return families;
}

Bytes wire_bytes(Bytes payload, Efficiency efficiency) {
  if (efficiency.numerator == efficiency.denominator) return payload;
  const int128 scaled = static_cast<int128>(payload.count()) * efficiency.denominator;
  return Bytes(static_cast<std::int64_t>((scaled + efficiency.numerator - 1) / efficiency.numerator));
}

std::string why_not_offered(const Protocol& protocol, const std::string& family, Bytes size) {
  if (std::ranges::find(protocol.costs, family, &ProtocolCosts::family) == protocol.costs.end()) {
    return "does not offer algorithms like " + family;
  }
  if (size < protocol.min_size) return "is for arrays from " + to_string(protocol.min_size);
  if (protocol.max_size && size > *protocol.max_size) return "is for arrays up to " + to_string(*protocol.max_size);
  return "";
}

namespace {

/// Above the last point what that costs.
Duration on_line(const ProtocolCosts& costs, Bytes size, Duration MessageCost::* what) {
  if (costs.by_size.empty()) return {};
  const auto above = std::ranges::upper_bound(costs.by_size, size, {}, &MessageCost::size);
  if (above == costs.by_size.begin()) return (*above).*what;
  const MessageCost& low = *std::prev(above);
  if (above == costs.by_size.end()) return low.*what;
  const int128 rise = static_cast<int128>(((*above).*what - low.*what).ps()) * (size - low.size).count();
  const int128 width = (above->size - low.size).count();
  // Towards below where costs fall, too.
  const int128 part = rise >= 0 ? rise / width : -((-rise + width - 1) / width);
  return low.*what + Duration::from_ps(static_cast<std::int64_t>(part));
}

Duration in_proportion_above(const ProtocolCosts& costs, Bytes size, Duration MessageCost::* what) {
  const Duration time = on_line(costs, size, what);
  if (costs.by_size.empty() || size <= costs.by_size.back().size || costs.by_size.back().size.count() == 0) return time;
  const int128 more = static_cast<int128>(time.ps()) * size.count() / costs.by_size.back().size.count();
  if (more > INT64_MAX / 8) throw LimitError("simulated time passes 13 days in one message or copy");
  return Duration::from_ps(static_cast<std::int64_t>(more));
}

bool any(const ProtocolCosts& costs, Duration MessageCost::* what) {
  return std::ranges::any_of(costs.by_size, [&](const MessageCost& point) { return point.*what > Duration(); });
}

}  // namespace

bool has_work_cost(const ProtocolCosts& costs) { return any(costs, &MessageCost::work); }
bool has_reduction_cost(const ProtocolCosts& costs) {
  return costs.reduction_rate > BitRate() || any(costs, &MessageCost::reduction);
}
bool has_copy_cost(const ProtocolCosts& costs) { return costs.copy_rate > BitRate() || any(costs, &MessageCost::copy); }

Duration size_cost(const ProtocolCosts& costs, Bytes payload) { return on_line(costs, payload, &MessageCost::cost); }

Duration work_cost(const ProtocolCosts& costs, Bytes payload) {
  return in_proportion_above(costs, payload, &MessageCost::work);
}

Duration reduction_cost(const ProtocolCosts& costs, Bytes bytes) {
  if (costs.reduction_rate > BitRate()) return transmission_time(bytes, costs.reduction_rate);
  return in_proportion_above(costs, bytes, &MessageCost::reduction);
}

Duration copy_cost(const ProtocolCosts& costs, Bytes bytes) {
  if (costs.copy_rate > BitRate()) return transmission_time(bytes, costs.copy_rate);
  return in_proportion_above(costs, bytes, &MessageCost::copy);
}

const ProtocolCosts& costs_of(const Protocol& protocol, const std::string& family) {
  for (const ProtocolCosts& costs : protocol.costs) {
    if (costs.family == family) return costs;
  }
  CHECK(false, "protocol " + protocol.name + " has no costs for family " + family);
}

Efficiency efficiency_of(const Protocol& protocol, const std::string& family) {
  return costs_of(protocol, family).efficiency.value_or(protocol.efficiency);
}

}  // namespace polyplane::sim
