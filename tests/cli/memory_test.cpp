// The memory that is foretold, against the peak that the kernel counts: peak <= foretold <= 1.33 x peak, for each way to
// compute a result. Sanitizers multiply memory, so builds with them only check that the line is there.
#include <gtest/gtest.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "tests/cli/run_program.h"

namespace polyplane::cli {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif
#else
constexpr bool kSanitized = false;
#endif

struct Configuration {
  std::string name, options;
};
void PrintTo(const Configuration& configuration, std::ostream* out) { *out << configuration.options; }

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

class ForetoldMemory : public testing::TestWithParam<Configuration> {};

TEST_P(ForetoldMemory, IsNotLessThanThePeakNorAThirdMore) {
  std::vector<std::string> arguments = words_of("perf " + GetParam().options + " --stack ideal --quiet -v");
  const std::string source = POLYPLANE_SOURCE_DIR;
  for (std::string& argument : arguments) {
    if (argument.ends_with(".textproto")) argument = source + "/" + argument;
  }
  const ProgramRun run = run_program(arguments);
  ASSERT_EQ(run.exit_code, 0) << run.error;
  const std::string head = "# memory: foretold ";
  const std::size_t place = run.error.find(head);
  ASSERT_NE(place, std::string::npos) << run.error;
  std::istringstream line(run.error.substr(place + head.size()));
  std::uint64_t foretold = 0, measured = 0;
  std::string skip;
  line >> foretold >> skip >> skip >> skip >> skip >> skip >> measured;
  ASSERT_GT(measured, 0U) << run.error;
  if (kSanitized) return;
  EXPECT_GE(foretold, measured);
  EXPECT_LE(static_cast<double>(foretold), 1.33 * static_cast<double>(measured));
}

INSTANTIATE_TEST_SUITE_P(
    Configurations, ForetoldMemory,
    testing::Values(
        Configuration{"auto_in_a_node", "all_reduce --cluster dgx-h100 -b 1K -e 1G -f 4 --threads 1"},
        Configuration{"proven", "all_reduce --cluster dgx-superpod-h100-4su --ranks 64 --algorithm ring -b 1G -e 1G"},
        Configuration{"ecmp_two_levels",
                      "alltoall --cluster tests/bench/clusters/t2-1024.textproto --ranks 512 "
                      "--algorithm pairwise --routing ecmp -b 16M -e 16M"},
        Configuration{"ecmp_three_levels",
                      "alltoall --cluster tests/bench/clusters/t3-1024.textproto --ranks 512 "
                      "--algorithm pairwise --routing ecmp -b 16M -e 16M"},
        Configuration{"analytic_folded",
                      "alltoall --cluster mpft-16384 --algorithm pairwise_xor -b 16G -e 16G --model analytic"},
        Configuration{"by_classes", "alltoall --cluster mpft-16384 --algorithm direct -b 16G -e 16G"},
        Configuration{"by_classes_with_a_fault",
                      "alltoall --cluster mpft-16384 --algorithm direct -b 16G -e 16G --fail plane=3"},
        Configuration{"ring_in_one_multiplication",
                      "all_reduce --cluster mpft-16384 --algorithm ring --channels 1 -b 16G -e 16G"},
        Configuration{"ecmp_many_ranks",
                      "all_reduce --cluster mpft-16384 --algorithm halving_doubling -b 1M -e 1M --routing ecmp"},
        Configuration{"many_lanes",
                      "all_reduce --cluster deepseek-v3-2048 --algorithm double_binary_tree -b 64M -e 64M "
                      "--no-symmetry"},
        Configuration{"event_by_event",
                      "all_reduce --cluster mpft-16384 --ranks 2048 --algorithm ring --channels 1 -b 1G -e 1G "
                      "--no-symmetry"},
        Configuration{"explained",
                      "all_reduce --cluster deepseek-v3-2048 --algorithm double_binary_tree -b 64M -e 64M --explain"},
        Configuration{"a_large_cluster",
                      "all_reduce --cluster tests/bench/clusters/t3x8-131072.textproto --algorithm ring "
                      "--channels 1 -b 16G -e 16G"}),
    [](const testing::TestParamInfo<Configuration>& parameter) { return parameter.param.name; });

TEST(MaxMemory, RefusesBeforeAnythingIsBuiltOrRun) {
  const ProgramRun topology =
      run_program({"perf", "all_reduce", "--cluster", "ft3-65536", "-b", "1M", "-e", "1M", "--max-memory", "64M"});
  EXPECT_EQ(topology.exit_code, 3);
  EXPECT_EQ(topology.out, "");
  EXPECT_NE(topology.error.find(
                "cluster ft3-65536 is foretold to need 141.063 MiB of memory; allowed are 64 MiB (--max-memory; "),
            std::string::npos)
      << topology.error;

  const ProgramRun run = run_program({"perf", "alltoall", "--cluster", "deepseek-v3-2048", "--algorithm", "direct",
                                      "--no-symmetry", "-b", "1G", "-e", "1G", "--max-memory", "1G"});
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_EQ(run.out, "");
  EXPECT_NE(run.error.find("--max-memory"), std::string::npos) << run.error;
}

// The chain 0 -> 4 -> 8 passes leaves 0, 1 and 2, of which 0 and 2 have no spine in common: the estimate asks for routes
// that the schedule does not.
TEST(MaxMemory, PairsThatNeverMeetMayBeCutOff) {
  const ProgramRun run =
      run_program({"perf", "broadcast", "--cluster", "fat_tree:endpoints=12,radix=8,tiers=2", "--rank-map", "0,4,8",
                   "--algorithm", "ring", "--stack", "ideal", "-b", "1M", "-e", "1M", "--fail", "link=leaf0.spine1",
                   "--fail", "link=leaf2.spine0", "--explain"});
  EXPECT_EQ(run.exit_code, 0) << run.error;
}

}  // namespace
}  // namespace polyplane::cli
