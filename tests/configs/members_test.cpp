// Cluster files that join several clusters, and experiments on several clusters.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "sim/catalog.h"
#include "sim/cluster_graph.h"
#include "sim/cluster_nodes.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

Catalog catalog() { return Catalog(POLYPLANE_CONFIGS_DIRECTORY); }

ClusterChoice load(const std::string& text) {
  const TemporaryFile file(text, "several.textproto");
  return catalog().cluster(file.path());
}

std::string refusal_of(const std::string& text) {
  const TemporaryFile file(text);
  return refusal([&] { (void)catalog().cluster(file.path()); }, file.path());
}

void expect_refused(const std::string& text, std::string_view part) {
  const std::string message = refusal_of(text);
  EXPECT_NE(message.find(part), std::string::npos) << message << "\nlacks: " << part;
}

const std::string kSmall = "cluster: \"fat_tree:endpoints=8,radix=8,tiers=2,per_node=2\"";
const std::string kBetween = "interconnect { rate: \"100 Gbps\" latency: \"20 us\" }\n";

std::string member(const std::string& fields) { return "members { " + fields + " }\n"; }

std::vector<std::string> names(const ClusterChoice& choice) {
  std::vector<std::string> names;
  for (const ClusterMember& member : choice.members) names.push_back(member.name);
  return names;
}

TEST(Members, NamesCountsAndWhatTheyAreMadeOf) {
  const ClusterChoice choice =
      load(member(kSmall + " count: 2") + member("name: \"big\" cluster: \"deepseek-v3-2048\"") +
           member("name: \"x\" count: 1 " + kSmall) + "routing: \"spray\"\n" + kBetween);
  EXPECT_EQ(choice.spec.name, "several");
  EXPECT_EQ(choice.spec.default_routing, "spray");
  EXPECT_EQ(names(choice), (std::vector<std::string>{"a0", "a1", "big", "x0"}));
  EXPECT_EQ(choice.members[0].cluster, choice.members[1].cluster);
  EXPECT_EQ(choice.members[2].cluster->spec.name, "deepseek-v3-2048");
  ASSERT_TRUE(choice.interconnect);
  EXPECT_EQ(choice.interconnect->rate.bps(), 100'000'000'000);
  EXPECT_EQ(choice.interconnect->latency.ps(), 20'000'000);
  EXPECT_EQ(count_cards(choice), 8 + 8 + 2048 + 8);
}

TEST(Members, WhatTheyAssumeIsSaidOnceForThoseThatAreAlike) {
  const ClusterChoice choice = load("assumed: \"the link\"\n" + member(kSmall + " count: 3"));
  EXPECT_EQ(std::ranges::count(choice.spec.assumed, "a: not given: ports of 400 Gbps"), 1);
  EXPECT_EQ(choice.spec.assumed.back(), "the link");
  EXPECT_FALSE(choice.interconnect);
}

TEST(Members, FilesAreFoundBesideTheirOwn) {
  const TemporaryFile part("nodes: 1\nnode { accelerators: 4 }\n", "part.textproto");
  std::ofstream(part.folder() + "/all.textproto") << member("cluster: \"part.textproto\" count: 2");
  const ClusterChoice choice = catalog().cluster(part.folder() + "/all.textproto");
  EXPECT_EQ(count_cards(choice), 8);
  EXPECT_EQ(build(choice).accelerators().size(), 8U);
}

TEST(Members, WrongOnesAreRefused) {
  expect_refused(member(kSmall) + "nodes: 3\n", "nodes: contradicts members");
  expect_refused(member(kSmall) + "graph { devices { name: \"a\" } }\n", "graph: contradicts members");
  expect_refused(member("count: 2"), "cluster: is missing; name a cluster or state inline_cluster");
  expect_refused(member(kSmall + " inline_cluster { nodes: 1 node { accelerators: 1 } }"), "contradicts cluster");
  expect_refused(member("cluster: \"dgx-h10\""), "did you mean \"dgx-h100\"?");
  expect_refused(member(kSmall + " count: 0"), "count");
  expect_refused(member(kSmall + " name: \"a/b\""), "is not a name");
  expect_refused(member(kSmall + " name: \"a.b\""), "is not a name");
  expect_refused(member(kSmall) + member(kSmall + " name: \"a\""), "a member \"a\" exists already");
  expect_refused(member(kSmall + " name: \"a\" count: 2") + member(kSmall + " name: \"a1\""), "\"a1\" exists already");
  expect_refused(member(kSmall) + member("cluster: \"dgx-h100\"") + "routing: \"sprai\"\n", "did you mean \"spray\"?");
  expect_refused(member("cluster: \"mi300x-2048\"") + member("cluster: \"torus:dims=4x4,p=1,endpoints=16,radix=8\""),
                 "a uses spray and b uses ecmp");
  expect_refused(member("inline_cluster { nodes: 1 node { accelerators: 2 scale_up { kind: \"ring\" rate: \"1 Gbps\" "
                        "latency: \"1 ns\" } } }") +
                     kBetween,
                 "has neither a fabric nor NICs");
  expect_refused(member(kSmall) + "interconnect { latency: \"1 us\" }\n", "rate");
  expect_refused(member(kSmall) + "interconnect { rate: \"0 Gbps\" latency: \"1 us\" }\n", "rate");
  expect_refused(member(kSmall) + "interconnect { rate: \"1 Gbps\" }\n", "latency");
  expect_refused("nodes: 1\nnode { accelerators: 1 }\n" + kBetween, "joins members, and there are none");
  expect_refused(member("inline_cluster { " + member(kSmall) + " }"), "members have none themselves");
  std::string many;
  for (int i = 0; i < 27; ++i) many += member(kSmall);
  expect_refused(many, "only the first 26 members are named by a letter");
  const TemporaryFile huge(member(kSmall + " count: 9999") + member(kSmall + " count: 2"));
  EXPECT_THROW((void)catalog().cluster(huge.path()), LimitError);
}

TEST(Members, AFileThatJoinsItselfIsRefused) {
  const TemporaryFile file(member("cluster: \"self.textproto\""), "self.textproto");
  const std::string message = refusal([&] { (void)catalog().cluster(file.path()); });
  EXPECT_NE(message.find("members have none themselves"), std::string::npos) << message;
}

std::string jobs(const std::string& fields) { return "collectives { collective: \"barrier\" " + fields + " }\n"; }

std::string experiment_refusal(const std::string& text) {
  const TemporaryFile file(text);
  return refusal([&] { (void)catalog().experiments(file.path()); }, file.path());
}

TEST(SeveralClusters, EachGetsTheSameWork) {
  const TemporaryFile file("clusters { " + kSmall + " }\nclusters { inline_cluster { name: \"two\" " +
                           member(kSmall + " count: 2") + kBetween + " } }\nseed: 4\n" + jobs("name: \"j\""));
  const std::vector<Experiment> all = catalog().experiments(file.path());
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].cluster.members.size(), 0U);
  EXPECT_EQ(all[1].cluster.members.size(), 2U);
  EXPECT_EQ(name_of(all[1].cluster), "two");
  for (const Experiment& experiment : all) {
    EXPECT_EQ(experiment.seed, 4U);
    EXPECT_EQ(experiment.collectives.at(0).name, "j");
  }
  EXPECT_NE(refusal([&] { (void)catalog().experiment(file.path()); }).find("has 2 clusters"), std::string::npos);
}

