// Rules of the flow model that have closed answers, to the picosecond.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"
#include "sim/simulation.h"
#include "tests/golden/oracle_problem.h"

namespace polyplane::golden {
namespace {

using namespace polyplane::literals;

/// a -> b over each of `rates` in parallel: links l0, l1, ...
sim::Experiment parallel_links(const std::vector<BitRate>& rates, Duration latency) {
  sim::Experiment experiment;
  experiment.name = "parallel";
  sim::GraphSpec graph;
  graph.name = "parallel";
  for (const char* name : {"a", "b"}) {
    topology::Device device;
    device.name = name;
    graph.devices.push_back(device);
  }
  for (std::size_t i = 0; i < rates.size(); ++i) {
    sim::GraphSpec::Edge edge;
    edge.name = "l" + std::to_string(i);
    edge.from = "a";
    edge.to = "b";
    edge.rate = rates[i];
    edge.latency = latency;
    edge.two_way = false;
    graph.edges.push_back(edge);
  }
  experiment.cluster.graph = graph;
  return experiment;
}

sim::FlowJob flow(std::string name, std::string link, Bytes size, TimePoint start = {}) {
  sim::FlowJob job;
  job.name = std::move(name);
  job.route = {std::move(link)};
  job.size = size;
  job.start = start;
  return job;
}

TEST(FlowRules, FlowsThatShareNothingEndByIntegerDivision) {
  // Primes, so that nothing divides: end = start + latency + ceil(8 x size x 10^12 / rate).
  const std::vector<std::int64_t> rates = {7, 399'999'999'937, 800'000'000'000, 1'000'003};
  std::vector<BitRate> typed;
  for (const std::int64_t rate : rates) typed.push_back(BitRate::from_bps(rate));
  sim::Experiment experiment = parallel_links(typed, 333_ps);
  const std::vector<std::int64_t> sizes = {3, 1'000'000'007, 4'294'967'311, 9973};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::string number = std::to_string(i);
    experiment.flows.push_back(
        flow("f" + number, "l" + number, Bytes(sizes[i]), TimePoint::from_ps(static_cast<std::int64_t>(i))));
  }
  const sim::Report report = sim::run(experiment, {});
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const int128 bits_ps = static_cast<int128>(sizes[i]) * 8 * 1'000'000'000'000;
    const auto drain = static_cast<std::int64_t>((bits_ps + rates[i] - 1) / rates[i]);
    EXPECT_EQ(end_ps(report, "f" + std::to_string(i)), static_cast<std::int64_t>(i) + 333 + drain);
  }
}

TEST(FlowRules, EqualSharesOfOneLinkEndByIntegerDivision) {
  // 7 flows of 1,000,003 B on 400 Gb/s: ceil(7 x 8,000,024 x 10^12 / (4 x 10^11)) = ceil(140,000,420) ps, + 500 ns.
  // 7 flows of 1,000,003 B on 300 Gb/s: 56,000,168 x 10^12 / (3 x 10^11) = 186,667,226.67, up 186,667,227 ps, + 500 ns.
  sim::Experiment experiment = parallel_links({400_Gbps, 300_Gbps}, 500_ns);
  for (int i = 0; i < 7; ++i) {
    experiment.flows.push_back(flow("round" + std::to_string(i), "l0", 1000003_B));
    experiment.flows.push_back(flow("crooked" + std::to_string(i), "l1", 1000003_B));
  }
  const sim::Report report = sim::run(experiment, {});
  for (int i = 0; i < 7; ++i) {
    EXPECT_EQ(end_ps(report, "round" + std::to_string(i)), 140'500'420);
    EXPECT_EQ(end_ps(report, "crooked" + std::to_string(i)), 187'167'227);
  }
}

