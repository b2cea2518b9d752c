// A schedule as one rank of MPI carries it out: its lanes with messages, memory and tags worked out. No MPI.
//
// Participant p < n is played by rank p, agent a by rank a mod n, beside its own part: agents are switches, and no rank is
// idle for long. Messages are numbered for each pair of ranks of MPI, in the order in which the receiving steps stand in the
// schedule (participant, lane, step): both ends count alike, and no two messages of a pair share a number. The runner makes
// (communicator, tag) = (number / T, number mod T) of it, T tags being allowed: so within a run no two messages of a pair
// share a communicator and a tag, however many steps there are. Of two runs, one after the other, the messages of one number
// are sent and received in the order of the runs, which MPI keeps (non-overtaking).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "collectives/schedule.h"
#include "mpi/place_memory.h"

namespace polyplane::mpi {

struct PlannedMessage {
  int peer = -1;  // rank of MPI; -1: no message
  std::uint32_t number = 0;
  std::int64_t bytes = 0;
  std::vector<Stretch> stretches;  // in the order of the bytes of the message
  std::string other_end;           // "rank 3 lane 0 step 5", for diagnostics
  [[nodiscard]] bool exists() const { return peer >= 0; }
};

struct PlannedMove {
  Stretch from, to;
  bool add = false;
};

struct PlannedStep {
  PlannedMessage send, receive;
  bool reduce = false;
  bool overlaps = false;  // what is received goes where the send still reads
  std::vector<PlannedMove> moves;
  std::uint8_t num_after = 0;
  std::array<std::uint32_t, 4> after_lane{}, after_step{};  // lanes as index into RunPlan::lanes()
};

struct PlannedLane {
  std::uint32_t participant = 0, lane = 0;
  std::vector<PlannedStep> steps;
};

class RunPlan {
 public:
  /// For rank `rank` of schedule.collective().ranks(). Throws RunError for a schedule whose messages do not meet or whose
  /// data do not fit their places (verify() says more of it), InputError where
  /// in place cannot be. A schedule that stalls is planned like any other, but with scratch: there what is sent is known from
  /// the order of steps only.
  RunPlan(const collectives::Schedule& schedule, std::uint32_t rank, bool in_place);

  [[nodiscard]] const std::vector<PlannedLane>& lanes() const { return lanes_; }
  /// Is there a step that waits for another lane?
  [[nodiscard]] bool has_cross_lane_dependencies() const { return cross_lane_; }
  [[nodiscard]] std::int64_t in_bytes() const { return in_bytes_; }
  [[nodiscard]] std::int64_t out_bytes() const { return out_bytes_; }
  [[nodiscard]] std::int64_t work_bytes() const { return work_bytes_; }
  [[nodiscard]] const std::vector<StretchCopy>& copies() const { return copies_; }
  [[nodiscard]] const std::vector<Stretch>& zeros() const { return zeros_; }
  /// One more than the largest number of a message of any pair of ranks, the same on all ranks.
  [[nodiscard]] std::uint32_t numbers() const { return numbers_; }

  /// "rank 3 lane 0 step 5", "agent 1 lane 0 step 2 (played by rank 1)".
  [[nodiscard]] std::string step_name(std::size_t lane, std::size_t step) const;

 private:
  std::uint32_t ranks_;
  std::vector<PlannedLane> lanes_;
  bool cross_lane_;
  std::int64_t in_bytes_ = 0, out_bytes_ = 0, work_bytes_ = 0;
  std::vector<StretchCopy> copies_;
  std::vector<Stretch> zeros_;
  std::uint32_t numbers_ = 0;
};

/// Of a participant of a schedule among `ranks` ranks.
[[nodiscard]] constexpr std::uint32_t player(std::uint32_t participant, std::uint32_t ranks) {
  return participant < ranks ? participant : (participant - ranks) % ranks;
}

}  // namespace polyplane::mpi
