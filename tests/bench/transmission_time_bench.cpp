// The one division of the house, for a flow alone on its link and for one that shares it.
#include <benchmark/benchmark.h>

#include "base/random.h"
#include "base/units.h"

namespace polyplane {
namespace {

void transmission_time_of_random_sizes(benchmark::State& state) {
  RandomStream random(1, 0);
  const std::int64_t sharers = state.range(0);
  const BitRate rate = BitRate::from_bps(400'000'000'000);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        transmission_time(Bytes(static_cast<std::int64_t>(random.below(1U << 30U))), rate, sharers));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(transmission_time_of_random_sizes)->ArgName("sharers")->Arg(1)->Arg(32);

}  // namespace
}  // namespace polyplane
