// Tells a trace sink how full trunks are: those that something changed on, once an instant. Without a sink it does
// nothing.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "sim/network/allocation.h"
#include "sim/trace/trace_sink.h"

namespace polyplane::sim {

class TrunkWatch {
 public:
  /// `sink` may be null.
  TrunkWatch(TraceSink* sink, std::size_t trunks) : sink_(sink), is_changed_(sink == nullptr ? 0 : trunks) {}

  /// The flow starts, ends or changes its rate.
  void changed(const Allocation& allocation, std::uint32_t flow) {
    if (sink_ == nullptr) return;
    allocation.for_each_trunk(flow, [&](std::uint32_t trunk) { changed(trunk); });
  }
  void changed(TrunkId trunk) {
    if (sink_ != nullptr) changed(trunk.index());
  }
  /// REQUIRES: the allocation is settled.
  void tell(const Allocation& allocation, TimePoint now) {
    for (const std::uint32_t trunk : changed_) {
      is_changed_[trunk] = false;
      sink_->load(TrunkId(trunk), allocation.used(trunk), now);
    }
    changed_.clear();
  }

 private:
  void changed(std::uint32_t trunk) {
    if (is_changed_[trunk]) return;
    is_changed_[trunk] = true;
    changed_.push_back(trunk);
  }
  TraceSink* sink_;
  std::vector<bool> is_changed_;
  std::vector<std::uint32_t> changed_;
};

}  // namespace polyplane::sim
