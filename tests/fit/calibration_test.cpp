#include "sim/fit/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "base/error.h"
#include "sim/catalog.h"
#include "sim/simulation.h"
#include "tests/configs/temporary_file.h"
#include "tests/sim/program/programs.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using collectives::CollectiveKind;
using testing::HasSubstr;

/// A machine with overhead o(n) = 0.3 us + n / 8 GB/s at either end and a latency of 0.4 us; one way at 7 GB/s at most.
double overhead_seconds(std::int64_t n) { return 0.3e-6 + static_cast<double>(n) / 8e9; }
double exchange_seconds(std::int64_t n) { return 0.4e-6 + 2 * overhead_seconds(n); }
double together_seconds(std::int64_t n) { return 0.4e-6 + 2 * kLanesTogether * overhead_seconds(n); }
double one_way_seconds(std::int64_t n) { return 0.4e-6 + std::max(overhead_seconds(n), static_cast<double>(n) / 7e9); }

CalibrationRuns two_ranks() {
  CalibrationRuns runs;
  runs.cores = {{0, 0, 0}, {0, 0, 0}};
  TimedPair pair{
      .pair = PairClass::same_complex, .first = 0, .second = 1, .exchange = {}, .one_way = {}, .together = {}};
  for (std::int64_t n = 8; n <= 16 << 20; n *= 8) {
    pair.exchange.push_back({Bytes(n), {exchange_seconds(n), exchange_seconds(n), 3 * exchange_seconds(n)}});
    pair.one_way.push_back({Bytes(n), {one_way_seconds(n)}});
    if (n < 16 << 20) pair.together.push_back({Bytes(n), {together_seconds(n)}});
    runs.copy.push_back({Bytes(n), {static_cast<double>(n) / 10e9}});
    runs.reduction.push_back({Bytes(n), {static_cast<double>(n) / 5e9}});
  }
  runs.pairs.push_back(std::move(pair));
  runs.launch = {2e-7, 2e-7, 9e-7};
  return runs;
}

const CalibrationOrigin kOrigin{"mine", "a machine", "2026-11-26", {"load 0"}};

/// All-reduce, all-gather and all-to-all with what the files say.
Duration simulated(const CalibrationRuns& runs, CollectiveKind kind, const std::string& algorithm, Bytes size,
                   std::uint32_t channels = 1) {
  const Calibration calibration = calibrate(runs);
  const TemporaryFile cluster(calibrated_cluster_text(runs, calibration, kOrigin), "cluster.textproto");
  const TemporaryFile stack(calibrated_stack_text(runs, calibration, kOrigin), "stack.textproto");
  const Catalog catalog = Catalog::open();
  Experiment experiment;
  experiment.name = "calibrated";
  experiment.cluster = catalog.cluster(cluster.path());
  experiment.stack = catalog.stack(stack.path());
  experiment.routing.name = experiment.cluster.spec.default_routing;
  CollectiveJob job;
  job.kind = kind;
  job.algorithm = algorithm;
  job.sizes = {size};
  job.datatype = "uint8";
  job.channels = channels;
  experiment.collectives.push_back(job);
  return run(experiment, {}).collectives.front().time;
}

TEST(Calibration, FindsPortLatencyAndWork) {
  const Calibration calibration = calibrate(two_ranks());
  // The processor is at its best with 16 MiB, 16777216 B in 0.3 us + 2097.152 us: 7.9989 GB/s, to a whole MB/s. No lanes were
  // measured of that size, so its latency is that of 2 MiB, 0.4 us.
  EXPECT_EQ(calibration.pairs.front().port, BitRate::from_bps(7999LL * 8'000'000));
  ASSERT_EQ(calibration.costs.by_size.size(), 8U);  // 8 B x 8^k, up to 16 MiB
  // 8 B: X = 1.002 us, T = 2.808 us, o = 1.806 us / 6 = 301 ns, L = 400 ns; beside 8 B / 7.999 GB/s (1 ns) 300 ns of work. A copy
  // 0.8 ns, a sum 1.6 ns.
  EXPECT_EQ(calibration.costs.by_size.front(), (MessageCost{8_B, 400_ns, 300_ns, 1_ns, 2_ns}));
  EXPECT_EQ(calibration.costs.by_size.back().cost, 400_ns);
  EXPECT_LE(calibration.costs.by_size.back().work, 300_ns);
  EXPECT_EQ(calibration.costs.launch, 200_ns);  // the median: one slow run of three changes nothing
  EXPECT_EQ(calibration.pairs.front().extra_latency, Duration());
  // One way at 7 GB/s, which is below the port.
  EXPECT_NEAR(calibration.pairs.front().up.gigabytes_per_second(), 7, 0.1);
}

