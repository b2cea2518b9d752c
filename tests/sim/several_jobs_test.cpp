// Experiments of several jobs, and what surrounds a run: choices of auto, capacities that change, what was assumed.
#include <gtest/gtest.h>

#include <algorithm>

#include "collectives/algorithm.h"
#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using collectives::CollectiveKind;

Duration sum(const Attribution& parts) {
  Duration total = parts.launch + parts.software + parts.waiting;
  for (const Attribution::TierParts& tier : parts.tiers) total += tier.latency + tier.serialisation + tier.contention;
  return total;
}

RunOptions explained() {
  RunOptions options;
  options.explain = true;
  return options;
}

/// Cards "a" and "b" on switch "s", 100 Gbps and 100 ns a link.
Experiment two_cards_on_a_switch() {
  GraphSpec graph;
  graph.name = "pair";
  for (const char* name : {"a", "b", "s"}) {
    topology::Device device;
    device.name = name;
    device.kind = *name == 's' ? topology::DeviceKind::network_switch : topology::DeviceKind::accelerator;
    device.forwards = *name == 's';
    device.node = *name == 's' ? -1 : *name - 'a';
    graph.devices.push_back(device);
  }
  graph.edges.push_back({.name = "as", .from = "a", .to = "s", .rate = 100_Gbps, .latency = 100_ns});
  graph.edges.push_back({.name = "bs", .from = "b", .to = "s", .rate = 100_Gbps, .latency = 100_ns});
  Experiment experiment;
  experiment.routing.name = "ecmp";
  experiment.stack = ideal_stack();
  experiment.cluster.graph = graph;
  return experiment;
}

// Cards 0 and 1 send 1 MB to each other, 2 and 3 send 4 MB: nothing is shared, so each pair takes as long as it would
// alone, and the parts of each job sum to its own end, not to that of the run.
TEST(SeveralJobs, EachIsExplainedByItsOwnCriticalPath) {
  Experiment experiment = on_cluster(topology::plain_cluster(4, 4, "single_switch", {}), "spray");
  for (const std::uint32_t first : {0U, 2U}) {
    CollectiveJob job = collective_job(CollectiveKind::sendrecv, "direct", Bytes(first == 0 ? 1'000'000 : 4'000'000));
    job.name = "from " + std::to_string(first);
    job.ranks = {first, first + 1};
    experiment.collectives.push_back(job);
  }
  const Report report = run(experiment, explained());
  // 1420 ns over the switch, 20 us a megabyte at 400 Gbps.
  EXPECT_EQ(report.collectives.at(0).time, 20_us + 1420_ns);
  EXPECT_EQ(report.collectives.at(1).time, 80_us + 1420_ns);
  for (const CollectiveResult& result : report.collectives) EXPECT_EQ(sum(result.attribution), result.time);
}

