#include "sim/campaign/sweep_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "base/error.h"
#include "sim/campaign/sweep_table.h"
#include "sim/simulation.h"
#include "tests/sim/campaign/sweep_folder.h"

namespace polyplane::sim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

class SweepRuns : public testing::Test {
 protected:
  /// One whole sweep; its JSON and CSV.
  std::string run(const std::string& store_name, const std::vector<std::string>& vary, std::size_t threads,
                  std::size_t shard = 0, std::size_t shards = 1, const std::optional<SweepSearch>& search = {},
                  const std::optional<Bytes>& max_memory = {}) {
    const SweepPlan plan(catalog_, {.experiment = experiment_, .vary = vary, .prices = "", .version = "test"});
    SweepOptions options;
    options.threads = threads;
    options.max_memory = max_memory;
    SweepDescription description = describe(plan, check_points(plan, options));
    description.shard = shard;
    description.shards = shards;
    description.search = search;
    SweepStore store = SweepStore::open(folder_.path(store_name), description);
    end_ = run_sweep(store, thread_runner(plan, options), options);
    return text_of(store);
  }
  static std::string text_of(SweepStore& store) {
    const SweepTable table = table_of(store);
    return to_json(table) + to_csv(table);
  }

  SweepFolder folder_;
  std::string experiment_ = folder_.write("e.textproto", kRingExperiment);
  Catalog catalog_ = Catalog::open();
  SweepEnd end_;
};

const std::vector<std::string> kGrid{"collectives.sizes=1 MB,2 MB,4 MB", "cluster.nodes=2,4", "seed=1,2"};

TEST_F(SweepRuns, FiguresByHand) {
  // Four cards, 2 x 3/4 x 1 MB / 50 GB/s = 30 us; bus bandwidth = 1 MB / 30 us x 1.5 = 50 GB/s. Two cards: 2 x 1/2 x 1 MB /
  // 50 GB/s = 20 us.
  run("s", {"collectives.sizes=1 MB,[1 MB,2 MB]", "cluster.nodes=2,4"}, 1);
  SweepStore store = SweepStore::read(folder_.path("s"));
  const SweepTable table = table_of(store);
  ASSERT_EQ(table.points.size(), 4U);
  EXPECT_EQ(table.points[0].result->time, Duration::from_ps(20'000'000));
  EXPECT_EQ(table.points[1].result->time, Duration::from_ps(30'000'000));
  EXPECT_DOUBLE_EQ(*table.points[1].result->busbw_GBps, 50.0);
  EXPECT_EQ(table.points[1].result->lower_bound, Duration::from_ps(30'000'000));
  EXPECT_EQ(table.points[1].result->endpoints, 4);
  // Two sizes one after the other.
  EXPECT_EQ(table.points[3].result->time, Duration::from_ps(90'000'000));
  EXPECT_TRUE(table.complete);
}

TEST_F(SweepRuns, TheSameBytesForAnyThreadsShardsAndOrder) {
  const std::string serial = run("serial", kGrid, 1);
  EXPECT_EQ(end_.ran, 12U);
  EXPECT_EQ(run("threads", kGrid, 4), serial);
  for (std::size_t i = 0; i < 3; ++i) run("shard" + std::to_string(i), kGrid, 1 + i, i, 3);
  merge_stores({folder_.path("shard2"), folder_.path("shard0"), folder_.path("shard1")}, folder_.path("merged"));
  SweepStore merged = SweepStore::read(folder_.path("merged"));
  EXPECT_EQ(text_of(merged), serial);
  // Again on the same store: nothing is run.
  EXPECT_EQ(run("serial", kGrid, 2), serial);
  EXPECT_EQ(end_.ran, 0U);
  EXPECT_EQ(end_.before, 12U);
}

TEST_F(SweepRuns, StoppedAndGoneOnWith) {
  const std::string whole = run("whole", kGrid, 1);
  const SweepPlan plan(catalog_, {.experiment = experiment_, .vary = kGrid, .prices = "", .version = "test"});
  std::size_t rounds = 0;
  while (true) {
    SweepOptions options;
    options.threads = 2;
    std::atomic<std::size_t> done_now = 0;
    const SweepDescription description = describe(plan, check_points(plan, options));
    options.stop = [&] { return done_now >= 5; };
    SweepStore store = SweepStore::open(folder_.path("parts"), description);
    const PointRunner runner = thread_runner(plan, options);
    const PointRunner counted = [&](std::span<const RunningPoint> points, const KeepResult& keep) {
      runner(points, [&](const RunningPoint& point, const SweepResult& result, const SweepRun& run) {
        keep(point, result, run);
        ++done_now;
      });
    };
    const SweepEnd end = run_sweep(store, counted, options);
    ++rounds;
    if (!end.complete) {
      EXPECT_THAT(text_of(store), HasSubstr("\"open\""));
      continue;
    }
    EXPECT_EQ(text_of(store), whole);
    store.for_each(false, [](const std::string&, const SweepResult&, const SweepRun& run) { EXPECT_EQ(run.runs, 1); });
    break;
  }
  EXPECT_GE(rounds, 2U);
}

