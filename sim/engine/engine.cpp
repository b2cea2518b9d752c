#include "sim/engine/engine.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"

namespace polyplane::sim {

namespace {
constexpr std::uint64_t kEventsBetweenStopChecks = 4096;
}

void Engine::attach(EventKind kind, EventHandler& handler) {
  EventHandler*& place = handlers_[static_cast<std::size_t>(kind)];
  CHECK(place == nullptr, "two handlers for one kind of event");
  place = &handler;
  if (std::find(distinct_.begin(), distinct_.end(), &handler) == distinct_.end()) distinct_.push_back(&handler);
}

// Where many rates change at every instant most pending events are replaced ones; memory stays O(events that are meant).
void Engine::drop_replaced() {
  queue_.keep_if([&](EventKind kind, const Event& event) {
    const EventHandler* handler = handlers_[static_cast<std::size_t>(kind)];
    return handler == nullptr || handler->is_meant(kind, event);
  });
  crowd_ = std::max(crowd_, 2 * queue_.pending());
}

bool Engine::run(const std::function<bool()>& stop) {
  std::uint64_t next_stop_check = events_;
  do {
    if (queue_.now_ps() > INT64_MAX / 2) throw LimitError("simulated time passes 53 days");
    EventKind kind{};
    for (bool settled = false; !settled;) {
      while (queue_.take_due(kind, batch_)) {
        EventHandler* handler = handlers_[static_cast<std::size_t>(kind)];
        CHECK(handler != nullptr, "event without a handler");
        events_ += batch_.size();
        handler->handle(kind, batch_);
      }
      for (EventHandler* handler : distinct_) handler->settle();
      settled = !queue_.has_due();
    }
    if (stop && events_ >= next_stop_check) {
      if (stop()) return false;
      next_stop_check = events_ + kEventsBetweenStopChecks;
    }
  } while (queue_.advance());
  return true;
}

}  // namespace polyplane::sim
