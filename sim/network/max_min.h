// Weighted max-min fairness by progressive filling; the solver alone, without time.
//
// Given trunks t with what is available a_t and flows f with weights w_ft on their trunks, finds rates x_f >= 0 such
// that
//   sum_f w_ft x_f <= a_t                          for every trunk, and
//   every f has a trunk t that is full and on which no flow is faster   (the bottleneck condition),
// which is necessary and sufficient for the one max-min fair point (Bertsekas and Gallager, Data Networks, 6.5.2).
// All rates rise together; the trunk with the least fair share a_t / (unfrozen weight) is full first and freezes its
// flows. Fair shares only grow while flows freeze, so a stale entry of the queue is put back, never lowered.
// Ties go to the lower trunk. Work space is kept between calls: no allocation in the steady state.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/units.h"
#include "sim/network/line_rate.h"

namespace polyplane::sim {

class MaxMin {
 public:
  /// Forgets the problem, keeps the memory.
  void clear();
  /// `available`: bit/s left for the flows of this problem. `whole`: nothing else uses the trunk, so available ==
  /// capacity and an equal share of it is exact. Returns the index 0, 1, 2...
  std::uint32_t add_trunk(double available_bps, BitRate capacity, bool whole);
  std::uint32_t add_flow();
  /// Of the flow added last. REQUIRES: weight > 0, each trunk at most once a flow, at least one hop a flow.
  void add_hop(std::uint32_t trunk, double weight);

  void solve();

  [[nodiscard]] std::size_t num_flows() const { return first_hop_.size(); }
  /// bit/s; Rate::trunk is the index of this problem's bottleneck trunk. Exact (sharers > 0) when it is an equal share
  /// of a whole trunk at weight 1 with no slower flow on it.
  [[nodiscard]] const Rate& rate(std::uint32_t flow) const { return rates_[flow]; }

 private:
  struct Trunk {
    double available = 0, weight = 0;
    BitRate capacity;
    std::uint32_t unfrozen = 0;
    std::uint32_t first_flow = 0;  // into flows_of_trunk_
    bool whole = false;            // still: no frozen flow, no weight but 1
  };
  struct Hop {
    std::uint32_t trunk;
    double weight;
  };
  struct Level {
    double share;
    std::uint32_t trunk;
  };
  void index_flows();
  void freeze(std::uint32_t flow, const Rate& rate);
  [[nodiscard]] std::span<const Hop> hops(std::uint32_t flow) const;

  std::vector<Trunk> trunks_;
  std::vector<Hop> hops_;
  std::vector<std::uint32_t> first_hop_, flows_of_trunk_;
  std::vector<Rate> rates_;
  std::vector<char> frozen_;
  std::vector<Level> queue_;
};

}  // namespace polyplane::sim