TEST(Calibration, AnExchangeComesBackAsItWasMeasured) {
  // All-gather on two ranks by a ring is one exchange of half the array, after a copy of the own half.
  const CalibrationRuns runs = two_ranks();
  for (const std::int64_t half : {std::int64_t{512}, std::int64_t{32768}, std::int64_t{2} << 20}) {
    const double expected = 2e-7 + static_cast<double>(half) / 10e9 + exchange_seconds(half);
    const Duration time = simulated(runs, CollectiveKind::all_gather, "ring", Bytes(2 * half));
    EXPECT_NEAR(time.seconds() / expected, 1, 0.01) << half;
  }
}

TEST(Calibration, SumsPayForArithmeticAndForTheCopyOfTheArray) {
  // All-reduce by a ring: copy 4 MiB, exchange 2 MiB and add it up, exchange 2 MiB.
  const CalibrationRuns runs = two_ranks();
  const std::int64_t half = 2 << 20;
  const double expected =
      2e-7 + static_cast<double>(2 * half) / 10e9 + 2 * exchange_seconds(half) + static_cast<double>(half) / 5e9;
  const Duration time = simulated(runs, CollectiveKind::all_reduce, "ring", Bytes(2 * half));
  EXPECT_NEAR(time.seconds() / expected, 1, 0.01);
}

TEST(Calibration, LanesDoNotHideTheWorkOfTheirMessages) {
  // All-gather of 256 KiB on four channels: four exchanges of 32 KiB at once, after a copy of the own half.
  const std::int64_t each = 32768;
  const double expected = 2e-7 + static_cast<double>(4 * each) / 10e9 + together_seconds(each);
  const Duration time = simulated(two_ranks(), CollectiveKind::all_gather, "ring", Bytes(8 * each), 4);
  EXPECT_NEAR(time.seconds() / expected, 1, 0.01);
}

TEST(Calibration, SumsWithinARankTakeTheirTime) {
  // Recursive multiplying of two: copy the array, exchange it whole, add what came from where it landed.
  const std::int64_t n = 2 << 20;
  const double expected = 2e-7 + static_cast<double>(n) / 10e9 + exchange_seconds(n) + static_cast<double>(n) / 5e9;
  const Duration time = simulated(two_ranks(), CollectiveKind::all_reduce, "recursive_multiplying", Bytes(n));
  EXPECT_NEAR(time.seconds() / expected, 1, 0.01);
}

TEST(Calibration, WithoutThePortWorkIsADelay) {
  // The stack on a star of 7.999 GB/s both ways: an exchange of 64 KiB pays 0.4 us and 0.3 us at either end before its bytes.
  const CalibrationRuns runs = two_ranks();
  const TemporaryFile stack(calibrated_stack_text(runs, calibrate(runs), kOrigin), "stack.textproto");
  Experiment experiment;
  experiment.cluster = Catalog::open().cluster(
      "single_switch:endpoints=2,radix=2,rate=7999 MB/s,cable_latency=0 ns,access_cable_latency=0 ns,switch_latency=0 "
      "ns,"
      "nic_latency=0 ns");
  experiment.stack = Catalog::open().stack(stack.path());
  experiment.routing.name = experiment.cluster.spec.default_routing;
  CollectiveJob job;
  job.kind = CollectiveKind::all_gather;
  job.algorithm = "ring";
  job.sizes = {128_KiB};
  job.channels = job.slices = 1;
  job.datatype = "uint8";
  experiment.collectives.push_back(job);
  const Report report = run(experiment, {});
  const double expected = 2e-7 + 65536 / 10e9 + 1e-6 + 65536 / 7.999e9;
  EXPECT_NEAR(report.collectives.front().time.seconds() / expected, 1, 0.01);
  EXPECT_THAT(report.assumed, testing::Contains(HasSubstr("no links of tier \"port\" for the processors of ranks")));
}

