// The clock. Something happens at a time; handlers answer by scheduling more. An ordinary object: two engines in one
// process know nothing of each other.
//
// Within one instant events come by kind (ends, releases, starts), each kind as one batch ordered by id; when nothing
// more is due at the instant, every handler may settle (a network model re-solves once for the whole batch), which may
// make more events due at the same instant. Order never depends on the order of scheduling.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/units.h"
#include "sim/engine/event_queue.h"

namespace polyplane::sim {

class EventHandler {
 public:
  virtual ~EventHandler() = default;
  /// All events of one kind that are due now, ascending by id.
  virtual void handle(EventKind kind, std::span<const Event> events) = 0;
  /// Nothing is due at this instant any more.
  virtual void settle() {}
  /// False: the event was replaced, and handle() would pass over it. Such events may be dropped unhandled.
  [[nodiscard]] virtual bool is_meant(EventKind, const Event&) const { return true; }
};

class Engine {
 public:
  /// Sends events of `kind` to `handler` (not owned). One handler a kind.
  void attach(EventKind kind, EventHandler& handler);
  void schedule(TimePoint time, EventKind kind, std::uint32_t id, std::uint32_t stamp = 0) {
    queue_.push(kind, {time.ps(), id, stamp});
    if (queue_.pending() > crowd_) drop_replaced();
  }
  [[nodiscard]] TimePoint now() const { return TimePoint::from_ps(queue_.now_ps()); }
  /// Runs until nothing is pending. `stop` (may be empty) is asked every few thousand events; true ends early.
  /// Returns false when stopped. Throws LimitError when simulated time passes 53 days.
  bool run(const std::function<bool()>& stop);
  /// Events handled so far, with those replaced ones that were not dropped.
  [[nodiscard]] std::uint64_t events() const { return events_; }

 private:
  void drop_replaced();

  EventQueue queue_;
  std::array<EventHandler*, kEventKinds> handlers_{};
  std::vector<EventHandler*> distinct_;
  std::vector<Event> batch_;
  std::uint64_t events_ = 0;
  std::uint64_t crowd_ = std::uint64_t{1} << 16U;  // pending events from which on replaced ones are looked for
};

}  // namespace polyplane::sim
