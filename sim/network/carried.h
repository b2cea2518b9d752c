// Bytes that each trunk carries. Whole where weights are 1 (any order of adding gives the same bits).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/units.h"
#include "topology/router.h"

namespace polyplane::sim {

class Carried {
 public:
  explicit Carried(std::size_t trunks) : whole_(trunks, 0), part_(trunks, 0) {}

  void add(std::span<const topology::Hop> hops, Bytes size) {
    for (const topology::Hop& hop : hops) {
      if (hop.weight == 1.0) {
        whole_[hop.trunk.index()] += size.count();
      } else {
        part_[hop.trunk.index()] += static_cast<std::int64_t>(static_cast<double>(size.count()) * hop.weight * kUnits);
      }
    }
  }
  [[nodiscard]] double bytes(TrunkId trunk) const {
    return static_cast<double>(whole_[trunk.index()]) + static_cast<double>(part_[trunk.index()]) / kUnits;
  }

 private:
  static constexpr double kUnits = 1024;  // fractions of a byte, so that sums are of integers
  std::vector<std::int64_t> whole_;
  std::vector<int128> part_;
};

}  // namespace polyplane::sim
