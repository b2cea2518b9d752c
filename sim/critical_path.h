// Attribution: where the time of the critical path went. Kept forward: each lane carries the parts of the chain of
// causes that decided its present time, so memory is O(lanes), not O(transfers), and the parts of the last lane to
// finish sum to the makespan to the picosecond.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/units.h"
#include "sim/network/network_model.h"
#include "sim/report.h"
#include "topology/router.h"
#include "topology/topology.h"

namespace polyplane::sim {

class CriticalPath {
 public:
  /// `slots`: messages of a lane that may be under way.
  CriticalPath(const topology::Topology& topology, topology::Router& router, std::size_t lanes,
               std::uint32_t slots = 1);

  void job_started(std::size_t lane, Duration waiting, Duration launch);
  /// The lane sends now, and the message waits for those before it in `place`, below slots - 1.
  void put_by(std::size_t lane, std::uint32_t place);
  /// The lane sends now, or sent when it was put by in `place`, after `software`, along the route of `key`.
  void sent(std::size_t lane, std::uint32_t place, Duration software, const topology::FlowKey& key);
  /// The next message of the lane goes on now, after `software`, because the one before is delivered now.
  void sent_behind(std::size_t lane, Duration software);
  /// The lane copies or adds within its rank, as a flow of its own, after `software`.
  void works(std::size_t lane, Duration software);
  /// The send of the lane is delivered `now`, or its work done.
  void delivered(std::size_t lane, const DeliveryFacts& facts, TimePoint now);
  /// The step of `lane` completes now because the send of `sender` (itself or a peer) was delivered.
  void completed_by(std::size_t lane, std::size_t sender);
  /// `lane` goes on now because `other` of the same rank did.
  void follows(std::size_t lane, std::size_t other);

  /// The lane whose job_started() the causes of the present time of `lane` go back to.
  [[nodiscard]] std::size_t origin(std::size_t lane) const { return lane_origins_[lane]; }
  /// What led to the present time of the lane, in picoseconds: waiting, launch, software, then latency, serialisation
  /// and contention of each tier.
  [[nodiscard]] std::span<const std::int64_t> parts(std::size_t lane) const {
    return std::span<const std::int64_t>(lanes_).subspan(lane * width_, width_);
  }
  [[nodiscard]] static std::size_t width(const topology::Topology& topology);
  /// Parts by name.
  [[nodiscard]] static Attribution attribution(const topology::Topology& topology, std::span<const std::int64_t> parts);
  /// Parts of an attribution, in order.
  [[nodiscard]] static std::vector<std::int64_t> parts_of(const Attribution& attribution);

  /// The parts of that lane. CHECKs that they sum to `end`.
  [[nodiscard]] Attribution attribution(std::size_t lane, TimePoint end) const;

 private:
  [[nodiscard]] std::span<std::int64_t> row(std::vector<std::int64_t>& table, std::size_t lane) const {
    return std::span<std::int64_t>(table).subspan(lane * width_, width_);
  }
  const topology::Topology& topology_;
  topology::Router& router_;
  std::size_t tiers_, width_;
  std::vector<std::int64_t>
      lanes_;  // row: waiting, launch, software, then latency, serialisation, contention of each tier
  std::vector<std::int64_t> flights_;  // the same for the send in flight, up to its start, complete once delivered
  std::vector<std::int64_t> put_by_;   // of lanes as they were when they sent what waits, by lane and place
  std::vector<std::uint32_t> lane_origins_, flight_origins_, put_by_origins_;
  std::size_t places_;  // of a lane
};

}  // namespace polyplane::sim
