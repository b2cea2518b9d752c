// What one slice of the data does, transfer by transfer: a schedule that repeats it for slice after slice, each lane in order,
// so that the slices follow each other through its stages. Built once, by an algorithm that says who sends what to whom.
//
//   part    unit of data within a slice. Of collectives with one block (all_reduce, broadcast, reduce) part p of slice s is
//           piece s * parts + p. Of the others parts come in stripes of one part a block: part t * blocks + b of slice s is
//           piece s * stripes + t of block b.
//   run     neighbouring parts, of one stripe; a message carries one run or several
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "collectives/generated_schedule.h"
#include "collectives/piece_sizes.h"

namespace polyplane::collectives {

struct PartRun {
  std::uint32_t first = 0, count = 0;
};
using PartRuns = std::vector<PartRun>;

/// Ascending numbers as runs.
[[nodiscard]] PartRuns runs_of(std::span<const std::uint32_t> parts);
/// All of [begin, end) that `runs`, ascending and apart and within, do not have.
[[nodiscard]] PartRuns runs_without(const PartRuns& runs, std::uint32_t begin, std::uint32_t end);

/// A lane of a participant.
struct PatternLane {
  std::uint32_t participant = 0, lane = 0;
};

class SlicePattern {
 public:
  explicit SlicePattern(std::uint32_t participants) : lanes_(participants) {}

  PatternLane add_lane(std::uint32_t participant);
  /// Appends a step that sends to the lane `from`, and one that receives to the lane `to`. The send waits for `after`,
  /// steps of the same slice of other lanes of its participant. Returns the step that receives.
  Dependency transfer(PatternLane from, PatternLane to, const PartRuns& parts, bool reduce,
                      std::initializer_list<Dependency> after = {});
  Dependency transfer(PatternLane from, PatternLane to, const PartRuns& parts, bool reduce,
                      std::span<const Dependency> after);
  /// The last step of a lane so far. REQUIRES: it has one.
  [[nodiscard]] Dependency last(PatternLane lane) const;
  /// Makes that step wait for one of another lane, too.
  void wait(PatternLane lane, Dependency dependency);

 private:
  friend class SlicedSchedule;
  struct PatternStep {
    std::uint32_t send_to = UINT32_MAX, receive_from = UINT32_MAX;  // participants
    std::uint32_t peer_lane = 0, peer_step = 0;
    std::uint32_t first_run = 0, num_runs = 0;
    std::uint32_t parts = 0;  // in all runs
    bool reduce = false;
    std::uint8_t num_after = 0;
    std::array<Dependency, 4> after{};
  };
  std::vector<std::vector<std::vector<PatternStep>>> lanes_;  // by participant and lane
  PartRuns runs_;
};

/// Memory O(steps of one slice). Participants past the ranks are agents.
class SlicedSchedule final : public GeneratedSchedule {
 public:
  /// REQUIRES: parts of the pattern are below `parts`; where there are several blocks, that is a multiple of them.
  SlicedSchedule(const Collective& collective, const SlicePattern& pattern, std::uint32_t agents, std::uint32_t parts,
                 std::uint32_t slices);

  [[nodiscard]] std::uint32_t num_agents() const override { return agents_; }
  [[nodiscard]] std::uint32_t num_steps(RankId participant, std::uint32_t lane) const override {
    return at(participant, lane).count * slices_;
  }
  [[nodiscard]] Step step(RankId participant, std::uint32_t lane, std::uint32_t step) const override;
  void payload(RankId participant, std::uint32_t lane, std::uint32_t step, std::vector<ChunkId>& chunks) const override;

 private:
  using PatternStep = SlicePattern::PatternStep;
  struct LaneSteps {
    std::uint32_t first = 0, count = 0;  // into steps_
  };
  [[nodiscard]] const LaneSteps& at(RankId participant, std::uint32_t lane) const {
    return lanes_[std::size_t{participant.index()} * num_lanes() + lane];
  }
  [[nodiscard]] Bytes bytes_of(const PatternStep& step, std::uint32_t slice) const;

  std::uint32_t agents_, parts_, slices_;
  bool one_block_;
  std::uint32_t blocks_, stripes_;
  PieceSizes sizes_;
  std::vector<LaneSteps> lanes_;  // [participant * lanes + lane]
  std::vector<PatternStep> steps_;
  PartRuns runs_;
};

}  // namespace polyplane::collectives
