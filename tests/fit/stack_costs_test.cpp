// Costs by size, of sums and of copies: what they are, and that every way of running agrees on them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/random.h"
#include "sim/catalog.h"
#include "sim/experiment_topology.h"
#include "sim/flow_names.h"
#include "sim/job_costs.h"
#include "sim/sensitivity.h"
#include "sim/simulation.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using collectives::Collective;
using collectives::CollectiveKind;
using testing::HasSubstr;

TEST(SizeCost, IsOnTheLineBetweenItsPoints) {
  ProtocolCosts costs;
  EXPECT_EQ(size_cost(costs, 1_MiB), Duration());
  costs.by_size = {{100_B, 1_us}, {200_B, 3_us}, {400_B, 2_us}};
  EXPECT_EQ(size_cost(costs, 0_B), 1_us);
  EXPECT_EQ(size_cost(costs, 100_B), 1_us);
  EXPECT_EQ(size_cost(costs, 150_B), 2_us);
  EXPECT_EQ(size_cost(costs, 200_B), 3_us);
  EXPECT_EQ(size_cost(costs, 300_B), Duration::from_ps(2'500'000));
  EXPECT_EQ(size_cost(costs, 1_GiB), 2_us);
  // 1 us over 3 B, rounded down on the way up and on the way down: 333333.3 ps, and 2 us - 333333.3 ps.
  costs.by_size = {{0_B, 1_us}, {3_B, 2_us}, {6_B, 1_us}};
  EXPECT_EQ(size_cost(costs, 1_B).ps(), 1'333'333);
  EXPECT_EQ(size_cost(costs, 4_B).ps(), 1'666'666);
}

TEST(JobCosts, CopyWhatStaysOrIsSummedUp) {
  const auto copied = [](CollectiveKind kind) {
    return copied_before(Collective::sized(kind, 4, 1_MiB, 4, RankId(0)));
  };
  EXPECT_EQ(copied(CollectiveKind::all_reduce), 1_MiB);
  EXPECT_EQ(copied(CollectiveKind::reduce_scatter), 1_MiB);
  EXPECT_EQ(copied(CollectiveKind::all_gather), 256_KiB);
  EXPECT_EQ(copied(CollectiveKind::alltoall), 256_KiB);
  EXPECT_EQ(copied(CollectiveKind::sendrecv), 0_B);
  Protocol protocol{.name = "mpi", .efficiency = {}, .costs = {{.family = "ring", .launch = 1_us}}};
  const Collective gather = Collective::sized(CollectiveKind::all_gather, 4, 1_MiB, 4, RankId(0));
  EXPECT_EQ(job_costs(protocol, {}, gather).launch, 1_us);
  protocol.costs[0].copy_rate = 1_GBps;  // 262144 B at 1 GB/s
  EXPECT_EQ(job_costs(protocol, {}, gather).launch.ps(), 1'000'000 + 262'144'000);
}

Experiment on_star(const Stack& stack, CollectiveKind kind, const std::string& algorithm, Bytes size) {
  Experiment experiment;
  experiment.cluster = Catalog::open().cluster(
      "single_switch:endpoints=4,radix=4,rate=8 Gbps,cable_latency=0 ns,access_cable_latency=0 ns,switch_latency=0 ns,"
      "nic_latency=0 ns");
  experiment.routing.name = experiment.cluster.spec.default_routing;
  experiment.stack = stack;
  CollectiveJob job;
  job.kind = kind;
  job.algorithm = algorithm;
  job.sizes = {size};
  job.channels = job.slices = 1;
  experiment.collectives.push_back(std::move(job));
  return experiment;
}

constexpr const char* kStarTier = "gpu-leaf";  // cards hang on links of this tier, one each way

Stack stack_with(ProtocolCosts costs) {
  Stack stack{.name = "test", .description = {}, .protocols = {}};
  Protocol protocol{.name = "mpi", .efficiency = {}, .costs = {}};
  for (const char* const family : {"ring", "tree"}) {
    costs.family = family;
    protocol.costs.push_back(costs);
  }
  stack.protocols.push_back(std::move(protocol));
  return stack;
}

Duration time_of(const Experiment& experiment, bool symmetry = true) {
  return run(experiment, {.symmetry = symmetry}).collectives.front().time;
}

