// Bad input, from the outside: one clear line on standard error, the exit code that says whose fault it is, nothing on
// standard output and no file written. Every case runs in a folder of its own.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/cli/run_program.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Matcher;

std::size_t entries(const std::string& folder) {
  const std::filesystem::recursive_directory_iterator all(folder);
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Runs polyplane where `file` lies.
void expect_refused(const TemporaryFile& file, const std::vector<std::string>& arguments, int exit_code,
                    const Matcher<const std::string&>& message) {
  std::string trace;
  for (const std::string& argument : arguments) trace += argument + " ";
  SCOPED_TRACE(trace);
  ProgramSetting setting;
  setting.directory = file.folder();
  const std::size_t before = entries(file.folder());
  const ProgramRun run = run_program(arguments, setting);
  EXPECT_EQ(run.exit_code, exit_code);
  EXPECT_EQ(run.out, "");
  EXPECT_TRUE(run.error.starts_with("polyplane: ")) << run.error;
  EXPECT_EQ(std::count(run.error.begin(), run.error.end(), '\n'), 1) << run.error;
  EXPECT_THAT(run.error, message);
  EXPECT_EQ(entries(file.folder()), before);
}

/// As a cluster and as an experiment.
void expect_file_refused(std::string_view text, const std::string& name, int exit_code, const std::string& message) {
  const TemporaryFile file(text, name);
  expect_refused(file, {"topo", name}, exit_code, HasSubstr(message));
  expect_refused(file, {"perf", "all_reduce", "--cluster", name}, exit_code, HasSubstr(message));
  expect_refused(file, {"run", name}, exit_code, HasSubstr(message));
}

void expect_cluster_refused(std::string_view text, const std::string& message, int exit_code = 2) {
  const TemporaryFile file(text, "cluster.textproto");
  expect_refused(file, {"topo", "cluster.textproto"}, exit_code, HasSubstr(message));
  expect_refused(file, {"perf", "all_reduce", "--cluster", "cluster.textproto"}, exit_code, HasSubstr("polyplane: "));
}

void expect_experiment_refused(std::string_view text, const std::string& message, int exit_code = 2) {
  const TemporaryFile file(text, "experiment.textproto");
  expect_refused(file, {"run", "experiment.textproto"}, exit_code, HasSubstr(message));
}

void expect_options_refused(std::vector<std::string> options, const std::string& message, int exit_code = 2) {
  const TemporaryFile file("", "unused");
  options.insert(options.begin(), {"perf", "all_reduce"});
  if (std::find(options.begin(), options.end(), "--cluster") == options.end()) {
    options.insert(options.end(), {"--cluster", "dgx-h100"});
  }
  expect_refused(file, options, exit_code, HasSubstr(message));
}

const std::string kFabric =
    R"(fabric { generator: "fat_tree" options: "tiers=2" switch_radix: 8 port_rate: "400 Gbps" switch_latency: "1 ns" )"
    R"(cable_latency: "1 ns" access_cable_latency: "1 ns" })";

std::string nodes_of_one_card(const std::string& nodes, const std::string& nic_rate, const std::string& nic_latency) {
  return "nodes: " + nodes + " node { accelerators: 1 nics: 1 nic_rate: " + nic_rate + " nic_latency: " + nic_latency +
         " } " + kFabric;
}

TEST(BadInput, EmptyTruncatedAndBinaryFiles) {
  expect_file_refused("", "x.textproto", 2, "x.textproto: the file is empty");
  expect_file_refused("", "x.json", 2, "x.json: the file is empty");
  expect_file_refused("name: \"x", "x.textproto", 2, "x.textproto:1:");
  expect_file_refused("{\"name\": \"x\"", "x.json", 2, "x.json:1:13: the file ends too early");
  expect_file_refused(std::string_view("\x7f"
                                       "ELF\0\0\x01\xff",
                                       8),
                      "x.textproto", 2, "x.textproto: is binary, not text");
  expect_file_refused(std::string_view("\x7f"
                                       "ELF\0\0\x01\xff",
                                       8),
                      "x.json", 2, "x.json: is binary, not text");
}

// Cut anywhere, a cluster file is read or refused, never crashed on.
TEST(BadInput, AFileCutAtAnyPlace) {
  const std::string text = nodes_of_one_card("4", "\"400 Gbps\"", "\"1 ns\"");
  for (std::size_t length = 1; length < text.size(); length += 5) {
    expect_cluster_refused(text.substr(0, length), "cluster.textproto");
  }
}

TEST(BadInput, ContradictoryFiles) {
  expect_cluster_refused(R"(nodes: 2 graph { devices { name: "a" } })", ":1:1: nodes: contradicts graph");
  expect_cluster_refused("nodes: 2 node { accelerators: 1 }", "fabric: is missing; 2 nodes need one to meet");
  expect_cluster_refused(
      R"(nodes: 1 node { accelerator: "nvidia-h100-sxm5" accelerators: 8 scale_up { rate: "900 GB/s" } })",
      "contradicts nvidia-h100-sxm5");
  expect_cluster_refused(R"(nodes: 1 node { accelerators: 8 nics: 3 nic_rate: "1 Gbps" nic_latency: "1 ns" })",
                         "node.nics: 3 do not divide over 8 accelerators");
  expect_experiment_refused(
      R"(cluster: "dgx-h100" inline_cluster { nodes: 1 } collectives { collective: "barrier" sizes: "0 B" })",
      ":1:21: inline_cluster: contradicts cluster; state one of the two");
  expect_experiment_refused(R"(cluster: "dgx-h100")", "the experiment has nothing to do");
  expect_options_refused({"-f", "2", "-i", "8"}, "contradict");
  expect_options_refused({"--model", "analytic", "--time-quantum", "1 us"},
                         "--time-quantum is of model flow; this one is analytic");
}

TEST(BadInput, HowItIsComputed) {
  expect_options_refused({"--threads", "0"}, "--threads: \"0\" is not a whole number from 1 to 1024");
  expect_options_refused({"--max-memory", "much"}, "--max-memory: \"much\" is not a size");
  expect_options_refused({"--max-memory", "-1"}, "--max-memory: \"-1\" is not a size");
  expect_options_refused({"--max-memory", "0"}, "allowed are 0 B (--max-memory; by default what the machine has)", 3);
  expect_options_refused({"--time-quantum", "1"}, "--time-quantum: duration \"1\" has no unit");
  expect_options_refused({"--time-quantum", "2 s"}, "--time-quantum 2 s is out of range; allowed: above 0, up to 1 s");
  expect_options_refused({"--time-quantum", "0 ns"}, "--time-quantum 0 ns is out of range");
}

// Sparse: nothing is on the disk, and nothing may be read.
TEST(BadInput, AFileOfAGibibyte) {
  const TemporaryFile file("", "x.textproto");
  std::filesystem::resize_file(file.path(), std::uintmax_t{1} << 30U);
  const auto start = std::chrono::steady_clock::now();
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"topo", "x.textproto"}, {"run", "x.textproto"}}) {
    expect_refused(file, arguments, 3, HasSubstr("x.textproto: the file has 1073741824 bytes; at most 64 MiB is read"));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

// Counts are computed before anything is built.
TEST(BadInput, GeneratorBombs) {
  const auto start = std::chrono::steady_clock::now();
  expect_cluster_refused(nodes_of_one_card("2147483647", "\"400 Gbps\"", "\"1 ns\""),
                         "the limits are 8000000 and 64000000", 3);
  expect_cluster_refused(
      R"(nodes: 1 node { accelerators: 10000 scale_up { kind: "full_mesh" rate: "1 Tbps" latency: "1 ns" } })",
      "10000 devices and 99990000 directed links", 3);
  expect_options_refused({"--cluster", "fat_tree:endpoints=2000000000,radix=64"}, "over the limit of 8000000", 3);
  expect_options_refused({"--cluster", "fat_tree:endpoints=99999999999999999999,radix=64"}, "over the limit of 8000000",
                         3);
  expect_experiment_refused("inline_cluster { " + nodes_of_one_card("2147483647", "\"400 Gbps\"", "\"1 ns\"") +
                                " } collectives { collective: \"all_reduce\" sizes: \"1 MiB\" }",
                            "2147483647 accelerators; the limit is 8000000", 3);
  expect_options_refused({"-b", "0", "-e", "1G", "-i", "1"}, "100000", 3);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

TEST(BadInput, RanksThatDoNotFit) {
  expect_options_refused({"--ranks", "9"}, "--ranks 9 is more than the 8 cards");
  expect_options_refused({"--ranks", "0"}, "--ranks: \"0\" is not a whole number from 1");
  expect_options_refused({"--ranks", "-1"}, "--ranks: \"-1\" is not a whole number from 1");
  expect_options_refused({"--ranks-per-node", "9"}, "--ranks-per-node 9 does not fit: node 0 has 8 cards");
  expect_options_refused({"--ranks", "8", "--ranks-per-node", "3"}, "--ranks 8 does not fit");
  expect_options_refused({"--cluster", "deepseek-v3-2048", "--ranks", "10", "--ranks-per-node", "4"},
                         "--ranks 10 is not a multiple of --ranks-per-node 4");
  expect_options_refused({"--rank-map", "0,8"}, "the cluster has cards 0 to 7");
  expect_experiment_refused(
      R"(cluster: "dgx-h100" collectives { collective: "all_reduce" sizes: "1 MiB" ranks: "0-8" })",
      "collectives[0].ranks: accelerator 8 does not exist; the cluster has 8 (0 to 7)");
}

TEST(BadInput, PlacementsThatDoNotHold) {
  expect_options_refused({"--placement", "spred"}, "--placement: unknown policy \"spred\"; did you mean \"spread\"?");
  expect_options_refused({"--placement", "hostlist"}, "write for example hostlist:node[0-3,7]");
  expect_options_refused({"--placement", "packed:node0"}, "--placement packed takes nothing after the name");
  expect_options_refused({"--placement", "spread", "--rank-map", "0-3"},
                         "--rank-map and --placement contradict each other");
  expect_options_refused({"--placement", "spread", "--ranks", "9"},
                         "--placement spread: 9 ranks do not fit on 1 node with room for 8");
  expect_options_refused({"--placement", "packed", "--ranks-per-node", "9"},
                         "--placement packed: 9 ranks a node do not fit: node0 has 8 cards");
  expect_options_refused({"--placement", "hostlist:node[0-1]"}, "--placement hostlist: unknown node \"node1\"");
  expect_options_refused({"--placement", "hostlist:node[0"}, "column 7: \"]\" is missing");
  expect_options_refused({"--placement", "hostlist:node[0-99999999]"}, "has more than 8000000 hosts", 3);
  expect_options_refused({"--placement", "pod"}, "--placement pod: node0 is in no pod");
}

TEST(BadInput, IslandsAreRefusedBeforeTheRun) {
  const std::string islands =
      "inline_cluster { members { count: 2 cluster: \"dgx-h100\" } } collectives { collective: \"all_reduce\" "
      "sizes: \"1 MiB\" ";
  expect_experiment_refused(islands + "}", "a0/node0/gpu0 and a1/node0/gpu0");
  expect_experiment_refused(islands + "placement { policy: \"spread\" ranks: 2 } }", "is made of islands");
}

TEST(BadInput, ARadixThatCannotBeMet) {
  expect_cluster_refused(nodes_of_one_card("100", "\"400 Gbps\"", "\"1 ns\""),
                         "hold at most 32 ports a plane, and 100 are needed");
  expect_options_refused({"--cluster", "fat_tree:endpoints=100,radix=8,tiers=1"},
                         "one switch of radix 8 cannot take 100 ports");
  expect_options_refused({"--cluster", "fat_tree:endpoints=128,radix=64,tiers=2,spines=1"},
                         "spines=1 does not fit 4 leaves");
  expect_options_refused({"--cluster", "fat_tree:endpoints=128,radix=0"}, "radix: \"0\" is not a whole number");
  expect_options_refused({"--cluster", "fat_tree:endpoints=128"}, "radix: is missing");
}

TEST(BadInput, QuantitiesInFiles) {
  const auto rate = [](const std::string& value, const std::string& message) {
    expect_cluster_refused(nodes_of_one_card("4", value, "\"1 ns\""), "node.nic_rate: " + message);
  };
  rate("\"0 Gbps\"", "\"0 Gbps\" is out of range; allowed: more than 0 to 100 Tbps");
  rate("\"-400 Gbps\"", "rate \"-400 Gbps\" is negative");
  rate("\"NaN Gbps\"", "rate \"NaN Gbps\" is not a number with a unit");
  rate("\"inf Gbps\"", "rate \"inf Gbps\" is not a number with a unit");
  rate("\"1e30 Gbps\"", "rate \"1e30 Gbps\" has an exponent");
  rate("\"99999999999999999999999999 Gbps\"", "rate \"99999999999999999999999999 Gbps\" is out of range");
  rate("\"400\"", "rate \"400\" has no unit; write for example \"400 Gbps\"");
  rate("\"400 Gpbs\"", "rate \"400 Gpbs\" has the unknown unit \"Gpbs\"; did you mean \"Gbps\"?");
  const auto latency = [](const std::string& value, const std::string& message) {
    expect_cluster_refused(nodes_of_one_card("4", "\"400 Gbps\"", value), "node.nic_latency: " + message);
  };
  latency("\"-1 ns\"", "duration \"-1 ns\" is negative");
  latency("\"NaN ns\"", "duration \"NaN ns\" is not a number with a unit");
  latency("\"2 s\"", "\"2 s\" is out of range; allowed: 0 to 1 s");
  for (const char* count : {"0", "-1", "2147483648", "nan", "1.5"}) {
    expect_cluster_refused(nodes_of_one_card(count, "\"400 Gbps\"", "\"1 ns\""), ": nodes: ");
  }
  expect_experiment_refused(R"(cluster: "dgx-h100" collectives { collective: "all_reduce" sizes: "-1 MiB" })",
                            "is negative");
  expect_experiment_refused(R"(cluster: "dgx-h100" collectives { collective: "all_reduce" sizes: "2000 TiB" })",
                            "is out of range; allowed: 0 to 1024 TiB");
}

TEST(BadInput, QuantitiesOnTheCommandLine) {
  for (const char* size : {"-1", "nan", "inf", "1e99", "", "0x", "4Q", "99999999999999999999999"}) {
    expect_options_refused({"-b", size, "-e", "1M"}, std::string("--min-bytes: "));
  }
  expect_options_refused({"-b", "2000T", "-e", "2000T"}, "over the limit of 1 PiB", 3);
  for (const char* factor : {"0", "-2", "nan", "1.5"}) expect_options_refused({"-f", factor}, "--step-factor: ");
  expect_options_refused({"-i", "0"}, "--step-bytes 0 never gets from --min-bytes to --max-bytes");
  expect_options_refused({"--seed", "-1"}, "--seed: \"-1\" is not a whole number");
  expect_options_refused({"--channels", "-1"}, "--channels: ");
  expect_options_refused({"--slices", "-1"}, "--slices: ");
  expect_options_refused({"--algorithm", "ncl"},
                         "--algorithm: unknown all_reduce algorithm \"ncl\"; did you mean \"nccl\"?");
  expect_options_refused({"--algorithm", "xyzzyx"}, "auto, nccl, ");
  expect_options_refused({"--fail", "0% of nvlink"}, "fault \"0% of nvlink\": \"0%\" is no share");
  expect_options_refused({"--fail", "switch=node0/nvswitch at NaN Gbps"},
                         "rate \"NaN Gbps\" is not a number with a unit");
}

TEST(BadInput, UnreachablePairs) {
  for (const char* routing : {"ecmp", "spray", "static"}) {
    expect_options_refused(
        {"--cluster", "fat_tree:endpoints=64,radix=16,tiers=2", "--routing", routing, "--fail", "switch=spine*"},
        " cannot reach node32/gpu0: faults cut them off");
  }
  expect_options_refused({"--fail", "switch=node0/nvswitch"}, "node0/gpu0 cannot reach node0/gpu1");
  std::vector<std::string> no_plane = {"--cluster", "deepseek-v3-2048", "--ranks", "16"};
  for (int plane = 0; plane < 8; ++plane) no_plane.insert(no_plane.end(), {"--fail", "plane=" + std::to_string(plane)});
  expect_options_refused(no_plane, "node0/gpu0 cannot reach node1/gpu0");
  expect_experiment_refused(R"(inline_cluster { graph { devices { name: "a" } devices { name: "b" }
    links { name: "ab" from: "a" to: "b" rate: "1 Gbps" one_way: true } } }
    flows { name: "f" src: "b" dst: "a" size: "1 MB" })",
                            "b cannot reach a: no path of links joins them");
}

