// What the sends of one job take and carry when each is as good as alone on its route.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sim/executor.h"
#include "sim/folding.h"
#include "sim/network/line_rate.h"
#include "topology/router.h"

namespace polyplane::sim {

/// No simulated time is later; two of them may be added.
inline constexpr std::int64_t kLongestPs = INT64_MAX / 2;

/// Sends of one lane to one peer, all of one size: what need not be asked again.
struct AlikeSends {
  std::uint32_t to = UINT32_MAX;
  std::uint32_t first_lane = 0;  // of the peer, or its representative
  std::int64_t bytes = 0, time_ps = 0;
  std::int64_t uncounted = 0;  // not yet among the bytes carried
};

/// Works on one path at a time, so that a route is asked once for all that is to be known of it. Keeps references to its
/// arguments; `folding` may be null.
class UncontendedSends {
 public:
  UncontendedSends(topology::Router& router, const Job& job, const Folding* folding);

  /// Makes the path of a lane of `from` to `to` the present one. In a folded run the hops are those of representatives and
  /// stand for the whole orbit. Throws InputError when faults cut the pair.
  void take_path(RankId from, std::uint32_t lane, RankId to);
  [[nodiscard]] std::span<const topology::Hop> hops() const { return hops_; }
  /// What the path puts on the trunk of a hop, in units of the rate of one send.
  [[nodiscard]] double load(std::size_t hop) const { return folding_ == nullptr ? hops_[hop].weight : loads_[hop]; }
  /// REQUIRES: the present path has hops.
  [[nodiscard]] const Rate& rate() const { return rate_; }
  [[nodiscard]] std::size_t num_trunks() const { return capacities_.size(); }
  [[nodiscard]] BitRate capacity(TrunkId trunk) const { return capacities_[trunk.index()]; }

  /// From the start of a step to the delivery of its message over the present path: software, latency and drain. None when
  /// it would stand still for want of capacity. Throws LimitError past 53 days.
  [[nodiscard]] std::optional<Duration> time(Bytes payload);
  /// Of the message that time() was asked for last: from the delivery of the message before it in its lane to its own, where
  /// that one held it up. No more than time(). What comes earlier passes meanwhile.
  [[nodiscard]] Duration tail() const { return tail_; }
  /// Counts the bytes of `times` messages over the present path.
  void carry(Bytes payload, std::int64_t times);

  /// Counts what `sends` was, and makes it those of a lane of `from` to `to`, with that path the present one. The first is
  /// counted already: `uncounted` is -1. False when it would stand still for want of capacity. The same errors.
  [[nodiscard]] bool renew(AlikeSends& sends, RankId from, std::uint32_t lane, RankId to, Bytes bytes);
  /// Counts the bytes that are not yet.
  void count(AlikeSends& sends, RankId from, std::uint32_t lane);

  /// Bytes carried by all trunks of the router, exactly as a network model counts them.
  [[nodiscard]] std::vector<double> trunk_bytes() const;

 private:
  topology::Router& router_;
  const Job& job_;
  const Folding* folding_;
  std::vector<BitRate> capacities_;
  topology::Route route_;
  std::span<const topology::Hop> hops_;
  std::vector<topology::Hop> folded_hops_;
  std::vector<double> loads_;
  Duration before_drain_;
  Duration posting_;  // part of it that begins when the message before is through
  Duration tail_;
  bool by_size_ = false;  // the sender pays what the stack states by size
  Rate rate_;
  // The drain computed last: neighbours in a schedule mostly ask the same again.
  Bytes last_size_;
  BitRate last_capacity_;
  Duration last_drain_;

  std::vector<std::int64_t> whole_;  // by trunk, see Carried
  std::vector<int128> part_;
};

}  // namespace polyplane::sim
