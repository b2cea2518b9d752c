#include "sim/trace/trace_program.h"

#include "base/check.h"
#include "sim/trace/perfetto_trace.h"

namespace polyplane::sim {

namespace {

/// Only counts what the collectives of a program send, copy and add.
class CallCount final : public TraceSink {
 public:
  void sent(const TracedMessage&) override { ++messages_; }
  void works(const TracedWork&) override { ++works_; }
  void delivered(FlowId, TimePoint) override {}
  void operation(const TracedOperation&) override {}
  void flow_ended(std::uint32_t, TimePoint) override {}
  void load(TrunkId, double, TimePoint) override {}
  [[nodiscard]] std::uint64_t messages() const { return messages_; }
  [[nodiscard]] std::uint64_t works() const { return works_; }

 private:
  std::uint64_t messages_ = 0, works_ = 0;
};

}  // namespace

ProgramOutcome trace_program(const collectives::Program& program, ProgramInput input, const TraceOptions& options) {
  input.trace_options = nullptr;
  RouterPool::Lease router = input.routers.take();
  TraceScene scene{.topology = input.topology, .router = *router, .program = &program};
  ProgramOutcome untraced;
  if (input.mode == ProgramMode::flows) {
    CallCount count;
    input.trace = &count;
    untraced = run_program(program, input);
    scene.makespan = untraced.makespan;
    scene.messages_in_calls = count.messages();
    scene.works_in_calls = count.works();
    if (input.model != "analytic") scene.trunk_bytes = untraced.trunk_bytes;
  }
  PerfettoTrace trace(scene, options);
  input.trace = &trace;
  ProgramOutcome outcome = run_program(program, input);
  CHECK(input.mode != ProgramMode::flows || outcome.fingerprint == untraced.fingerprint,
        "a traced program takes another time than untraced");
  trace.finish();
  return outcome;
}

}  // namespace polyplane::sim
