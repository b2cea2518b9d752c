// How many flows each trunk has in flight, from their start to their last byte: what adaptive routers ask.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/router.h"

namespace polyplane::sim {

class FlowsInFlight {
 public:
  /// Counts nothing until told the numbers.
  FlowsInFlight() = default;
  FlowsInFlight(std::size_t trunks, std::size_t max_flows) : on_trunk_(trunks, 0), trunks_of_(max_flows) {}

  /// REQUIRES: a flow that is not in flight.
  void started(std::uint32_t flow, std::span<const topology::Hop> hops) {
    if (on_trunk_.empty()) return;
    for (const topology::Hop& hop : hops) {
      trunks_of_[flow].push_back(hop.trunk);
      ++on_trunk_[hop.trunk.index()];
    }
  }
  void ended(std::uint32_t flow) {
    if (on_trunk_.empty()) return;
    for (const TrunkId trunk : trunks_of_[flow]) --on_trunk_[trunk.index()];
    trunks_of_[flow].clear();
  }
  [[nodiscard]] std::uint32_t on(TrunkId trunk) const { return on_trunk_.empty() ? 0 : on_trunk_[trunk.index()]; }

 private:
  std::vector<std::uint32_t> on_trunk_;
  std::vector<std::vector<TrunkId>> trunks_of_;  // by flow
};

}  // namespace polyplane::sim
