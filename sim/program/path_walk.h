// The critical path of a program: from the operation that ended last back through the causes of each start and end.
#pragma once

#include <span>
#include <vector>

#include "sim/program/communication_parts.h"
#include "sim/program/operation_graph.h"
#include "sim/program/program_executor.h"
#include "sim/program/run_program.h"

namespace polyplane::sim {

/// Fills makespan, critical_path, path_labels, communication and overlap. CHECKs that the pieces have no gap. REQUIRES:
/// all operations have ended.
void walk_path(const OperationGraph& graph, const ProgramExecutor& executor, const CommunicationParts& parts,
               const topology::Topology& topology, ProgramOutcome& outcome);

}  // namespace polyplane::sim
