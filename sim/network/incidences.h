// Which flows are on which trunk: one incidence for each hop of a draining flow, linked into the list of its trunk. Blocks of
// incidences belong to flows and are reused by length; links are indices, so growing moves nothing that is referred to.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace polyplane::sim {

inline constexpr std::uint32_t kNone = 0xffffffffU;

struct Incidence {
  std::uint32_t flow = kNone, trunk = kNone, next = kNone, previous = kNone;
  double weight = 1;
};

class Incidences {
 public:
  /// A block of `count` >= 1; returns the index of its first. Contents are what the last owner left.
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
  void free(std::uint32_t first, std::uint32_t count) { free_[order(count)].push_back(first); }

  [[nodiscard]] Incidence& operator[](std::uint32_t index) { return all_[index]; }
  [[nodiscard]] const Incidence& operator[](std::uint32_t index) const { return all_[index]; }
  [[nodiscard]] std::span<Incidence> block(std::uint32_t first, std::uint32_t count) {
    return std::span<Incidence>(all_).subspan(first, count);
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
  std::vector<Incidence> all_;
  std::array<std::vector<std::uint32_t>, 33> free_;  // by log2 of the block's length
};

}  // namespace polyplane::sim