TEST_F(SweepRuns, FailedPointsKeepTheirError) {
  // Who talks to whom is known when a point runs.
  const std::vector<std::string> vary{"collectives.sizes=1 MB,2 MB", "faults=[],[node=3]"};
  const std::string text = run("s", vary, 2);
  EXPECT_TRUE(end_.complete);
  SweepStore store = SweepStore::read(folder_.path("s"));
  const SweepTable table = table_of(store);
  EXPECT_EQ(table.failed, 2U);
  EXPECT_EQ(table.points[1].result->failure, SweepFailure::input);
  EXPECT_THAT(table.points[1].result->error, HasSubstr("node3"));
  EXPECT_TRUE(table.complete);
  EXPECT_EQ(run("s", vary, 1), text);
  EXPECT_EQ(end_.ran, 0U);
}

TEST_F(SweepRuns, FaultsThatNameNothingEndTheSweepBeforeAPointRuns) {
  const std::string here = "faults=[],[node=1],[plane=7],[plane=8]";
  for (const std::size_t threads : {1U, 3U}) {
    try {
      run("s", {"seed=1..3", here}, threads);
      FAIL();
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("with seed=1, faults=[plane=7]: "), HasSubstr("\"plane=7\"")));
    }
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.path("s")));
  // A cluster that memory does not allow cannot be judged: its points are refused by themselves.
  run("s", {"seed=1..3", here}, 2, 0, 1, {}, Bytes(1'000'000));
  SweepStore store = SweepStore::read(folder_.path("s"));
  EXPECT_EQ(table_of(store).failed, 12U);
}

TEST_F(SweepRuns, NamesThatAreWrongInTheFileAreToldWithTheirPlace) {
  const std::string start =
      "cluster: \"single_switch:endpoints=4,radix=8\"\n"
      "flows { name: \"f\" src: \"node0/gpu0\" dst: \"node1/gpu0\" size: \"1 MB\" }\n";
  const auto told = [&](const std::string& more, const std::vector<std::string>& vary) {
    folder_.write("e.textproto", start + more);
    try {
      run("s", vary, 2);
    } catch (const InputError& error) { return std::string(error.what()); }
    return std::string();
  };
  EXPECT_THAT(told("faults: \"plane=0 at 50%\"\nfaults: \"plane=9\"\n", {"seed=1,2"}),
              AllOf(StartsWith("with seed=1: "), HasSubstr(":4:1: faults[1]: fault \"plane=9\": there is no plane 9")));
  EXPECT_THAT(
      told("capacity_events { time: \"1 us\" link: \"node0/gpu0.x\" rate: \"1 Gbps\" }", {"flows.size=1 MB,2 MB"}),
      AllOf(StartsWith("with flows.size=1 MB: "), HasSubstr(":3:1: capacity_events[0]: capacity event: unknown link")));
  EXPECT_THAT(
      told("flows { name: \"g\" src: \"node0/gpu0\" dst: \"node9/gpu0\" size: \"1 MB\" }", {"seed=1,2"}),
      AllOf(StartsWith("with seed=1: "), HasSubstr(":3:1: flows[1]: flow \"g\": unknown device \"node9/gpu0\"")));
  EXPECT_THAT(
      told("", {"flows.dst=node1/gpu0,node9/gpu0"}),
      AllOf(StartsWith("with flows.dst=node9/gpu0: "), HasSubstr(":2:1: flows[0]: flow \"f\": unknown device")));
  EXPECT_FALSE(std::filesystem::exists(folder_.path("s")));
  // What the routing refuses is found when the point runs.
  EXPECT_EQ(told("capacity_events { time: \"1 us\" link: \"node0/gpu0.leaf0\" rate: \"1 Gbps\" }\n"
                 "capacity_events { time: \"1 us\" link: \"node0/gpu0.leaf0\" rate: \"2 Gbps\" }\n",
                 {"seed=1,2"}),
            "");
  SweepStore store = SweepStore::read(folder_.path("s"));
  EXPECT_THAT(table_of(store).points[0].result->error,
              StartsWith("capacity_events[1]: capacity event: link \"node0/gpu0.leaf0\" changes twice"));
}

