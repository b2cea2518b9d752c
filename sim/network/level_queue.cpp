#include "sim/network/level_queue.h"

#include <algorithm>
#include <bit>

namespace polyplane::sim {

namespace {

constexpr std::size_t kSmall = 64;
constexpr std::uint32_t kEnd = 0xffffffffU;
// 256 buckets an octave, from 2^-10 to 2^64; what is outside goes to the first and the last.
constexpr unsigned kShift = 52 - 8;
constexpr std::size_t kBuckets = std::size_t{74} << 8U;

std::size_t bucket_of(double level) {
  const std::uint64_t top = std::bit_cast<std::uint64_t>(level) >> kShift;
  const std::uint64_t first = std::bit_cast<std::uint64_t>(0x1p-10) >> kShift;
  return top <= first ? 0 : std::min<std::size_t>(top - first, kBuckets - 1);
}

}  // namespace

void LevelQueue::clear() {
  open_.clear();
  started_ = false;
  if (!bucketed_) return;
  entries_.clear();
  for (std::size_t word = opened_ / 64; word < filled_.size(); ++word) {
    for (; filled_[word] != 0; filled_[word] &= filled_[word] - 1) {
      heads_[word * 64 + static_cast<std::size_t>(std::countr_zero(filled_[word]))] = kEnd;
    }
  }
  bucketed_ = false;
}

void LevelQueue::push(double level, std::uint32_t item) {
  if (!started_) {
    open_.push_back({level, item});
  } else if (!bucketed_ || bucket_of(level) <= opened_) {
    const auto place = std::lower_bound(open_.begin(), open_.end(), level,
                                        [](const Entry& entry, double than) { return entry.level > than; });
    open_.insert(place, {level, item});
  } else {
    file({level, item});
  }
}

void LevelQueue::file(const Entry& entry) {
  const std::size_t bucket = bucket_of(entry.level);
  entries_.push_back({entry.level, entry.item, heads_[bucket]});
  heads_[bucket] = static_cast<std::uint32_t>(entries_.size() - 1);
  filled_[bucket / 64] |= std::uint64_t{1} << (bucket % 64);
}

void LevelQueue::start() {
  started_ = true;
  bucketed_ = open_.size() > kSmall;
  if (!bucketed_) {
    std::sort(open_.begin(), open_.end(), [](const Entry& a, const Entry& b) { return a.level > b.level; });
    return;
  }
  if (heads_.empty()) {
    heads_.assign(kBuckets, kEnd);
    filled_.assign(kBuckets / 64, 0);
  }
  opened_ = 0;
  for (const Entry& entry : open_) file(entry);
  open_.clear();
}

bool LevelQueue::open_next() {
  if (!bucketed_) return false;
  std::size_t word = opened_ / 64;
  while (word < filled_.size() && filled_[word] == 0) ++word;
  if (word == filled_.size()) return false;
  opened_ = word * 64 + static_cast<std::size_t>(std::countr_zero(filled_[word]));
  filled_[word] &= filled_[word] - 1;
  double lowest = entries_[heads_[opened_]].level, highest = lowest;
  for (std::uint32_t i = heads_[opened_]; i != kEnd; i = entries_[i].next) {
    open_.push_back(entries_[i]);
    lowest = std::min(lowest, entries_[i].level);
    highest = std::max(highest, entries_[i].level);
  }
  heads_[opened_] = kEnd;
  if (lowest < highest) {
    std::sort(open_.begin(), open_.end(), [](const Entry& a, const Entry& b) { return a.level > b.level; });
  }
  return true;
}

bool LevelQueue::pop(double& level, std::vector<std::uint32_t>& items) {
  items.clear();
  if (!started_) start();
  if (open_.empty() && !open_next()) return false;
  level = open_.back().level;
  do {
    items.push_back(open_.back().item);
    open_.pop_back();
  } while (!open_.empty() && open_.back().level == level);
  return true;
}

}  // namespace polyplane::sim