// Two broadcasts from a to b over the same links, the second 20 us later. Times count from the start of a job.
TEST(SeveralJobs, AJobThatStartsLaterCountsFromItsStart) {
  Experiment experiment = two_cards_on_a_switch();
  for (const std::int64_t start_us : {0, 20}) {
    CollectiveJob job = collective_job(CollectiveKind::broadcast, "binomial", Bytes(500'000));
    job.name = "from " + std::to_string(start_us);
    job.start = TimePoint::from_ps(start_us * 1'000'000);
    experiment.collectives.push_back(job);
  }
  const Report report = run(experiment, explained());
  // 4 Mbit at 100 Gbps: 40 us alone. The first drains 20 us alone (2 Mbit), then both have 50 Gbps: its other 2 Mbit take
  // 40 us, so it ends 60 us after its start; the second has 2 Mbit left by then and the link to itself: 20 us more.
  EXPECT_EQ(report.collectives.at(0).time, 60_us + 200_ns);
  EXPECT_EQ(report.collectives.at(1).time, 60_us + 200_ns);
  for (const CollectiveResult& result : report.collectives) {
    EXPECT_EQ(sum(result.attribution), result.time);
    EXPECT_EQ(result.attribution.waiting, Duration{});
  }
}

// The link is dead from 10 us to 40 us: the job waits 30 us, which is no contention.
TEST(SeveralJobs, StandingStillIsWaiting) {
  Experiment experiment = two_cards_on_a_switch();
  experiment.collectives = {collective_job(CollectiveKind::broadcast, "binomial", Bytes(500'000))};
  experiment.capacity_events = {{TimePoint::from_ps(10'000'000), "as", BitRate{}},
                                {TimePoint::from_ps(40'000'000), "as", 100_Gbps}};
  const CollectiveResult result = run(experiment, explained()).collectives.at(0);
  EXPECT_EQ(result.time, 40_us + 30_us + 200_ns);
  EXPECT_EQ(result.attribution.waiting, 30_us);
  EXPECT_EQ(sum(result.attribution), result.time);
}

// Several groups of one job: the explanation is that of the group that ends last, wherever it stands.
TEST(SeveralJobs, GroupsAreExplainedByTheLastOne) {
  Experiment experiment = on_cluster(topology::plain_cluster(4, 4, "single_switch", {}), "spray");
  experiment.faults = {"nic=node0/gpu0 at 50%"};
  CollectiveJob job = collective_job(CollectiveKind::sendrecv, "direct", Bytes(1'000'000));
  for (const std::vector<std::uint32_t>& group : {std::vector{0U, 1U}, std::vector{2U, 3U}})
    job.groups.push_back(group);
  experiment.collectives = {job};
  const CollectiveResult result = run(experiment, explained()).collectives.at(0);
  EXPECT_EQ(result.time, 40_us + 1420_ns);
  EXPECT_EQ(sum(result.attribution), result.time);
}

// Two jobs whose algorithms bear the same name are two schedules, and groups that lie differently are too.
TEST(SeveralJobs, AllAreProven) {
  Experiment experiment =
      on_cluster(topology::nvlink_cluster(2, "single_switch", {}, topology::PlaneMode::per_nic), "spray");
  for (const CollectiveKind kind : {CollectiveKind::all_reduce, CollectiveKind::all_gather}) {
    CollectiveJob job = collective_job(kind, "hierarchical", 1_MiB);
    job.name = collectives::to_string(kind);
    job.groups = {{0, 1, 8, 9}, {2, 3, 4, 5}};
    experiment.collectives.push_back(job);
  }
  for (const CollectiveResult& result : run(experiment, {}).collectives) EXPECT_TRUE(result.proven);
}

// Asked for channels, auto offers them to those that have channels and lets the others go their own way.
TEST(SeveralJobs, AutoTakesAlgorithmsWithoutChannels) {
  Experiment experiment = on_cluster(topology::nvlink_cluster(1, "single_switch", {}), "spray");
  CollectiveJob job = collective_job(CollectiveKind::all_reduce, "auto", Bytes(8));
  job.channels = 4;
  experiment.collectives = {job};
  const CollectiveResult result = run(experiment, {}).collectives.at(0);
  const auto& taken = collectives::find_algorithm(CollectiveKind::all_reduce, result.algorithm);
  ASSERT_FALSE(taken.honours_channels);  // two steps beat 2 (n - 1)
  EXPECT_EQ(result.channels, 0U);
  EXPECT_TRUE(result.proven);
}

// 12.5 MB are 100 Mbit: a millisecond at 100 Gbps, but all links have 400 Gbps from the start.
TEST(SeveralJobs, RaisedCapacityIsNoBeatenBound) {
  Experiment experiment = two_cards_on_a_switch();
  experiment.collectives = {collective_job(CollectiveKind::sendrecv, "direct", Bytes(12'500'000))};
  for (const char* link : {"as", "as~", "bs", "bs~"}) {
    experiment.capacity_events.push_back({.time = TimePoint{}, .link = link, .rate = 400_Gbps});
  }
  const CollectiveResult result = run(experiment, {}).collectives.at(0);
  EXPECT_EQ(result.time, 250_us + 200_ns);
  EXPECT_LE(result.lower_bound, result.time);
  EXPECT_GE(result.lower_bound, 250_us);
}

// Without contention all algorithms are what the analytic model says they are: auto takes the fastest of them.
TEST(SeveralJobs, AutoUnderTheAnalyticModelTakesTheFastest) {
  Experiment experiment = on_cluster(topology::nvlink_cluster(2, "single_switch", {}), "spray", "analytic");
  Duration fastest = Duration::from_ps(INT64_MAX);
  for (const std::string& name : collectives::algorithm_names(CollectiveKind::alltoall)) {
    if (name.find("torus") != std::string::npos) continue;  // the cards here stand in none
    experiment.collectives = {collective_job(CollectiveKind::alltoall, name, 16_MiB)};
    fastest = std::min(fastest, collective_time(experiment));
  }
  experiment.collectives = {collective_job(CollectiveKind::alltoall, "auto", 16_MiB)};
  const CollectiveResult result = run(experiment, {}).collectives.at(0);
  EXPECT_EQ(result.time, fastest);
  // What was estimated is what came out.
  const std::string estimate = result.algorithm + "/Simple: at least " + to_string(fastest);
  EXPECT_NE(result.alternatives.find(estimate), std::string::npos) << result.alternatives;
}

// 10 Pbps, as many merged uplinks may have: the first flow is held at 2 Pbps, the second has the 8 that are left, and both
// take a second.
TEST(SeveralJobs, WideLinksAreSharedLikeOthers) {
  Experiment experiment = two_cards_on_a_switch();
  constexpr std::int64_t kPetabit = 1'000'000'000'000'000;
  for (GraphSpec::Edge& edge : experiment.cluster.graph->edges) edge.rate = BitRate::from_bps(10 * kPetabit);
  for (const std::int64_t petabits : {2, 8}) {
    FlowJob flow = flow_job("a", "b", Bytes(petabits * kPetabit / 8));
    flow.name = std::to_string(petabits);
    if (petabits == 2) flow.rate_cap = BitRate::from_bps(petabits * kPetabit);
    experiment.flows.push_back(flow);
  }
  EXPECT_EQ(flow_ends(experiment), std::vector(2, TimePoint{} + 1'000'000_us + 200_ns));
}

// 1 MB over two links that do not meet, as a fluid: 80 us at 100 Gbps after the latencies of both.
TEST(SeveralJobs, AFlowWithoutEndsUsesAnySetOfLinks) {
  Experiment experiment = two_cards_on_a_switch();
  FlowJob flow;
  flow.name = "f";
  flow.size = Bytes(1'000'000);
  flow.route = {"bs", "as"};
  experiment.flows = {flow};
  EXPECT_EQ(flow_ends(experiment), std::vector{TimePoint{} + 80_us + 200_ns});
}

TEST(SeveralJobs, ReportsRepeatWhatGraphAndStackAssume) {
  Experiment experiment = two_cards_on_a_switch();
  experiment.cluster.spec.assumed = {"cables of 3 m"};
  experiment.stack.assumed = {"no cost a message"};
  experiment.collectives = {collective_job(CollectiveKind::sendrecv, "direct", 1_MiB)};
  EXPECT_EQ(run(experiment, {}).assumed, (std::vector<std::string>{"cables of 3 m", "no cost a message"}));
}

}  // namespace
}  // namespace polyplane::sim
