// A monotone queue of (level, item) for progressive filling: levels that are pushed are not below the last one popped. All
// items of one level come out together. Large sets go into buckets by the top bits of the level, a bucket being sorted when
// it is opened; small ones are sorted at once.
#pragma once

#include <cstdint>
#include <vector>

namespace polyplane::sim {

class LevelQueue {
 public:
  /// Forgets what is pending, keeps the memory.
  void clear();
  /// REQUIRES: level >= 0 and >= the last one popped.
  void push(double level, std::uint32_t item);
  /// Replaces `items` by all of the lowest level. False when nothing is pending.
  bool pop(double& level, std::vector<std::uint32_t>& items);

 private:
  struct Entry {
    double level;
    std::uint32_t item;
    std::uint32_t next = 0;  // in the list of its bucket
  };
  void start();
  void file(const Entry& entry);
  bool open_next();

  bool started_ = false;
  bool bucketed_ = false;
  std::size_t opened_ = 0;      // buckets below and including this one go straight into open_
  std::vector<Entry> open_;     // sorted once started: the lowest level last
  std::vector<Entry> entries_;  // filed
  std::vector<std::uint32_t> heads_;
  std::vector<std::uint64_t> filled_;  // bit b: bucket b has entries
};

}  // namespace polyplane::sim
