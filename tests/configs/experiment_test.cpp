#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "sim/catalog.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

Catalog catalog() { return Catalog(POLYPLANE_CONFIGS_DIRECTORY); }

Experiment load(const std::string& text, std::string_view name = "test.textproto") {
  const TemporaryFile file(text, name);
  return catalog().experiment(file.path());
}

std::string refusal_of(const std::string& text) {
  const TemporaryFile file(text);
  return refusal([&] { (void)catalog().experiment(file.path()); }, file.path());
}

/// An experiment on one node of eight with one job of these fields.
std::string job(const std::string& fields) { return "cluster: \"dgx-h100\"\ncollectives { " + fields + " }\n"; }

constexpr const char* kGraph =
    "inline_cluster { graph { devices { name: \"a\" } devices { name: \"b\" } devices { name: \"c\" }\n"
    "links { name: \"ab\" from: \"a\" to: \"b\" rate: \"1 Gbps\" }\n"
    "links { name: \"bc\" from: \"b\" to: \"c\" rate: \"1 Gbps\" } } }\n";

std::string flow(const std::string& fields) { return std::string(kGraph) + "flows { " + fields + " }\n"; }

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(ExperimentFile, CollectiveJobsComeThrough) {
  const Experiment experiment = load(
      "cluster: \"dgx-h100\" stack: \"nccl\" model: \"analytic\" seed: 9 faults: \"plane=0\"\n"
      "routing { name: \"ecmp\" hash: \"crc32\" }\n"
      "collectives { collective: \"all-reduce\" size_range { from: \"1 KiB\" to: \"5 KiB\" } ranks: \"5-7,0\" }\n"
      "collectives { name: \"x\" collective: \"broadcast\" sizes: \"1 MB\" root: 1 datatype: \"half\" algorithm: "
      "\"ring\"\n"
      "  protocol: \"LL\" channels: 2 slices: 3 groups: \"0-6:2\" groups: \"7,5\" }\n"
      "collectives { name: \"v\" collective: \"alltoallv\" ranks: \"0,1\" matrix: [0, 1, 2, 3] }\n"
      "collectives { name: \"b\" collective: \"barrier\" }\n",
      "my-test.textproto");
  EXPECT_EQ(experiment.name, "my-test");
  EXPECT_EQ(experiment.cluster.spec.name, "dgx-h100");
  EXPECT_EQ(experiment.stack.name, "nccl");
  EXPECT_EQ(experiment.model, "analytic");
  EXPECT_EQ(experiment.seed, 9U);
  EXPECT_EQ(experiment.routing.name, "ecmp");
  EXPECT_EQ(experiment.routing.hash, "crc32");
  EXPECT_EQ(experiment.routing.seed, 9U);
  EXPECT_EQ(experiment.faults, std::vector<std::string>{"plane=0"});
  ASSERT_EQ(experiment.collectives.size(), 4U);
  const CollectiveJob& first = experiment.collectives[0];
  EXPECT_EQ(first.name, "job0");
  EXPECT_EQ(first.sizes, (std::vector{Bytes(1024), Bytes(2048), Bytes(4096)}));
  EXPECT_EQ(first.ranks, (std::vector<std::uint32_t>{5, 6, 7, 0}));
  EXPECT_EQ(first.datatype, "float");
  const CollectiveJob& second = experiment.collectives[1];
  EXPECT_EQ(second.sizes, std::vector{Bytes(1000000)});
  EXPECT_EQ(second.groups, (std::vector<std::vector<std::uint32_t>>{{0, 2, 4, 6}, {7, 5}}));
  EXPECT_EQ(second.root, 1U);
  EXPECT_EQ(second.protocol, "LL");
  EXPECT_EQ(second.channels, 2U);
  EXPECT_EQ(second.slices, 3U);
  EXPECT_EQ(experiment.collectives[2].matrix, (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(experiment.collectives[3].sizes, std::vector{Bytes(0)});
}

TEST(ExperimentFile, FlowsComeThrough) {
  const Experiment experiment =
      load(std::string(kGraph) +
           "flows { name: \"f\" src: \"c\" dst: \"a\" size: \"1 MB\" start: \"2 us\" route: \"bc~\" route: \"ab~\" }\n"
           "flows { name: \"g\" size: \"0 B\" route: \"bc\" rate_cap: \"5 Mbps\" }\n"
           "capacity_events { time: \"1 ms\" link: \"ab~\" rate: \"0 Gbps\" }\n");
  EXPECT_EQ(experiment.stack.name, "ideal");
  EXPECT_EQ(experiment.model, "flow");
  ASSERT_EQ(experiment.flows.size(), 2U);
  EXPECT_EQ(experiment.flows[0].start.ps(), 2000000);
  EXPECT_EQ(experiment.flows[0].route, (std::vector<std::string>{"bc~", "ab~"}));
  EXPECT_FALSE(experiment.flows[0].rate_cap.has_value());
  EXPECT_EQ(experiment.flows[1].rate_cap->bps(), 5000000);
  ASSERT_EQ(experiment.capacity_events.size(), 1U);
  EXPECT_EQ(experiment.capacity_events[0].rate.bps(), 0);
}

TEST(ExperimentFile, FilesAreRelativeToTheExperiment) {
  const TemporaryFile file("cluster: \"./my.textproto\" collectives { collective: \"barrier\" }");
  std::ofstream(file.folder() + "/my.textproto")
      << "nodes: 1 node { accelerators: 3 scale_up { kind: \"switched\" rate: \"1 GB/s\" latency: \"0 ns\" } }";
  EXPECT_EQ(catalog().experiment(file.path()).cluster.spec.node.accelerators, 3);
}

TEST(ExperimentFile, AnErrorInANamedFileNamesBothPlaces) {
  const TemporaryFile file("cluster: \"./my.textproto\" collectives { collective: \"barrier\" }");
  std::ofstream(file.folder() + "/my.textproto") << "nodes: 0";
  const std::string text = refusal([&] { (void)catalog().experiment(file.path()); });
  EXPECT_TRUE(contains(text, "test.textproto:1:1: cluster: ")) << text;
  EXPECT_TRUE(contains(text, "my.textproto:1:1: nodes: 0 is out of range")) << text;
}

TEST(ExperimentFile, BothFormsLoadEqual) {
  const Experiment text = load(
      "name: \"e\" cluster: \"deepseek-v3-2048\" stack: \"nccl\" seed: 3\n"
      "collectives { collective: \"alltoall\" sizes: [\"1 MiB\", \"2 MiB\"] ranks: \"0-63\" }\n");
  const Experiment json = load(
      R"({"name": "e", "cluster": "deepseek-v3-2048", "stack": "nccl", "seed": 3,
          "collectives": [{"collective": "alltoall", "sizes": ["1 MiB", "2 MiB"], "ranks": "0-63"}]})",
      "test.json");
  EXPECT_EQ(text.name, json.name);
  EXPECT_EQ(text.cluster.spec.name, json.cluster.spec.name);
  EXPECT_EQ(text.stack.name, json.stack.name);
  EXPECT_EQ(text.routing.name, json.routing.name);
  EXPECT_EQ(text.seed, json.seed);
  ASSERT_EQ(json.collectives.size(), 1U);
  EXPECT_EQ(text.collectives[0].kind, json.collectives[0].kind);
  EXPECT_EQ(text.collectives[0].sizes, json.collectives[0].sizes);
  EXPECT_EQ(text.collectives[0].ranks, json.collectives[0].ranks);
}

