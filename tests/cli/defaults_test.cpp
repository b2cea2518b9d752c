// What holds where an option is not given, and what --help says may be given.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cli/values.h"
#include "sim/catalog.h"
#include "sim/network/network_model.h"
#include "tests/cli/run_program.h"
#include "topology/router.h"

namespace polyplane::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Lines are wrapped in --help: blanks and line ends are one blank.
std::string on_one_line(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank || (!line.empty() && line.back() != ' ')) line += blank ? ' ' : c;
  }
  return line;
}

TEST(Help, ListsAllThatMayBeGiven) {
  for (const char* command : {"perf", "tune", "fit"}) {
    const std::string help = on_one_line(run_program({command, "--help"}).out);
    EXPECT_THAT(help, HasSubstr(alternatives(topology::routings().names()))) << command;
    EXPECT_THAT(help, HasSubstr(alternatives(sim::network_models().names()))) << command;
  }
  const std::string perf = on_one_line(run_program({"perf", "--help"}).out);
  EXPECT_THAT(perf, HasSubstr(alternatives(topology::flow_hashes().names())));
  EXPECT_THAT(perf, HasSubstr("times N (default 2); 1: plus 1 MiB, or --step-bytes"));
  for (const sim::CatalogEntry& entry : sim::Catalog::open().list("")) {
    if (entry.kind == "stack") { EXPECT_THAT(perf, HasSubstr(entry.name)); }
  }
}

TEST(Alternatives, AreASentence) {
  EXPECT_EQ(alternatives({"a"}), "a");
  EXPECT_EQ(alternatives({"a", "b"}), "a or b");
  EXPECT_EQ(alternatives({"a", "b", "c"}), "a, b or c");
}

TEST(DefaultStack, IsThatOfTheCardsMaker) {
  const auto perf = [](const std::string& cluster, const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments = {"perf", "all_reduce", "--cluster", cluster, "--ranks",
                                          "8",    "-b",         "1M",        "-e",    "1M"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const ProgramRun run = run_program(arguments);
    EXPECT_EQ(run.exit_code, 0) << run.error;
    return run.out;
  };
  EXPECT_THAT(perf("dgx-h100"), HasSubstr("stack nccl,"));
  EXPECT_THAT(perf("mi300x-2048"), HasSubstr("stack rccl,"));
  EXPECT_EQ(perf("mi300x-2048"), perf("mi300x-2048", {"--stack", "rccl"}));
  EXPECT_THAT(perf("mi300x-2048", {"--stack", "nccl"}), HasSubstr("stack nccl,"));
  const std::string stands_for = "costs of NCCL stand for the software of Google";
  EXPECT_THAT(perf("tpu-v6e-pod"), HasSubstr(stands_for));
  EXPECT_THAT(perf("tpu-v6e-pod", {"--stack", "nccl"}), Not(HasSubstr(stands_for)));
}

}  // namespace
}  // namespace polyplane::cli
