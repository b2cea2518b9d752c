// A slow, obvious oracle for programs: operations take their turn when all before them are done, messages take no time,
// a call takes what it is told from its last entry on.
#pragma once

#include <functional>
#include <vector>

#include "collectives/program.h"

namespace polyplane::collectives {

struct ListSchedule {
  Duration makespan;
  std::vector<std::vector<Duration>> begin, end;  // of each operation of each actor

  /// Sum of the computations of an actor.
  [[nodiscard]] static Duration busy(const Actor& actor);
};

/// Fails the test when the program stalls.
[[nodiscard]] ListSchedule list_schedule(const Program& program,
                                         const std::function<Duration(const Call&)>& call_time = nullptr);

}  // namespace polyplane::collectives
