// A run once more, flow by flow and unfolded, with everything written down.
#pragma once

#include "sim/run_once.h"
#include "sim/trace/trace_options.h"

namespace polyplane::sim {

/// `input`: the jobs unfolded; `untraced`: what the same run came to. CHECKs that it comes to the same again, to the
/// picosecond, or to 1e-9 where it was taken by classes. Throws as run_once() and PerfettoTrace do.
void write_trace(RunInput input, const RunOutcome& untraced, const TraceOptions& options);

}  // namespace polyplane::sim
