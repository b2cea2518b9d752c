// Ring all-reduce on a star, the ways a run without contention can be computed. items = sends.
#include <benchmark/benchmark.h>

#include <cstdint>

#include "sim/uncontended.h"
#include "sim/uncontended_dataflow.h"
#include "sim/uncontended_events.h"
#include "sim/uncontended_rings.h"
#include "sim/uncontended_sends.h"
#include "tests/sim/run_star.h"

namespace polyplane::sim {
namespace {

/// `uneven`: the array does not divide by the ranks.
struct Star {
  explicit Star(std::uint32_t ranks, bool uneven = false)
      : topology(bare_cards(ranks)), router(ranks, BitRate::from_bps(400'000'000'000), Duration::from_ps(1'000'000)) {
    const auto kind = collectives::CollectiveKind::all_reduce;
    const Bytes size(std::int64_t{ranks} * 4096 + (uneven ? 4 * std::int64_t{ranks} / 3 : 0));
    schedule = collectives::make_schedule(collectives::find_algorithm(kind, "ring"),
                                          {collectives::Collective::sized(kind, ranks, size, 4, RankId(0)),
                                           collectives::RankLayout::regular(ranks, 1), 1, 1});
    job.schedule = schedule.get();
    for (std::uint32_t i = 0; i < ranks; ++i) job.devices.emplace_back(i);
  }
  topology::Topology topology;
  StarRouter router;
  std::unique_ptr<collectives::Schedule> schedule;
  Job job;
};

void count(benchmark::State& state, std::uint64_t sends) {
  state.SetItemsProcessed(static_cast<std::int64_t>(sends) * state.iterations());
}

void ring_flow_by_flow(benchmark::State& state, const char* model) {
  Star star(static_cast<std::uint32_t>(state.range(0)));
  std::uint64_t sends = 0;
  for (auto _ : state) {
    RunInput input{star.topology, star.router, model, {star.job}, {}, {}, {}, false, {}};
    input.short_cuts = ShortCuts::none();
    sends = run_once(std::move(input)).sends;
  }
  count(state, sends);
}
BENCHMARK_CAPTURE(ring_flow_by_flow, flow, "flow")->Arg(1024)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ring_flow_by_flow, analytic, "analytic")->Arg(1024)->Unit(benchmark::kMillisecond);

void ring_event_by_event(benchmark::State& state) {
  Star star(static_cast<std::uint32_t>(state.range(0)));
  std::uint64_t sends = 0;
  for (auto _ : state) {
    UncontendedSends line_rates(star.router, star.job, nullptr);
    UncontendedEvents events(star.job, nullptr, line_rates, true);
    benchmark::DoNotOptimize(events.run({}));
    sends = events.events();
  }
  count(state, sends);
}
BENCHMARK(ring_event_by_event)->Arg(1024)->Arg(4096)->Unit(benchmark::kMillisecond);

void ring_send_by_send(benchmark::State& state) {
  Star star(static_cast<std::uint32_t>(state.range(0)));
  std::uint64_t sends = 0;
  for (auto _ : state) {
    UncontendedSends line_rates(star.router, star.job, nullptr);
    UncontendedDataflow dataflow(star.job, nullptr, line_rates);
    benchmark::DoNotOptimize(dataflow.run({}));
    sends = dataflow.sends();
  }
  count(state, sends);
}
BENCHMARK(ring_send_by_send)->Arg(1024)->Arg(4096)->Unit(benchmark::kMillisecond);

void ring_in_whole_steps(benchmark::State& state, bool uneven) {
  Star star(static_cast<std::uint32_t>(state.range(0)), uneven);
  std::uint64_t sends = 0;
  for (auto _ : state) {
    UncontendedSends line_rates(star.router, star.job, nullptr);
    sends = run_rings(star.job, nullptr, line_rates, {})->sends;
  }
  count(state, sends);
}
BENCHMARK_CAPTURE(ring_in_whole_steps, even, false)->Arg(1024)->Arg(16384)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ring_in_whole_steps, uneven, true)->Arg(1024)->Arg(16384)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace polyplane::sim
