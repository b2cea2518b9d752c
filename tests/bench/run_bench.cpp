// Whole runs, from an experiment to its report, on one thread. items = events of the clock.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "sim/catalog.h"
#include "sim/experiment.h"
#include "sim/simulation.h"

namespace polyplane::sim {
namespace {

struct Scene {
  std::string cluster, algorithm, routing;
  collectives::CollectiveKind collective;
  std::uint32_t ranks;
};

void run_scene(benchmark::State& state, const Scene& scene) {
  const Catalog catalog = Catalog::open();
  Experiment experiment;
  experiment.cluster = catalog.cluster(scene.cluster);
  experiment.stack = catalog.stack("ideal");
  experiment.routing.name = scene.routing;
  CollectiveJob job;
  job.kind = scene.collective;
  job.sizes = {Bytes(std::int64_t{64} << 20U)};
  job.algorithm = scene.algorithm;
  for (std::uint32_t rank = 0; rank < scene.ranks; ++rank) job.ranks.push_back(rank);
  experiment.collectives = {job};

  std::uint64_t events = 0;
  for (auto _ : state) events += run(experiment, {}).collectives.front().events;
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
}
BENCHMARK_CAPTURE(run_scene, ring_in_one_node,
                  {"dgx-h100", "ring", "spray", collectives::CollectiveKind::all_reduce, 8})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_scene, ring_over_a_fat_tree,
                  {"ft2-2048", "ring", "ecmp", collectives::CollectiveKind::all_reduce, 256})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_scene, pairwise_over_a_fat_tree,
                  {"ft2-2048", "pairwise", "ecmp", collectives::CollectiveKind::alltoall, 256})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace polyplane::sim
