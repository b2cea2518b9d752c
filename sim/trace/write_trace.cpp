#include "sim/trace/write_trace.h"

#include <cstdlib>

#include "base/check.h"
#include "sim/trace/perfetto_trace.h"

namespace polyplane::sim {

void write_trace(RunInput input, const RunOutcome& untraced, const TraceOptions& options) {
  input.explain = false;
  input.short_cuts = ShortCuts::none();
  TraceScene scene{.topology = input.topology, .router = input.router, .jobs = input.jobs, .flows = input.flows};
  if (input.model != "analytic") scene.trunk_bytes = untraced.trunk_bytes;
  scene.trunk_work = untraced.trunk_work;
  scene.makespan = untraced.makespan;
  // A scene borrows, and run_once() takes its input by value.
  PerfettoTrace trace(scene, options);
  input.trace = &trace;
  const RunOutcome traced = run_once(input);
  const std::int64_t off = std::abs((traced.makespan - untraced.makespan).ps());
  const std::int64_t allowed = untraced.way.flow_classes > 0 ? 1 + untraced.makespan.ps() / 1'000'000'000 : 0;
  CHECK(off <= allowed, "a traced run took " + to_string(traced.makespan.since_start()) + ", untraced " +
                            to_string(untraced.makespan.since_start()));
  trace.finish();
}

}  // namespace polyplane::sim
