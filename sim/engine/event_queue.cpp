#include "sim/engine/event_queue.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace polyplane::sim {

namespace {

std::size_t bucket_of(std::int64_t time_ps, std::int64_t now_ps) {
  return static_cast<std::size_t>(63 - std::countl_zero(static_cast<std::uint64_t>(time_ps ^ now_ps)));
}

bool earlier_id(const Event& a, const Event& b) { return a.id != b.id ? a.id < b.id : a.stamp < b.stamp; }

}  // namespace

void EventQueue::push(EventKind kind, Event event) {
  CHECK(event.time_ps >= now_ps_, "event in the past");
  ++pending_;
  if (event.time_ps == now_ps_) {
    due_[static_cast<std::size_t>(kind)].push_back(event);
  } else {
    buckets_[bucket_of(event.time_ps, now_ps_)].push_back({event, kind});
  }
}

bool EventQueue::advance() {
  const auto bucket = std::find_if(buckets_.begin(), buckets_.end(), [](const auto& b) { return !b.empty(); });
  if (bucket == buckets_.end()) return false;
  std::int64_t earliest = INT64_MAX;
  for (const Entry& entry : *bucket) earliest = std::min(earliest, entry.event.time_ps);
  now_ps_ = earliest;
  // Every entry now differs from now_ps_ in a lower bit than before, so it moves to a lower bucket or is due.
  for (const Entry& entry : *bucket) {
    if (entry.event.time_ps == earliest) {
      due_[static_cast<std::size_t>(entry.kind)].push_back(entry.event);
    } else {
      buckets_[bucket_of(entry.event.time_ps, earliest)].push_back(entry);
    }
  }
  bucket->clear();
  return true;
}

bool EventQueue::take_due(EventKind& kind, std::vector<Event>& out) {
  out.clear();
  for (std::size_t k = 0; k < kEventKinds; ++k) {
    if (due_[k].empty()) continue;
    kind = static_cast<EventKind>(k);
    out.swap(due_[k]);
    pending_ -= out.size();
    if (!std::is_sorted(out.begin(), out.end(), earlier_id)) std::sort(out.begin(), out.end(), earlier_id);
    return true;
  }
  return false;
}

bool EventQueue::has_due() const {
  return std::any_of(due_.begin(), due_.end(), [](const auto& events) { return !events.empty(); });
}

}  // namespace polyplane::sim