TEST(Calibration, TimedProgramsKnowThatAProcessorIsShared) {
  // Rank 0 sends 16 KiB to ranks 1 and 2 at once: 0.2 us of launch, 0.4 us, twice o = 2.348 us at its port, 5.296 us. Mode timed
  // stretches all of a message alone, 2.948 us, by 2 x 2.348 / 2.948: 4.70 us; without its processor it would be 2.948 us.
  CalibrationRuns runs = two_ranks();
  runs.cores.push_back({0, 0, 0});
  const Calibration calibration = calibrate(runs);
  const TemporaryFile cluster(calibrated_cluster_text(runs, calibration, kOrigin), "cluster.textproto");
  const TemporaryFile stack(calibrated_stack_text(runs, calibration, kOrigin), "stack.textproto");
  Program program = program_of(3, {{"s", kConcurrent}});
  for (const std::uint32_t to : {1U, 2U}) {
    program.actors[0].add(send(0, to, 16_KiB));
    program.actors[to].add(receive(0, 0, 16_KiB));
  }
  Experiment experiment;
  experiment.cluster = Catalog::open().cluster(cluster.path());
  experiment.stack = Catalog::open().stack(stack.path());
  experiment.routing.name = experiment.cluster.spec.default_routing;
  for (const auto& [mode, expected] : {std::pair(ProgramMode::flows, 5.296e-6), {ProgramMode::timed, 4.696e-6}}) {
    experiment.traces = {{"two", "goal", std::make_shared<const Program>(program), mode, {}}};
    EXPECT_NEAR(run(experiment, {}).programs.front().time.seconds() / expected, 1, 0.02) << expected;
  }
}

TEST(Calibration, MessagesOneWayAreNotHeldUpByAnother) {
  // A broadcast on two ranks is one message; 4 MiB at 7 GB/s instead of 4, after a copy at the root.
  const std::int64_t n = 4 << 20;
  const double expected = 2e-7 + static_cast<double>(n) / 10e9 + one_way_seconds(n);
  const Duration time = simulated(two_ranks(), CollectiveKind::broadcast, "binomial", Bytes(n));
  EXPECT_NEAR(time.seconds() / expected, 1, 0.02);
}

TEST(Calibration, TellsClassesOfPairsApart) {
  EXPECT_EQ(pair_class({0, 0, 0}, {0, 0, 0}), PairClass::same_complex);
  EXPECT_EQ(pair_class({0, 0, 0}, {0, 0, 1}), PairClass::same_socket);
  EXPECT_EQ(pair_class({0, 0, 0}, {0, 1, 0}), PairClass::same_node);
  EXPECT_EQ(pair_class({0, 0, 0}, {1, 0, 0}), PairClass::other_node);
}

TEST(Calibration, FarPairsAddTheirLatency) {
  // Ranks 0 and 1 share a complex, 2 and 3 another, 4 is on another node. Far pairs: 3 us and 9 us more.
  CalibrationRuns runs = two_ranks();
  runs.cores = {{0, 0, 0}, {0, 0, 0}, {0, 0, 1}, {0, 0, 1}, {4, 0, 0}};
  for (const auto& [pair, more] : {std::pair(PairClass::same_socket, 3e-6), std::pair(PairClass::other_node, 9e-6)}) {
    TimedPair far = runs.pairs.front();
    far.pair = pair;
    for (TimedSize& timed : far.exchange) {
      for (double& one : timed.seconds) one += more;
    }
    for (std::vector<TimedSize>* table : {&far.one_way, &far.together}) {
      for (TimedSize& timed : *table) {
        for (double& one : timed.seconds) one += more;
      }
    }
    runs.pairs.push_back(std::move(far));
  }
  const Calibration calibration = calibrate(runs);
  EXPECT_EQ(calibration.pairs[1].extra_latency, 3_us);
  EXPECT_EQ(calibration.pairs[2].extra_latency, 9_us);
  const TemporaryFile file(calibrated_cluster_text(runs, calibration, kOrigin), "cluster.textproto");
  Experiment experiment;
  experiment.cluster = Catalog::open().cluster(file.path());
  experiment.routing.name = "static";
  const auto flow = [](const std::string& from, const std::string& to) {
    return FlowJob{.name = from + to, .src = from, .dst = to, .size = 1_B};
  };
  experiment.stack = Catalog::open().stack("ideal");
  experiment.flows = {flow("node0/rank0", "node0/rank1"), flow("node0/rank0", "node0/rank2"),
                      flow("node0/rank0", "node4/rank4")};
  const Report report = run(experiment, {});
  EXPECT_LT(report.flows[0].end.since_start(), 10_ns);
  EXPECT_NEAR(static_cast<double>(report.flows[1].end.ps()), 3e6, 1e4);
  EXPECT_NEAR(static_cast<double>(report.flows[2].end.ps()), 9e6, 1e4);
}