TEST(FlowRules, EmptyFlowTakesItsLatencyAndDisturbsNobody) {
  // 50,000 B alone on 400 Gb/s: 1 us; the empty flow starts in the middle of it.
  sim::Experiment experiment = parallel_links({400_Gbps}, 500_ns);
  experiment.flows = {flow("data", "l0", 50000_B), flow("empty", "l0", 0_B, TimePoint::from_ps(700'000))};
  const sim::Report report = sim::run(experiment, {});
  EXPECT_EQ(end_ps(report, "data"), 1'500'000);
  EXPECT_EQ(end_ps(report, "empty"), 1'200'000);
}

TEST(FlowRules, FlowsStandStillWhileTheirLinkIsDown) {
  // 100,000 B on 400 Gb/s: 2 us of draining. Down from 1 us to 5 us: 1 us before, 1 us after = 6 us. The flow that
  // starts at 2 us waits until 5 us, shares with the first until it ends (1 us left takes 2 us: 7 us), and has
  // 2 us - 1 us left then: 8 us.
  sim::Experiment experiment = parallel_links({400_Gbps, 400_Gbps}, 0_ns);
  experiment.flows = {flow("cut", "l0", 100000_B), flow("other", "l1", 100000_B)};
  experiment.capacity_events = {{TimePoint::from_ps(1'000'000), "l0", BitRate{}},
                                {TimePoint::from_ps(5'000'000), "l0", 400_Gbps}};
  const sim::Report alone = sim::run(experiment, {});
  EXPECT_EQ(end_ps(alone, "cut"), 6'000'000);
  EXPECT_EQ(end_ps(alone, "other"), 2'000'000);

  experiment.flows.push_back(flow("late", "l0", 100000_B, TimePoint::from_ps(2'000'000)));
  const sim::Report shared = sim::run(experiment, {});
  EXPECT_EQ(end_ps(shared, "cut"), 7'000'000);
  EXPECT_EQ(end_ps(shared, "late"), 8'000'000);
}

TEST(FlowRules, LinkThatStaysDownIsAStallThatNamesTheFlow) {
  sim::Experiment experiment = parallel_links({400_Gbps, 400_Gbps}, 500_ns);
  experiment.flows = {flow("doomed", "l0", 100000_B), flow("lucky", "l1", 100000_B)};
  experiment.capacity_events = {{TimePoint::from_ps(1'000'000), "l0", BitRate{}}};
  try {
    (void)sim::run(experiment, {});
    FAIL() << "a flow that can never end was reported as ended";
  } catch (const RunError& error) {
    EXPECT_NE(std::string(error.what()).find("doomed"), std::string::npos) << error.what();
    EXPECT_EQ(std::string(error.what()).find("lucky"), std::string::npos) << error.what();
  }
}

TEST(FlowRules, RateCapHoldsOnAnEmptyLink) {
  // 50,000 B capped at 100 Gb/s: 4 us.
  sim::Experiment experiment = parallel_links({400_Gbps}, 0_ns);
  experiment.flows = {flow("capped", "l0", 50000_B)};
  experiment.flows[0].rate_cap = 100_Gbps;
  EXPECT_EQ(end_ps(sim::run(experiment, {}), "capped"), 4'000'000);
}

TEST(FlowRules, FatPipeIsNotShared) {
  // Three flows of 50,000 B at once over 400 Gb/s each: 1 us for all.
  sim::Experiment experiment = parallel_links({400_Gbps}, 0_ns);
  experiment.cluster.graph->edges[0].shared = false;
  experiment.flows = {flow("f0", "l0", 50000_B), flow("f1", "l0", 50000_B), flow("f2", "l0", 50000_B)};
  const sim::Report report = sim::run(experiment, {});
  for (const char* name : {"f0", "f1", "f2"}) EXPECT_EQ(end_ps(report, name), 1'000'000);
}

TEST(FlowRules, OrderOfRoutedFlowsInTheFileChangesNothing) {
  // Two parallel links that the hash chooses from: whichever a flow gets, it gets in any order of the file.
  sim::Experiment experiment = parallel_links({400_Gbps, 300_Gbps}, 500_ns);
  for (int i = 0; i < 6; ++i) {
    sim::FlowJob job = flow("f" + std::to_string(i), "", Bytes(100003 * (i + 1)));
    job.route.clear();
    job.src = "a";
    job.dst = "b";
    experiment.flows.push_back(job);
  }
  const sim::Report forwards = sim::run(experiment, {});
  std::reverse(experiment.flows.begin(), experiment.flows.end());
  const sim::Report backwards = sim::run(experiment, {});
  for (const sim::FlowJob& job : experiment.flows) {
    EXPECT_EQ(end_ps(forwards, job.name), end_ps(backwards, job.name)) << job.name;
  }
  EXPECT_EQ(backwards.flows.front().name, "f5");  // reported as in the file
}

TEST(FlowRules, BadFlowsAreRefusedBeforeAnythingRuns) {
  const auto refused = [](const auto& change) {
    sim::Experiment experiment = parallel_links({400_Gbps, 400_Gbps}, 0_ns);
    experiment.flows = {flow("f", "l0", 1_B)};
    change(experiment);
    EXPECT_THROW((void)sim::run(experiment, {}), InputError);
  };
  refused([](sim::Experiment& e) { e.flows[0].route = {"l7"}; });                    // no such link
  refused([](sim::Experiment& e) { e.flows.push_back(e.flows[0]); });                // a name twice
  refused([](sim::Experiment& e) { e.capacity_events = {{{}, "l7", BitRate{}}}; });  // no such link
  refused([](sim::Experiment& e) {
    e.capacity_events = {{{}, "l0", 1_Gbps}, {{}, "l0", 2_Gbps}};  // which of the two?
  });
  refused([](sim::Experiment& e) { e.flows[0].src = e.flows[0].dst = "b"; });  // l0 leaves a, not b
  refused([](sim::Experiment& e) {
    e.flows[0].route = {"l0", "l1"};  // l1 does not begin where l0 ends
    e.flows[0].src = "a";
    e.flows[0].dst = "b";
  });
}

}  // namespace
}  // namespace polyplane::golden
