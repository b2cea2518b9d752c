// Runs a schedule whose sends cannot contend event by event, in order of time: a delivery is an event, a send starts at
// the instant that lets it, and ends a constant later. The check of the ways without a clock (uncontended_dataflow.h,
// uncontended_rings.h): it takes no lane ahead of its time, holds each lane to one send in flight (what else it has under
// way waits), and sees to it that sends in flight never fill a trunk.
//
// Where constants are few, as with one size of messages, the clock is one queue for each (engine/delay_queue.h).
// Deliveries of one instant go by lane, those of the sends of no duration that they start after them.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "sim/early_messages.h"
#include "sim/engine/delay_queue.h"
#include "sim/executor.h"
#include "sim/folding.h"
#include "sim/lane_waits.h"
#include "sim/trunk_occupancy.h"
#include "sim/uncontended_sends.h"
#include "sim/waiting_messages.h"

namespace polyplane::sim {

/// One job from its launch. Memory O(ranks x lanes).
class UncontendedEvents {
 public:
  /// Keeps references; `folding` may be null. `shares_links`: trunks have capacities that must hold. Throws LimitError past
  /// 2^32 - 2 lanes and for capacities past what can be counted.
  UncontendedEvents(const Job& job, const Folding* folding, UncontendedSends& sends, bool shares_links);
  /// False when a send would stand still for want of capacity: nothing is known then. Throws RunError for a stall,
  /// Interrupted when stopped, LimitError past 53 days.
  [[nodiscard]] bool run(const std::function<bool()>& stop);
  /// Of the last step.
  [[nodiscard]] TimePoint end() const { return TimePoint::from_ps(end_ps_); }
  /// Deliveries, each of one send.
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  struct Sends : AlikeSends {
    std::uint32_t queue = 0;
    TrunkOccupancy::Loads loads;
  };
  struct alignas(64) Lane {
    std::uint64_t arrived = 0;  // bit i: the message for step + i is there
    std::uint32_t step = 0, num_steps = 0;
    std::uint32_t rank = 0;
    std::uint32_t peer = 0, peer_step = 0;  // of the send in flight: receiving lane, and its step
    std::uint8_t recent_sends = 0;          // that the send in flight is among
    std::uint8_t under_way = 0;             // messages sent, not delivered: the one in flight and those in waiting_
    bool second_is_older : 1 = false;       // of recent
    bool begun : 1 = false, receives : 1 = false;
    bool far : 1 = false;  // early_ holds messages for it
    std::array<Sends, 2> recent;
  };
  [[nodiscard]] bool is_done(const Lane& lane) const {
    const std::uint32_t most_under_way = lane.step + 1 == lane.num_steps ? 0U : slots_ - 1U;
    return lane.begun && lane.under_way <= most_under_way && (!lane.receives || (lane.arrived & 1U) != 0);
  }
  [[nodiscard]] std::uint32_t number_of(std::uint32_t index) const {
    return index - lanes_[index].rank * lanes_per_rank_;
  }
  void deliver(std::uint32_t index);
  void arrive(std::uint32_t index, std::uint32_t step);
  void advance(std::uint32_t index);
  [[nodiscard]] bool waits_for_others(std::uint32_t index, const collectives::Step& step);
  void send(std::uint32_t index, const collectives::Step& step);
  void start_next_message(std::uint32_t index);
  [[nodiscard]] Sends& start_message(std::uint32_t index, const collectives::Step& step);
  [[nodiscard]] std::uint8_t recall(std::uint32_t index, RankId to, Bytes bytes);
  void next_step(std::uint32_t index);
  [[noreturn]] void report_stall() const;

  const Job& job_;
  const collectives::Schedule& schedule_;
  const Folding* folding_;
  UncontendedSends& sends_;
  std::uint32_t lanes_per_rank_, slots_;
  std::vector<Lane> lanes_;
  WaitingMessages waiting_;
  std::vector<std::array<std::int64_t, 2>> tails_ps_;  // of the recent sends of each lane; empty with one slot
  EarlyMessages early_;                                // that came 64 steps or more ahead
  LaneWaits waits_;
  std::vector<std::uint32_t> woken_;
  DelayQueue pending_;                       // deliveries, by lane
  std::optional<TrunkOccupancy> occupancy_;  // none: links are not shared
  std::uint64_t unfinished_ = 0;             // lanes
  bool stands_still_ = false;
  std::int64_t end_ps_;
  std::uint64_t events_ = 0;
};

}  // namespace polyplane::sim
