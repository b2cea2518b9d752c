// What would help most, against times worked out by hand.
#include "sim/sensitivity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using collectives::CollectiveKind;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

Report asked(const Experiment& experiment, std::uint64_t max_events = UINT64_MAX, std::size_t threads = 1) {
  RunOptions options;
  options.threads = threads;
  Report report = run(experiment, options);
  add_sensitivities(experiment, options, max_events, report);
  return report;
}

std::map<std::string, Duration> answers(const CollectiveResult& result) {
  std::map<std::string, Duration> times;
  for (const Sensitivity& answer : result.sensitivities) times.emplace(answer.what, answer.time);
  return times;
}

/// 8 cards behind one NVSwitch: 160 GB/s, 1 us a message (half of it on each of two links).
Experiment ring_of_eight() {
  Experiment experiment = on_cluster(topology::nvlink_cluster(1, "single_switch", {}), "spray");
  experiment.collectives.push_back(plain_ring(Bytes(8'800'000)));
  ProtocolCosts& costs = experiment.stack.protocols.at(0).costs.at(0);
  costs.launch = 10_us;
  costs.step_scale_up = 2_us;
  costs.message = 1_us;
  return experiment;
}

// 14 steps, each of 1 us message, 2 us step, 1 us latency and 1,100,000 bytes at 160 GB/s, 6.875 us; 10 us launch: 162.25 us.
// At 176 GB/s a step's bytes take 6.25 us; 10 % of the others are 1.4, 2.8, 1.4 and 1 us.
TEST(Sensitivity, RingOfEight) {
  const Report report = asked(ring_of_eight());
  const CollectiveResult& row = report.collectives.at(0);
  ASSERT_EQ(row.time, 162'250_ns);
  EXPECT_THAT(answers(row),
              testing::IsSupersetOf(
                  {Pair("rate of nvlink", 162'250_ns - 14 * 625_ns), Pair("latency of nvlink", 162'250_ns - 1'400_ns),
                   Pair("step cost inside scale-up domains", 162'250_ns - 2'800_ns),
                   Pair("message cost", 162'250_ns - 1'400_ns), Pair("launch cost", 162'250_ns - 1'000_ns)}));
  EXPECT_EQ(row.sensitivities.front().what, "rate of nvlink");
  EXPECT_EQ(row.sensitivities.back().time, row.time);  // of the tiers outside
}

TEST(Sensitivity, ThreadsChangeNothing) {
  const Report one = asked(ring_of_eight()), four = asked(ring_of_eight(), UINT64_MAX, 4);
  EXPECT_EQ(answers(one.collectives.at(0)), answers(four.collectives.at(0)));
}

TEST(Sensitivity, DearRowsAreLeftOut) {
  Experiment experiment = ring_of_eight();
  const std::uint64_t events = run(experiment, {}).collectives.at(0).events;
  EXPECT_THAT(asked(experiment, events - 1).collectives.at(0).sensitivities, IsEmpty());
  EXPECT_EQ(asked(experiment, events).collectives.at(0).sensitivities.empty(), false);
}

// Rows by different algorithms: each is asked about with its own. 8 bytes: 1 byte a message, no rate matters to a tenth.
TEST(Sensitivity, EachRowKeepsItsChoice) {
  Experiment experiment = ring_of_eight();
  CollectiveJob& job = experiment.collectives.front();
  job.algorithm = "auto";
  job.channels = job.slices = 0;
  job.sizes = {Bytes(8), Bytes(88'000'000)};
  const Report report = asked(experiment);
  ASSERT_NE(report.collectives.at(0).algorithm, report.collectives.at(1).algorithm);
  for (const CollectiveResult& row : report.collectives) {
    Experiment faster = experiment;
    faster.what_if.tiers.push_back({"nvlink", {11, 10}, {}});
    faster.collectives.front().algorithm = row.algorithm;
    faster.collectives.front().sizes = {row.size};
    EXPECT_THAT(answers(row), Contains(Pair("rate of nvlink", collective_time(faster))));
  }
}

// Two jobs that share the port of card 1, 1 MB each at 400 Gbps: 1420 ns and 40 us; alone 20 us. Each job has its answers.
TEST(Sensitivity, JobsSideBySide) {
  Experiment experiment = on_cluster(topology::plain_cluster(4, 4, "single_switch", {}), "spray");
  for (const std::uint32_t sender : {0U, 2U}) {
    CollectiveJob job = collective_job(CollectiveKind::broadcast, "ring", Bytes(1'000'000));
    job.name = "from " + std::to_string(sender);
    job.ranks = {sender, 1};
    job.channels = job.slices = 1;
    experiment.collectives.push_back(job);
  }
  const Report report = asked(experiment);
  for (const CollectiveResult& row : report.collectives) {
    ASSERT_EQ(row.time, 41'420_ns);
    // The link into card 1 is host; the NIC's is the narrowest: whatever the tiers are called, none gains more than a tenth.
    for (const Sensitivity& answer : row.sensitivities) {
      EXPECT_LE(answer.time, row.time);
      EXPECT_GT(answer.time, row.time - 4'142_ns);
    }
    EXPECT_LT(row.sensitivities.front().time, row.time);
  }
}

// A capacity event sets a link of the tier to half: its rate is 10 % better, too. 1 MB at 200 Gbps takes 40 us, at 220 Gbps
// 36,363,637 ps.
TEST(Sensitivity, CapacityEventsOfTheTierGoAlong) {
  GraphSpec graph;
  graph.name = "pair";
  for (const char* name : {"a", "b"}) {
    topology::Device device;
    device.name = name;
    device.node = *name - 'a';
    graph.devices.push_back(device);
  }
  graph.edges.push_back({.name = "ab", .from = "a", .to = "b", .rate = 400_Gbps, .latency = {}});
  Experiment experiment;
  experiment.routing.name = "ecmp";
  experiment.stack = ideal_stack();
  experiment.cluster.graph = graph;
  experiment.capacity_events = {{TimePoint(), "ab", 200_Gbps}, {TimePoint(), "ab~", 200_Gbps}};
  CollectiveJob job = collective_job(CollectiveKind::broadcast, "ring", Bytes(1'000'000));
  job.channels = job.slices = 1;
  experiment.collectives.push_back(job);
  const Report report = asked(experiment);
  ASSERT_EQ(report.collectives.at(0).time, 40_us);
  EXPECT_THAT(answers(report.collectives.at(0)), ElementsAre(Pair("rate of link", Duration::from_ps(36'363'637))));
}

}  // namespace
}  // namespace polyplane::sim
