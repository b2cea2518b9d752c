// The one way from an experiment to a report, with times by hand: explanations, threads, groups, jobs beside flows,
// capacities that change.
//
// Clusters are those of tests/topology/clusters.h: 1420 ns from card to card over one switch, 1920 ns over a spine, 400 Gbps
// a NIC. A megabyte is 8 Mbit: 20 us at 400 Gbps.
#include "sim/simulation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "collectives/algorithm.h"
#include "sim/write_report.h"
#include "tests/sim/random_cluster.h"
#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using collectives::CollectiveKind;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using topology::ClusterSpec;
using topology::plain_cluster;

constexpr Bytes kMegabyte = Bytes(1'000'000);

constexpr TimePoint at(Duration since_start) { return TimePoint{} + since_start; }

CollectiveResult explained(const Experiment& experiment) {
  const RunOptions options{.explain = true};
  return run(experiment, options).collectives.at(0);
}

const Attribution::TierParts& tier(const CollectiveResult& result, const std::string& name) {
  for (const Attribution::TierParts& parts : result.attribution.tiers) {
    if (parts.tier == name) return parts;
  }
  throw std::out_of_range(name);
}

ClusterSpec with_nics(ClusterSpec spec, BitRate rate) {
  spec.node.nic_rate = spec.fabric.port_rate = rate;
  return spec;
}

// The tier that binds, at twice the rate: the run is shorter by half of what its bytes took there, contention included, to
// the picosecond. Sizes divide evenly, so nothing is rounded.
TEST(Explain, DoublingTheBindingTierShortensTheRunAsPredicted) {
  struct Case {
    CollectiveKind kind;
    const char* algorithm;
    ClusterSpec spec;
  };
  const ClusterSpec star = plain_cluster(8, 8, "single_switch", {});
  const ClusterSpec tree = plain_cluster(8, 8, "fat_tree", {"tiers=2"});
  const ClusterSpec nodes = topology::nvlink_cluster(4, "single_switch", {});
  for (const Case& c :
       {Case{CollectiveKind::all_reduce, "ring", star}, Case{CollectiveKind::all_reduce, "halving_doubling", star},
        Case{CollectiveKind::alltoall, "pairwise", star}, Case{CollectiveKind::alltoall, "direct", star},
        Case{CollectiveKind::gather, "direct", star}, Case{CollectiveKind::all_reduce, "ring", tree},
        Case{CollectiveKind::all_reduce, "hierarchical", nodes},
        Case{CollectiveKind::alltoall, "hierarchical", nodes}}) {
    SCOPED_TRACE(std::string(to_string(c.kind)) + "/" + c.algorithm + " on " + std::to_string(c.spec.nodes));
    Experiment slow = on_cluster(with_nics(c.spec, 100_Gbps), "spray");
    CollectiveJob job = collective_job(c.kind, c.algorithm, Bytes(32'768'000));
    const collectives::Algorithm& algorithm = collectives::find_algorithm(c.kind, c.algorithm);
    job.channels = algorithm.honours_channels ? 1 : 0;
    job.slices = algorithm.honours_slices ? 1 : 0;
    slow.collectives = {job};
    Experiment fast = slow;
    fast.cluster.spec = with_nics(c.spec, 200_Gbps);
    const CollectiveResult before = explained(slow), after = explained(fast);
    EXPECT_EQ(before.attribution.binding_tier, "gpu-leaf");
    const Attribution::TierParts& binding = tier(before, "gpu-leaf");
    EXPECT_GT(binding.serialisation, Duration{});
    EXPECT_EQ(2 * (before.time - after.time), binding.serialisation + binding.contention);
  }
}

