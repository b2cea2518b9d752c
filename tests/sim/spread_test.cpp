#include "sim/spread.h"

#include <gtest/gtest.h>

#include <functional>

#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"

namespace polyplane::sim {
namespace {

using namespace literals;

/// Two cards around a switch at so many Gbps; nothing has a latency.
ClusterChoice pair_at(std::int64_t gbps) {
  ClusterChoice choice;
  choice.spec = topology::plain_cluster(2, 8, "single_switch", {});
  choice.spec.node.nic_rate = choice.spec.fabric.port_rate = BitRate::from_bps(gbps * 1'000'000'000);
  choice.spec.node.nic_latency = choice.spec.fabric.switch_latency = choice.spec.fabric.access_cable_latency =
      Duration();
  return choice;
}

Experiment experiment(std::int64_t gbps = 80) {
  Experiment experiment = on_cluster(pair_at(gbps).spec, "ecmp");
  experiment.collectives = {plain_ring(Bytes(1'000'000))};
  experiment.collectives.front().sizes.emplace_back(2'000'000);
  return experiment;
}

std::function<Experiment(Reading)> reading_at(std::int64_t slowest, std::int64_t fastest) {
  return [=](Reading reading) { return experiment(reading == Reading::slowest ? slowest : fastest); };
}

TEST(Spread, IsTheLeastAndTheMost) {
  // A ring of two sends half of the array twice: S bytes at 10 GB/s take S x 0.1 ns. 1 MB: 100 us; at 5 GB/s 200, at 20 GB/s 50.
  Report report = run(experiment(), {});
  ASSERT_EQ(report.collectives[0].time, 100_us);
  add_spreads(experiment(), reading_at(40, 160), {}, report);
  EXPECT_EQ(report.collectives[0].spread, (TimeSpread{50_us, 200_us}));
  EXPECT_EQ(report.collectives[1].spread, (TimeSpread{100_us, 400_us}));
}

TEST(Spread, TheUsedFiguresCountToo) {
  Report report = run(experiment(), {});
  add_spreads(experiment(), reading_at(40, 60), {}, report);
  EXPECT_EQ(report.collectives[0].spread->fastest, report.collectives[0].time);
}

TEST(Spread, NoneWithoutRanges) {
  Report report = run(experiment(), {});
  add_spreads(experiment(), reading_at(80, 80), {}, report);
  EXPECT_EQ(report.collectives[0].spread, (TimeSpread{100_us, 100_us}));
}

TEST(Spread, OfStepsAloneLeavesRowsAlone) {
  Report report = run(experiment(), {});
  add_step_spreads(experiment(), reading_at(40, 160), {}, report);
  EXPECT_FALSE(report.collectives[0].spread);
}

}  // namespace
}  // namespace polyplane::sim