TEST(ExperimentFile, WrongJobsAreRefusedWithTheirPlace) {
  EXPECT_EQ(refusal_of(job("collective: \"all_reduce\" sizes: \"1 MB\" ranks: \"0-8\"")),
            ":2:54: collectives[0].ranks: accelerator 8 does not exist; the cluster has 8 (0 to 7)");
  EXPECT_EQ(refusal_of(job("collective: \"all_reduce\" sizes: \"1 MB\" ranks: \"0-3,2\"")),
            ":2:54: collectives[0].ranks: accelerator 2 comes twice");
  EXPECT_EQ(refusal_of(job("collective: \"all_reduce\" sizes: \"1 MB\" ranks: \"3-0\"")),
            ":2:54: collectives[0].ranks: \"3-0\" is not an accelerator, FROM-TO or FROM-TO:STRIDE; write for example "
            "\"0-7,16,32-63:8\"");
  EXPECT_EQ(refusal_of(job("collective: \"all_reduce\" sizes: \"1 MB\" groups: \"0-3\" groups: \"3-5\"")),
            ":2:68: collectives[0].groups[1]: accelerator 3 is in two groups");
  EXPECT_EQ(refusal_of(job("collective: \"broadcast\" sizes: \"1 MB\" root: 8")),
            ":2:53: collectives[0].root: 8 is not a rank; allowed: 0 to 7");
  EXPECT_TRUE(contains(refusal_of(job("collective: \"all_reduec\" sizes: \"1 MB\"")), "did you mean \"all_reduce\"?"));
  EXPECT_TRUE(contains(refusal_of(job("collective: \"all_reduce\" sizes: \"1 MB\" algorithm: \"rnig\"")),
                       "did you mean \"ring\"?"));
  EXPECT_TRUE(contains(refusal_of(job("collective: \"all_reduce\" sizes: \"1 MB\" protocol: \"LL\"")),
                       "unknown protocol of stack ideal \"LL\""));
  EXPECT_TRUE(contains(refusal_of(job("collective: \"all_reduce\" sizes: \"1 MB\" datatype: \"flaot\"")),
                       ":2:54: collectives[0].datatype: "));
  EXPECT_TRUE(contains(refusal_of(job("collective: \"all_reduce\" sizes: \"1 MB\" reduction: \"mean\"")),
                       ":2:54: collectives[0].reduction: "));
  EXPECT_EQ(refusal_of(job("collective: \"all_reduce\"")),
            ":2:1: collectives[0].sizes: is missing; write for example \"1 MiB\", or a size_range");
  EXPECT_EQ(refusal_of(job("collective: \"all_reduce\" sizes: \"2048 TiB\"")),
            ":2:40: collectives[0].sizes[0]: \"2048 TiB\" is out of range; allowed: 0 to 1024 TiB");
  EXPECT_EQ(refusal_of(job("collective: \"all_reduce\" size_range { from: \"2 MB\" to: \"1 MB\" }")),
            ":2:66: collectives[0].size_range.to: \"1 MB\" is less than from, 2 MB");
  EXPECT_EQ(refusal_of(job("collective: \"barrier\" sizes: \"1 MB\"")),
            ":2:37: collectives[0].sizes[0]: a barrier moves no data");
  EXPECT_EQ(refusal_of(job("collective: \"alltoallv\" ranks: \"0,1\" matrix: [1, 2, 3]")),
            ":2:52: collectives[0].matrix[0]: 3 entries; 2 ranks need 4");
  EXPECT_EQ(
      refusal_of(job("name: \"a\" collective: \"barrier\"") + "collectives { name: \"a\" collective: \"barrier\" }"),
      ":3:15: collectives[1].name: a collective \"a\" exists already");
}

