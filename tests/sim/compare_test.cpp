#include "sim/campaign/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "sim/campaign/write_compare.h"
#include "sim/simulation.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

using collectives::CollectiveKind;

/// Eight cards on one switch, no latency anywhere; H800 states 200 GB/s, and sources say 150 to 200.
constexpr const char* kUncertain = R"(
name: "uncertain"
nodes: 1
node { accelerator: "nvidia-h800-sxm5" accelerators: 8 scale_up { latency: "0 ns" } }
routing: "spray"
)";
/// The same with a rate of its own, which no source can make uncertain; slower than the first.
constexpr const char* kCertain = R"(
name: "certain"
nodes: 1
node { accelerators: 8 scale_up { kind: "switched" rate: "100 GB/s" latency: "0 ns" } }
routing: "spray"
)";

Comparison comparison_of(std::vector<std::string> clusters, std::vector<Workload> workloads) {
  Comparison comparison;
  comparison.clusters = std::move(clusters);
  comparison.workloads = std::move(workloads);
  comparison.stack = Catalog::open().stack("ideal");
  comparison.prices = Catalog::open().prices(kDefaultPrices);
  comparison.quantum = Duration();
  return comparison;
}

const Workload kAlltoall{"alltoall:1600MB", {{CollectiveKind::alltoall, Bytes(1'600'000'000)}}};
const Workload kBoth{
    "alltoall:1600MB,all_gather:1600MB",
    {{CollectiveKind::alltoall, Bytes(1'600'000'000)}, {CollectiveKind::all_gather, Bytes(1'600'000'000)}}};

// Each card sends and takes in 7 x 200 MB. 1.4 GB at 200 GB/s are 7 ms, at 150 GB/s 9.333 ms, at 100 GB/s 14 ms.
TEST(Compare, SortsByTimeAndShowsTheRangeOfUncertainFigures) {
  const TemporaryFile uncertain(kUncertain), certain(kCertain);
  const Compared compared =
      compare(Catalog::open(), comparison_of({certain.path(), uncertain.path()}, {kAlltoall}), {});
  ASSERT_EQ(compared.rows.size(), 2U);
  EXPECT_TRUE(compared.complete);
  const ComparedRow& first = compared.rows[0];
  EXPECT_EQ(compared.clusters[first.cluster].name, "uncertain");
  EXPECT_EQ(first.ranks, 8U);
  EXPECT_EQ(first.time, Duration::from_ps(7'000'000'000));
  EXPECT_EQ(first.fastest, Duration::from_ps(7'000'000'000));
  EXPECT_EQ(first.slowest, Duration::from_ps(9'333'333'334));
  EXPECT_EQ(first.lower_bound, Duration::from_ps(7'000'000'000));
  EXPECT_TRUE(compared.clusters[first.cluster].has_range);
  const ComparedRow& second = compared.rows[1];
  EXPECT_EQ(second.time, Duration::from_ps(14'000'000'000));
  EXPECT_EQ(second.slowest, second.time);
  EXPECT_EQ(second.fastest, second.time);
  EXPECT_FALSE(compared.clusters[second.cluster].has_range);
}

// all_gather: each card takes in 7 x 200 MB as well; the workload takes both.
TEST(Compare, AWorkloadIsTheSumOfItsCollectives) {
  const TemporaryFile certain(kCertain);
  const Compared compared = compare(Catalog::open(), comparison_of({certain.path()}, {kBoth}), {});
  ASSERT_EQ(compared.rows.size(), 1U);
  ASSERT_EQ(compared.rows[0].parts.size(), 2U);
  EXPECT_EQ(compared.rows[0].time, Duration::from_ps(28'000'000'000));
  EXPECT_EQ(compared.rows[0].lower_bound, Duration::from_ps(28'000'000'000));
}

TEST(Compare, SaysWhereAStackFindsNoProcessors) {
  const TemporaryFile certain(kCertain);
  Comparison comparison = comparison_of({certain.path()}, {kAlltoall});
  for (Protocol& protocol : comparison.stack.protocols) {
    for (ProtocolCosts& costs : protocol.costs) costs.processor_tier = "port";
  }
  EXPECT_THAT(compare(Catalog::open(), comparison, {}).clusters[0].assumed,
              testing::Contains(testing::HasSubstr("no links of tier \"port\" for the processors of ranks")));
}

TEST(Compare, GivesWhatPerfGives) {
  Experiment alone;
  alone.name = "alone";
  alone.cluster = Catalog::open().cluster("deepseek-v3-2048");
  alone.routing.name = alone.cluster.spec.default_routing;
  alone.stack = Catalog::open().stack("ideal");
  CollectiveJob job;
  job.kind = CollectiveKind::all_reduce;
  job.sizes = {Bytes(1 << 20)};
  for (std::uint32_t rank = 0; rank < 64; ++rank) job.ranks.push_back(rank);
  alone.collectives.push_back(job);
  const CollectiveResult expected = run(alone, {}).collectives.front();

  Comparison comparison =
      comparison_of({"deepseek-v3-2048"}, {{"all_reduce:1M", {{CollectiveKind::all_reduce, Bytes(1 << 20)}}}});
  comparison.ranks = {64, 8};
  for (const std::size_t threads : {1U, 3U}) {
    CompareOptions options;
    options.threads = threads;
    const Compared compared = compare(Catalog::open(), comparison, options);
    ASSERT_EQ(compared.rows.size(), 2U);
    const auto row = std::ranges::find(compared.rows, 64U, &ComparedRow::ranks);
    EXPECT_EQ(row->parts.front().fingerprint, expected.fingerprint);
    EXPECT_EQ(row->time, expected.time);
    EXPECT_LT(row->fastest, row->slowest);  // of the H800
  }
}

TEST(Compare, MoneyAndEnergyOfARun) {
  ComparedCluster on;
  on.endpoints = 16;
  ComparedRow row;
  row.ranks = 8;
  row.time = Duration::from_ps(2'000'000'000'000);
  // Half of 1,262,304 dollars over one year of 31,557,600 s: 0.02 dollars a second, 0.04 in two.
  EXPECT_NEAR(*row.dollars(Spread<Money>::exactly(Money::from_dollars(1'262'304)), on, 1), 0.04, 1e-12);
  // Half of 100 W for two seconds.
  EXPECT_NEAR(*row.joules(Spread<Power>::exactly(Power::from_watts(100)), on), 100, 1e-9);
  EXPECT_FALSE(row.dollars(std::nullopt, on, 1));
  EXPECT_FALSE(row.joules(std::nullopt, on));
}

TEST(Compare, RefusesBeforeAnythingIsRun) {
  const TemporaryFile certain(kCertain);
  Comparison comparison = comparison_of({certain.path()}, {kAlltoall});
  comparison.ranks = {8, 9};
  EXPECT_THAT(refusal([&] { static_cast<void>(compare(Catalog::open(), comparison, {})); }),
              testing::HasSubstr("cluster certain has 8 cards; it cannot take 9 ranks"));
  comparison.clusters = {certain.path(), "deepseek-v3-204"};
  EXPECT_THAT(refusal([&] { static_cast<void>(compare(Catalog::open(), comparison, {})); }),
              testing::HasSubstr("did you mean \"deepseek-v3-2048\""));
}

TEST(Compare, StoppedItKeepsTheRowsThatWereFinished) {
  const TemporaryFile certain(kCertain);
  CompareOptions options;
  std::size_t finished = 0;
  options.on_progress = [&](std::size_t done, std::size_t) { finished = done; };
  options.stop = [&] { return finished == 1; };
  const Compared compared = compare(Catalog::open(), comparison_of({certain.path()}, {kAlltoall, kBoth}), options);
  EXPECT_FALSE(compared.complete);
  ASSERT_EQ(compared.rows.size(), 1U);
  EXPECT_EQ(compared.rows[0].workload, 0U);
}

TEST(Compare, UnknownMoneyIsNullInJsonAndEmptyInCsv) {
  const TemporaryFile certain(kCertain);
  const Comparison comparison = comparison_of({certain.path()}, {kAlltoall});
  const Compared compared = compare(Catalog::open(), comparison, {});
  const std::string json = to_json(comparison, compared, "1");
  EXPECT_THAT(json, testing::HasSubstr("\"schema\": \"polyplane/compare/1\""));
  EXPECT_THAT(json, testing::HasSubstr("\"time_us\": 14000"));
  EXPECT_THAT(json, testing::HasSubstr("\"busbw_GBps\": 100"));
  EXPECT_THAT(json, testing::HasSubstr("\"system_usd\": null"));  // the file names no accelerator
  const std::string csv = to_csv(comparison, compared);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 2);
  EXPECT_THAT(csv, testing::HasSubstr("certain,8,alltoall:1600MB,14000,14000,14000,alltoall,"));
}

}  // namespace
}  // namespace polyplane::sim
