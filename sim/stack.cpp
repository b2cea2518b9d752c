#include "sim/stack.h"

#include <algorithm>
#include <iterator>

#include "base/check.h"

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

Duration size_cost(const ProtocolCosts& costs, Bytes payload) {
  if (costs.by_size.empty()) return {};
  const auto above = std::ranges::upper_bound(costs.by_size, payload, {}, &MessageCost::size);
  if (above == costs.by_size.begin()) return above->cost;
  const MessageCost& low = *std::prev(above);
  if (above == costs.by_size.end()) return low.cost;
  const int128 rise = static_cast<int128>((above->cost - low.cost).ps()) * (payload - low.size).count();
  const int128 width = (above->size - low.size).count();
  // Towards below where costs fall, too.
  const int128 part = rise >= 0 ? rise / width : -((-rise + width - 1) / width);
  return low.cost + Duration::from_ps(static_cast<std::int64_t>(part));
}

Duration reduction_cost(const ProtocolCosts& costs, Bytes payload) {
  return costs.reduction_rate > BitRate() ? transmission_time(payload, costs.reduction_rate) : Duration();
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
