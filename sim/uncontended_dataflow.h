// Runs a schedule send by send without a clock: the end of a send is its start plus a constant, and a step is complete when
// its send has ended and its message is there, so what is computed first changes nothing. Where lanes have several messages
// under way, each drains after the one before, and a send has ended when there is a slot for the next.
//
// A worklist of lanes. A lane goes on until it lacks a message or another lane, at most some steps at a time, so that no
// lane runs far ahead of those that it sends to and neighbours in the schedule find each other in the cache.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sim/delivery_times.h"
#include "sim/executor.h"
#include "sim/folding.h"
#include "sim/step_times.h"
#include "sim/uncontended_sends.h"

namespace polyplane::sim {

/// One job from its launch. Memory O(ranks x lanes), and where lanes wait for one another, one time for each step that
/// something waits for.
class UncontendedDataflow {
 public:
  /// Keeps references; `folding` may be null.
  UncontendedDataflow(const Job& job, const Folding* folding, UncontendedSends& sends);
  /// False when a send would stand still for want of capacity: nothing is known then. Throws RunError for a stall,
  /// Interrupted when stopped, LimitError past 53 days.
  [[nodiscard]] bool run(const std::function<bool()>& stop);
  /// Of the last step.
  [[nodiscard]] TimePoint end() const { return TimePoint::from_ps(end_ps_); }
  [[nodiscard]] std::uint64_t sends() const { return num_sends_; }

 private:
  struct alignas(64) Lane {
    std::int64_t ready_ps = 0;  // the step before is complete
    std::int64_t sent_ps = 0;   // begun: the send of the step has ended
    std::uint32_t step = 0, num_steps = 0;
    std::uint32_t rank = 0, number = 0;
    bool begun = false;    // needs its message
    bool waiting = false;  // for another lane of its rank
    bool far = false;      // far_ holds messages for it
    std::uint8_t oldest = 0;
    std::array<AlikeSends, 2> recent;
  };

  void advance(std::uint32_t index);
  [[nodiscard]] bool after_others(std::uint32_t index, const collectives::Step& step, std::int64_t& start_ps) const;
  [[nodiscard]] std::int64_t send(std::uint32_t index, const collectives::Step& step, std::int64_t start_ps);
  [[nodiscard]] std::int64_t send_behind(std::uint32_t index, const AlikeSends& sends, std::int64_t start_ps);
  [[nodiscard]] std::int64_t slot_free(std::uint32_t index, std::int64_t start_ps) const;
  [[nodiscard]] AlikeSends& recall(std::uint32_t index, RankId to, Bytes bytes);
  void arrive(std::uint32_t index, std::uint32_t step, std::int64_t time_ps);
  void complete(std::uint32_t index, std::int64_t time_ps);
  void wake_rank(std::uint32_t rank);
  [[nodiscard]] std::int64_t& arrival(std::uint32_t index, std::uint32_t step);
  [[noreturn]] void report_stall() const;

  const Job& job_;
  const collectives::Schedule& schedule_;
  const Folding* folding_;
  UncontendedSends& sends_;
  std::uint32_t lanes_per_rank_;
  std::vector<Lane> lanes_;
  std::vector<std::int64_t> arrivals_;                                   // a few for each lane, by step
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::int64_t> far_;  // (lane, step) that came further ahead
  StepTimes step_times_;
  std::optional<DeliveryTimes> deliveries_;            // none: one message of a lane is under way
  std::vector<std::array<std::int64_t, 2>> tails_ps_;  // of the recent sends of each lane; empty: as above
  std::vector<std::uint32_t> waiters_;                 // waiting lanes of each rank
  std::vector<std::uint32_t> woken_;                   // lanes that can go on; the last goes first
  std::vector<std::uint32_t> set_back_;                // lanes that have had their turn
  std::uint64_t unfinished_ = 0;                       // lanes
  bool stands_still_ = false;
  std::int64_t end_ps_;
  std::uint64_t num_sends_ = 0;
};

}  // namespace polyplane::sim
