#include "sim/stack.h"

#include "base/check.h"

namespace polyplane::sim {

Bytes wire_bytes(Bytes payload, Efficiency efficiency) {
  if (efficiency.numerator == efficiency.denominator) return payload;
  const int128 scaled = static_cast<int128>(payload.count()) * efficiency.denominator;
  return Bytes(static_cast<std::int64_t>((scaled + efficiency.numerator - 1) / efficiency.numerator));
}

const ProtocolCosts& costs_of(const Protocol& protocol, const std::string& family) {
  for (const ProtocolCosts& costs : protocol.costs) {
    if (costs.family == family) return costs;
  }
  CHECK(false, "protocol " + protocol.name + " has no costs for family " + family);
}

}  // namespace polyplane::sim
