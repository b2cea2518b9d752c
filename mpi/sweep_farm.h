// A sweep over ranks: rank 0 hands out points one at a time and alone keeps results; all others run points.
#pragma once

#include <string>
#include <vector>

#include "mpi/communicator.h"
#include "sim/campaign/sweep_run.h"

namespace polyplane::mpi {

/// Where the ranks are: so that one that died is missed, where rank 0 can see it.
struct RankPlace {
  std::string host;
  std::int64_t process = 0;
};

/// Collective. By rank, on rank 0; elsewhere empty.
[[nodiscard]] std::vector<RankPlace> gather_places(const Communicator& ranks);

/// Of rank 0. From here on the other ranks wait for points, until it goes.
class SweepFarm {
 public:
  /// REQUIRES: at least two ranks; nothing else uses the communicator. Both outlive the farm.
  SweepFarm(const Communicator& ranks, const std::vector<RankPlace>& places);
  SweepFarm(const SweepFarm&) = delete;
  SweepFarm& operator=(const SweepFarm&) = delete;
  /// Tells the others that there is no more; they leave a point that they are at.
  ~SweepFarm();

  /// A PointRunner of `plan`. A point has the share of memory of one rank of its machine; what needs more is put back, and run
  /// last with all of it, when nothing else is under way on that machine. A rank that has died is reported, and its point is given to another; when none is
  /// left, or a rank reads other files than this one, throws RunError.
  void run(const sim::SweepPlan& plan, std::span<const sim::RunningPoint> points, const sim::KeepResult& keep,
           const sim::SweepOptions& options);
  /// Has a rank died? Then nobody may wait for all of them any more.
  [[nodiscard]] bool lost_ranks() const;

 private:
  struct Worker;
  /// Points to hand out, the next one last.
  struct Open {
    std::vector<sim::RunningPoint> ordinary, large;  // large: their share was not enough
  };
  [[nodiscard]] std::size_t workers_on(const std::string& host) const;
  [[nodiscard]] bool may_run(const Worker& worker, bool alone) const;
  void hand_out(Open& open);
  void look_for_dead(const sim::SweepPlan& plan, Open& open);

  const Communicator& ranks_;
  std::vector<Worker> workers_;
};

/// Of the others: runs what rank 0 hands out, until there is no more or a signal comes. `options.max_memory` is of the machine.
void work_for_sweep(const Communicator& ranks, const sim::SweepRequest& request, const sim::SweepOptions& options);

}  // namespace polyplane::mpi