TEST(ExperimentFile, WrongExperimentsAreRefusedWithTheirPlace) {
  EXPECT_EQ(refusal_of("name: \"x\""), ":1:1: cluster: is missing; name a cluster or state inline_cluster");
  EXPECT_EQ(refusal_of("cluster: \"dgx-h100\" inline_cluster { nodes: 1 }"),
            ":1:21: inline_cluster: contradicts cluster; state one of the two");
  EXPECT_EQ(refusal_of("cluster: \"dgx-h100\""),
            ":1:1: collectives: there is none, and no flow either; the experiment has nothing to do");
  EXPECT_TRUE(contains(refusal_of("cluster: \"dgx-h10\""),
                       ":1:1: cluster: unknown cluster \"dgx-h10\"; did you mean "
                       "\"dgx-h100\"?"));
  EXPECT_TRUE(contains(refusal_of("cluster: \"dgx-h100\" stack: \"ncll\""), "did you mean \"nccl\"?"));
  EXPECT_TRUE(contains(refusal_of("cluster: \"dgx-h100\" model: \"flwo\""), "did you mean \"flow\"?"));
  EXPECT_TRUE(contains(refusal_of("cluster: \"dgx-h100\" routing { name: \"spary\" }"), "did you mean \"spray\"?"));
  EXPECT_EQ(refusal_of("cluster: \"dgx-h100\" routing { name: \"spray\" hash: \"mix\" }"),
            ":1:45: routing.hash: is of routing ecmp; this one is spray");
}

