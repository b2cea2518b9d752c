#include "sim/campaign/sweep_plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/sim/campaign/sweep_folder.h"

namespace polyplane::sim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class SweepPlans : public testing::Test {
 protected:
  [[nodiscard]] SweepPlan plan(const std::string& file, std::vector<std::string> vary) const {
    return SweepPlan(catalog_, {.experiment = file, .vary = std::move(vary), .prices = "", .version = "test"});
  }
  [[nodiscard]] std::string key(const std::string& text, std::vector<std::string> vary = {}) const {
    return plan(folder_.write("e.textproto", text), std::move(vary)).load(0).key;
  }
  void expect_refused(std::vector<std::string> vary, const std::string& why) const {
    try {
      const SweepPlan made = plan(folder_.write("e.textproto", kRingExperiment), std::move(vary));
      for (std::size_t i = 0; i < made.size(); ++i) static_cast<void>(made.load(i));
      FAIL() << "nothing was refused for " << why;
    } catch (const InputError& error) { EXPECT_THAT(error.what(), HasSubstr(why)); }
  }

  SweepFolder folder_;
  Catalog catalog_ = Catalog::open();
};

TEST_F(SweepPlans, GridInTheOrderOfTheOptions) {
  const SweepPlan made = plan(folder_.write("e.textproto", kRingExperiment),
                              {"collectives.sizes=1M,2M", "collectives.algorithm=ring,auto", "seed=1..3"});
  EXPECT_EQ(made.size(), 12U);
  EXPECT_EQ(made.words(0), "collectives.sizes=1 MiB, collectives.algorithm=ring, seed=1");
  EXPECT_EQ(made.words(1), "collectives.sizes=1 MiB, collectives.algorithm=ring, seed=2");
  EXPECT_EQ(made.words(3), "collectives.sizes=1 MiB, collectives.algorithm=auto, seed=1");
  EXPECT_EQ(made.words(11), "collectives.sizes=2 MiB, collectives.algorithm=auto, seed=3");
  EXPECT_EQ(made.experiment_name(), "ring of four");
  const SweepPoint point = made.load(11);
  EXPECT_EQ(point.experiment.seed, 3U);
  EXPECT_EQ(point.experiment.collectives.front().sizes.front(), Bytes(2 << 20));
}

TEST_F(SweepPlans, FieldsOfANamedCluster) {
  const std::string file =
      folder_.write("e.textproto", R"(cluster: "ft2-2048" collectives { collective: "all_reduce" sizes: "1 MiB" })");
  const SweepPlan made = plan(file, {"cluster.nodes=8,16"});
  EXPECT_EQ(made.load(0).experiment.cluster.spec.nodes, 8);
  EXPECT_EQ(made.load(1).experiment.cluster.spec.nodes, 16);
  EXPECT_EQ(made.load(1).experiment.cluster.spec.name, "ft2-2048");
  // The cluster itself and a field in it, in whatever order they are given.
  const SweepPlan both = plan(file, {"cluster.fabric.switch_latency=1 us", "cluster=ft2-2048,mpft-16384"});
  EXPECT_EQ(both.load(1).experiment.cluster.spec.name, "mpft-16384");
  EXPECT_EQ(both.load(1).experiment.cluster.spec.fabric.switch_latency, Duration::from_ps(1'000'000));
}

TEST_F(SweepPlans, TwoSpellingsAreOnePoint) {
  const std::string base = R"(cluster: "dgx-h100" collectives { collective: "all_reduce" sizes: ")";
  const std::string first = key(base + "64 MiB\" }");
  EXPECT_EQ(first, key("# a comment\n" + base + "67108864 B\" }"));
  EXPECT_EQ(first, key(R"(collectives { sizes: "65536 KiB" collective: "all_reduce" } cluster: "dgx-h100")"));
  EXPECT_EQ(first, key(R"(name: "another" description: "words" model: "flow" stack: "ideal" cluster: "dgx-h100"
      collectives { name: "job0" collective: "all_reduce" algorithm: "auto" datatype: "float" reduction: "sum"
                    protocol: "auto" size_range { from: "64 MiB" to: "100 MiB" } })"));
  EXPECT_EQ(first, key(base + "8 MiB\" }", {"collectives.size=64M"}));
  EXPECT_EQ(first, key(base + "64 MiB\" }", {"cluster=dgx-h100"}));
  // As JSON, and the cluster from a copy of its file.
  folder_.write("e.json",
                R"({"cluster": "dgx-h100", "collectives": [{"collective": "all_reduce", "sizes": ["64 MiB"]}]})");
  EXPECT_EQ(first, plan(folder_.path("e.json"), {}).load(0).key);
  std::filesystem::copy(catalog_.directory() + "/clusters/dgx-h100.textproto", folder_.path("copy.textproto"));
  EXPECT_EQ(first, key(base + "64 MiB\" }", {"cluster=copy.textproto"}));
}

