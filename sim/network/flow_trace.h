// What a run that is to be explained remembers of each flow: how fast it would be alone, and which trunks held it for how
// long. Costs memory and time only when asked for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "sim/network/line_rate.h"
#include "sim/network/network_model.h"

namespace polyplane::sim {

class FlowTraces {
 public:
  /// `flows` 0: nothing is kept and all calls but facts() are free.
  FlowTraces(std::vector<BitRate> capacities, std::size_t flows) : capacities_(std::move(capacities)), traces_(flows) {}

  /// `due`: when it could start to drain, before a time quantum put that off.
  void started(std::uint32_t flow, std::span<const topology::Hop> hops, TimePoint due, TimePoint drain_start) {
    if (traces_.empty()) return;
    const Rate alone = hops.empty() ? Rate{} : line_rate(hops, capacities_);
    traces_[flow] = {alone, TrunkId(), drain_start, drain_start - due, drain_start, {}, {}};
  }
  void set_capacity(TrunkId trunk, BitRate capacity) {
    if (!traces_.empty()) capacities_[trunk.index()] = capacity;
  }
  /// The flow has drained at `rate` (bit/s) since it was last told of: what sharing cost goes to its bottleneck of that
  /// time; with no rate at all it has waited.
  void drained(std::uint32_t flow, TimePoint now, double rate) {
    if (traces_.empty()) return;
    Trace& trace = traces_[flow];
    const Duration interval = now - trace.since;
    trace.since = now;
    if (rate <= 0) {
      trace.waited += interval;
      return;
    }
    const double held = trace.alone.bps > 0 ? static_cast<double>(interval.ps()) * (1 - rate / trace.alone.bps) : 0;
    if (held <= 0 || !trace.bottleneck.valid()) return;
    const auto place = std::find_if(trace.held_by.begin(), trace.held_by.end(),
                                    [&](const auto& entry) { return entry.first == trace.bottleneck; });
    if (place == trace.held_by.end()) {
      trace.held_by.emplace_back(trace.bottleneck, held);
    } else {
      place->second += held;
    }
  }
  void bottleneck(std::uint32_t flow, TrunkId trunk) {
    if (!traces_.empty()) traces_[flow].bottleneck = trunk;
  }

  [[nodiscard]] DeliveryFacts facts(std::uint32_t flow, Bytes size) const {
    const Trace& trace = traces_[flow];
    DeliveryFacts facts;
    facts.drain_start = trace.drain_start;
    facts.start_put_off = trace.start_put_off;
    if (!trace.alone.trunk.valid()) return facts;
    if (trace.alone.bps > 0) facts.line_time = drain_time(size, trace.alone);  // else: it started on a dead trunk
    facts.narrowest = trace.alone.trunk;
    facts.waited = trace.waited;
    facts.held_by = trace.held_by;
    return facts;
  }

 private:
  struct Trace {
    Rate alone;
    TrunkId bottleneck;
    TimePoint drain_start;
    Duration start_put_off;
    TimePoint since;  // what came before is booked
    Duration waited;
    std::vector<std::pair<TrunkId, double>> held_by;
  };
  std::vector<BitRate> capacities_;
  std::vector<Trace> traces_;
};

}  // namespace polyplane::sim