// The same ring without software and with a quantum of 15 us: each step could start to drain after 1.42 us, does so after 15 us,
// has its last byte after 35 us and ends after 45 us. 13.58 us + 10 us of waiting, and no contention.
TEST(Explain, WhatAQuantumPutsOffIsWaiting) {
  Experiment experiment = on_cluster(plain_cluster(4, 4, "single_switch", {}), "ecmp");
  CollectiveJob job = collective_job(CollectiveKind::all_reduce, "ring", 4 * kMegabyte);
  job.channels = 1;
  experiment.collectives = {job};
  experiment.quantum = 15_us;
  const CollectiveResult result = explained(experiment);
  EXPECT_EQ(result.time, 270_us);
  EXPECT_EQ(result.attribution.waiting, 6 * 23'580_ns);
  EXPECT_EQ(tier(result, "gpu-leaf").serialisation, 120_us);
  EXPECT_EQ(tier(result, "gpu-leaf").contention, Duration{});
}

// A ring of 4 on one switch, 4 MB: 6 steps of 8 Mbit. The hand sum of every part.
TEST(Explain, PartsOfARing) {
  Experiment experiment = on_cluster(plain_cluster(4, 4, "single_switch", {}), "ecmp");
  experiment.stack.protocols[0].costs[0] = {"ring", 5_us, 1_us, 2_us, 300_ns};
  experiment.collectives = {plain_ring(4 * kMegabyte)};
  const CollectiveResult result = explained(experiment);
  EXPECT_EQ(result.attribution.launch, 5_us);
  EXPECT_EQ(result.attribution.software, 6 * 2300_ns);
  EXPECT_EQ(result.attribution.waiting, Duration{});
  EXPECT_EQ(tier(result, "gpu-leaf").latency, 6 * 1420_ns);
  EXPECT_EQ(tier(result, "gpu-leaf").serialisation, 6 * 20_us);
  EXPECT_EQ(tier(result, "gpu-leaf").contention, Duration{});
  EXPECT_EQ(result.time, 5_us + 6 * (2300_ns + 1420_ns + 20_us));
  EXPECT_EQ(result.bottleneck, "gpu-leaf");
}

TEST(Threads, NeverChangeAReport) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed) + ", " + describe(random_cluster(seed)));
    for (const CollectiveKind kind : {CollectiveKind::all_reduce, CollectiveKind::alltoall}) {
      Experiment experiment = on_cluster(random_cluster(seed), seed % 2 == 0 ? "ecmp" : "spray");
      experiment.seed = seed;
      CollectiveJob job = collective_job(kind, "auto", {});
      job.sizes.clear();
      for (std::int64_t size = 1; size <= 1 << 22; size *= 8) job.sizes.emplace_back(size + 4);
      experiment.collectives = {job};
      std::vector<std::string> reports;
      for (const std::size_t threads : {1U, 2U, 5U}) {
        std::vector<Bytes> rows;
        RunOptions options{.threads = threads, .explain = true, .link_loads = true};
        options.on_row = [&](const CollectiveResult& row) { rows.push_back(row.size); };
        const Report report = run(experiment, options);
        std::vector<Bytes> in_order;
        for (const CollectiveResult& row : report.collectives) in_order.push_back(row.size);
        EXPECT_EQ(rows, in_order);
        EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end()));
        reports.push_back(to_json(report, {.version = "test", .command = "perf", .explained = true}));
      }
      EXPECT_EQ(reports[1], reports[0]);
      EXPECT_EQ(reports[2], reports[0]);
    }
  }
}

/// Cards 0 and 1 on leaf0, 2 and 3 on leaf1, one 400 Gbps cable from each leaf to the spine.
ClusterSpec narrow() { return plain_cluster(4, 4, "fat_tree", {"tiers=2", "oversubscription=3:1", "leaves=2"}); }

// Pairs on a leaf each do not meet; pairs across the spine share its cable, 200 Gbps each.
TEST(Groups, ShareWhatIsBetweenThem) {
  Experiment experiment = on_cluster(narrow(), "ecmp");
  CollectiveJob job = collective_job(CollectiveKind::sendrecv, "direct", kMegabyte);
  job.groups = {{0, 1}, {2, 3}};
  experiment.collectives = {job};
  EXPECT_EQ(collective_time(experiment), 20_us + 1420_ns);
  experiment.collectives[0].groups = {{0, 2}};
  EXPECT_EQ(collective_time(experiment), 20_us + 1920_ns);
  experiment.collectives[0].groups = {{0, 2}, {1, 3}};
  EXPECT_EQ(collective_time(experiment), 40_us + 1920_ns);
  const CollectiveResult result = run(experiment, {}).collectives.at(0);
  EXPECT_EQ(result.groups, 2U);
  EXPECT_EQ(result.ranks, 2U);
}

// 0 -> 1 and 2 -> 3 belong to jobs, 2 -> 1 is a flow of its own that starts with them. It halves both: the first at the way
// down to card 1, the second at the way up from card 2. All three end at 40 us + 1420 ns.
TEST(Jobs, BesideFlows) {
  Experiment experiment = on_cluster(plain_cluster(4, 4, "single_switch", {}), "ecmp");
  for (const std::uint32_t first : {0U, 2U}) {
    CollectiveJob job = collective_job(CollectiveKind::sendrecv, "direct", kMegabyte);
    job.name = first == 0 ? "low" : "high";
    job.ranks = {first, first + 1};
    experiment.collectives.push_back(job);
  }
  experiment.flows = {flow_job("node2/gpu0", "node1/gpu0", kMegabyte)};
  const Report report = run(experiment, {});
  ASSERT_EQ(report.collectives.size(), 2U);
  EXPECT_EQ(report.collectives[0].job, "low");
  EXPECT_EQ(report.collectives[0].time, 40_us + 1420_ns);
  EXPECT_EQ(report.collectives[1].time, 40_us + 1420_ns);
  EXPECT_EQ(report.flows.at(0).end, at(40_us + 1420_ns));
  // A flow that starts when the jobs are over leaves them alone.
  experiment.flows[0].start = at(30_us);
  const Report apart = run(experiment, {});
  EXPECT_EQ(apart.collectives[0].time, 20_us + 1420_ns);
  EXPECT_EQ(apart.flows.at(0).end, at(30_us + 20_us + 1420_ns));
}

