// Weighted max-min fairness by progressive filling; the solver alone, without time.
//
// Given trunks t with what is available a_t and flows f that put w_ft on them for each bit/s, finds rates x_f >= 0 such
// that
//   sum_f w_ft x_f <= a_t                          for every trunk, and
//   every f has a trunk t that is full and on which no flow is faster   (the bottleneck condition),
// which is necessary and sufficient for the one max-min fair point (Bertsekas and Gallager, Data Networks, 6.5.2).
// All rates rise together; the trunks with the least fair share a_t / (unfrozen weight) are full first, all that tie at
// once, and freeze their flows. Fair shares only grow while flows freeze, so a stale entry of the queue is put back, never
// lowered. A trunk with one flow is no constraint among flows but a cap of that flow.
//
// The answer depends on the problem alone, to the last bit: not on the numbering of flows and trunks, and of k equal flows
// it makes no difference whether they are given one by one or as one flow of k copies. What is available and what flows
// take are whole numbers, ties are frozen together, and the bottleneck of a flow is the first in the order of its hops.
// O(hops + stale entries); work space is kept between calls: no allocation in the steady state.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/units.h"
#include "sim/network/level_queue.h"
#include "sim/network/line_rate.h"
#include "sim/network/load_units.h"

namespace polyplane::sim {

class MaxMin {
 public:
  explicit MaxMin(LoadUnits units) : units_(units) {}

  /// Forgets the problem, keeps the memory.
  void clear();
  /// `available`: units left for the flows of this problem; all of `capacity` when nothing else uses the trunk, and an
  /// equal share of it is then exact. Returns the index 0, 1, 2...
  std::uint32_t add_trunk(std::int64_t available, BitRate capacity);
  std::uint32_t add_flow();
  /// Of the flow added last, in order of travel. REQUIRES: each trunk at most once a flow, at least one hop a flow.
  void add_hop(std::uint32_t trunk);
  void add_hop(std::uint32_t trunk, const HopLoad& load);
  /// In place of add_trunk() and add_hop() where no other flow uses the trunk.
  void add_hop_alone(std::int64_t available, BitRate capacity, const HopLoad& load);

  void solve();

  [[nodiscard]] std::size_t num_flows() const { return flows_.size(); }
  /// bit/s, without Rate::trunk. Exact (sharers > 0) when it is an equal share of a whole trunk with no slower flow on it,
  /// and the loads there add up to a whole number.
  [[nodiscard]] const Rate& rate(std::uint32_t flow) const { return rates_[flow]; }
  /// The hop of its bottleneck, counted from 0.
  [[nodiscard]] std::uint32_t bottleneck(std::uint32_t flow) const { return flows_[flow].bottleneck; }

 private:
  struct Trunk {
    std::int64_t available;
    BitRate capacity;
    std::uint32_t flows = 0;
    std::uint32_t shared = 0;  // index into shared_, when flows > 1
  };
  /// A trunk with several flows.
  struct Shared {
    std::int64_t available;
    double share;              // when last looked at
    WeightSum weight;          // of flows that are not frozen
    std::uint32_t first, end;  // into flows_of_shared_
    std::uint32_t trunk;
    std::uint32_t sharers;  // when it was full: an exact equal share among so many; else 0
  };
  struct Hop {
    std::uint32_t trunk;  // index into trunks_; after index_shared() into shared_
    std::uint32_t place;  // among the hops of its flow
  };
  struct Flow {
    std::uint32_t first, end;  // into hops_
    std::uint32_t hops;        // that were added
    std::uint32_t bottleneck;  // of what is known so far: the place of the hop that caps it
    bool frozen;
  };
  void cap(std::uint32_t flow, std::uint32_t place, std::int64_t available, BitRate capacity, const WeightSum& weight);
  void find_shared();
  void index_shared();
  void look_at(std::uint32_t shared, double level);
  void freeze(std::uint32_t flow, double level);

  LoadUnits units_;
  std::vector<Trunk> trunks_;
  std::vector<Shared> shared_;
  std::vector<Flow> flows_;
  std::vector<Hop> hops_;
  std::vector<HopLoad> loads_;  // of each of hops_; empty while all are one
  std::vector<std::uint32_t> flows_of_shared_;
  std::vector<Rate> rates_;  // of a flow that is not frozen: its cap
  LevelQueue queue_;         // items: shared trunks, then flows with a cap
  std::vector<std::uint32_t> due_, full_;
  std::size_t unfrozen_ = 0;
};

}  // namespace polyplane::sim
