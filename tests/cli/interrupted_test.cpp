// A program that is told to stop says what it finished, whatever --quiet is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <string>
#include <vector>

#include "tests/cli/run_program.h"

namespace polyplane::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::vector<std::string> kLong{"perf",
                                     "all_reduce",
                                     "--cluster",
                                     "fat_tree:endpoints=1024,per_node=8,radix=64,tiers=2",
                                     "--algorithm",
                                     "ring",
                                     "-b",
                                     "1M",
                                     "-e",
                                     "64G",
                                     "--no-symmetry",
                                     "-q"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

class Interrupted : public testing::TestWithParam<int> {};  // milliseconds until the signal

TEST_P(Interrupted, SaysWhatWasFinishedEvenWhenQuiet) {
  const std::string recording = testing::TempDir() + "polyplane-interrupted-" + std::to_string(GetParam());
  // timeout and mpirun send a signal to a process and to its group: it is the same one.
  const ProgramRun run =
      run_program(with(kLong, {"--format", "json", "--record", recording}),
                  {.signal = SIGINT, .signal_after_ms = GetParam(), .again_after_ms = 5, .directory = {}});
  EXPECT_EQ(run.exit_code, 130) << run.error;
  EXPECT_THAT(run.error, HasSubstr("polyplane: "));
  if (run.error.find("stopped in the middle") != std::string::npos) return;
  EXPECT_THAT(run.error, AllOf(HasSubstr("polyplane: interrupted after "), HasSubstr("sizes; to go on from there")));
  EXPECT_THAT(run.out, HasSubstr("\"fingerprint\": \"\""));  // not complete
}

INSTANTIATE_TEST_SUITE_P(Moments, Interrupted, testing::Values(60, 300, 700));

/// Who asks twice wants it now; what is lost is said all the same.
TEST(InterruptedTwice, EndsAtOnceAndSaysSo) {
  const ProgramRun run =
      run_program(kLong, {.signal = SIGTERM, .signal_after_ms = 300, .again_after_ms = 300, .directory = {}});
  EXPECT_EQ(run.exit_code, 143) << run.error;
  EXPECT_THAT(run.error, HasSubstr("polyplane: "));
}

}  // namespace
}  // namespace polyplane::cli
