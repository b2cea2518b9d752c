// The max-min fair rates of all flows that drain, kept while flows come and go; without time.
//
// What happens at one instant is told by add(), remove() and set_capacity(); settle() then re-solves only the flows that it
// really affects: the set grows until the bottleneck condition holds on every trunk that was touched, which proves the whole
// allocation (max_min.h), whatever the set was. Two short cuts need no solve: a flow that meets no other that starts takes
// the smallest residual of its path when nothing there is faster or held back; an end on which no other flow's bottleneck
// lies changes nothing.
//
// Loads of trunks are sums of whole numbers (load_units.h), so nothing drifts, and every choice depends on the problem alone,
// never on the numbering of flows and trunks or the order of calls at one instant: symmetric flows get the same bits, and
// one flow of k copies gets what k flows get.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "sim/network/incidences.h"
#include "sim/network/line_rate.h"
#include "sim/network/load_units.h"
#include "sim/network/max_min.h"
#include "topology/router.h"

namespace polyplane::sim {

class Allocation {
 public:
  /// Throws LimitError for a capacity that is too large to count.
  Allocation(std::vector<BitRate> capacities, std::uint32_t max_flows);

  /// The route of a flow that will be added. `loads`, `copies`: as in sim::Flow. REQUIRES: it is not there now.
  void set_route(std::uint32_t flow, std::span<const topology::Hop> hops, std::span<const double> loads,
                 std::uint32_t copies);
  /// REQUIRES: a route with at least one hop.
  void add(std::uint32_t flow);
  void remove(std::uint32_t flow);
  void set_capacity(std::uint32_t trunk, BitRate capacity);

  /// A flow that was looked at. A rate may be what it was.
  struct Rerated {
    std::uint32_t flow;
    double old_rate;       // bit/s
    BitRate capacity;      // with `sharers`: the exact rate
    std::int64_t sharers;  // 0: rate() is all that is known
  };
  /// All that settle() found, each flow once, in no order that means anything. Valid until the next call.
  std::span<const Rerated> settle();

  [[nodiscard]] double rate(std::uint32_t flow) const { return flows_[flow].rate; }  // bit/s
  [[nodiscard]] TrunkId bottleneck(std::uint32_t flow) const { return TrunkId(flows_[flow].bottleneck); }
  [[nodiscard]] std::uint32_t copies(std::uint32_t flow) const { return flows_[flow].copies; }
  /// What flows take of the capacity of a trunk, 0 to 1; 0 without capacity.
  [[nodiscard]] double used(std::uint32_t trunk) const {
    const auto all = static_cast<double>(units_.of(capacities_[trunk]));
    return all > 0 ? std::clamp(1 - static_cast<double>(trunks_[trunk].left) / all, 0.0, 1.0) : 0;
  }
  /// visit(trunk) for each trunk of the route of a flow.
  template <class Visit>
  void for_each_trunk(std::uint32_t flow, Visit visit) const {
    for (const Incidence& hop : hops(flows_[flow])) visit(hop.trunk);
  }
  /// Calls of settle() that had something to do.
  [[nodiscard]] std::uint64_t settles() const { return settles_; }
  /// CHECKs the bottleneck condition of all flows from scratch (certificate.h).
  void certify() const;

 private:
  struct FlowState {
    double rate = 0;  // bit/s
    std::uint32_t first_hop = 0, num_hops = 0;
    std::uint32_t bottleneck = kNone;
    std::uint32_t copies = 1;
    bool here = false;
    bool solving = false;  // in the affected set
    bool unit = true;      // all loads are one
  };
  struct TrunkState {
    std::int64_t left = 0;  // units that no flow takes
    // Held back here are flows with their bottleneck here. With such: their rate, and nobody is faster; else an upper bound.
    double top = 0;
    std::uint32_t head = kNone;
    std::uint32_t flows = 0;  // copies of flows here
    std::uint32_t held : 30 = 0;
    std::uint32_t touched : 1 = 0;   // in touched_
    std::uint32_t squeezed : 1 = 0;  // a flow that starts needs room here: who is held back here joins
    std::uint32_t local = kNone;     // index in the running solve
  };
  /// A trunk of the running solve; sums and so on over the flows of the affected set.
  struct Local {
    std::uint32_t trunk;
    std::uint32_t flows;
    std::int64_t load;
    double fastest, level;  // level < 0: no flow of the set has its bottleneck here
  };

  [[nodiscard]] std::span<const Incidence> hops(const FlowState& flow) const {
    return incidences_.block(flow.first_hop, flow.num_hops);
  }
  /// visit(trunk, load in units, copies), at the present rate, for each hop.
  template <class Visit>
  void for_each_load(const FlowState& flow, Visit visit) const;
  [[nodiscard]] bool is_full(const TrunkState& trunk, std::size_t index, std::int64_t left) const;

  void fetch(const FlowState& flow) const;
  void touch(std::uint32_t trunk);
  void start_added();
  void mark_crowds();
  [[nodiscard]] bool is_crowded(const FlowState& flow) const;
  bool take_residual(std::uint32_t id);
  void squeeze_tightest(const FlowState& flow);
  bool was_taken(std::uint32_t id);
  void affect(std::uint32_t id);
  void affect_joining();
  void join_held(std::uint32_t trunk);
  void join_faster(std::uint32_t trunk, double level);
  void affect_everything();
  void solve_affected();
  void find_violations();
  void commit();

  std::vector<BitRate> capacities_;
  LoadUnits units_;
  std::vector<TrunkState> trunks_;
  std::vector<FlowState> flows_;
  Incidences incidences_;
  std::uint64_t here_ = 0;      // copies of flows that are here
  std::uint64_t affected_ = 0;  // copies of flows in the affected set
  std::uint64_t settles_ = 0;
  bool stale_ = false;  // something was told since settle()

  std::vector<std::uint32_t> added_, unrated_, touched_, joining_;
  std::vector<Rerated> rerated_;
  std::size_t num_taken_ = 0;  // in rerated_, of residuals; what follows is the affected set
  std::vector<Local> locals_;
  MaxMin solver_;
};

template <class Visit>
void Allocation::for_each_load(const FlowState& flow, Visit visit) const {
  const std::int64_t one = units_.of(flow.rate);
  for (std::uint32_t i = flow.first_hop; i < flow.first_hop + flow.num_hops; ++i) {
    const std::uint32_t trunk = incidences_[i].trunk;
    if (flow.unit) {
      visit(trunk, one, 1U);
    } else {
      visit(trunk, units_.of(flow.rate, incidences_.load(i)), incidences_.load(i).copies);
    }
  }
}

}  // namespace polyplane::sim