TEST(SeveralClusters, WrongOnesAreRefused) {
  const std::string entry = "clusters { " + kSmall + " }\n";
  EXPECT_NE(experiment_refusal(entry + "cluster: \"dgx-h100\"\n" + jobs("")).find("contradicts clusters"),
            std::string::npos);
  EXPECT_NE(experiment_refusal(entry + entry + jobs("")).find("two are named"), std::string::npos);
  EXPECT_NE(experiment_refusal("clusters { }\n" + jobs("")).find("is missing; name a cluster"), std::string::npos);
  EXPECT_NE(experiment_refusal(jobs("")).find("is missing; name a cluster"), std::string::npos);
}

TEST(PlacedJobs, ComeThroughAndAreRefused) {
  const auto with = [](const std::string& placement) {
    return "cluster: \"mi300x-2048\"\nseed: 9\n" + jobs(placement);
  };
  const TemporaryFile file(with("placement { policy: \"spread\" ranks: 4 }"));
  const CollectiveJob job = catalog().experiment(file.path()).collectives.at(0);
  EXPECT_EQ(job.ranks, (std::vector<std::uint32_t>{0, 512, 1024, 1536}));
  EXPECT_EQ(job.placement, "spread, 4 ranks on 4 nodes: node[0,64,128,192]");
  const auto expect = [&](const std::string& placement, std::string_view part) {
    const std::string message = experiment_refusal(with(placement));
    EXPECT_NE(message.find(part), std::string::npos) << message << "\nlacks: " << part;
  };
  expect("placement { ranks: 4 }", "policy");
  expect("placement { policy: \"spred\" }", "did you mean \"spread\"?");
  expect("placement { policy: \"packed\" ranks: 0 }", "ranks");
  expect("placement { policy: \"packed\" ranks: 2049 }", "2049 ranks do not fit on 256 nodes with room for 2048");
  expect("placement { policy: \"packed\" seed: 1 }", "seed: is of policy random");
  expect("placement { policy: \"hostlist\" hosts: \"node[300]\" }", "node300");
  expect("placement { policy: \"packed\" } ranks: \"0-3\"", "placement: contradicts ranks");
  expect("placement { policy: \"packed\" } groups: \"0-3\"", "placement: contradicts groups");
  const TemporaryFile seeded(with("placement { policy: \"random\" ranks: 16 }"));
  EXPECT_NE(catalog().experiment(seeded.path()).collectives.at(0).placement.find("random (seed 9)"), std::string::npos);
}

}  // namespace
}  // namespace polyplane::sim