TEST(Calibration, BootstrapIsRepeatableAndHoldsTheMedian) {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 8, 100};
  const Interval once = median_interval(values), again = median_interval(values);
  EXPECT_EQ(once.middle, 5);
  EXPECT_EQ(once.low, again.low);
  EXPECT_EQ(once.high, again.high);
  EXPECT_LE(once.low, 5);
  EXPECT_GE(once.high, 5);
  EXPECT_LT(once.high, 100) << "one wild value is no median";
  const Interval sure = median_interval({4, 4, 4});
  EXPECT_EQ(sure.low, 4);
  EXPECT_EQ(sure.high, 4);
}

TEST(Calibration, FilesSayWhatWasMeasured) {
  const CalibrationRuns runs = two_ranks();
  const std::string stack = calibrated_stack_text(runs, calibrate(runs), kOrigin);
  EXPECT_THAT(stack, HasSubstr("# load 0\n"));
  EXPECT_THAT(stack, HasSubstr("# launch, a schedule without steps: 0.200 us, 95 %: 0.200 to 0.900 us"));
  const std::string cluster = calibrated_cluster_text(runs, calibrate(runs), kOrigin);
  EXPECT_THAT(cluster, HasSubstr("# both ways at once, ranks 0 and 1 (same core complex):"));
}

TEST(Calibration, TellsAMachineThatChangedFromOneThatScatters) {
  CalibrationRuns runs = two_ranks();
  EXPECT_EQ(calibrate(runs).drift, 1) << "one round says nothing";
  const auto measure = [&](const std::vector<std::vector<double>>& rounds) {
    for (TimedSize& timed : runs.pairs.front().exchange) {
      timed.seconds.clear();
      timed.rounds.clear();
      for (const std::vector<double>& factors : rounds) {
        timed.rounds.push_back(timed.seconds.size());
        for (const double factor : factors) timed.seconds.push_back(factor * exchange_seconds(timed.size.count()));
      }
    }
    return calibrate(runs).drift;
  };
  EXPECT_EQ(measure({{1, 9, 1}, {1, 1, 9}, {9, 1, 1}, {1, 1, 9}}), 1) << "one of three is late in each";
  EXPECT_DOUBLE_EQ(measure({{1, 1, 1}, {1, 1, 1}, {2, 2, 2}, {2, 2, 2}}), 2);
  EXPECT_DOUBLE_EQ(measure({{3, 3, 3}, {3, 3, 3}, {1, 1, 1}, {3, 3, 3}}), 3) << "there and back";
  // Each round is given the same time: one of 3 times the length has a third of the repetitions, 3 of 30, of which no quarter
  // of all 30 has more than half.
  const std::vector<double> fast(9, 1);
  EXPECT_DOUBLE_EQ(measure({fast, fast, {3, 3, 3}, fast}), 3);
}

TEST(Calibration, RefusesAClockThatStandsStill) {
  CalibrationRuns runs = two_ranks();
  runs.copy.front().seconds = {0, 0};
  EXPECT_THROW(static_cast<void>(calibrate(runs)), InputError);
}

TEST(Calibration, RefusesLanesThatTakeNoLongerThanOne) {
  CalibrationRuns runs = two_ranks();
  for (TimedSize& timed : runs.pairs.front().together) timed.seconds = {1e-9};
  runs.pairs.front().together.resize(8, runs.pairs.front().together.back());
  EXPECT_THROW(static_cast<void>(calibrate(runs)), InputError);
}

}  // namespace
}  // namespace polyplane::sim
