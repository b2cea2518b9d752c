// What sends in flight put on each trunk, watched as they come and go: where nothing may contend no trunk is ever over its
// capacity. A send counts from its start to its delivery at its line rate, latency included, so more is seen than is there.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "base/check.h"
#include "sim/network/load_units.h"
#include "sim/uncontended_sends.h"

namespace polyplane::sim {

class TrunkOccupancy {
 public:
  /// What a send over one path takes of its trunks; where those are kept.
  struct Loads {
    std::uint32_t first = 0;
    std::uint16_t count = 0, room = 0;
  };

  /// Of the trunks that `sends` knows. Throws LimitError for a capacity that is too large to count.
  explicit TrunkOccupancy(const UncontendedSends& sends) {
    std::vector<BitRate> capacities;
    for (std::uint32_t t = 0; t < sends.num_trunks(); ++t) capacities.push_back(sends.capacity(TrunkId(t)));
    units_ = LoadUnits(capacities);
    for (const BitRate capacity : capacities) {
      const std::int64_t units = units_.of(capacity);
      left_.push_back(units + units / kRoundings);
    }
  }

  /// Makes `loads` those of a message over the present path of `sends`; an empty one takes nothing.
  void take_path(const UncontendedSends& sends, Bytes bytes, Loads& loads) {
    const std::size_t count = bytes == Bytes() ? 0 : sends.hops().size();
    CHECK(count <= INT16_MAX, "a path of over 32,767 trunks");
    if (count > loads.room) {
      loads.room = static_cast<std::uint16_t>(std::bit_ceil(count));
      loads.first = static_cast<std::uint32_t>(kept_.size());
      kept_.resize(kept_.size() + loads.room);
    }
    loads.count = static_cast<std::uint16_t>(count);
    for (std::size_t i = 0; i < count; ++i) {
      kept_[loads.first + i] = {sends.hops()[i].trunk.index(), units_.of(sends.rate().bps, {sends.load(i), 1})};
    }
  }
  void enter(const Loads& loads) {
    for (std::uint32_t i = loads.first; i < loads.first + loads.count; ++i) {
      std::int64_t& left = left_[kept_[i].trunk];
      left -= kept_[i].units;
      CHECK(left >= 0, "sends that were found free of contention fill a trunk");
    }
  }
  void leave(const Loads& loads) {
    for (std::uint32_t i = loads.first; i < loads.first + loads.count; ++i) left_[kept_[i].trunk] += kept_[i].units;
  }

 private:
  static constexpr std::int64_t kRoundings = 1'000'000'000;  // of the capacity, as presolve has it
  struct Load {
    std::uint32_t trunk = 0;
    std::int64_t units = 0;
  };
  LoadUnits units_;
  std::vector<std::int64_t> left_;  // by trunk
  std::vector<Load> kept_;
};

}  // namespace polyplane::sim
