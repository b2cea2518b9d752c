// Events that are due a delay after the present, where delays are few: one queue, first in first out, for each distinct
// delay. Time never goes back, so each is in order by itself, and the next instant is the least of their heads. Delays
// past the first 32 share a binary heap.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <queue>
#include <tuple>
#include <vector>

#include "base/check.h"

namespace polyplane::sim {

class DelayQueue {
 public:
  /// Of events numbered below `num_ids`, each of which is pending once at the most; the present is `start_ps`.
  DelayQueue(std::uint32_t num_ids, std::int64_t start_ps);

  static constexpr std::uint32_t kAnyDelay = 32;
  /// The queue of a delay; to be asked once, and kept. REQUIRES: delay_ps >= 0.
  [[nodiscard]] std::uint32_t queue_of(std::int64_t delay_ps);
  /// `queue`: queue_of(delay_ps), or kAnyDelay: the heap, for a delay that does not come again. REQUIRES: `id` is not pending, the sum does not overflow.
  void push(std::uint32_t queue, std::int64_t delay_ps, std::uint32_t id) {
    const std::int64_t time_ps = now_ps_ + delay_ps;
    if (queue == kQueues) {
      others_.push({time_ps, id});
      return;
    }
    if (heads_[queue] == kNever) heads_[queue] = time_ps;
    fifos_[queue].push({time_ps, id});
  }
  /// Moves the present to the next instant at which something is due, and replaces `due` by all of it, ascending. What was
  /// pushed for the present itself comes as a batch of its own. False when nothing is pending.
  bool take(std::vector<std::uint32_t>& due);

  [[nodiscard]] std::int64_t now_ps() const { return now_ps_; }

 private:
  static constexpr std::uint32_t kQueues = kAnyDelay;
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();
  struct Due {
    std::int64_t time_ps;
    std::uint32_t id;
    friend bool operator>(const Due& a, const Due& b) { return std::tie(a.time_ps, a.id) > std::tie(b.time_ps, b.id); }
  };
  /// A ring that doubles when it is full.
  class Fifo {
   public:
    void push(const Due& due) {
      if (count_ == ring_.size()) grow();
      CHECK(count_ == 0 || at(count_ - 1).time_ps <= due.time_ps, "a delay of another queue");
      ring_[(first_ + count_) & (ring_.size() - 1)] = due;
      ++count_;
    }
    /// Moves what is due at `time_ps` to the end of `due`; when the next is, or kNever.
    std::int64_t take(std::int64_t time_ps, std::vector<std::uint32_t>& due);

   private:
    [[nodiscard]] const Due& at(std::size_t i) const { return ring_[(first_ + i) & (ring_.size() - 1)]; }
    void grow();
    std::vector<Due> ring_;  // a power of two of them
    std::size_t first_ = 0, count_ = 0;
  };
  void sort(std::vector<std::uint32_t>& due);

  std::vector<std::int64_t> delays_ps_;      // of the first queues
  std::array<std::int64_t, kQueues> heads_;  // when the first of each is due
  std::array<Fifo, kQueues> fifos_;
  std::priority_queue<Due, std::vector<Due>, std::greater<>> others_;
  std::vector<std::uint64_t> marks_;  // by id, all zero between calls
  std::int64_t now_ps_;
};

}  // namespace polyplane::sim
