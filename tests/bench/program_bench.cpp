// Programs: what the executor of operations costs. items = operations.
#include <benchmark/benchmark.h>

#include <cstdint>

#include "tests/sim/program/programs.h"

namespace polyplane::sim {
namespace {

using namespace literals;

void count(benchmark::State& state, std::uint64_t operations) {
  state.SetItemsProcessed(static_cast<std::int64_t>(operations) * state.iterations());
}

/// A pipeline of 16 actors: per round, compute, a message to the next, one from the previous, and every tenth a call of
/// two neighbours.
Program pipeline(std::uint32_t actors, std::uint32_t rounds) {
  Program program = program_of(actors, {{"compute", kInOrder}, {"pp", kInOrder}, {"dp", kInOrder}});
  program.labels = {"compute", "pp", "dp"};
  for (std::uint32_t a = 0; a < actors; a += 2) program.calls.push_back(ring_call(program, {a, a + 1}, Bytes(1 << 16)));
  for (std::uint32_t a = 0; a < actors; ++a) {
    Actor& actor = program.actors[a];
    for (std::uint32_t r = 0; r < rounds; ++r) {
      const std::uint32_t computed = actor.add(compute(0, Duration::from_ps(1'000'000 + 1'000 * ((a * r) % 17))));
      const std::uint32_t sent = actor.add(send(1, (a + 1) % actors, Bytes(1 << 10), r, 1), {{computed}});
      const std::uint32_t received = actor.add(receive(1, (a + actors - 1) % actors, Bytes(1 << 10), r, 1));
      actor.add(join(0), {{sent}, {received}});
      if (r % 10 == 0) actor.add(enter(2, a / 2, 2), {{computed}});
    }
  }
  return program;
}

std::uint64_t operations_of(const Program& program) {
  std::uint64_t operations = 0;
  for (const Actor& actor : program.actors) operations += actor.operations.size();
  return operations;
}

/// 16 actors of some 100,000 operations each; what is simulated once is 16 messages and 8 calls.
void program_timed(benchmark::State& state) {
  Bench bench(16);
  const Program program = pipeline(16, static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(bench.run(program, ProgramMode::timed, false).makespan);
  count(state, operations_of(program));
}
BENCHMARK(program_timed)->Arg(24'000)->Unit(benchmark::kMillisecond);

/// 1,024 ranks of 100 operations each behind one switch, and an all-reduce of all of them.
void program_flows(benchmark::State& state) {
  Bench bench(topology::plain_cluster(1'024, 2'048, "single_switch", {}));
  Program program = pipeline(1'024, 24);
  program.calls.push_back(ring_call(program, {}, Bytes(1 << 20)));
  for (std::uint32_t a = 0; a < 1'024; ++a) program.calls.back().groups.front().push_back(a);
  for (Actor& actor : program.actors) { actor.add(enter(2, static_cast<std::uint32_t>(program.calls.size() - 1), 2)); }
  for (auto _ : state) benchmark::DoNotOptimize(bench.run(program, ProgramMode::flows, false).makespan);
  count(state, operations_of(program));
}
BENCHMARK(program_flows)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace polyplane::sim