TEST(ExperimentFile, WrongFlowsAreRefusedWithTheirPlace) {
  EXPECT_EQ(refusal_of(flow("name: \"f\" src: \"a\" size: \"1 B\"")),
            ":4:1: flows[0].dst: is missing; state both ends or none");
  EXPECT_EQ(refusal_of(flow("name: \"f\" size: \"1 B\"")),
            ":4:1: flows[0].src: is missing; a flow needs src and dst, or a route");
  EXPECT_EQ(refusal_of(flow("name: \"f\" src: \"a\" dst: \"a\" size: \"1 B\"")),
            ":4:28: flows[0].dst: is the same device as src; nothing would travel");
  EXPECT_EQ(refusal_of(flow("name: \"f\" src: \"x\" dst: \"a\" size: \"1 B\"")),
            ":4:19: flows[0].src: unknown device \"x\". Allowed: a, b, c");
  EXPECT_EQ(refusal_of(flow("name: \"f\" src: \"a\" dst: \"c\" size: \"1 B\" route: \"ab\"")),
            ":4:49: flows[0].route[0]: it ends at b, not at dst, c");
  EXPECT_EQ(refusal_of(flow("name: \"f\" src: \"a\" dst: \"c\" size: \"1 B\" route: \"bc\"")),
            ":4:49: flows[0].route[0]: link \"bc\" starts at b, but the route has come to a");
  EXPECT_EQ(refusal_of(flow("name: \"f\" size: \"1 B\" route: \"ab\" route: \"ab\"")),
            ":4:43: flows[0].route[1]: link \"ab\" comes twice; a route passes each link once");
  EXPECT_TRUE(contains(refusal_of(flow("name: \"f\" size: \"1 B\" route: \"xy\"")), "unknown link \"xy\""));
  EXPECT_EQ(
      refusal_of(flow("name: \"f\" size: \"1 B\" route: \"ab\"") + "flows { name: \"f\" size: \"1 B\" route: \"ab\" }"),
      ":5:9: flows[1].name: a flow \"f\" exists already");
  EXPECT_TRUE(contains(refusal_of(flow("name: \"f\" size: \"1 B\" route: \"ab\"") +
                                  "capacity_events { time: \"1 s\" link: \"xb\" rate: \"1 Gbps\" }"),
                       ":5:31: capacity_events[0].link: unknown link \"xb\""));
  EXPECT_TRUE(contains(refusal_of(flow("name: \"f\" size: \"-1 B\" route: \"ab\"")), "is negative"));
}

TEST(ExperimentFile, LinksWithoutANameAreListedByTheirEnds) {
  const std::string graph =
      "inline_cluster { graph { devices { name: \"a\" } devices { name: \"b\" } devices { name: \"c\" }\n"
      "links { from: \"a\" to: \"b\" rate: \"1 Gbps\" }\nlinks { from: \"b\" to: \"c\" rate: \"1 Gbps\" } } }\n"
      "flows { name: \"f\" size: \"1 B\" ";
  EXPECT_EQ(refusal_of(graph + "route: \"a.c\" }"),
            ":4:31: flows[0].route[0]: unknown link \"a.c\"; did you mean \"a.b\"? Allowed: a.b, b.a, b.c, c.b");
  EXPECT_EQ(refusal_of(graph + "route: \"a.b\" }\ncapacity_events { time: \"1 s\" link: \"~\" rate: \"1 Gbps\" }"),
            ":5:31: capacity_events[0].link: unknown link \"~\". Allowed: a.b, b.a, b.c, c.b");
  const Experiment experiment =
      load(graph + "route: \"a.b\" }\ncapacity_events { time: \"1 s\" link: \"b.a\" rate: \"1 Gbps\" }");
  EXPECT_EQ(experiment.flows[0].route, (std::vector<std::string>{"a.b"}));
  EXPECT_EQ(experiment.capacity_events[0].link, "b.a");
  EXPECT_EQ(
      refusal_of(
          "inline_cluster { graph { devices { name: \"a\" } } }\nflows { name: \"f\" size: \"1 B\" route: \"x\" }"),
      ":2:31: flows[0].route[0]: the graph has no links");
}

