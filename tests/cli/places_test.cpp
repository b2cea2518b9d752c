// Errors that only a built graph can find name the place in the experiment's file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/cli/run_program.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::cli {
namespace {

using testing::HasSubstr;

constexpr const char* kFlows =
    "cluster: \"fat_tree:radix=8,tiers=2,endpoints=16\"\n"
    "flows { name: \"a\" src: \"node0/gpu0\" dst: \"node15/gpu0\" size: \"400 kB\" }\n";

ProgramRun run_of(const std::string& text) {
  const TemporaryFile file(text, "e.textproto");
  return run_program({"run", file.path(), "--format", "json"});
}

std::string refusal(const std::string& text) {
  const ProgramRun run = run_of(text);
  EXPECT_EQ(run.exit_code, 2) << run.out;
  return run.error;
}

TEST(Places, OfFaultsFlowsAndCapacityEvents) {
  const std::string flows = kFlows;
  EXPECT_THAT(refusal(flows + "faults: \"plane=0 at 50%\"\nfaults: \"plane=99\"\n"),
              HasSubstr("e.textproto:4:1: faults[1]: fault \"plane=99\""));
  EXPECT_THAT(refusal(flows + "flows { name: \"b\" src: \"node0/gpu9\" dst: \"node1/gpu0\" size: \"1 B\" }\n"),
              HasSubstr("e.textproto:3:1: flows[1]: flow \"b\": unknown device \"node0/gpu9\""));
  EXPECT_THAT(refusal(flows + "capacity_events { time: \"1 us\" link: \"leaf0.spin0\" rate: \"1 Gbps\" }\n"),
              HasSubstr("e.textproto:3:1: capacity_events[0]: capacity event: unknown link \"leaf0.spin0\"; "
                        "did you mean"));
}

TEST(Places, OfWhatAJobCannotDo) {
  const std::string cluster = "cluster: \"dgx-h100\"\n";
  EXPECT_THAT(refusal(cluster + "collectives { collective: \"barrier\" }\n"
                                "collectives { collective: \"all_reduce\" sizes: \"1 MB\" algorithm: \"torus\" }\n"),
              HasSubstr("e.textproto:3:1: collectives[1]: all_reduce/torus needs ranks that fill a box"));
  EXPECT_THAT(
      refusal(cluster + "collectives { collective: \"all_reduce\" sizes: \"1 MB\" }\nfaults: \"device=node0/gpu?\"\n"),
      HasSubstr("e.textproto:2:1: collectives[0]: node0/gpu0 cannot reach node0/gpu"));
  const std::string tokens =
      "tokens { tokens: 8 experts: 8 top_k: 2 } dispatch_token: \"1 KiB\" combine_token: \"1 KiB\" ";
  EXPECT_THAT(refusal("cluster: \"fat_tree:radix=8,tiers=1,endpoints=8\"\nexchanges { name: \"e\" layers: 1 " + tokens +
                      "}\nfaults: \"device=leaf0\"\n"),
              HasSubstr("e.textproto:2:1: exchanges[0]: "));
}

// 400 kB at 400 Gbps: 8 us. From 4 us on the only link out of the card has a quarter of that: 4 us + 4 x 4 us.
TEST(Places, LinksOfARecipeHaveTheNamesOfTheirEnds) {
  const std::string event = "capacity_events { time: \"4 us\" link: \"node0/gpu0.leaf0\" rate: \"100 Gbps\" }\n";
  const ProgramRun slow = run_of(kFlows + event);
  EXPECT_EQ(slow.exit_code, 0) << slow.error;
  EXPECT_THAT(slow.out, HasSubstr("20000000")) << slow.out;
  EXPECT_THAT(run_of(kFlows).out, HasSubstr("8000000"));
}

/// A star of a, b and c around s, with links that have no names; that of c is not shared.
constexpr const char* kNameless =
    "inline_cluster { graph { devices { name: \"a\" } devices { name: \"b\" } devices { name: \"c\" }\n"
    "devices { name: \"s\" kind: network_switch } links { from: \"a\" to: \"s\" rate: \"100 Gbps\" }\n"
    "links { from: \"b\" to: \"s\" rate: \"100 Gbps\" }\n"
    "links { from: \"c\" to: \"s\" rate: \"50 Gbps\" fatpipe: true } } }\n";

// 1 MB at 100 Gbps: 80 us. With a quarter of that from 40 us on: 40 us + 4 x 40 us, whichever link of the way is slow.
TEST(Places, LinksOfAGraphWithoutNamesHaveThoseOfTheirEnds) {
  const std::string flow =
      std::string(kNameless) + "flows { name: \"f\" src: \"a\" dst: \"b\" size: \"1 MB\" route: [\"a.s\", \"s.b\"] }\n";
  EXPECT_THAT(run_of(flow).out, HasSubstr(": 80000000,"));
  for (const char* link : {"a.s", "s.b"}) {
    const ProgramRun slow =
        run_of(flow + "capacity_events { time: \"40 us\" link: \"" + link + "\" rate: \"25 Gbps\" }\n");
    EXPECT_EQ(slow.exit_code, 0) << slow.error;
    EXPECT_THAT(slow.out, HasSubstr(": 200000000,")) << link;
  }
  // Two flows over what is not shared have 50 Gbps each: 1 MB takes 160 us.
  const ProgramRun both = run_of(std::string(kNameless) +
                                 "flows { name: \"f\" size: \"1 MB\" route: \"c.s\" }\n"
                                 "flows { name: \"g\" size: \"1 MB\" route: \"c.s\" }\n");
  EXPECT_EQ(both.exit_code, 0) << both.error;
  EXPECT_THAT(both.out, HasSubstr(": 160000000,"));
  EXPECT_THAT(refusal(std::string(kNameless) + "collectives { collective: \"all_reduce\" sizes: \"1 MB\" }"),
              HasSubstr("link \"c.s\" is not shared"));
}

TEST(Places, AlgorithmsThatAreAllowedAreListed) {
  EXPECT_THAT(
      refusal(
          "cluster: \"dgx-h100\"\ncollectives { collective: \"all_reduce\" sizes: \"1 MiB\" algorithm: \"rong\" }\n"),
      testing::AllOf(HasSubstr("did you mean \"ring\"?"), HasSubstr("auto, "), HasSubstr(", nccl,")));
}

}  // namespace
}  // namespace polyplane::cli
