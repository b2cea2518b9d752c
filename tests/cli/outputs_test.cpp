// What commands write beside what they print: whoever reads, and whatever the path leads to.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "tests/cli/run_program.h"

namespace polyplane::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;
using Stdout = ProgramSetting::Stdout;

class Outputs : public ::testing::Test {
 protected:
  Outputs() {
    std::string name = ::testing::TempDir() + "outputs_XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~Outputs() override { fs::remove_all(folder_); }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

 private:
  fs::path folder_;
};

/// `polyplane perf ... --record FILE --trace FILE -J FILE | head -1` has its three files, and so have the other commands.
TEST_F(Outputs, AreWrittenThoughTheReaderOfTheTableHasGone) {
  ProgramSetting closed;
  closed.standard_output = Stdout::closed_pipe;
  const std::string experiment = POLYPLANE_SOURCE_DIR "/configs/experiments/all-reduce-with-faults.textproto";
  const std::vector<std::vector<std::string>> commands = {
      {"perf", "all_reduce", "--cluster", "dgx-h100", "-b", "1K", "-e", "1M", "-J", path("perf.json"), "--record",
       path("perf.pprec"), "--trace", path("perf.pftrace")},
      {"perf", "all_reduce", "--cluster", "dgx-h100", "-b", "1M", "-e", "1M", "--format", "json", "--record",
       path("json.pprec")},
      {"run", experiment, "--record", path("run.pprec"), "--trace", path("run.pftrace.gz")},
      {"compare", "dgx-h100", "--workload", "all_reduce:1MiB", "--record", path("compare.pprec")},
      {"topo", "dgx-h100", "--record", path("topo.pprec")},
      {"topo", "dgx-h100", "--bill", "--record", path("bill.pprec")},
      {"tune", "--cluster", "dgx-h100", "--collectives", "all_reduce", "-b", "1M", "-e", "1M", "-o",
       path("tuner.csv")}};
  for (const std::vector<std::string>& command : commands) {
    const ProgramRun run = run_program(command, closed);
    EXPECT_EQ(run.exit_code, 0) << command.front() << ": " << run.error;
  }
  for (const char* name : {"perf.json", "perf.pprec", "perf.pftrace", "json.pprec", "run.pprec", "run.pftrace.gz",
                           "compare.pprec", "topo.pprec", "bill.pprec", "tuner.csv"}) {
    EXPECT_TRUE(fs::exists(path(name))) << name;
  }
}

TEST_F(Outputs, GoThroughLinksAndIntoPipes) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  fs::create_symlink("target", path("link"));
  const int reader = ::open(path("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  const ProgramRun run = run_program({"perf", "all_reduce", "--cluster", "dgx-h100", "-b", "1M", "-e", "1M", "--force",
                                      "-J", path("pipe"), "--record", path("link")});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  std::string read(1 << 16, '\0');
  read.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(reader, read.data(), read.size()), 0)));
  ::close(reader);
  EXPECT_THAT(read, HasSubstr("\"schema\": \"polyplane/report/1\""));
  EXPECT_TRUE(fs::is_fifo(path("pipe")));
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_TRUE(fs::is_regular_file(path("target")));
}

TEST_F(Outputs, OfSweepsAreRegularFiles) {
  ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
  const ProgramRun run =
      run_program({"sweep", POLYPLANE_SOURCE_DIR "/configs/experiments/all-reduce-with-faults.textproto", "--vary",
                   "seed=1,2", "--store", path("pipe")});
  EXPECT_EQ(run.exit_code, 2) << run.error;
  EXPECT_THAT(run.error, HasSubstr("is not a regular file"));
  EXPECT_TRUE(fs::is_fifo(path("pipe")));
}

/// A stop in the middle says that something was printed only where something was.
TEST_F(Outputs, NothingIsSaidToBePrintedThatWasNot) {
  const std::vector<std::vector<std::string>> commands = {
      {"compare", "deepseek-v3-2048", "--workload", "alltoall:16GiB", "--algorithm", "direct", "--routing", "ecmp",
       "--time-quantum", "0", "--record", path("compare.pprec")},
      {"perf", "alltoall", "--cluster", "deepseek-v3-2048", "--routing", "ecmp", "--algorithm", "direct", "-b", "16G",
       "-e", "16G", "-i", "1", "-J", path("perf.json")}};
  for (const std::vector<std::string>& command : commands) {
    ProgramSetting setting;
    setting.signal = SIGTERM;
    const ProgramRun run = run_program(command, setting);
    EXPECT_EQ(run.exit_code, 143) << run.error;
    EXPECT_THAT(run.error, HasSubstr("polyplane: "));
    if (run.out.empty()) { EXPECT_THAT(run.error, Not(HasSubstr("printed"))) << command.front(); }
  }
}

}  // namespace
}  // namespace polyplane::cli