// Two rings over the same four NICs: at every step two messages of 8 Mbit share each port, 200 Gbps each.
TEST(Jobs, TwoEqualJobsHalveEachOther) {
  Experiment experiment = on_cluster(plain_cluster(4, 4, "single_switch", {}), "ecmp");
  experiment.collectives = {plain_ring(4 * kMegabyte), plain_ring(4 * kMegabyte)};
  experiment.collectives[0].name = "first";
  experiment.collectives[1].name = "second";
  const Report report = run(experiment, {});
  for (const CollectiveResult& result : report.collectives) EXPECT_EQ(result.time, 6 * (40_us + 1420_ns));
}

// 4 ranks x 64 channels x 6 steps, 64 times: 98,304 steps; 2,048 times: 3,145,728, whose proof would need a gigabyte.
TEST(Proof, IsLeftOutWhereItWouldCostMoreThanTheRun) {
  Experiment experiment = on_cluster(plain_cluster(4, 4, "single_switch", {}), "ecmp", "analytic");
  experiment.collectives = {plain_ring(4 * kMegabyte)};
  experiment.collectives[0].channels = 64;
  experiment.collectives[0].slices = 64;
  EXPECT_TRUE(run(experiment, {}).collectives.at(0).proven);
  experiment.collectives[0].slices = 2048;
  EXPECT_FALSE(run(experiment, {}).collectives.at(0).proven);
}

/// Cards "a" and "b", each on a named cable to one switch: 400 Gbps, 100 ns a link.
Experiment two_cables() {
  GraphSpec graph;
  graph.name = "two-cables";
  for (const char* name : {"a", "b", "hub"}) {
    topology::Device device;
    device.name = name;
    if (device.name == "hub") device.kind = topology::DeviceKind::network_switch;
    device.forwards = device.name == "hub";
    graph.devices.push_back(device);
  }
  graph.edges.push_back({.name = "a-hub", .from = "a", .to = "hub", .rate = 400_Gbps, .latency = 100_ns});
  graph.edges.push_back({.name = "b-hub", .from = "b", .to = "hub", .rate = 400_Gbps, .latency = 100_ns});
  Experiment experiment = on_cluster({}, "ecmp");
  experiment.cluster.graph = graph;
  experiment.collectives = {plain_ring(2 * kMegabyte)};
  return experiment;
}

// A ring of two: two steps of 8 Mbit each way, 20 us + 200 ns. The second drains from 20.4 us on. What is left of a flow whose
// rate changed twice is a double: within 1 ps.
TEST(CapacityEvents, SlowACollective) {
  Experiment experiment = two_cables();
  EXPECT_EQ(collective_time(experiment), 2 * (20_us + 200_ns));
  // From 30.4 us on a sends at 100 Gbps: 4 Mbit are through, the other 4 Mbit take 40 us.
  experiment.capacity_events = {{at(30'400_ns), "a-hub", 100_Gbps}};
  EXPECT_EQ(collective_time(experiment), 30'400_ns + 40_us);
  // Until 50.4 us, 2 Mbit later; the last 2 Mbit take 5 us at 400 Gbps.
  experiment.capacity_events.push_back({at(50'400_ns), "a-hub", 400_Gbps});
  EXPECT_NEAR(static_cast<double>(collective_time(experiment).ps()), 55'400'000, 1);
  // Down for 20 us in the first step: b -> a is not touched, a -> b ends 20 us later, and both wait for it.
  experiment.capacity_events = {{at(10_us), "a-hub", BitRate{}}, {at(30_us), "a-hub", 400_Gbps}};
  EXPECT_EQ(collective_time(experiment), 2 * (20_us + 200_ns) + 20_us);
  // An event after the end changes nothing.
  experiment.capacity_events = {{at(90_us), "a-hub", 100_Gbps}};
  EXPECT_EQ(collective_time(experiment), 2 * (20_us + 200_ns));
}

TEST(CapacityEvents, ALinkThatStaysDownIsAStallThatSaysWhoWaits) {
  Experiment experiment = two_cables();
  experiment.collectives[0].name = "gradients";
  experiment.capacity_events = {{at(30_us), "a-hub", BitRate{}}};
  EXPECT_THAT(
      message_of<RunError>([&] { static_cast<void>(run(experiment, {})); }),
      AllOf(HasSubstr("stalled"), HasSubstr("gradients: rank 0 lane 0 step 1 waits for its message to rank 1")));
}

TEST(CapacityEvents, AreRefusedWhereTheyHaveNoMeaning) {
  const auto refusal = [](const Experiment& experiment) {
    return message_of<InputError>([&] { static_cast<void>(run(experiment, {})); });
  };
  Experiment experiment = two_cables();
  experiment.capacity_events = {{at(30_us), "a-hub", 100_Gbps}};
  experiment.model = "analytic";
  EXPECT_THAT(refusal(experiment), HasSubstr("analytic"));
  experiment.model = "flow";
  experiment.capacity_events[0].link = "a-hob";
  EXPECT_THAT(refusal(experiment), HasSubstr("did you mean \"a-hub\"?"));
}

}  // namespace
}  // namespace polyplane::sim
