// Messages that have been sent while one before them in their lane still drains (ProtocolCosts::messages_under_way).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace polyplane::sim {

/// First in, first out, by lane; at most slots - 1 of a lane, beside the one that drains.
class WaitingMessages {
 public:
  static constexpr std::uint32_t kNoPlace = UINT32_MAX;  // of one that never waited
  struct Message {
    std::uint32_t step = 0;
    std::uint32_t place = kNoPlace;  // below slots - 1; no other message of the lane that waits has it
    std::int64_t sent_ps = 0;        // its step started
  };
  WaitingMessages() = default;
  /// One slot: none ever waits, and nothing is kept.
  WaitingMessages(std::size_t lanes, std::uint32_t slots)
      : places_(slots - 1), messages_(lanes * places_), queues_(slots == 1 ? 0 : lanes) {}

  /// Of the lane that has most.
  [[nodiscard]] std::uint32_t slots() const { return static_cast<std::uint32_t>(places_) + 1; }
  [[nodiscard]] bool any(std::size_t lane) const { return !queues_.empty() && queues_[lane].count > 0; }
  /// Its place. REQUIRES: one is free.
  std::uint32_t push(std::size_t lane, std::uint32_t step, std::int64_t sent_ps) {
    Queue& queue = queues_[lane];
    const auto place = static_cast<std::uint32_t>((queue.first + queue.count) % places_);
    queue.count += 1;
    messages_[lane * places_ + place] = {step, place, sent_ps};
    return place;
  }
  /// REQUIRES: any(lane).
  Message pop(std::size_t lane) {
    Queue& queue = queues_[lane];
    const Message message = messages_[lane * places_ + queue.first];
    queue.first = static_cast<std::uint8_t>((queue.first + 1U) % places_);
    queue.count -= 1;
    return message;
  }

 private:
  struct Queue {
    std::uint8_t first = 0, count = 0;
  };
  std::size_t places_ = 0;  // of a lane
  std::vector<Message> messages_;
  std::vector<Queue> queues_;
};

}  // namespace polyplane::sim
