// From a cluster file to the first route, and what a route costs from then on. items = routes.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "sim/catalog.h"
#include "topology/cluster_spec.h"
#include "topology/router.h"

namespace polyplane::sim {
namespace {

struct Scene {
  std::string cluster;  // of the catalogue or of clusters/ beside this file
  std::string routing;
};

topology::ClusterSpec spec_of(const Catalog& catalog, const std::string& cluster) {
  const bool shipped = cluster == "mpft-16384";
  return catalog.cluster(shipped ? cluster : POLYPLANE_BENCH_CLUSTERS "/" + cluster + ".textproto").spec;
}

void set_up(benchmark::State& state, const Scene& scene) {
  const Catalog catalog = Catalog::open();
  for (auto _ : state) {
    const topology::Topology topology = topology::build_cluster(spec_of(catalog, scene.cluster));
    const std::unique_ptr<topology::Router> router = make_router(topology, {.name = scene.routing});
    topology::Route route;
    router->route({topology.accelerators().front(), topology.accelerators().back()}, route);
    benchmark::DoNotOptimize(route);
  }
}
BENCHMARK_CAPTURE(set_up, mpft_16384_spray, {"mpft-16384", "spray"})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(set_up, mpft_16384_ecmp, {"mpft-16384", "ecmp"})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(set_up, t3_16384_spray, {"t3-16384", "spray"})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(set_up, t3x8_131072_spray, {"t3x8-131072", "spray"})->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(set_up, t3x8_131072_ecmp, {"t3x8-131072", "ecmp"})->Unit(benchmark::kMillisecond);

/// In the order of a pairwise exchange: every card to the one `shift` further on, then the next shift.
void routes(benchmark::State& state, const Scene& scene) {
  const topology::Topology topology = topology::build_cluster(spec_of(Catalog::open(), scene.cluster));
  const std::unique_ptr<topology::Router> router = make_router(topology, {.name = scene.routing});
  const auto cards = topology.accelerators();
  topology::Route route;
  std::size_t shift = 1, asked = 0;
  for (auto _ : state) {
    for (std::size_t i = 0; i < cards.size(); ++i) {
      router->route({cards[i], cards[(i + shift) % cards.size()]}, route);
      benchmark::DoNotOptimize(route.hops.data());
    }
    shift = shift % (cards.size() - 1) + 1;
    asked += cards.size();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(asked));
}
BENCHMARK_CAPTURE(routes, t2_1024_spray, {"t2-1024", "spray"});
BENCHMARK_CAPTURE(routes, t2_1024_ecmp, {"t2-1024", "ecmp"});
BENCHMARK_CAPTURE(routes, t3_1024_spray, {"t3-1024", "spray"});
BENCHMARK_CAPTURE(routes, t3_1024_ecmp, {"t3-1024", "ecmp"});
BENCHMARK_CAPTURE(routes, mpft_16384_spray, {"mpft-16384", "spray"});
BENCHMARK_CAPTURE(routes, mpft_16384_ecmp, {"mpft-16384", "ecmp"});
BENCHMARK_CAPTURE(routes, t3_16384_spray, {"t3-16384", "spray"});
BENCHMARK_CAPTURE(routes, t3_16384_ecmp, {"t3-16384", "ecmp"});

}  // namespace
}  // namespace polyplane::sim
