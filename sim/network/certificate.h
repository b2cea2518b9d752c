// Proof that rates are the max-min fair ones, whatever they came from: no trunk is overloaded, and every flow has a full trunk
// on which no flow is faster. That is necessary and sufficient (max_min.h). O(hops), from scratch each time.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/units.h"
#include "sim/network/load_units.h"

namespace polyplane::sim {

class Certificate {
 public:
  /// `capacities` by trunk, borrowed.
  explicit Certificate(std::span<const BitRate> capacities) : capacities_(capacities), trunks_(capacities.size()) {}

  void add_flow(std::uint32_t id, double rate_bps);
  /// Of the flow added last.
  void add_hop(std::uint32_t trunk, const HopLoad& load);
  /// To 1e-9 of a capacity or a rate, and one unit of load a flow. Throws InternalError that names the flow and its first
  /// trunk, or the trunk that is overloaded.
  void check() const;

 private:
  struct Trunk {
    double load = 0, fastest = 0;  // bit/s
    double flows = 0;
  };
  struct Flow {
    std::uint32_t id;
    double rate;  // bit/s
    std::size_t first_hop;
  };
  [[nodiscard]] double capacity(std::uint32_t trunk) const { return static_cast<double>(capacities_[trunk].bps()); }
  [[nodiscard]] double slack(std::uint32_t trunk) const;
  [[nodiscard]] bool holds_back(std::uint32_t trunk, double rate) const;

  std::span<const BitRate> capacities_;
  std::vector<Trunk> trunks_;
  std::vector<Flow> flows_;
  std::vector<std::uint32_t> hops_;
};

}  // namespace polyplane::sim
