// diff, from the outside: results of a ring of 2 cards with times by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/cli/run_program.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

std::string report(const std::string& stack, const std::string& algorithm, double time_ps, double launch_ps,
                   const std::string& more = "") {
  return R"({"schema": "polyplane/report/1", "cluster": {"name": "pair", "endpoints": 2, "stack": ")" + stack +
         R"("}, "results": [{"collective": "all_reduce", "algorithm": ")" + algorithm +
         R"(", "alternatives": "  tree: 31 us\n", "ranks": 2, "groups": 1, "size_bytes": 1048576, "time_ps": )" +
         std::to_string(time_ps) + R"(, "attribution": {"launch_ps": )" + std::to_string(launch_ps) +
         R"(, "tiers": [{"tier": "nvlink", "serialisation_ps": )" + std::to_string(time_ps - launch_ps) + "}]}}" +
         more + R"(], "fingerprint": ")" + algorithm + R"("})";
}

ProgramRun diff(const std::string& before, const std::string& after, std::vector<std::string> more = {}) {
  const TemporaryFile one(before, "before.json"), other(after, "after.json");
  std::vector<std::string> arguments = {"diff", one.path(), other.path()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program(arguments);
}

// 30 us, 10 of them launch; then 24 us, 5 of them launch: -20 %, launch -5 us, bytes 20 to 19 us.
TEST(Diff, SaysWhatChangedAndWhichPartMoved) {
  const ProgramRun run = diff(report("nccl", "ring", 30e6, 10e6), report("mpi", "tree", 24e6, 5e6));
  ASSERT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.out, AllOf(HasSubstr("stack: nccl -> mpi"), HasSubstr("algorithm: ring -> tree"),
                             HasSubstr("all_reduce of 1 MiB among 2 ranks"), HasSubstr("-20.00%"),
                             HasSubstr("# other fingerprint")));
  const std::size_t launch = run.out.find("launch"), bytes = run.out.find("nvlink: serialisation");
  ASSERT_NE(launch, std::string::npos) << run.out;
  ASSERT_NE(bytes, std::string::npos) << run.out;
  EXPECT_LT(launch, bytes);  // moved by more
  EXPECT_THAT(run.out.substr(launch, 60), AllOf(HasSubstr("10.00"), HasSubstr("5.00"), HasSubstr("-5.00")));
}

TEST(Diff, OfTheSameIsNothing) {
  const std::string same = report("nccl", "ring", 30e6, 10e6);
  const ProgramRun run = diff(same, same);
  ASSERT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.out, AllOf(HasSubstr("no time has changed"), HasSubstr("# same fingerprint"), Not(HasSubstr("->"))));
}

TEST(Diff, NamesWhatStandsInOneAlone) {
  const std::string barrier = R"(, {"collective": "barrier", "ranks": 2, "time_ps": 1000000})";
  const std::string one = report("nccl", "ring", 30e6, 10e6), two = report("nccl", "ring", 30e6, 10e6, barrier);
  EXPECT_THAT(diff(two, one).out, HasSubstr("# only before: barrier of 0 B among 2 ranks"));
  EXPECT_THAT(diff(one, two).out, HasSubstr("# only after: barrier of 0 B among 2 ranks"));
}

TEST(Diff, AsADocument) {
  const ProgramRun run =
      diff(report("nccl", "ring", 30e6, 10e6), report("mpi", "tree", 24e6, 5e6), {"--format", "json"});
  ASSERT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.out, AllOf(HasSubstr("\"schema\": \"polyplane/diff/1\""), HasSubstr("\"before_ps\": 30000000"),
                             HasSubstr("\"after_ps\": 24000000"), HasSubstr("\"algorithm: ring ")));
}

TEST(Diff, RefusesWhatIsNoResult) {
  const std::string good = report("nccl", "ring", 30e6, 10e6);
  const std::pair<std::string, const char*> cases[] = {
      {R"({"schema": "polyplane/topo/1"})", "\"polyplane/topo/1\" is no result to compare"},
      {R"({"schema": "polyplane/report/1", "colour": 1})", "colour"},
      {"{", "after.json"},
      {"\x1f\x8b\x08",
       "after.json: is a recording, as --record writes it, and no result to compare; allowed: what perf"},
      {"SQLite format 3", "after.json: is a store of a sweep and no result to compare"},
      {"name: \"four\"\n", "after.json: is no JSON, so no result to compare"},
      {"", "after.json"}};
  for (const auto& [text, message] : cases) {
    const ProgramRun run = diff(good, text);
    EXPECT_EQ(run.exit_code, 2) << message;
    EXPECT_EQ(run.out, "");
    EXPECT_THAT(run.error, HasSubstr(message));
  }
  EXPECT_EQ(run_program({"diff", "nothing.json", "nothing.json"}).exit_code, 2);
  EXPECT_EQ(run_program({"diff"}).exit_code, 2);
}

}  // namespace
}  // namespace polyplane::cli