/// By count the process with its first run takes 14.2 MB and a link 260 or 300 B (memory_estimate.cpp): with two links a card,
/// 20,000 cards need at least 14.2 + 10.4 MB, which of 30 MB they have only by themselves; for 25,000 cards, some 2.6 MB and
/// what their schedule takes more, 30 MB are too few. Few cards have no room beside each other, too.
TEST_F(SweepRuns, TheSameBytesWhereMemoryIsShort) {
  const std::vector<std::string> vary{"cluster.nodes=2,8,20000,4,25000", "seed=1,2"};
  std::string text = kRingExperiment;
  text.replace(text.find("switch_radix: 8"), 15, "switch_radix: 65536");
  folder_.write("e.textproto", text);
  const auto refused = [&](const char* name) {
    SweepStore store = SweepStore::read(folder_.path(name));
    std::vector<std::size_t> positions;
    for (const SweptPoint& point : table_of(store).points) {
      if (!point.result->done()) positions.push_back(point.position);
    }
    return positions;
  };
  const Bytes most(30'000'000);
  const std::string serial = run("serial", vary, 1, 0, 1, {}, most);
  EXPECT_EQ(refused("serial"), (std::vector<std::size_t>{8, 9}));
  EXPECT_THAT(serial, AllOf(HasSubstr("allowed are 30 MB"), HasSubstr("is foretold to need")));
  EXPECT_EQ(run("two", vary, 2, 0, 1, {}, most), serial);
  EXPECT_EQ(run("many", vary, 8, 0, 1, {}, most), serial);
  for (std::size_t i = 0; i < 2; ++i) run("part" + std::to_string(i), vary, 1 + i, i, 2, {}, most);
  merge_stores({folder_.path("part0"), folder_.path("part1")}, folder_.path("merged"));
  SweepStore merged = SweepStore::read(folder_.path("merged"));
  EXPECT_EQ(text_of(merged), serial);
  // One that was refused is run again where there is more.
  run("serial", vary, 2, 0, 1, {}, Bytes(1'000'000'000));
  EXPECT_EQ(end_.ran, 2U);
  EXPECT_TRUE(refused("serial").empty());
}

TEST_F(SweepRuns, AFullStoreEndsTheRun) {
  const SweepPlan plan(catalog_, {.experiment = experiment_, .vary = kGrid, .prices = "", .version = "test"});
  SweepOptions options;
  options.threads = 3;
  std::vector<RunningPoint> points;
  for (std::size_t i = 0; i < plan.size(); ++i) points.push_back({i, plan.load(i).key});
  const PointRunner runner = thread_runner(plan, options);
  EXPECT_THROW(runner(points, [](const auto&, const auto&, const auto&) { throw RunError("the disk is full"); }),
               RunError);
}

TEST_F(SweepRuns, AFileThatChangesMeanwhileIsNoticed) {
  const SweepPlan plan(catalog_, {.experiment = experiment_, .vary = {"seed=1"}, .prices = "", .version = "test"});
  const RunningPoint point{0, plan.load(0).key};
  std::string text = kRingExperiment;
  text.replace(text.find("1 MB"), 4, "3 MB");
  folder_.write("e.textproto", text);
  ClusterFigureCache cache;
  try {
    static_cast<void>(run_here(plan, point, {}, cache));
    FAIL();
  } catch (const RunError& error) { EXPECT_THAT(error.what(), HasSubstr("has changed")); }
}

TEST_F(SweepRuns, SearchIsTheSameForAnyThreadsAndAfterAnyStop) {
  const std::vector<std::string> vary{"collectives.sizes=1 MB..9 MB+1 MB", "cluster.nodes=2..6"};
  const SweepSearch search{.minimise = "time", .budget = 12, .seed = 3};
  const std::string serial = run("a", vary, 1, 0, 1, search);
  EXPECT_EQ(run("b", vary, 3, 0, 1, search), serial);
  EXPECT_THAT(serial, HasSubstr("\"minimise\": \"time\""));
  SweepStore store = SweepStore::read(folder_.path("a"));
  const SweepTable table = table_of(store);
  EXPECT_EQ(table.points.size(), 12U);
  ASSERT_TRUE(table.best);
  for (const SweptPoint& point : table.points) {
    const auto best = std::ranges::find(table.points, *table.best, &SweptPoint::position);
    EXPECT_LE(best->result->time, point.result->time);
  }
  // More budget goes on from there.
  run("a", vary, 2, 0, 1, SweepSearch{.minimise = "time", .budget = 45, .seed = 3});
  EXPECT_EQ(end_.before, 12U);
  EXPECT_EQ(end_.ran, 33U);
}

TEST_F(SweepRuns, ACheckedGridIsCheckedWhole) {
  const SweepPlan plan(catalog_, {.experiment = experiment_,
                                  .vary = {"seed=1..5", "collectives.algorithm=ring,rign"},
                                  .prices = "",
                                  .version = "test"});
  for (const std::size_t threads : {1U, 3U}) {
    SweepOptions options;
    options.threads = threads;
    try {
      static_cast<void>(check_points(plan, options));
      FAIL();
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("--vary collectives.algorithm=rign"), HasSubstr("\"ring\"")));
    }
  }
  SweepOptions stopped;
  stopped.stop = [] { return true; };
  EXPECT_THROW(static_cast<void>(check_points(plan, stopped)), Interrupted);
}

}  // namespace
}  // namespace polyplane::sim