TEST(ExperimentFile, FieldsWithoutAMeaningForTheCollectiveAreRefused) {
  for (const char* kind :
       {"all_reduce", "all_gather", "reduce_scatter", "alltoall", "alltoallv", "sendrecv", "barrier"}) {
    EXPECT_THAT(refusal_of(job("root: 3 collective: \"" + std::string(kind) + "\"")),
                testing::StartsWith(":2:15: collectives[0].root: has no meaning for " + std::string(kind) +
                                    "; it is for broadcast, reduce, gather and scatter"));
  }
  EXPECT_EQ(refusal_of(job("reduction: \"max\" collective: \"all_gather\" sizes: \"1 MB\"")),
            ":2:15: collectives[0].reduction: has no meaning for all_gather; it is for all_reduce, reduce and "
            "reduce_scatter");
  EXPECT_EQ(refusal_of(job("datatype: \"half\" collective: \"barrier\"")),
            ":2:15: collectives[0].datatype: has no meaning for a barrier, which moves no data");
  EXPECT_EQ(refusal_of(job("datatype: \"half\" collective: \"dispatch\" sizes: \"7168 B\"")),
            ":2:15: collectives[0].datatype: has no meaning for tokens, which are bytes; leave it out");
  EXPECT_EQ(refusal_of(job("channels: 4 collective: \"alltoall\" sizes: \"1 MB\"")),
            ":2:15: collectives[0].channels: 4 asked for, but every algorithm of alltoall allows 1, or 0 for its own "
            "choice.");
  EXPECT_EQ(refusal_of(job("slices: 4 collective: \"alltoall\" sizes: \"1 MB\" algorithm: \"direct\"")),
            ":2:15: collectives[0].slices: 4 asked for, but alltoall/direct allows 1, or 0 for its own choice.");
  EXPECT_EQ(
      refusal_of(job("channels: 65 collective: \"all_reduce\" sizes: \"1 MB\"")),
      ":2:15: collectives[0].channels: 65 asked for, but every algorithm of all_reduce allows 1 to 64, or 0 for its "
      "own choice.");
  EXPECT_EQ(
      refusal_of("cluster: \"dgx-h100\" stack: \"nccl\"\ncollectives { collective: \"alltoall\" sizes: \"1 MB\" "
                 "algorithm: \"nccl\" }"),
      ":2:52: collectives[0].algorithm: NCCL has no algorithms to choose from for alltoall, which it sends point to "
      "point; name one of polyplane's, or auto");
  EXPECT_TRUE(contains(refusal_of("cluster: \"dgx-h100\" stack: \"nccl\"\ncollectives { collective: \"all_reduce\" "
                                  "sizes: \"1 MB\" algorithm: \"nccl\" nccl { graph: \"none.xml\" } }"),
                       "collectives[0].nccl.graph: "));
  const Experiment fine =
      load(job("collective: \"all_gather\" sizes: \"1 MB\" root: 0 reduction: \"sum\" channels: 1"));
  EXPECT_EQ(fine.collectives[0].channels, 1U);
}

TEST(ExperimentFile, CapacityEventsOfStepsAloneAreRefused) {
  EXPECT_EQ(
      refusal_of("cluster: \"dgx-h100\"\ninference { name: \"l\" model: \"llama-3-405b\" cards: 1 batch: 2 context: 1 "
                 "compute { product_efficiency: 1 attention_efficiency: 1 memory_efficiency: 1 source: \"none\" } }\n"
                 "capacity_events { time: \"1 us\" link: \"x\" rate: \"1 Gbps\" }"),
      ":3:1: capacity_events[0]: are of collectives, flows and exchanges, and there is none");
}

TEST(ExperimentFile, AClusterBombIsRefusedBeforeAnythingIsBuilt) {
  EXPECT_THROW(
      load("inline_cluster { nodes: 2000000000 node { accelerators: 8 nics: 8 nic_rate: \"1 Gbps\" nic_latency: "
           "\"0 ns\" } fabric { generator: \"fat_tree\" options: \"tiers=3\" switch_radix: 64 port_rate: \"1 Gbps\" "
           "switch_latency: \"0 ns\" cable_latency: \"0 ns\" access_cable_latency: \"0 ns\" } }\n"
           "collectives { collective: \"all_reduce\" sizes: \"1 MB\" ranks: \"0-1999999999\" }"),
      LimitError);
}

}  // namespace
}  // namespace polyplane::sim
