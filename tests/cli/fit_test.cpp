// polyplane fit and polyplane validate from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/cli/run_program.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// What perf prints is a table of nccl-tests: eight cards, but for a list of devices.
std::string simulated_table() {
  return run_program({"perf", "all_gather", "--cluster", "dgx-h100", "--algorithm", "ring", "-b", "1M", "-e", "256M"})
      .out;
}

TEST(FitCommand, ReadsWhatPerfPrintsAndWritesAStackThatPerfReads) {
  const TemporaryFile table(simulated_table(), "all_gather_perf.txt");
  const std::string stack = table.folder() + "/mine.textproto";
  const std::vector<std::string> fit = {"fit",         table.path(), "--cluster", "dgx-h100",
                                        "--algorithm", "ring",       "-o",        stack};
  const ProgramRun run = run_program(fit);
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.out, HasSubstr("all_gather on 8 ranks, nccl-tests, 9 rows"));
  EXPECT_THAT(run.out, HasSubstr("test (held out)"));
  EXPECT_EQ(run_program(fit).exit_code, 2) << "without --force a file is kept";
  // The base made these times, so the fitted stack makes them, too.
  const ProgramRun again = run_program({"perf", "all_gather", "--cluster", "dgx-h100", "--algorithm", "ring", "-b",
                                        "64M", "-e", "64M", "--stack", stack, "--format", "csv"});
  EXPECT_EQ(again.exit_code, 0) << again.error;
  const ProgramRun json = run_program(with(fit, {"--force", "--format", "json"}));
  EXPECT_EQ(json.exit_code, 0) << json.error;
  EXPECT_THAT(json.out, HasSubstr("\"schema\": \"polyplane/fit/1\""));
  EXPECT_THAT(json.out, HasSubstr("\"part\": \"test\""));
}

TEST(FitCommand, RefusesInOneLine) {
  const TemporaryFile table(simulated_table(), "all_gather_perf.txt");
  const auto refused = [](const std::vector<std::string>& arguments, const std::string& message) {
    const ProgramRun run = run_program(arguments);
    EXPECT_EQ(run.exit_code, 2) << run.error;
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.error, HasSubstr(message));
    EXPECT_EQ(std::count(run.error.begin(), run.error.end(), '\n'), 1) << run.error;
  };
  const std::vector<std::string> fit = {"fit", table.path(), "--cluster", "dgx-h100"};
  refused({"fit", "--cluster", "dgx-h100"}, "MEASUREMENTS is missing");
  refused({"fit", table.path()}, "--cluster is missing");
  refused(with(fit, {"--ranks", "16"}), "all_gather_perf.txt: ");
  refused(with(fit, {"--ranks", "8", "--collective", "all_redcue"}), "did you mean \"all_reduce\"?");
  refused(with(fit, {"--ranks", "8", "--model", "flaw"}), "did you mean \"flow\"?");
  refused(with(fit, {"--ranks", "8", "-o", "mine"}), "end it in .textproto");
  refused(with(fit, {"--ranks", "8", "--name", "mine"}), "say with -o FILE where");
  refused(with(fit, {"--ranks", "8", table.path()}), "is named twice");
  refused(with(fit, {"--ranks", "8", "-o", table.path(), "--force"}), "");
  refused({"fit", table.folder() + "/none.txt", "--cluster", "dgx-h100"}, "none.txt");
}

TEST(ValidateCommand, PrintsASystemAndItsRows) {
  const ProgramRun run = run_program({"validate", "dgx-a100-32-deepops", "-v"});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.out, HasSubstr("dgx-a100-32-deepops  test  dgx-superpod-a100  nccl        13"));
  EXPECT_THAT(run.out, HasSubstr("nothing was fitted to any of these systems: all are test"));
  EXPECT_THAT(run.out, HasSubstr("all_reduce"));
  const ProgramRun quiet = run_program({"validate", "dgx-a100-32-deepops"});
  EXPECT_THAT(quiet.out, Not(HasSubstr("measured (us)")));
}

TEST(ValidateCommand, WritesOneDocument) {
  const ProgramRun run = run_program({"validate", "a100-8-ml-engineering", "dgx-a100-32-deepops", "--format", "json"});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_TRUE(run.out.starts_with("{")) << run.out;
  EXPECT_THAT(run.out, HasSubstr("\"schema\": \"polyplane/validate/1\""));
  EXPECT_THAT(run.out, HasSubstr("\"median_abs_log_error\""));
  EXPECT_THAT(run.out, HasSubstr("\"small\": null")) << "four nodes were measured from 1 MiB on";
  EXPECT_THAT(run.out, HasSubstr("\"total\""));
  const ProgramRun csv = run_program({"validate", "dgx-a100-32-deepops", "--format", "csv"});
  EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 14);
}

TEST(ValidateCommand, RefusesInOneLine) {
  const ProgramRun unknown = run_program({"validate", "dgx-a100-32-depops"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.error, HasSubstr("did you mean \"dgx-a100-32-deepops\"?"));
  const ProgramRun twice = run_program({"validate", "dgx-a100-32-deepops", "dgx-a100-32-deepops"});
  EXPECT_EQ(twice.exit_code, 2);
  EXPECT_THAT(twice.error, HasSubstr("dgx-a100-32-deepops is named twice; each counts once in the means"));
  const ProgramRun model = run_program({"validate", "dgx-a100-32-deepops", "--model", "flaw"});
  EXPECT_EQ(model.exit_code, 2);
  EXPECT_THAT(model.error, HasSubstr("did you mean \"flow\"?"));
}

}  // namespace
}  // namespace polyplane::cli
