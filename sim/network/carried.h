// Bytes that each trunk carries. Whole where weights are 1 (any order of adding gives the same bits).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/units.h"
#include "sim/network/load_units.h"
#include "topology/router.h"

namespace polyplane::sim {

class Carried {
 public:
  explicit Carried(std::size_t trunks) : whole_(trunks, 0), part_(trunks, 0) {}

  /// `loads`: as in Flow; empty: the weights of the hops.
  void add(std::span<const topology::Hop> hops, std::span<const double> loads, Bytes size) {
    for (std::size_t i = 0; i < hops.size(); ++i) {
      const std::size_t trunk = hops[i].trunk.index();
      if (loads.empty() && hops[i].weight == 1.0) {
        whole_[trunk] += size.count();
        continue;
      }
      const HopLoad load = loads.empty() ? HopLoad{hops[i].weight, 1} : HopLoad::of(hops[i].weight, loads[i]);
      if (load.weight == 1.0) {
        whole_[trunk] += load.copies * size.count();
      } else {
        part_[trunk] += load.copies * static_cast<int128>(static_cast<double>(size.count()) * load.weight * kUnits);
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
