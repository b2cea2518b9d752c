// Pending events in order of (time, kind, id, stamp): a radix heap on integer picoseconds (Ahuja, Mehlhorn, Orlin,
// Tarjan, J. ACM 1990), flat from 10^4 to 10^7 pending events. Monotone: nothing may be pushed before now().
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/units.h"

namespace polyplane::sim {

/// In the order in which they happen within one instant: what ends makes room before anything starts.
enum class EventKind : std::uint8_t { capacity, flow_end, operation, release, flow_start };
inline constexpr std::size_t kEventKinds = 5;

/// `stamp` tells a handler whether the event is still meant (it may have been replaced by a later one of the same id).
struct Event {
  std::int64_t time_ps = 0;
  std::uint32_t id = 0;
  std::uint32_t stamp = 0;
};

class EventQueue {
 public:
  /// REQUIRES: event.time_ps >= now.
  void push(EventKind kind, Event event);
  /// Moves now to the earliest pending time. False when nothing is pending. REQUIRES: nothing is due now.
  bool advance();
  /// Replaces `out` by all events due now of the first kind that has any, ascending by (id, stamp). False when nothing
  /// is due.
  bool take_due(EventKind& kind, std::vector<Event>& out);

  /// Drops the events that are not due now and that `keep(kind, event)` refuses.
  template <class Keep>
  void keep_if(Keep keep) {
    for (std::vector<Entry>& bucket : buckets_) {
      pending_ -= std::erase_if(bucket, [&](const Entry& entry) { return !keep(entry.kind, entry.event); });
    }
  }

  [[nodiscard]] std::int64_t now_ps() const { return now_ps_; }
  [[nodiscard]] bool has_due() const;
  [[nodiscard]] std::uint64_t pending() const { return pending_; }

 private:
  struct Entry {
    Event event;
    EventKind kind;
  };
  // bucket b holds times whose highest bit that differs from now_ps_ is bit b
  std::array<std::vector<Entry>, 64> buckets_;
  std::array<std::vector<Event>, kEventKinds> due_;
  std::int64_t now_ps_ = 0;
  std::uint64_t pending_ = 0;
};

}  // namespace polyplane::sim
