// Which flows are on which trunk: one incidence for each hop of a draining flow, linked into the list of its trunk. Blocks of
// incidences belong to flows and are reused by length; links are indices, so growing moves nothing that is referred to.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/network/load_units.h"

namespace polyplane::sim {

inline constexpr std::uint32_t kNone = 0xffffffffU;

struct Incidence {
  std::uint32_t flow = kNone, trunk = kNone, next = kNone, previous = kNone;
};

class Incidences {
 public:
  /// A block for `count` >= 1 in place of one for `old_count`, 0 for none; returns the index of its first. Contents are what
  /// the last owner left.
  std::uint32_t reallocate(std::uint32_t first, std::uint32_t old_count, std::uint32_t count) {
    if (old_count > 0 && order(old_count) == order(count)) return first;
    if (old_count > 0) free_[order(old_count)].push_back(first);
    return allocate(count);
  }

  [[nodiscard]] Incidence& operator[](std::uint32_t index) { return all_[index]; }
  [[nodiscard]] const Incidence& operator[](std::uint32_t index) const { return all_[index]; }
  [[nodiscard]] std::span<const Incidence> block(std::uint32_t first, std::uint32_t count) const {
    return std::span<const Incidence>(all_).subspan(first, count);
  }

  /// What the flow puts on the trunk; kept for those flows only for which it was ever set.
  [[nodiscard]] const HopLoad& load(std::uint32_t index) const { return loads_[index]; }
  void set_load(std::uint32_t index, const HopLoad& load) {
    if (loads_.size() < all_.size()) loads_.resize(all_.size());
    loads_[index] = load;
  }

  /// Puts an incidence at the front of the list that starts at `head`.
  void link(std::uint32_t index, std::uint32_t& head) {
    all_[index].previous = kNone;
    all_[index].next = head;
    if (head != kNone) all_[head].previous = index;
    head = index;
  }
  void unlink(std::uint32_t index, std::uint32_t& head) {
    const Incidence& gone = all_[index];
    (gone.previous == kNone ? head : all_[gone.previous].next) = gone.next;
    if (gone.next != kNone) all_[gone.next].previous = gone.previous;
  }

 private:
  static std::size_t order(std::uint32_t count) { return static_cast<std::size_t>(std::bit_width(count - 1)); }
  std::uint32_t allocate(std::uint32_t count) {
    std::vector<std::uint32_t>& reusable = free_[order(count)];
    if (!reusable.empty()) {
      const std::uint32_t first = reusable.back();
      reusable.pop_back();
      return first;
    }
    const auto first = static_cast<std::uint32_t>(all_.size());
    all_.resize(all_.size() + (std::size_t{1} << order(count)));
    return first;
  }

  std::vector<Incidence> all_;
  std::vector<HopLoad> loads_;
  std::array<std::vector<std::uint32_t>, 33> free_;  // by log2 of the block's length
};

}  // namespace polyplane::sim
