#include "sim/program/run_program.h"

#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "collectives/program_check.h"
#include "collectives/side_by_side.h"
#include "sim/critical_path.h"
#include "sim/fingerprint.h"
#include "sim/network/network_model.h"
#include "sim/program/activities.h"
#include "sim/program/exposed_time.h"
#include "sim/program/flow_communication.h"
#include "sim/program/operation_graph.h"
#include "sim/program/path_walk.h"
#include "sim/program/program_executor.h"
#include "sim/program/timed_communication.h"
#include "sim/run_observer.h"
#include "sim/simulation.h"
#include "sim/trace/trace_program.h"

namespace polyplane::sim {

using collectives::Operation;

namespace {

void run_engine(Engine& engine, const ProgramInput& input) {
  if (!engine.run(input.stop)) throw Interrupted{};
}

void refuse_stall(const std::string& waiting) {
  if (!waiting.empty()) {
    throw RunError("the program stalled; nothing can happen any more, and these wait:" + waiting);
  }
}

/// All that follows from the times of operations.
void fill(const OperationGraph& graph, const ProgramExecutor& executor, const CommunicationParts& parts,
          const ProgramInput& input, ProgramOutcome& outcome) {
  walk_path(graph, executor, parts, input.topology, outcome);
  outcome.actors = exposed_time(graph, executor, parts, outcome.makespan);
  outcome.operations = graph.num_operations();
  std::vector<std::int64_t> times;
  times.reserve(2 * std::size_t{graph.num_operations()});
  for (std::uint32_t a = 0; a < graph.num_actors(); ++a) {
    std::vector<OperationTime>& of_actor = outcome.times.emplace_back();
    for (std::uint32_t i = graph.first(a); i < graph.first(a + 1); ++i) {
      of_actor.push_back({executor.begin(i), executor.end(i)});
      times.push_back(executor.begin(i).ps());
      times.push_back(executor.end(i).ps());
      const Operation& operation = graph.operation(i);
      if (operation.kind != Operation::Kind::send) continue;
      const auto cards = static_cast<std::int64_t>(graph.program().actors[a].cards.size());
      outcome.messages += static_cast<std::uint64_t>(cards);
      outcome.sent += cards * operation.bytes;
    }
  }
  outcome.fingerprint = fingerprint(input.model, input.mode == ProgramMode::flows ? "flows" : "timed", times);
}

ProgramOutcome run_flows(const OperationGraph& graph, const ProgramInput& input) {
  RouterPool::Lease router = input.routers.take();
  Engine engine;
  ProgramExecutor executor(engine, graph, input.trace);
  FlowCommunication communication(engine, graph, input, *router);
  communication.bind(executor);
  executor.start(communication);
  run_engine(engine, input);
  if (const std::string waiting = executor.unfinished(); !waiting.empty()) {
    refuse_stall(waiting + communication.unfinished());
  }
  ProgramOutcome outcome;
  fill(graph, executor, communication.parts(), input, outcome);
  outcome.calls = communication.calls();
  outcome.events = engine.events();
  outcome.foretold_bytes = communication.foretold_bytes();
  outcome.model_facts = communication.network().model_facts();
  for (std::uint32_t t = 0; t < (*router).trunks().size(); ++t) {
    outcome.trunk_bytes.push_back(communication.network().carried_bytes(TrunkId(t)));
  }
  return outcome;
}

/// What calls and messages, several at a time, find in memory: the program, and looking for those that lie alike.
MemoryBudget budget_of_calls(const OperationGraph& graph, const ProgramInput& input) {
  MemoryBudget budget = input.memory;
  budget.resident += foretell_program(graph.program());
  if (input.symmetry) {
    budget.resident += foretell_folding(input.topology, collectives::SideBySide(collectives::make_idle(1), 2));
  }
  budget.resident += (input.threads - 1) * foretell_router(input.topology);
  budget.rows_at_once = input.threads;
  return budget;
}

ProgramOutcome run_timed(const OperationGraph& graph, const ProgramInput& input) {
  ProgramInput alone = input;
  alone.memory = budget_of_calls(graph, input);
  const std::uint64_t foretold = foretold_peak(alone.memory, 0, "this program");
  const Activities activities(graph, alone);
  Engine engine;
  ProgramExecutor executor(engine, graph, input.trace);
  TimedCommunication communication(engine, graph, activities, executor, CriticalPath::width(input.topology));
  executor.start(communication);
  run_engine(engine, input);
  refuse_stall(executor.unfinished());
  ProgramOutcome outcome;
  fill(graph, executor, communication.parts(), input, outcome);
  outcome.calls = activities.calls();
  outcome.events = engine.events() + activities.events();
  outcome.model_facts = activities.model_facts();
  outcome.foretold_bytes = std::max(foretold, activities.foretold_bytes());
  return outcome;
}

}  // namespace

ProgramOutcome run_program(const collectives::Program& program, const ProgramInput& input) {
  if (input.trace_options != nullptr) return trace_program(program, input, *input.trace_options);
  static_cast<void>(network_models().at(input.model));
  collectives::check_program(program, static_cast<std::uint32_t>(input.topology.accelerators().size()));
  const OperationGraph graph(program);
  return input.mode == ProgramMode::flows ? run_flows(graph, input) : run_timed(graph, input);
}

ProgramOutcome run_observed(const collectives::Program& program, const ProgramInput& input) {
  ProgramOutcome outcome = run_program(program, input);
  if (input.observer == nullptr) return outcome;
  RouterPool::Lease router = input.routers.take();
  input.observer->ran(ObservedProgram{input.topology, *router, program, outcome});
  if (input.mode != ProgramMode::flows || !input.observer->looks_again(outcome.events)) return outcome;
  ProgramInput again = input;
  again.trace_options = nullptr;
  again.trace = &input.observer->loads_of(outcome.fingerprint, input.topology, *router);
  CHECK(run_program(program, again).fingerprint == outcome.fingerprint, "a program once more takes another time");
  return outcome;
}

}  // namespace polyplane::sim
