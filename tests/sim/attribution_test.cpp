#include <gtest/gtest.h>

#include <array>

#include "tests/sim/run_star.h"

namespace polyplane::sim {
namespace {

using namespace polyplane::literals;

Duration sum(const Attribution& parts) {
  Duration total = parts.launch + parts.software + parts.waiting;
  for (const auto& tier : parts.tiers) total += tier.latency + tier.serialisation + tier.contention;
  return total;
}

// Ring of 4, 4 MiB: launch 5 us; 6 steps of 2 + 3 us software, 1 us latency, 20,971,520 ps of bytes; no contention.
TEST(Attribution, PartsOfARing) {
  StarRun run;
  run.size = 4_MiB;
  run.latency = 1_us;
  run.costs = {"ring", 5_us, 1_us, 2_us, 3_us};
  run.explain = true;
  const RunOutcome outcome = run_on_star(run);
  ASSERT_EQ(outcome.job_attribution.size(), 1U);
  const Attribution& parts = outcome.job_attribution[0];
  EXPECT_EQ(parts.launch, 5_us);
  EXPECT_EQ(parts.software, 30_us);
  EXPECT_EQ(parts.tiers.at(0).latency, 6_us);
  EXPECT_EQ(parts.tiers.at(0).serialisation, Duration::from_ps(6 * 20'971'520));
  EXPECT_EQ(parts.tiers.at(0).contention, Duration{});
  EXPECT_EQ(parts.binding_tier, "star");
  EXPECT_EQ(sum(parts), outcome.makespan.since_start());
}

// Direct alltoall of 5: alone a message takes 20 us, among 4 that share the port 80 us: 60 us are contention.
TEST(Attribution, ContentionIsWhatSharingCosts) {
  StarRun run;
  run.collective = "alltoall";
  run.algorithm = "direct";
  run.ranks = 5;
  run.size = Bytes(5 * 1'000'000);
  run.explain = true;
  const RunOutcome outcome = run_on_star(run);
  ASSERT_EQ(outcome.job_attribution.size(), 1U);
  EXPECT_EQ(outcome.job_attribution[0].tiers.at(0).serialisation, 20_us);
  EXPECT_EQ(outcome.job_attribution[0].tiers.at(0).contention, 60_us);
}

// The critical path runs through the slow card: twice its rate halves the part that its bytes take.
TEST(Attribution, DoublingTheBindingTrunkShortensTheRunByHalfOfItsSerialisation) {
  StarRun run;
  run.collective = "broadcast";
  run.algorithm = "ring";
  run.ranks = 3;
  run.size = 1_MiB;
  run.explain = true;
  const auto at_rate = [&](BitRate slow) {
    StarRouter router(3, 400_Gbps, Duration{});
    router.set_rate(TrunkId(2), slow);  // up from card 1, the second of two hops
    return run_on_star(run, &router);
  };
  const RunOutcome slow = at_rate(4_Gbps), fast = at_rate(8_Gbps);
  // 8,388,608 bit: 20,971,520 ps at 400 Gb/s; 2,097,152,000 ps at 4 Gb/s, 1,048,576,000 ps at 8 Gb/s.
  EXPECT_EQ(slow.makespan.ps(), 20'971'520 + 2'097'152'000);
  EXPECT_EQ((slow.makespan - fast.makespan).ps(), 2'097'152'000 / 2);
  EXPECT_EQ(sum(slow.job_attribution.at(0)), slow.makespan.since_start());
}

// Contention goes to the tier that held the flow, interval by interval. Two cards send to a third at once; its port is the
// bottleneck (tier of trunk 5), whatever port the senders have.
TEST(Attribution, ContentionIsBookedOnTheTrunkThatHolds) {
  StarRouter router(3, 400_Gbps, Duration{});
  Engine engine;
  struct Sink final : FlowSink {
    void delivered(FlowId id) override { facts[id.index()] = model->facts(id); }
    NetworkModel* model = nullptr;
    std::array<DeliveryFacts, 2> facts;
  } sink;
  std::vector<BitRate> capacities;
  for (const topology::Trunk& trunk : router.trunks()) capacities.push_back(trunk.capacity);
  const auto model = network_models().at("flow")({engine, sink, capacities, 2, true});
  sink.model = model.get();
  topology::Route route;
  router.route({DeviceId(0), DeviceId(2), 0}, route);
  model->start({FlowId(0), TimePoint{}, Bytes(1'000'000), Duration{}, route.hops});
  router.route({DeviceId(1), DeviceId(2), 0}, route);
  model->start({FlowId(1), TimePoint{}, Bytes(3'000'000), Duration{}, route.hops});
  ASSERT_TRUE(engine.run({}));
  // Flow 0: 8 Mbit at 200 Gb/s = 40 us, alone 20 us. Flow 1: the same 40 us at half rate, then 16 Mbit alone in 40 us; alone
  // 60 us in all. Each loses 20 us to trunk 5.
  for (const DeliveryFacts& facts : sink.facts) {
    ASSERT_EQ(facts.held_by.size(), 1U);
    EXPECT_EQ(facts.held_by[0].first, TrunkId(5));
    EXPECT_DOUBLE_EQ(facts.held_by[0].second, 20e6);
  }
  EXPECT_EQ(sink.facts[1].line_time, 60_us);
}

TEST(Attribution, SumsToTheMakespanForEveryAlgorithm) {
  for (const std::string& full : collectives::algorithms().names()) {
    SCOPED_TRACE(full);
    const collectives::Algorithm& algorithm = collectives::algorithms().at(full);
    const auto contract = collectives::Collective::sized(algorithm.collective, 8, 1_MiB, 4, RankId(0));
    if (!algorithm.cannot({contract, collectives::RankLayout::regular(8, 8)}).empty()) continue;
    StarRun run;
    run.collective = std::string(collectives::to_string(algorithm.collective));
    run.algorithm = algorithm.name;
    run.ranks = 8;
    run.size = 1_MiB;
    run.latency = Duration::from_ps(123'457);
    run.costs = {"ring", 1_us, 2_us, 3_us, 1_us};
    run.explain = true;
    for (const std::uint32_t under_way : {1U, 2U, 8U}) {
      run.costs.messages_under_way = under_way;
      const RunOutcome outcome = run_on_star(run);
      ASSERT_EQ(outcome.job_attribution.size(), 1U);
      EXPECT_EQ(sum(outcome.job_attribution[0]), outcome.makespan.since_start());
    }
  }
}

}  // namespace
}  // namespace polyplane::sim
