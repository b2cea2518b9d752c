#include "sim/engine/delay_queue.h"

#include <algorithm>
#include <bit>

namespace polyplane::sim {

DelayQueue::DelayQueue(std::uint32_t num_ids, std::int64_t start_ps)
    : marks_((std::size_t{num_ids} + 63) / 64, 0), now_ps_(start_ps) {
  heads_.fill(kNever);
}

std::uint32_t DelayQueue::queue_of(std::int64_t delay_ps) {
  const auto place = std::ranges::find(delays_ps_, delay_ps);
  const auto queue = static_cast<std::uint32_t>(place - delays_ps_.begin());
  if (place == delays_ps_.end() && queue < kQueues) delays_ps_.push_back(delay_ps);
  return queue;
}

bool DelayQueue::take(std::vector<std::uint32_t>& due) {
  due.clear();
  const std::size_t queues = delays_ps_.size();
  std::int64_t next_ps = others_.empty() ? kNever : others_.top().time_ps;
  for (std::size_t queue = 0; queue < queues; ++queue) next_ps = std::min(next_ps, heads_[queue]);
  if (next_ps == kNever) return false;
  CHECK(next_ps >= now_ps_, "an event in the past");
  now_ps_ = next_ps;
  for (std::size_t queue = 0; queue < queues; ++queue) {
    if (heads_[queue] == next_ps) heads_[queue] = fifos_[queue].take(next_ps, due);
  }
  for (; !others_.empty() && others_.top().time_ps == next_ps; others_.pop()) due.push_back(others_.top().id);
  sort(due);
  return true;
}

std::int64_t DelayQueue::Fifo::take(std::int64_t time_ps, std::vector<std::uint32_t>& due) {
  while (count_ > 0 && at(0).time_ps == time_ps) {
    due.push_back(at(0).id);
    first_ = (first_ + 1) & (ring_.size() - 1);
    --count_;
  }
  return count_ == 0 ? kNever : at(0).time_ps;
}

void DelayQueue::Fifo::grow() {
  std::vector<Due> wider(std::max<std::size_t>(16, 2 * ring_.size()));
  for (std::size_t i = 0; i < count_; ++i) wider[i] = at(i);
  ring_ = std::move(wider);
  first_ = 0;
}

// Many at once, as where all ranks go in step, are marked and read off.
void DelayQueue::sort(std::vector<std::uint32_t>& due) {
  if (due.size() < 64 || due.size() < marks_.size() / 4) {
    std::ranges::sort(due);
    return;
  }
  for (const std::uint32_t id : due) marks_[id / 64] |= std::uint64_t{1} << (id % 64);
  due.clear();
  for (std::size_t word = 0; word < marks_.size(); ++word) {
    for (; marks_[word] != 0; marks_[word] &= marks_[word] - 1) {
      due.push_back(static_cast<std::uint32_t>(word * 64) + static_cast<std::uint32_t>(std::countr_zero(marks_[word])));
    }
  }
}

}  // namespace polyplane::sim
