// Software costs as data: what NCCL, RCCL, HCCL or an MPI adds to the wire. No constant of any library stands in code.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"

namespace polyplane::sim {

/// Costs of one protocol for one family of algorithms ("ring", "tree").
struct ProtocolCosts {
  std::string family;
  Duration launch;          // once per collective and rank, before the first step
  Duration step_scale_up;   // before each send that stays in its scale-up domain
  Duration step_scale_out;  // before each send that leaves it
  Duration message;         // before each send of either kind (posting, proxy)
};

/// wire bytes = ceil(bytes * denominator / numerator): LL sends 8 bytes for each 4, efficiency 1/2.
struct Efficiency {
  std::int64_t numerator = 1, denominator = 1;
};

struct Protocol {
  std::string name;  // "Simple", "LL", "LL128"
  Efficiency efficiency;
  std::vector<ProtocolCosts> costs;
};

struct Stack {
  std::string name;
  std::string description;
  std::vector<Protocol> protocols;     // at least one
  std::vector<std::string> assumed{};  // what no public source states; every report that uses the stack repeats it
};

/// Bytes that travel for `payload`.
[[nodiscard]] Bytes wire_bytes(Bytes payload, Efficiency efficiency);
/// Costs of `family`; CHECKs that the loader made it complete.
[[nodiscard]] const ProtocolCosts& costs_of(const Protocol& protocol, const std::string& family);

}  // namespace polyplane::sim
