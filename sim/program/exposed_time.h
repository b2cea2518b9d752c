// What each actor did with the makespan: compute, exposed communication by label, idle at the end (ActorTime in
// run_program.h).
#pragma once

#include <vector>

#include "sim/program/communication_parts.h"
#include "sim/program/operation_graph.h"
#include "sim/program/program_executor.h"
#include "sim/program/run_program.h"

namespace polyplane::sim {

/// CHECKs that the parts of every actor sum to the makespan. REQUIRES: all operations have ended.
[[nodiscard]] std::vector<ActorTime> exposed_time(const OperationGraph& graph, const ProgramExecutor& executor,
                                                  const CommunicationParts& parts, TimePoint makespan);

}  // namespace polyplane::sim
