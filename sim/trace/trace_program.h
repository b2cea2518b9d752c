// A program whose run is written down.
#pragma once

#include "sim/program/run_program.h"
#include "sim/trace/trace_options.h"

namespace polyplane::sim {

/// run_program(), with its trace. Mode flows: run twice, since the most loaded links are known after the first; CHECKs
/// that both come to the same. Mode timed: once, operations only. Throws as run_program() and PerfettoTrace do.
[[nodiscard]] ProgramOutcome trace_program(const collectives::Program& program, ProgramInput input,
                                           const TraceOptions& options);

}  // namespace polyplane::sim
