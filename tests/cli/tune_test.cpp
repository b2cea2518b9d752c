// polyplane tune and --algorithm nccl from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/cli/run_program.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::cli {
namespace {

using testing::HasSubstr;

const std::vector<std::string> kTune = {"tune", "--cluster", "dgx-h100", "--collectives", "all_reduce",
                                        "-b",   "64K",       "-e",       "64M",           "-f",
                                        "32",   "--model",   "analytic"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(TuneCommand, PrintsBothChoicesAndWritesTheFile) {
  const TemporaryFile folder("");
  const std::string conf = folder.folder() + "/nccl_tuner.conf";
  const ProgramRun run = run_program(with(kTune, {"-o", conf}));
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.out, HasSubstr("# cluster dgx-h100: 1 node, 8 ranks; NCCL v2.30.7-1"));
  EXPECT_THAT(run.out, HasSubstr("NVLS/Simple"));
  const std::string csv = run_program(with(kTune, {"--format", "csv"})).out;
  EXPECT_EQ(text_of(conf), csv);
  EXPECT_THAT(csv, HasSubstr("allreduce,65536,"));
  EXPECT_THAT(csv, HasSubstr("cluster dgx-h100, 1 node, 8 ranks;"));
  EXPECT_EQ(run_program(with(kTune, {"-o", conf})).exit_code, 2) << "without --force a file is kept";
  EXPECT_EQ(run_program(with(kTune, {"-o", conf, "--force"})).exit_code, 0);
}

TEST(TuneCommand, WritesOneDocument) {
  const ProgramRun run = run_program(with(kTune, {"--format", "json"}));
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_TRUE(run.out.starts_with("{")) << run.out;
  EXPECT_THAT(run.out, HasSubstr("\"schema\": \"polyplane/tune/1\""));
  EXPECT_THAT(run.out, HasSubstr("\"nccl_release\": \"v2.30.7-1\""));
}

TEST(TuneCommand, RefusesInOneLine) {
  const auto refused = [](const std::vector<std::string>& arguments, const std::string& message) {
    const ProgramRun run = run_program(arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.error, HasSubstr(message));
    EXPECT_EQ(std::count(run.error.begin(), run.error.end(), '\n'), 1) << run.error;
  };
  refused({"tune"}, "--cluster");
  refused(with(kTune, {"--collectives", "alltoall"}), "--collectives");
  refused({"tune", "--cluster", "dgx-h100", "--collectives", "alltoall"}, "nothing to choose for alltoall");
  refused({"tune", "--cluster", "dgx-h100", "--collectives", "reduce,reduce"}, "reduce is listed twice");
  refused({"tune", "--cluster", "mi300x-2048", "--ranks", "8"}, "does not know, amd-mi300x");
  refused(with(kTune, {"--stack", "ideal"}), "stack ideal has no table of NCCL");
  for (const auto& wrong : {std::vector<std::string>{"tune", "--cluster", "mi300x-2048", "--ranks", "8"},
                            with(kTune, {"--stack", "ideal"})}) {
    EXPECT_THAT(run_program(wrong).error, testing::Not(HasSubstr("--algorithm"))) << "tune has no such option";
  }
  refused({"tune", "--cluster", "dgx-h100", "--collectives", "foo"},
          "--collectives: unknown collective \"foo\". Allowed: all_gather, all_reduce, broadcast, reduce, "
          "reduce_scatter\n");
  refused(with(kTune, {"--nccl-cpu", "intl"}), "did you mean \"intel\"?");
  refused(with(kTune, {"--nccl-graph", "/nonexistent.xml"}), "/nonexistent.xml");
  refused({"perf", "all_reduce", "--cluster", "dgx-h100", "--nccl-collnet"}, "--nccl-collnet is for --algorithm nccl");
  refused({"perf", "alltoall", "--cluster", "dgx-h100", "--algorithm", "nccl"}, "point to point");
}

TEST(TuneCommand, ExperimentsAskNcclToo) {
  const TemporaryFile file(R"(cluster: "dgx-h100" stack: "nccl" model: "analytic"
collectives { collective: "all_reduce" sizes: "1 MiB" algorithm: "nccl" nccl { cpu: "amd" } }
)");
  const ProgramRun run = run_program({"run", file.path(), "--format", "json"});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.out, HasSubstr("\"algorithm\": \"ring\""));
  const TemporaryFile contradicts(R"(cluster: "dgx-h100" stack: "nccl"
collectives { collective: "all_reduce" sizes: "1 MiB" algorithm: "ring" nccl { cpu: "amd" } }
)");
  EXPECT_THAT(run_program({"run", contradicts.path()}).error, HasSubstr("nccl: is of algorithm nccl"));
  const TemporaryFile ideal(R"(cluster: "dgx-h100"
collectives { collective: "all_reduce" sizes: "1 MiB" algorithm: "nccl" }
)");
  EXPECT_THAT(run_program({"run", ideal.path()}).error, HasSubstr("collectives[0].algorithm: "));
  const TemporaryFile vendor(R"(cluster: "dgx-h100" stack: "nccl"
collectives { collective: "all_reduce" sizes: "1 MiB" algorithm: "nccl" nccl { cpu: "via" } }
)");
  EXPECT_THAT(run_program({"run", vendor.path()}).error, HasSubstr("collectives[0].nccl.cpu: unknown vendor of CPUs"));
}

}  // namespace
}  // namespace polyplane::cli
