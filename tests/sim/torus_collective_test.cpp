// Collectives on a torus of cards, by hand.
#include <gtest/gtest.h>

#include "sim/catalog.h"
#include "sim/simulation.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

/// 4 x 4 cards, each with four links of 100 GB/s, no latency.
constexpr const char* kTorus = R"(
name: "torus"
nodes: 1
node { accelerators: 16 scale_up { kind: "torus" options: "dims=4x4" rate: "400 GB/s" latency: "0 ns" } }
routing: "spray"
)";

Duration time_of(collectives::CollectiveKind kind, std::int64_t bytes, const std::string& algorithm, bool symmetry) {
  const TemporaryFile file(kTorus);
  Experiment experiment;
  experiment.name = "torus";
  experiment.cluster = Catalog::open().cluster(file.path());
  experiment.routing.name = "spray";
  experiment.stack = Catalog::open().stack("ideal");
  CollectiveJob job;
  job.kind = kind;
  job.sizes = {Bytes(bytes)};
  job.algorithm = algorithm;
  experiment.collectives.push_back(job);
  RunOptions options;
  options.symmetry = symmetry;
  return run(experiment, options).collectives.front().time;
}

// Four channels of S/4. Along a dimension three steps of S/16, then three of S/64, and back: 2 (3/16 + 3/64) S = 15/32 S
// through links of 100 GB/s. That is the bound: 2 x 15/16 S leave each card over 400 GB/s. S = 6.4 GB: 30 ms.
TEST(TorusCollective, AllReduceTakesTheTimeOfTheBound) {
  for (const bool symmetry : {true, false}) {
    EXPECT_EQ(time_of(collectives::CollectiveKind::all_reduce, 6'400'000'000, "torus", symmetry),
              Duration::from_ps(30'000'000'000));
  }
  EXPECT_EQ(time_of(collectives::CollectiveKind::all_reduce, 6'400'000'000, "auto", true),
            Duration::from_ps(30'000'000'000));
}

// Half of that each.
TEST(TorusCollective, AllGatherAndReduceScatterTakeHalf) {
  EXPECT_EQ(time_of(collectives::CollectiveKind::all_gather, 6'400'000'000, "torus", true),
            Duration::from_ps(15'000'000'000));
  EXPECT_EQ(time_of(collectives::CollectiveKind::reduce_scatter, 6'400'000'000, "torus", true),
            Duration::from_ps(15'000'000'000));
}

}  // namespace
}  // namespace polyplane::sim
