// Lanes that wait for a step of another lane of their rank: a list for each lane waited for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace polyplane::sim {

class LaneWaits {
 public:
  /// Nobody waits yet.
  explicit LaneWaits(std::size_t lanes = 0) : lanes_(lanes) {}
  /// Of no lanes: nobody can.
  [[nodiscard]] bool empty() const { return lanes_.empty(); }

  /// REQUIRES: `lane` waits for nothing yet.
  void wait(std::uint32_t lane, std::uint32_t other, std::uint32_t step) {
    lanes_[lane].next = lanes_[other].first;
    lanes_[lane].step = step;
    lanes_[other].first = lane;
  }
  /// `other` has completed all steps before `next_step`: calls go_on(lane) for those that need wait no longer.
  template <class GoOn>
  void wake(std::uint32_t other, std::uint32_t next_step, GoOn go_on) {
    std::uint32_t* link = &lanes_[other].first;
    while (*link != kNone) {
      const std::uint32_t lane = *link;
      if (lanes_[lane].step >= next_step) {
        link = &lanes_[lane].next;
        continue;
      }
      *link = lanes_[lane].next;
      go_on(lane);
    }
  }

 private:
  static constexpr std::uint32_t kNone = 0xffffffffU;
  struct Lane {
    std::uint32_t first = kNone;  // of those that wait for this lane
    std::uint32_t next = kNone;   // after this one, in the list of the lane that it waits for
    std::uint32_t step = 0;       // that it waits for
  };
  std::vector<Lane> lanes_;
};

}  // namespace polyplane::sim
