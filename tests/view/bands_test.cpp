#include "sim/view/bands.h"

#include <gtest/gtest.h>

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

Experiment experiment() {
  Experiment experiment = on_cluster(pair_at(80).spec, "ecmp");
  experiment.collectives = {plain_ring(Bytes(1'000'000))};
  experiment.collectives.front().sizes.emplace_back(2'000'000);
  return experiment;
}

TEST(TimeBands, AreTheLeastAndTheMost) {
  // A ring of two sends half of the array twice: S bytes at 10 GB/s take S x 0.1 ns. 1 MB: 100 us; at 5 GB/s 200, at 20 GB/s 50.
  const Report report = run(experiment(), {});
  ASSERT_EQ(report.collectives[0].time, Duration::from_ps(100'000'000));
  const auto bands = time_bands(
      experiment(), [](Reading reading) { return pair_at(reading == Reading::slowest ? 40 : 160); }, {}, report);
  ASSERT_EQ(bands.size(), 2U);
  EXPECT_EQ(bands[0].fastest, Duration::from_ps(50'000'000));
  EXPECT_EQ(bands[0].slowest, Duration::from_ps(200'000'000));
  EXPECT_EQ(bands[1].result, 1U);
  EXPECT_EQ(bands[1].slowest, Duration::from_ps(400'000'000));
}

TEST(TimeBands, TheUsedFiguresCountToo) {
  const Report report = run(experiment(), {});
  const auto bands = time_bands(
      experiment(), [](Reading reading) { return pair_at(reading == Reading::slowest ? 40 : 80); }, {}, report);
  ASSERT_EQ(bands.size(), 2U);
  EXPECT_EQ(bands[0].fastest, report.collectives[0].time);
}

TEST(TimeBands, NoneWithoutRanges) {
  const Report report = run(experiment(), {});
  EXPECT_TRUE(time_bands(experiment(), [](Reading) { return pair_at(80); }, {}, report).empty());
}

}  // namespace
}  // namespace polyplane::sim
