// What comes back from a file takes as long, to the picosecond, where software costs nothing.
#include <gtest/gtest.h>

#include <map>
#include <memory>

#include "collectives/export/exporter.h"
#include "collectives/import/importer.h"
#include "collectives/kind_traits.h"
#include "sim/catalog.h"
#include "sim/experiment_topology.h"
#include "sim/imported_algorithm.h"
#include "sim/placement.h"
#include "sim/simulation.h"

namespace polyplane::sim {
namespace {

using collectives::CollectiveKind;

Experiment experiment_on(const ClusterChoice& cluster) {
  Experiment experiment;
  experiment.name = "round trip";
  experiment.cluster = cluster;
  experiment.routing.name = "spray";  // hashes of ecmp know lanes
  experiment.stack = Catalog::open().stack("ideal");
  return experiment;
}

CollectiveResult result_of(Experiment experiment, const CollectiveJob& job) {
  experiment.collectives = {job};
  return run(experiment, {}).collectives.front();
}

Duration time_of_program(Experiment experiment, collectives::Program program) {
  TraceJob trace;
  trace.name = "trace";
  trace.program = std::make_shared<const collectives::Program>(std::move(program));
  experiment.traces = {trace};
  return run(experiment, {}).programs.front().time;
}

collectives::Program come_back(const std::string& format, const collectives::Schedule& schedule) {
  std::vector<collectives::ImportFile> files;
  for (collectives::ExportFile& file : collectives::export_schedule(format, schedule, "x")) {
    files.push_back({"x" + file.suffix, std::move(file.bytes)});
  }
  return collectives::import_program(format, files).program;
}

class RoundTrips : public testing::TestWithParam<std::string> {};

/// Every algorithm of every collective: the job, and its messages out of GOAL text, GOAL binary and Chakra.
TEST_P(RoundTrips, EveryAlgorithmTakesAsLong) {
  const Experiment experiment = experiment_on(Catalog::open().cluster(GetParam()));
  const topology::Topology topology = build_topology(experiment);
  int seen = 0;
  for (const std::string& full : collectives::algorithms().names()) {
    const collectives::Algorithm& algorithm = collectives::algorithms().at(full);
    for (const std::uint32_t ranks : {3U, 8U}) {
      for (const std::int64_t size : {1000, 3'000'000}) {
        SCOPED_TRACE(full + " " + std::to_string(ranks) + " ranks " + std::to_string(size));
        CollectiveJob job;
        job.kind = algorithm.collective;
        job.algorithm = algorithm.name;
        job.sizes = {Bytes(job.kind == CollectiveKind::barrier ? 0 : size)};
        for (std::uint32_t r = 0; r < ranks; ++r) job.ranks.push_back(r);
        std::vector<DeviceId> cards(topology.accelerators().begin(), topology.accelerators().begin() + ranks);
        const collectives::RankLayout layout = make_layout(topology, cards);
        if (collectives::is_of_tokens(job.kind)) continue;
        const collectives::AlgorithmRequest request{
            .collective = collectives::Collective::sized(job.kind, ranks, job.sizes[0], 4, RankId(0)),
            .layout = layout};
        if (algorithm.cannot && !algorithm.cannot(request).empty()) continue;
        const CollectiveResult own = result_of(experiment, job);
        // The stack may have chosen channels and slices.
        collectives::AlgorithmRequest chosen = request;
        chosen.channels = own.channels;
        chosen.slices = own.slices;
        const auto schedule = collectives::make_schedule(algorithm, chosen);
        if (schedule->num_agents() > 0) continue;
        for (const std::string format : {"goal", "goal_binary", "chakra"}) {
          EXPECT_EQ(time_of_program(experiment, come_back(format, *schedule)), own.time) << format;
        }
        ++seen;
      }
    }
  }
  EXPECT_GT(seen, 40);
}

INSTANTIATE_TEST_SUITE_P(Clusters, RoundTrips, testing::Values("dgx-h100", "fat_tree:radix=8,tiers=2,endpoints=16"),
                         [](const auto& cluster) { return cluster.param == "dgx-h100" ? "node" : "network"; });

}  // namespace
}  // namespace polyplane::sim
