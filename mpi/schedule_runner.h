// Carries out a schedule on real ranks with real buffers, exactly as collectives/schedule.h says: a lane's step starts when
// its dependencies are complete, lanes progress independently, nothing else orders anything. All messages are non-blocking.
//
// A step is complete when MPI has taken its message (its buffer may be written again), what it receives is there and has been
// added or put in its place, and its moves are done. A schedule may ask no more of a send: nothing flows back from it. Data in
// one row go from and to their places directly; what is scattered, added or overlaps what is still being sent goes through
// memory of the lane. A receive into its place is posted when its step starts, while a send of another lane may still read
// there; proven schedules are safe, since the message then leaves only when that send is through.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "collectives/schedule.h"
#include "mpi/datatype.h"
#include "mpi/message_space.h"
#include "mpi/operation.h"
#include "mpi/run_plan.h"

namespace polyplane::mpi {

struct RunnerOptions {
  ElementKind kind = ElementKind::int32;
  Reduction reduction = Reduction::sum;
  bool in_place = false;
  /// So long may this rank wait without any message or step coming through.
  double patience_seconds = 60;
};

class ScheduleRunner {
 public:
  /// Collective. Keeps a reference to `space`, which serves one runner at a time; nothing of `schedule`. Throws what RunPlan
  /// throws; InputError for a combine with another reduction than sum. REQUIRES: as many ranks as the schedule has; elements
  /// of the collective of the size of the kind.
  ScheduleRunner(MessageSpace& space, const collectives::Schedule& schedule, const RunnerOptions& options);

  /// Bytes of the buffers that run() wants (mpi/user_buffers.h); in place there is no `in`.
  [[nodiscard]] std::int64_t in_bytes() const { return plan_.in_bytes(); }
  [[nodiscard]] std::int64_t out_bytes() const { return plan_.out_bytes(); }

  /// Collective, without a barrier: ranks start and end when they do. Throws StallError, which says who waits for whom.
  void run(const std::byte* in, std::byte* out);

 private:
  struct Lane {
    std::size_t next = 0;  // step that is running, or waits to
    bool running = false;
    bool early = false;  // what the running step receives was there before it started; it is in `received`
    std::vector<std::byte> sent, received;
  };

  [[nodiscard]] std::byte* at(const Stretch& stretch) const;
  [[nodiscard]] const PlannedStep& step(std::size_t lane) const { return plan_.lanes()[lane].steps[lanes_[lane].next]; }
  [[nodiscard]] bool finished(std::size_t lane) const { return lanes_[lane].next == plan_.lanes()[lane].steps.size(); }
  [[nodiscard]] bool may_start(std::size_t lane) const;
  [[nodiscard]] static bool straight(const PlannedStep& step);
  void prepare();
  void advance_ready();
  void start(std::size_t lane);
  void complete_if_through(std::size_t lane);
  void put_received(std::size_t lane);
  void move(const PlannedMove& move);
  [[nodiscard]] std::string stall_text(double seconds) const;

  MessageSpace& space_;
  RunPlan plan_;
  RunnerOptions options_;
  std::vector<std::byte> work_;
  const std::byte* in_ = nullptr;
  std::byte* out_ = nullptr;
  std::vector<Lane> lanes_;
  RequestSet requests_;             // [2 * lane]: its send, [2 * lane + 1]: its receive
  std::vector<std::size_t> ready_;  // lanes to look at
  std::size_t unfinished_ = 0;
};

}  // namespace polyplane::mpi
