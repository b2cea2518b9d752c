// What compare says below its tables of the work that was really run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/cli/run_program.h"

namespace polyplane::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string compared(const std::string& workload, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"compare", "dgx-h100", "--workload", workload, "--model", "analytic"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const ProgramRun run = run_program(arguments);
  EXPECT_EQ(run.exit_code, 0) << run.error;
  return run.out;
}

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// Shares of 8 ranks are multiples of 16 bytes: 64 / 8 is none, 200 / 8 is one of them for each.
TEST(CompareText, SaysWhatRanWhereItIsNotWhatWasAsked) {
  EXPECT_THAT(compared("alltoall:64"),
              AllOf(HasSubstr("# alltoall 64 B\n"),
                    HasSubstr("# alltoall among 8 ranks: 0 B of the 64 B asked for, as nccl-tests rounds\n")));
  EXPECT_THAT(compared("all_gather:200"), HasSubstr("# all_gather among 8 ranks: 128 B of the 200 B asked for"));
  EXPECT_THAT(compared("all_reduce:2"), HasSubstr("# all_reduce among 8 ranks: 0 B of the 2 B asked for"));
  EXPECT_THAT(compared("alltoall:1MiB"), Not(HasSubstr("asked for")));
  EXPECT_THAT(compared("alltoall:64", {"--format", "markdown"}),
              HasSubstr("- alltoall among 8 ranks: 0 B of the 64 B"));
}

// 128 tokens, each to all 8 ranks, of which 7 are others: 128 x 7 x 64 KiB = 56 MiB.
TEST(CompareText, SaysTheTrafficOfExperts) {
  EXPECT_THAT(compared("dispatch:64K"), AllOf(HasSubstr("# dispatch of tokens of 64 KiB\n"),
                                              HasSubstr("# dispatch among 8 ranks: 128 tokens, top 8 of 8 experts"),
                                              HasSubstr(", each of 64 KiB; up to 56 MiB into or out of a rank\n")));
  EXPECT_THAT(compared("barrier"), AllOf(HasSubstr("# barrier\n"), Not(HasSubstr("among 8 ranks"))));
}

TEST(CompareText, ADatatypeOfNothingIsRefused) {
  for (const char* workload : {"barrier", "dispatch:64K", "barrier,combine:64K"}) {
    const ProgramRun run = run_program({"compare", "dgx-h100", "--workload", workload, "--datatype", "half"});
    EXPECT_EQ(run.exit_code, 2) << workload;
    EXPECT_THAT(run.error, HasSubstr("--datatype has no meaning for this workload")) << workload;
  }
  EXPECT_THAT(compared("barrier,all_reduce:1M", {"--datatype", "half"}), HasSubstr("all_reduce"));
}

TEST(CompareText, AClusterNamedTwiceIsRemarkedOnOnce) {
  const std::string once = compared("alltoall:1MiB"), twice = compared("alltoall:1MiB", {"dgx-h100"});
  EXPECT_EQ(count_of(once, "# n/a, dgx-h100"), 1U) << once;
  EXPECT_EQ(count_of(twice, "# n/a, dgx-h100"), 1U) << twice;
  EXPECT_THAT(twice, Not(HasSubstr("dgx-h100, dgx-h100")));
}

}  // namespace
}  // namespace polyplane::cli
