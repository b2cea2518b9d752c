// What a schedule orders and what it leaves open, for verify().
//
// A step has two events: it starts (its send begins to read) and it is complete. In between its message is delivered
// (its send has read). Edges: complete(k-1) and complete(after) before start(k); delivered(k) before complete(k);
// delivered(sender) before complete(receiver). (Stacks that buffer read at the start: what holds here holds there.)
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "collectives/step_table.h"

namespace polyplane::collectives {

class StepOrder {
 public:
  /// REQUIRES: table.match() == "". Keeps a reference: `table` must outlive it.
  explicit StepOrder(const StepTable& table);

  struct Event {
    std::uint32_t row = 0;
    bool complete = false;  // else: start
  };
  /// The events that directly precede one.
  class Predecessors {
   public:
    void add(Event event) { events_[count_++] = event; }
    [[nodiscard]] const Event* begin() const { return events_.data(); }
    [[nodiscard]] const Event* end() const { return events_.data() + count_; }

   private:
    std::array<Event, 1 + std::tuple_size_v<decltype(Step::after)>> events_{};
    std::size_t count_ = 0;
  };

  /// All events in one order that the schedule allows; shorter when it stalls.
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }
  /// The steps that wait for each other in a circle; "" when all steps complete.
  [[nodiscard]] std::string stall() const;
  /// Two accesses to one chunk of one rank, at least one of them a write, that nothing orders; "" when there are none.
  /// By vector clocks over the lanes of one rank at a time. REQUIRES: stall() == "".
  [[nodiscard]] std::string race() const;

 private:
  [[nodiscard]] Predecessors predecessors(Event event) const;
  /// Those where two lanes touch one chunk; a lane alone is in order by itself.
  [[nodiscard]] std::vector<std::uint32_t> ranks_that_share_chunks() const;
  [[nodiscard]] std::string race_at(std::uint32_t rank) const;

  const StepTable& table_;
  std::vector<Event> events_;
  std::vector<char> done_;  // [2 * row + complete]
};

}  // namespace polyplane::collectives