TEST(BadInput, NamesThatExistTwice) {
  const auto graph = [](const std::string& devices, const std::string& links, const std::string& flows) {
    return "inline_cluster { graph { devices { name: \"a\" } devices { name: \"b\" } " + devices +
           " links { name: \"ab\" from: \"a\" to: \"b\" rate: \"1 Gbps\" } " + links +
           " } } flows { name: \"f\" src: \"a\" dst: \"b\" size: \"1 MB\" } " + flows;
  };
  expect_experiment_refused(graph("devices { name: \"a\" }", "", ""), "devices[2].name: a device \"a\" exists already");
  const std::string from_b = " from: \"b\" to: \"a\" rate: \"1 Gbps\" }";
  expect_experiment_refused(graph("", "links { name: \"ab\"" + from_b, ""),
                            "links[1].name: a link \"ab\" exists already");
  expect_experiment_refused(graph("", "links { name: \"ab~\"" + from_b, ""),
                            "links[1].name: a link \"ab~\" exists already");
  expect_experiment_refused(graph("", "", "flows { name: \"f\" src: \"b\" dst: \"a\" size: \"1 MB\" }"),
                            "flows[1].name: a flow \"f\" exists already");
  const std::string job = "collectives { name: \"j\" collective: \"all_reduce\" sizes: \"1 MiB\" } ";
  expect_experiment_refused("cluster: \"dgx-h100\" " + job + job,
                            "collectives[1].name: a collective \"j\" exists already");
  expect_experiment_refused("name: \"x\" name: \"y\"", ":1:11: name: is given twice");
  expect_options_refused({"--rank-map", "0,1,1"}, "--rank-map gives card 1 twice");
  expect_options_refused({"--cluster", "fat_tree:endpoints=8,endpoints=8,radix=8"}, "endpoints: is given twice");
}

// Whoever asked for a file gets none either.
TEST(BadInput, OutputFilesAreNotBegun) {
  const TemporaryFile file("", "unused");
  expect_refused(file, {"perf", "all_reduce", "--cluster", "dgx-h100", "--ranks", "9", "-J", "out.json"}, 2,
                 HasSubstr("--ranks 9"));
  expect_refused(file,
                 {"perf", "all_reduce", "--cluster", "dgx-h100", "--fail", "switch=node0/nvswitch", "-J", "out.json"},
                 2, HasSubstr("cannot reach"));
  expect_refused(file, {"topo", "unused", "--export", "dot", "--output", "out.dot"}, 2, HasSubstr("unused"));
}

}  // namespace
}  // namespace polyplane::cli
