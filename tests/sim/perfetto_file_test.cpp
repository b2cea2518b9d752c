// The file of a trace: its size, and when there is none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "base/error.h"
#include "tests/sim/traced_run.h"

namespace polyplane::sim {
namespace {

using collectives::CollectiveKind;
using testing::HasSubstr;
using testing::IsEmpty;

// What is foretold is what is written, or up to twice that: flows that start and end together change a load once.
TEST(PerfettoFile, ForetellsItsSize) {
  for (const std::string algorithm : {"ring", "halving_doubling", "double_binary_tree"}) {
    Experiment experiment = on_cluster(topology::nvlink_cluster(4, "fat_tree", {"tiers=2"}), "spray");
    CollectiveJob job = collective_job(CollectiveKind::all_reduce, algorithm, Bytes(8'000'000));
    experiment.collectives.push_back(job);
    const TraceFileName file;
    TraceExtent extent;
    RunOptions options;
    options.trace.emplace();
    options.trace->path = file.path();
    options.trace->on_extent = [&](const TraceExtent& foretold) { extent = foretold; };
    static_cast<void>(run(experiment, options));
    const DecodedTrace trace = decode_trace(trace_bytes(file.path()));
    const auto events = static_cast<double>(2 * trace.slices.size() + trace.values.size());
    const auto bytes = static_cast<double>(std::filesystem::file_size(file.path()));
    EXPECT_GE(static_cast<double>(extent.events), events) << algorithm;
    EXPECT_LE(static_cast<double>(extent.events), 2 * events) << algorithm;
    EXPECT_GE(static_cast<double>(extent.bytes), 0.9 * bytes) << algorithm;
    EXPECT_LE(static_cast<double>(extent.bytes), 2 * bytes) << algorithm;
  }
}

std::string refusal(const Experiment& experiment, TraceOptions options) {
  try {
    static_cast<void>(run_traced(experiment, std::move(options)));
  } catch (const InputError& error) { return error.what(); }
  return "";
}

TEST(PerfettoFile, RefusesRanksAndLinksThatAreNotThere) {
  Experiment experiment = eight_cards();
  experiment.collectives.push_back(plain_ring(Bytes(8'000'000)));
  TraceOptions ranks;
  ranks.ranks = {{0, 8, 1}};
  EXPECT_THAT(refusal(experiment, ranks), HasSubstr("rank 8 is to be traced, but there are ranks 0 to 7 only"));
  TraceOptions links;
  links.links = {TracedLinks::Kind::named, 0, {"nvlnk"}};
  EXPECT_THAT(refusal(experiment, links), HasSubstr("did you mean \"nvlink\"?"));
}

TEST(PerfettoFile, KeepsAFileThatIsThere) {
  const TraceFileName file;
  std::ofstream(file.path()) << "mine";
  Experiment experiment = eight_cards();
  experiment.collectives.push_back(plain_ring(Bytes(8'000'000)));
  RunOptions options;
  options.trace.emplace();
  options.trace->path = file.path();
  EXPECT_THROW(static_cast<void>(run(experiment, options)), InputError);
  EXPECT_EQ(trace_bytes(file.path()), "mine");
  options.trace->overwrite = true;
  static_cast<void>(run(experiment, options));
  EXPECT_THAT(decode_trace(trace_bytes(file.path())).defects, IsEmpty());
}

/// Files end at `bytes` in its life, as they do on a full disk.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;
  ~SmallFiles() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(PerfettoFile, AFullDiskIsAnErrorAndLeavesNoFile) {
  Experiment experiment = eight_cards();
  experiment.collectives.push_back(plain_ring(Bytes(8'000'000)));
  for (const std::string ending : {".pftrace", ".pftrace.gz"}) {
    const TraceFileName file(ending);
    RunOptions options;
    options.trace.emplace();
    options.trace->path = file.path();
    const SmallFiles small(1000);
    try {
      static_cast<void>(run(experiment, options));
      FAIL() << "written into 1000 bytes";
    } catch (const RunError& error) { EXPECT_THAT(error.what(), HasSubstr("File too large")); }
    EXPECT_FALSE(std::filesystem::exists(file.path()));
  }
}

// 72 ranks, 142 steps in 280 slices: 2,862,720 messages of some 200 bytes. Refused before a file is made.
TEST(PerfettoFile, RefusesWhatABrowserCannotHold) {
  const TraceFileName file;
  Experiment experiment = on_cluster(topology::nvlink_cluster(9, "fat_tree", {"tiers=2"}), "spray", "analytic");
  CollectiveJob job = plain_ring(Bytes(64'000'000));
  job.slices = 280;
  experiment.collectives.push_back(job);
  RunOptions options;
  options.trace.emplace();
  options.trace->path = file.path();
  EXPECT_THROW(static_cast<void>(run(experiment, options)), LimitError);
  EXPECT_FALSE(std::filesystem::exists(file.path()));
}

}  // namespace
}  // namespace polyplane::sim
