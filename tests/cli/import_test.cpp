// polyplane import from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/cli/run_program.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::cli {
namespace {

using testing::HasSubstr;

constexpr const char* kTree =
    "SwitchName=a Nodes=n[1-2] LinkSpeed=1\nSwitchName=b Nodes=n[3-4]\nSwitchName=c Switches=a,b\n";

ProgramRun run_in(const TemporaryFile& file, const std::vector<std::string>& arguments) {
  ProgramSetting setting;
  setting.directory = file.folder();
  return run_program(arguments, setting);
}

TEST(Import, WritesAClusterThatRuns) {
  const TemporaryFile file(kTree, "tree.conf");
  const ProgramRun import = run_in(file, {"import", "slurm_conf", "tree.conf", "-o", "out.textproto", "--rate",
                                          "200 Gbps", "--accelerators-per-node", "2", "--scale-up-rate", "450 GB/s"});
  EXPECT_EQ(import.exit_code, 0) << import.error;
  EXPECT_EQ(import.out,
            "out.textproto: 8 accelerators on 4 nodes, 3 switches in 1 plane, 16 scale-out links, 8 scale-up links\n");
  EXPECT_THAT(import.error, HasSubstr("tree.conf:1: LinkSpeed is not read"));
  EXPECT_THAT(import.error, HasSubstr("assumed: not given: switch latency, taken as 0"));
  const ProgramRun perf = run_in(file, {"perf", "all_reduce", "--cluster", "out.textproto", "-b", "1M", "-e", "1M"});
  EXPECT_EQ(perf.exit_code, 0) << perf.error;
  EXPECT_THAT(perf.out, HasSubstr("assumed: not given: switch latency, taken as 0"));
  const ProgramRun topo = run_in(file, {"topo", "out.textproto"});
  EXPECT_THAT(topo.out, HasSubstr("endpoints"));
}

TEST(Import, JsonAndStandardOutput) {
  const TemporaryFile file(kTree, "tree.conf");
  const ProgramRun text = run_in(file, {"import", "slurm_conf", "tree.conf", "--quiet", "--name", "mine"});
  EXPECT_THAT(text.out, testing::StartsWith("# Made by polyplane import slurm_conf from tree.conf:\n# 4 accelerators"));
  EXPECT_THAT(text.out, HasSubstr("name: \"mine\""));
  EXPECT_EQ(text.error, "");
  const ProgramRun json = run_in(file, {"import", "slurm_conf", "tree.conf", "--quiet", "--format", "json"});
  EXPECT_THAT(json.out, testing::StartsWith("{"));
}

TEST(Import, ErrorsNameFileLineAndField) {
  const TemporaryFile file("SwitchName=a Nodes=n[1-2]\nSwitchName=b Nodez=n3\n", "tree.conf");
  const ProgramRun run = run_in(file, {"import", "slurm_conf", "tree.conf", "-o", "out.textproto"});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_EQ(
      run.error,
      "polyplane: tree.conf:2: Nodez: unknown key \"Nodez\"; did you mean \"Nodes\"? Allowed: BlockName, BlockSizes, "
      "LinkSpeed, Nodes, RingName, SwitchName, Switches\n");
}

// What topo exports comes back with the routing and the switches that reduce: the same table.
TEST(Import, AnExportOfTopoRunsAsItsCluster) {
  const TemporaryFile file("", "unused");
  for (const std::string cluster : {"dgx-h100", "fat_tree:radix=8,tiers=2,endpoints=16,routing=spray"}) {
    const std::vector<std::string> perf{"perf", "all_reduce", "-b",    "64M",      "-e",
                                        "64M",  "--stack",    "ideal", "--format", "csv"};
    const auto table_of = [&](const std::string& name) {
      std::vector<std::string> arguments = perf;
      arguments.insert(arguments.end(), {"--cluster", name});
      return run_in(file, arguments).out;
    };
    const ProgramRun exported =
        run_in(file, {"topo", cluster, "--export", "graphml", "--output", "f.graphml", "--force"});
    EXPECT_EQ(exported.exit_code, 0) << exported.error;
    const ProgramRun import = run_in(file, {"import", "graphml", "f.graphml", "-o", "f.textproto", "--force"});
    EXPECT_EQ(import.exit_code, 0) << import.error;
    const std::string time = table_of(cluster);
    EXPECT_EQ(table_of("f.textproto"), time) << cluster;
    EXPECT_NE(time, "");
  }
}

TEST(Import, LimitsHaveTheirOwnExitCode) {
  const TemporaryFile file("SwitchName=a Nodes=n[0-99999999]\n", "tree.conf");
  EXPECT_EQ(run_in(file, {"import", "slurm_conf", "tree.conf"}).exit_code, 3);
}

TEST(Import, WrongFormatsOptionsAndOutputs) {
  const TemporaryFile file(kTree, "tree.conf");
  const auto error_of = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "import");
    const ProgramRun run = run_in(file, arguments);
    EXPECT_EQ(run.exit_code, 2);
    return run.error;
  };
  EXPECT_THAT(error_of({"slurm", "tree.conf"}), HasSubstr("unknown format to import \"slurm\""));
  EXPECT_THAT(error_of({"slurm_conf", "no.conf"}), HasSubstr("no.conf: there is no such file"));
  EXPECT_THAT(error_of({"slurm_conf", "tree.conf", "--gigabyte", "decimal"}),
              HasSubstr("unknown option of slurm_conf \"gigabyte\""));
  EXPECT_THAT(error_of({"slurm_conf", "tree.conf", "--rate", "fast"}), HasSubstr("rate \"fast\""));
  EXPECT_THAT(error_of({"slurm_conf", "tree.conf", "-o", "tree.conf"}), HasSubstr("is an input of the same command"));
  EXPECT_THAT(error_of({"slurm_conf"}), HasSubstr("FILE is missing"));
}

TEST(Import, IsListedAndCompleted) {
  EXPECT_THAT(run_program({"catalog", "--importers"}).out, HasSubstr("ibnetdiscover"));
  EXPECT_THAT(run_program({"__complete", "importers"}).out, HasSubstr("nccl_xml\n"));
  EXPECT_THAT(run_program({"import", "--help"}).out, HasSubstr("--cable-latency"));
}

}  // namespace
}  // namespace polyplane::cli