TEST_F(SweepPlans, WhatDecidesMakesAnotherKey) {
  const std::string base = R"(cluster: "dgx-h100" collectives { collective: "all_reduce" sizes: "64 MiB" } )";
  std::vector<std::string> keys{key(base)};
  for (const char* vary : {"seed=1", "collectives.size=65M", "collectives.algorithm=ring", "stack=nccl",
                           "cluster.node.scale_up.latency=1 us", "collectives.ranks=0-3", "faults=node=0",
                           "model=analytic", "collectives.name=other", "collectives.datatype=half"}) {
    keys.push_back(key(base, {vary}));
  }
  keys.push_back(
      SweepPlan(catalog_, {.experiment = folder_.path("e.textproto"), .vary = {}, .prices = "", .version = "2"})
          .load(0)
          .key);
  keys.push_back(
      SweepPlan(catalog_,
                {.experiment = folder_.path("e.textproto"), .vary = {}, .prices = "deepseek-table3", .version = "test"})
          .load(0)
          .key);
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
  for (const std::string& one : keys) EXPECT_EQ(one.size(), 32U);
}

TEST_F(SweepPlans, AFileThatIsNamedAndChangesMakesAnotherKey) {
  folder_.write("loads.txt", "1 2 3 4 5 6 7 8\n");
  const std::string text = R"(cluster: "dgx-h100" collectives { collective: "dispatch" sizes: "7 KiB"
      token_routing { tokens: 16 experts: 8 top_k: 2 draw: "sampled" histogram_file: "./loads.txt" } })";
  const std::string before = key(text);
  EXPECT_EQ(before, key(text));
  folder_.write("loads.txt", "1 2 3 4 5 6 7 9\n");
  EXPECT_NE(before, key(text));
}

TEST_F(SweepPlans, ErrorsNameKeyAndValue) {
  expect_refused({"collectives.algorithm=ring,rnig"},
                 "--vary collectives.algorithm=rnig: unknown all_reduce algorithm");
  expect_refused({"collectives.algorithm=ring,rnig"}, "did you mean \"ring\"?");
  expect_refused({"cluster=dgx-h100,dgx-h10"}, "--vary cluster=dgx-h10: unknown cluster");
  expect_refused({"collectives.sizes=1M,2000T"}, "--vary collectives.sizes=2000 TiB: \"2000 TiB\" is out of range");
  expect_refused({"cluster.nodes=4,0"}, "--vary cluster.nodes=0: ");
  expect_refused({"collectives.placement={policy: \"pakced\" ranks: 2}"}, "did you mean \"packed\"?");
  expect_refused({"collectives[3].sizes=1M"}, "collectives[3] does not exist; the experiment has 1");
  expect_refused({"seed"}, "is not KEY=VALUES");
  expect_refused({"seed="}, "is not KEY=VALUES");
  expect_refused({"seed=1", "seed=2"}, "--vary seed: is given twice");
  expect_refused({"collectives.size=1M", "collectives.sizes=2M"}, "is given twice");
  expect_refused({"clusters={cluster: \"dgx-h100\"}"}, "give an index");
}

TEST_F(SweepPlans, WhatGoesWrongTogetherNamesThePoint) {
  // Root 3 is a rank of four, and none of two.
  std::string broadcast = kRingExperiment;
  broadcast.replace(broadcast.find("all_reduce"), 10, "broadcast");
  const SweepPlan made = plan(folder_.write("e.textproto", broadcast), {"cluster.nodes=4,2", "collectives.root=0,3"});
  EXPECT_NO_THROW(static_cast<void>(made.load(1)));
  try {
    static_cast<void>(made.load(3));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), AllOf(StartsWith("--vary collectives.root=3: 3 is not a rank"), HasSubstr("0 to 1")));
  }
}

TEST_F(SweepPlans, ClustersThatCannotBeAreFoundWithoutBuilding) {
  // NICs of 400 Gbps on ports of 200 Gbps; more nodes than a switch of 8 ports has room for.
  for (const char* vary : {"cluster.fabric.port_rate=200 Gbps", "cluster.nodes=9"}) {
    const SweepPlan made = plan(folder_.write("e.textproto", kRingExperiment), {vary});
    EXPECT_THROW(static_cast<void>(made.load(0)), InputError) << vary;
  }
}

TEST_F(SweepPlans, SeveralClustersAreVariedInstead) {
  const std::string file =
      folder_.write("e.textproto", R"(clusters { cluster: "dgx-h100" } clusters { cluster: "ft2-2048" }
      collectives { collective: "all_reduce" sizes: "1 MiB" })");
  try {
    static_cast<void>(plan(file, {"seed=1"}).load(0));
    FAIL();
  } catch (const InputError& error) { EXPECT_THAT(error.what(), HasSubstr("--vary cluster=a,b,c")); }
  EXPECT_NO_THROW(static_cast<void>(plan(file, {"cluster=dgx-h100"}).load(0)));
}

TEST_F(SweepPlans, TooManyPoints) {
  const std::string file = folder_.write("e.textproto", kRingExperiment);
  EXPECT_THROW(static_cast<void>(plan(file, {"seed=1..10000", "collectives.root=0..10000"})), LimitError);
}

}  // namespace
}  // namespace polyplane::sim
