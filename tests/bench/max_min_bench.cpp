// The max-min solver alone: random permutations over a leaf-spine fabric, each flow on its port, an uplink, a downlink
// and the port of its peer. Flows/s.
#include <benchmark/benchmark.h>

#include <utility>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "sim/network/max_min.h"

namespace polyplane::sim {
namespace {

void permutation_over_leaf_spine(benchmark::State& state) {
  constexpr std::uint32_t kPerLeaf = 32;
  const auto hosts = static_cast<std::uint32_t>(state.range(0));
  const BitRate rate = BitRate::from_bps(400'000'000'000);
  const std::uint32_t links = hosts;  // of each sort: as many uplinks as hosts
  RandomStream random(1, 0);
  std::vector<std::uint32_t> peer(hosts);
  for (std::uint32_t i = 0; i < hosts; ++i) peer[i] = i;
  for (std::uint32_t i = hosts - 1; i > 0; --i) std::swap(peer[i], peer[random.below(i + 1)]);
  std::vector<std::uint32_t> spine(hosts);
  for (std::uint32_t& s : spine) s = static_cast<std::uint32_t>(random.below(kPerLeaf));

  MaxMin solver{LoadUnits()};
  for (auto _ : state) {
    solver.clear();
    for (std::uint32_t trunk = 0; trunk < 4 * links; ++trunk) {
      solver.add_trunk(LoadUnits().of(rate), rate);
    }
    for (std::uint32_t host = 0; host < hosts; ++host) {
      solver.add_flow();
      solver.add_hop(host);
      solver.add_hop(links + host / kPerLeaf * kPerLeaf + spine[host]);
      solver.add_hop(2 * links + peer[host] / kPerLeaf * kPerLeaf + spine[host]);
      solver.add_hop(3 * links + peer[host]);
    }
    solver.solve();
    double rate_of_first = solver.rate(0).bps;
    benchmark::DoNotOptimize(rate_of_first);
  }
  state.SetItemsProcessed(state.iterations() * hosts);
}
BENCHMARK(permutation_over_leaf_spine)->ArgName("hosts")->Arg(256)->Arg(2048)->Arg(16384);

}  // namespace
}  // namespace polyplane::sim
