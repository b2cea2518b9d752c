// The hold model: with a steady number of pending events, take the earliest and schedule another. Events/s.
#include <benchmark/benchmark.h>

#include <vector>

#include "base/random.h"
#include "sim/engine/event_queue.h"

namespace polyplane::sim {
namespace {

void hold(benchmark::State& state) {
  const auto pending = static_cast<std::uint32_t>(state.range(0));
  RandomStream random(1, 0);
  EventQueue queue;
  const auto push = [&](std::uint32_t id) {
    const std::int64_t later = queue.now_ps() + 1 + static_cast<std::int64_t>(random.below(1'000'000'000));
    queue.push(EventKind::release, {later, id, 0});
  };
  for (std::uint32_t id = 0; id < pending; ++id) push(id);

  EventKind kind{};
  std::vector<Event> due;
  std::int64_t handled = 0;
  for (auto _ : state) {
    queue.advance();
    while (queue.take_due(kind, due)) {
      for (const Event& event : due) push(event.id);
      handled += static_cast<std::int64_t>(due.size());
    }
  }
  state.SetItemsProcessed(handled);
}
BENCHMARK(hold)->ArgName("pending")->Arg(1'000)->Arg(100'000)->Arg(2'000'000);

}  // namespace
}  // namespace polyplane::sim
