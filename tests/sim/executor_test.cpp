#include "sim/executor.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "collectives/explicit_schedule.h"
#include "tests/sim/run_star.h"

namespace polyplane::sim {
namespace {

using namespace polyplane::literals;

// Stack ideal, one channel, no pipelining: 2 (n - 1) steps of one chunk each.
// n = 4, 4 MiB: chunk 1 MiB = 8,388,608 bit; at 400 Gb/s 20,971,520 ps; with 1 us of latency 21,971,520 ps a step; 6 steps.
TEST(Executor, RingAllReduceOnACleanNetworkIsItsClosedForm) {
  for (const char* model : {"analytic", "flow"}) {
    StarRun run;
    run.model = model;
    run.size = 4_MiB;
    run.latency = 1_us;
    EXPECT_EQ(run_on_star(run).makespan.ps(), 6 * 21'971'520) << model;
  }
}

// A rate that does not divide: chunk bits x 10^12 / bps is rounded up once a step. 3 ranks, 12 B: chunks of 4 B = 32 bit at
// 7 Gb/s: 4571.43 -> 4572 ps; 4 steps.
TEST(Executor, EachStepRoundsUpOnce) {
  StarRun run;
  run.ranks = 3;
  run.size = 12_B;
  run.rate = 7_Gbps;
  EXPECT_EQ(run_on_star(run).makespan.ps(), 4 * 4572);
}

// Launch once, then before each send one step and one message cost. LL doubles the bytes: 2 MiB a chunk = 41,943,040 ps.
TEST(Executor, SoftwareCostsAndEfficiencyOfTheStack) {
  StarRun run;
  run.size = 4_MiB;
  run.costs = {"ring", 5_us, 1_us, 2_us, 3_us};  // the star is scale-out: 2 + 3 us before each send
  run.efficiency = {1, 2};
  EXPECT_EQ(run_on_star(run).makespan.ps(), 5'000'000 + 6 * (5'000'000 + 41'943'040));
}

/// One card sends `count` messages of 1,000 bytes to another, nothing else; when the last is there.
RunOutcome send_on_star(std::uint32_t count, const ProtocolCosts& costs, const std::string& model) {
  collectives::Collective::Shape shape;
  shape.kind = collectives::CollectiveKind::barrier;
  shape.ranks = 2;
  collectives::ExplicitSchedule::Steps steps(2);
  for (auto& rank : steps) rank.resize(1);
  for (std::uint32_t k = 0; k < count; ++k) {
    collectives::Step send, receive;
    send.send_to = RankId(1);
    send.peer_step = k;
    send.send_bytes = 1'000_B;
    receive.receive_from = RankId(0);
    steps[0][0].push_back({send, {}});
    steps[1][0].push_back({receive, {}});
  }
  const collectives::ExplicitSchedule schedule(collectives::Collective(shape), 1, std::move(steps));
  const topology::Topology topology = bare_cards(2);
  StarRouter router(2, 400_Gbps, 1_us);
  Job job{"sends", &schedule, {DeviceId(0), DeviceId(1)}, costs, {}, {}};
  return run_once({topology, router, model, {job}, {}, {}, {}, true, {}, ShortCuts::none()});
}

// 1,000 bytes drain in 20 ns; a message by itself takes 2 us of hop, 1 us of posting, 1 us of latency and those: 4.02 us.
// Behind another it takes 1.02 us, since the rest has passed meanwhile. One under way: 5 us of launch and 3 x 4.02. Two:
// the second is there at 9.02 + 1.02 = 10.04, the third is sent when the first is there, at 9.02, and is there at 13.04 (behind
// the second it would be at 11.06). Three: 9.02 + 2 x 1.02 = 11.06.
TEST(Executor, MessagesUnderWayByHand) {
  for (const char* model : {"analytic", "flow"}) {
    ProtocolCosts costs{"ring", 5_us, 9_us, 2_us, 1_us};
    for (const auto& [under_way, end_ps] :
         {std::pair(1U, 17'060'000), {2U, 13'040'000}, {3U, 11'060'000}, {64U, 11'060'000}}) {
      costs.messages_under_way = under_way;
      const RunOutcome outcome = send_on_star(3, costs, model);
      EXPECT_EQ(outcome.makespan.ps(), end_ps) << under_way << " " << model;
    }
    // What the third pays behind the two others: launch, 2 us and 3 times 1 us of software, one latency, three drains.
    const Attribution parts = send_on_star(3, costs, model).job_attribution.at(0);
    EXPECT_EQ(parts.launch, 5_us);
    EXPECT_EQ(parts.software, 5_us);
    EXPECT_EQ(parts.tiers.at(0).latency, 1_us);
    EXPECT_EQ(parts.tiers.at(0).serialisation, 60_ns);
    EXPECT_EQ(parts.waiting, Duration());
  }
}

// Pairwise, 5 ranks: 4 rounds, each a permutation: no contention, and no barrier is needed to keep step.
TEST(Executor, PairwiseAlltoallTakesItsRounds) {
  StarRun run;
  run.collective = "alltoall";
  run.algorithm = "pairwise";
  run.ranks = 5;
  run.size = Bytes(5 * 1'000'000);
  run.latency = 1_us;
  // 1 MB = 8 Mbit at 400 Gb/s = 20 us.
  EXPECT_EQ(run_on_star(run).makespan.ps(), 4 * 21'000'000);
  EXPECT_EQ(run_on_star(run).sends, 20U);
}

// Direct alltoall: each card sends to 4 others at once and shares its port: 4 x 20 us, one latency. The analytic model
// does not see the sharing.
TEST(Executor, DirectAlltoallSharesThePort) {
  StarRun run;
  run.collective = "alltoall";
  run.algorithm = "direct";
  run.ranks = 5;
  run.size = Bytes(5 * 1'000'000);
  run.latency = 1_us;
  EXPECT_EQ(run_on_star(run).makespan.ps(), 81'000'000);
  run.model = "analytic";
  EXPECT_EQ(run_on_star(run).makespan.ps(), 21'000'000);
}

// One slow port: only its neighbours wait, so the others run ahead; messages 64 steps early are kept (100 ranks).
TEST(Executor, ASlowCardDelaysThoseWhoDependOnIt) {
  StarRun run;
  run.collective = "alltoall";
  run.algorithm = "pairwise";
  run.ranks = 100;
  run.size = Bytes(100 * 1'000'000);
  StarRouter router(100, run.rate, Duration{});
  router.set_rate(TrunkId(0), 4_Gbps);  // card 0 sends a hundred times slower: 2 ms a message
  const RunOutcome outcome = run_on_star(run, &router);
  // Card 0 sends 99 messages one after the other, 2 ms each; the last receiver has nothing left to do.
  EXPECT_EQ(outcome.makespan.ps(), 99 * std::int64_t{2'000'000'000});
}

// Two lanes of one rank that wait for each other: nothing can ever happen, and the report says who waits.
TEST(Executor, ACyclicWaitIsAStallThatNamesTheLanes) {
  collectives::Collective::Shape shape;
  shape.kind = collectives::CollectiveKind::broadcast;
  shape.ranks = 1;
  shape.elements_per_block = 4;
  collectives::Step first, second;
  first.num_after = 1;
  first.after[0] = {1, 0};
  second.num_after = 1;
  second.after[0] = {0, 0};
  const collectives::ExplicitSchedule schedule(collectives::Collective(shape), 1, {{{{first, {}}}, {{second, {}}}}});
  const topology::Topology topology = bare_cards(1);
  StarRouter router(1, 1_Gbps, Duration{});
  Job job;
  job.name = "knot";
  job.schedule = &schedule;
  job.devices = {DeviceId(0)};
  try {
    static_cast<void>(run_once({topology, router, "flow", {job}, {}, {}, {}, false, {}}));
    FAIL() << "a stall must not end well";
  } catch (const RunError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("stalled"), std::string::npos) << text;
    EXPECT_NE(text.find("knot: rank 0 lane 0 step 0 waits for lane 1 step 0"), std::string::npos) << text;
    EXPECT_NE(text.find("rank 0 lane 1 step 0 waits for lane 0 step 0"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace polyplane::sim
