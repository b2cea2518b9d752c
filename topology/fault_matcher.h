// Which devices and cables a fault selector means.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "topology/fault_selector.h"
#include "topology/topology.h"

namespace polyplane::topology {

struct FaultHits {
  std::vector<DeviceId> devices;
  std::vector<LinkId> cables;  // ascending, once each; of a two-way cable the lower link
};

/// `touched`, by link: has a fault so far; random draws pass those by. Throws InputError, see topology/faults.h.
[[nodiscard]] FaultHits match_fault(const Topology& topology, std::string_view text, const FaultSelector& fault,
                                    const std::vector<bool>& touched, RandomStream& random);

/// "1 cable", "8 cables".
[[nodiscard]] std::string plural(std::size_t count, std::string_view noun);

}  // namespace polyplane::topology
