// Tests and probes without success, many as one: a program that spins until a message is there waits, one that looks
// between two pieces of work computes.
#pragma once

#include <cstdint>

namespace polyplane::record {

class Polls {
 public:
  /// Two polls that are not further apart belong to one wait.
  static constexpr std::uint64_t kSpinning = 1000;  // ns

  /// In [begin, end] on the clock of records.
  void add(std::uint64_t begin, std::uint64_t end) {
    if (count == 0) {
      first = begin;
    } else {
      wait_until(begin);
    }
    waited += end - begin;
    last = end;
    ++count;
  }
  /// A call that is no poll begins.
  void wait_until(std::uint64_t begin) {
    if (begin - last <= kSpinning) waited += begin - last;
    last = begin;
  }

  std::uint64_t first = 0, last = 0, waited = 0;  // ns
  std::uint32_t count = 0;
};

}  // namespace polyplane::record