TEST(ReductionCost, IsPaidByMessagesThatAreAddedUp) {
  // Ring all-reduce of 4 KiB on 4 ranks: 6 steps of 1024 B at 1 GB/s, 1.024 us each; 3 of them are added up at 2 GB/s, 0.512 us.
  ProtocolCosts costs;
  EXPECT_EQ(time_of(on_star(stack_with(costs), CollectiveKind::all_reduce, "ring", 4_KiB)).ps(), 6 * 1'024'000);
  costs.reduction_rate = 2_GBps;
  const Experiment sum = on_star(stack_with(costs), CollectiveKind::all_reduce, "ring", 4_KiB);
  EXPECT_EQ(time_of(sum).ps(), 6 * 1'024'000 + 3 * 512'000);
  EXPECT_EQ(time_of(sum, false), time_of(sum));
  const Experiment gather = on_star(stack_with(costs), CollectiveKind::all_gather, "ring", 4_KiB);
  EXPECT_EQ(time_of(gather).ps(), 3 * 1'024'000) << "nothing is added up";
}

TEST(SizeCost, IsPaidByEveryMessage) {
  // 1024 B cost 1 us + (2 us - 1 us) x (1024 - 0) / 2048 = 1.5 us, before each of 3 messages of 1.024 us.
  ProtocolCosts costs;
  costs.by_size = {{0_B, 1_us}, {2_KiB, 2_us}};
  const Experiment gather = on_star(stack_with(costs), CollectiveKind::all_gather, "ring", 4_KiB);
  EXPECT_EQ(time_of(gather).ps(), 3 * (1'024'000 + 1'500'000));
}

TEST(SizeCost, IsTheSameByEveryWay) {
  // Rings and trees, folded or not, with contention and without: the short cuts against every send by itself.
  RandomStream random(7, 0);
  const std::pair<CollectiveKind, const char*> kinds[] = {
      {CollectiveKind::all_reduce, "ring"},   {CollectiveKind::all_reduce, "halving_doubling"},
      {CollectiveKind::all_gather, "ring"},   {CollectiveKind::alltoall, "direct"},
      {CollectiveKind::alltoall, "pairwise"}, {CollectiveKind::broadcast, "binomial"}};
  for (int i = 0; i < 40; ++i) {
    ProtocolCosts costs;
    Bytes size(static_cast<std::int64_t>(random.below(64)));
    for (std::uint64_t k = 0, points = 1 + random.below(4); k < points; ++k) {
      costs.by_size.push_back({size, Duration::from_ps(static_cast<std::int64_t>(random.below(5'000'000)))});
      size = size + Bytes(1 + static_cast<std::int64_t>(random.below(4096)));
    }
    if (random.below(3) == 0) costs.reduction_rate = 3_GBps;
    costs.copy_rate = 5_GBps;
    const auto& [kind, algorithm] = kinds[random.below(std::size(kinds))];
    const Experiment experiment =
        on_star(stack_with(costs), kind, algorithm, Bytes(256) * (1 + static_cast<std::int64_t>(random.below(200))));
    EXPECT_EQ(time_of(experiment, true), time_of(experiment, false)) << i << " " << algorithm;
  }
}

TEST(ProcessorWork, TakesTurnsWithTheBytesOfItsLink) {
  // Ring all-gather of 4 KiB on 4 ranks: 3 steps of 1024 B at 1 GB/s, 1.024 us; 0.5 us of work at either end at once, since a
  // card's links are one each way, and 1 us before each send.
  ProtocolCosts costs;
  costs.by_size = {{.size = 0_B, .cost = 1_us, .work = 500_ns}};
  const Experiment delays = on_star(stack_with(costs), CollectiveKind::all_gather, "ring", 4_KiB);
  EXPECT_EQ(time_of(delays).ps(), 3 * (1'024'000 + 1'000'000 + 2 * 500'000)) << "no tier is named: a delay of each end";
  costs.processor_tier = kStarTier;
  const Experiment ring = on_star(stack_with(costs), CollectiveKind::all_gather, "ring", 4_KiB);
  EXPECT_EQ(time_of(ring).ps(), 3 * (1'024'000 + 500'000 + 1'000'000));
  // Three messages of 1024 B at once out of and into each card: their bytes and their work in turn.
  Experiment direct = on_star(stack_with(costs), CollectiveKind::alltoall, "direct", 4_KiB);
  EXPECT_EQ(time_of(direct).ps(), 1'000'000 + 3 * (1'024'000 + 500'000));
  direct.model = "analytic";
  EXPECT_EQ(time_of(direct).ps(), 1'000'000 + 1'024'000 + 500'000) << "shares nothing";
}

TEST(ProcessorWork, OfNoBytesIsThereToo) {
  // A barrier by dissemination on 4 ranks: 2 steps of 1 us and 0.5 us of work.
  ProtocolCosts costs;
  costs.by_size = {{.size = 0_B, .cost = 1_us, .work = 500_ns}};
  costs.processor_tier = kStarTier;
  const Experiment barrier = on_star(stack_with(costs), CollectiveKind::barrier, "dissemination", 0_B);
  EXPECT_EQ(time_of(barrier).ps(), 2 * (1'000'000 + 500'000));
}

TEST(ProcessorWork, IsToldApartFromBytes) {
  // Of each message 1024 B and 500 ns at 1 GB/s at either end.
  ProtocolCosts costs;
  costs.by_size = {{.size = 0_B, .cost = 1_us, .work = 500_ns}};
  costs.processor_tier = kStarTier;
  const Report report = run(on_star(stack_with(costs), CollectiveKind::alltoall, "direct", 4_KiB), {});
  EXPECT_EQ(report.processor_tiers, std::vector<std::string>{kStarTier});
  const std::vector<ProcessorTier>& tiers = report.collectives.front().processors;
  ASSERT_EQ(tiers.size(), 1U);
  EXPECT_EQ(tiers.front().tier, kStarTier);
  EXPECT_DOUBLE_EQ(tiers.front().work, 500.0 / 1524);
  // Three messages into each card, 3 KiB, and sums of them, 3 x 512 ns: 1536 B at the links out, 4 x 1536 of 4 x (6144 + 1536).
  costs.by_size.clear();
  costs.reduction_rate = 2_GBps;
  const Report sums = run(on_star(stack_with(costs), CollectiveKind::all_reduce, "recursive_multiplying", 1_KiB), {});
  EXPECT_DOUBLE_EQ(sums.collectives.front().processors.at(0).work, 0.2);
  costs.processor_tier = "";
  const Report delays = run(on_star(stack_with(costs), CollectiveKind::all_reduce, "recursive_multiplying", 1_KiB), {});
  EXPECT_TRUE(delays.processor_tiers.empty());
  EXPECT_TRUE(delays.collectives.front().processors.empty());
}

TEST(ProcessorWork, IsAnswerToWhatWouldHelp) {
  // One message after the other of 1024 B: 1.024 us of bytes, 0.5 us of work. With 10 % less work 0.45 us, with 10 % more rate
  // 1.024 us / 1.1 and 0.5 us as before.
  ProtocolCosts costs;
  costs.by_size = {{.size = 0_B, .cost = Duration(), .work = 500_ns}};
  costs.processor_tier = kStarTier;
  const Experiment ring = on_star(stack_with(costs), CollectiveKind::all_gather, "ring", 4_KiB);
  Report report = run(ring, {});
  add_sensitivities(ring, {}, kDearEvents, report);
  std::map<std::string, std::int64_t> told;
  for (const Sensitivity& answer : report.collectives.front().sensitivities) told[answer.what] = answer.time.ps();
  EXPECT_EQ(told.at("work of processors"), 3 * (1'024'000 + 450'000));
  EXPECT_NEAR(static_cast<double>(told.at(std::string("rate of ") + kStarTier)), 3 * (1'024'000 / 1.1 + 500'000), 3);
}

TEST(ProcessorWork, IsSlowedByFaultsAndByEventsAlike) {
  // 3 steps of 1 us, and of 1.024 us of bytes and 0.5 us of work, both of which take twice as long at half of the rate.
  ProtocolCosts costs;
  costs.by_size = {{.size = 0_B, .cost = 1_us, .work = 500_ns}};
  costs.processor_tier = kStarTier;
  const Experiment whole = on_star(stack_with(costs), CollectiveKind::all_gather, "ring", 4_KiB);
  Experiment faults = whole;
  faults.faults = {std::string("100% of ") + kStarTier + " at 50%"};
  EXPECT_EQ(time_of(faults).ps(), 3 * (1'000'000 + 2 * (1'024'000 + 500'000)));
  Experiment events = whole;
  const topology::Topology topology = build_topology(whole);
  for (const topology::Link& link : topology.links()) {
    events.capacity_events.push_back({TimePoint(), by_ends(topology, link), 4_Gbps});
  }
  EXPECT_EQ(time_of(events), time_of(faults));
}

TEST(ProcessorWork, AStackWithoutAnyIsTheSameByEveryWay) {
  ProtocolCosts costs;
  costs.by_size = {{.size = 0_B, .cost = 1_us}};
  costs.processor_tier = kStarTier;
  const Experiment barrier = on_star(stack_with(costs), CollectiveKind::barrier, "dissemination", 0_B);
  EXPECT_EQ(time_of(barrier), 2_us);
  EXPECT_EQ(run(barrier, {.certify = true}).collectives.front().time, 2_us);
}

TEST(ProcessorWork, SumsAreDoneByTheReceiver) {
  // Ring reduce-scatter of 4 KiB: 3 steps of 1024 B that take 1.024 us, and 0.5 us at the receiver's link.
  ProtocolCosts costs;
  costs.by_size = {{.size = 1_KiB, .cost = Duration(), .reduction = 500_ns}};
  costs.processor_tier = kStarTier;
  const Experiment ring = on_star(stack_with(costs), CollectiveKind::reduce_scatter, "ring", 4_KiB);
  EXPECT_EQ(time_of(ring).ps(), 3 * (1'024'000 + 500'000));
}

TEST(ProcessorWork, CopiesAndSumsWithinARankAreSteps) {
  // Recursive multiplying of 4: 3 messages of 1 KiB into each card at once, 3.072 us; then 3 sums of 1 KiB, one after the other.
  ProtocolCosts costs;
  costs.reduction_rate = 2_GBps;
  for (const bool processors : {false, true}) {
    costs.processor_tier = processors ? kStarTier : "";
    Experiment all = on_star(stack_with(costs), CollectiveKind::all_reduce, "recursive_multiplying", 1_KiB);
    EXPECT_EQ(time_of(all).ps(), 3 * 1'024'000 + 3 * 512'000);
    EXPECT_EQ(time_of(all, false), time_of(all));
    all.model = "analytic";
    EXPECT_EQ(time_of(all).ps(), 1'024'000 + 3 * 512'000);
    const Report report = run(all, {.explain = true});
    const Attribution& parts = report.collectives.front().attribution;
    EXPECT_EQ(parts.software.ps(), processors ? 0 : 3 * 512'000) << "work is on the link, or else software";
  }
}

TEST(ProcessorWork, GrowsInProportionAboveTheLastPoint) {
  ProtocolCosts costs;
  costs.by_size = {{1_KiB, 1_us, 2_us, 3_us, 4_us}, {2_KiB, 1_us, 4_us, 5_us, 6_us}};
  EXPECT_EQ(size_cost(costs, 4_KiB), 1_us);
  EXPECT_EQ(work_cost(costs, 512_B), 2_us);
  EXPECT_EQ(work_cost(costs, 1536_B), 3_us);
  EXPECT_EQ(work_cost(costs, 4_KiB), 8_us);
  EXPECT_EQ(copy_cost(costs, 4_KiB), 10_us);
  EXPECT_EQ(reduction_cost(costs, 6_KiB), 18_us);
  costs.copy_rate = 1_GBps;
  EXPECT_EQ(copy_cost(costs, 1_KiB).ps(), 1'024'000);
}

TEST(StackFile, CostsBySizeRise) {
  const auto stack = [](const std::string& points) {
    return "name: \"x\"\nprovenance { source: \"s\" as_of: \"2026\" confidence: high }\nprotocols { name: \"p\" "
           "payload_bytes: 1 wire_bytes: 1\ncosts { family: \"ring\" launch: \"0 ns\" step_scale_up: \"0 ns\" "
           "step_scale_out: \"0 ns\" message: \"0 ns\"\n" +
           points + "\nreduction_rate: \"2 GB/s\" copy_rate: \"3 GB/s\" } }\n";
  };
  const TemporaryFile good(
      stack("by_size { size: \"0 B\" cost: \"1 us\" } by_size { size: \"1 KiB\" cost: \"0 us\" }"));
  const Stack loaded = Catalog::open().stack(good.path());
  EXPECT_EQ(loaded.protocols[0].costs[0].by_size[1], (MessageCost{1_KiB, Duration()}));
  EXPECT_EQ(loaded.protocols[0].costs[0].reduction_rate, 2_GBps);
  EXPECT_EQ(loaded.protocols[0].costs[0].copy_rate, 3_GBps);
  const TemporaryFile flat(stack("by_size { size: \"8 B\" cost: \"1 us\" }\nby_size { size: \"8 B\" cost: \"2 us\" }"));
  EXPECT_THAT(refusal([&] { static_cast<void>(Catalog::open().stack(flat.path())); }, flat.path()), HasSubstr(":6:"));
}

TEST(StackFile, PointsOfCopiesAndSumsAreAllOrNone) {
  const auto refused = [](const std::string& points) {
    const TemporaryFile file(
        "name: \"x\"\nprovenance { source: \"s\" as_of: \"2026\" confidence: high }\nprotocols { name: \"p\" "
        "payload_bytes: 1 wire_bytes: 1\ncosts { family: \"ring\" launch: \"0 ns\" step_scale_up: \"0 ns\" "
        "step_scale_out: \"0 ns\" message: \"0 ns\"\n" +
        points + " } }\n");
    return refusal([&] { static_cast<void>(Catalog::open().stack(file.path())); }, file.path());
  };
  const std::string first = "by_size { size: \"8 B\" cost: \"0 ns\" copy: \"1 ns\" }\n";
  EXPECT_THAT(refused(first + "by_size { size: \"16 B\" cost: \"0 ns\" }"),
              HasSubstr(":6:1: protocols[0].costs[0].by_size[1].copy: is stated at some sizes and not at others"));
  EXPECT_THAT(refused(first + "copy_rate: \"1 GB/s\""), HasSubstr("stands beside copy_rate; state one of the two"));
  EXPECT_THAT(refused("processor_tier: \"\""), HasSubstr("processor_tier"));
}

}  // namespace
}  // namespace polyplane::sim
