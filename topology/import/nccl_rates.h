// Rates of the links that an NCCL topology file names but gives no rate for.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/units.h"

namespace polyplane::topology {

/// wire: what the link carries, as catalogue parts state it. nccl: what NCCL reckons with (src/graph/topo.h and xml.cc),
/// some 20 % less; a stack that knows NCCL's protocols takes that off by itself.
enum class NcclRates { wire, nccl };

/// One NVLink of a GPU of this compute capability (90 is Hopper), per direction.
[[nodiscard]] BitRate nvlink_rate(NcclRates rates, std::int64_t compute_capability);

/// One PCIe lane, from texts like "16.0 GT/s PCIe"; none when the speed is not known.
[[nodiscard]] std::optional<BitRate> pcie_lane_rate(NcclRates rates, std::string_view link_speed);
/// What NCCL takes for an unknown speed: that of 8 GT/s.
[[nodiscard]] BitRate default_pcie_lane_rate(NcclRates rates);

/// Between two processors of a host; NCCL's figure in both cases, since no other one is tabulated.
[[nodiscard]] BitRate processor_link_rate(std::string_view arch, std::string_view vendor, std::int64_t family,
                                          std::int64_t model);

}  // namespace polyplane::topology
