// Records of MPI programs, run on two cards behind one link each way: times by hand.
#include <gtest/gtest.h>

#include <memory>

#include "sim/catalog.h"
#include "sim/simulation.h"
#include "tests/formats/mpi_records.h"

namespace polyplane::sim {
namespace {

using collectives::rank_files;
using collectives::RankFile;
namespace format = collectives::mpi_record;
using namespace polyplane::literals;

/// `cards` cards on one switch, `gigabytes` GB/s each way and 1 us from card to card; no software.
Duration time_of(const std::vector<RankFile>& files, int gigabytes, const std::vector<std::string>& options = {},
                 int cards = 2, ProgramMode mode = ProgramMode::flows) {
  Experiment experiment;
  experiment.name = "record";
  experiment.cluster = Catalog::open().cluster(
      "single_switch:endpoints=" + std::to_string(cards) + ",radix=64,rate=" + std::to_string(8 * gigabytes) +
      " Gbps,switch_latency=1 us,cable_latency=0 ns,access_cable_latency=0 ns");
  experiment.stack = Catalog::open().stack("ideal");
  TraceJob trace;
  trace.name = "trace";
  trace.mode = mode;
  trace.program = std::make_shared<const collectives::Program>(program_of(files, options).program);
  experiment.traces = {trace};
  return run(experiment, {}).programs.front().time;
}

// Eager: 5 us of work, then 1000 bytes at 1 GB/s, 1 us, and 1 us of latency: at 7 us. The receiver then works for 2 us.
TEST(MpiRecordRuns, EagerMessage) {
  std::vector<RankFile> files = rank_files(2);
  files[0].after(5000).send(1, 1000).finalize();
  files[1].receive(0).after(2000).finalize();
  EXPECT_EQ(time_of(files, 1), 9_us);
}

// Rendezvous: the receive is posted after 3 us, its notice is there at 4 us; 8000 bytes take 8 us and 1 us of latency:
// 13 us. At half the rate 16 us instead of 8: 21 us.
TEST(MpiRecordRuns, LargeMessageWaitsForItsReceiveAndHalfTheRateDoublesIt) {
  std::vector<RankFile> files = rank_files(2);
  files[0].send(1, 8000).finalize();
  files[1].after(3000).receive(0).finalize();
  EXPECT_EQ(time_of(files, 2), 9_us);  // 4 + 4 + 1
  EXPECT_EQ(time_of(files, 1), 13_us);
}

// The transfer of 8 us and its notice and latency, 1 us each, run beside 20 us of work of the sender: 20 us. In calls
// only they come after it: notice there at 1 us, data from 20 us to 28 us, and 1 us: 29 us.
TEST(MpiRecordRuns, OverlapIsKeptUnlessTheMpiNeedsCalls) {
  std::vector<RankFile> files = rank_files(2);
  files[0].isend(1, 1, 8000).after(20'000).wait(1).finalize();
  files[1].receive(0).finalize();
  EXPECT_EQ(time_of(files, 1), 20_us);
  EXPECT_EQ(time_of(files, 1, {"progress=calls"}), 29_us);
}

// Each rank's half of 16,000,000 bytes goes there and back: at 1 GB/s 16 ms, at 2 GB/s 8 ms; at least, since latency
// comes on top, and exactly twice as much without it (1 us of each step).
TEST(MpiRecordRuns, AllReduceIsBoundByTheRate) {
  std::vector<RankFile> files = rank_files(2);
  for (RankFile& file : files) file.after(1000).collective(format::Kind::all_reduce, 16'000'000).finalize();
  const Duration slow = time_of(files, 1), fast = time_of(files, 2);
  EXPECT_GE(slow, 16'000_us + 1_us);
  EXPECT_LE(slow, 16'000_us + 10_us);
  EXPECT_GE(fast, 8'000_us + 1_us);
  EXPECT_LE(fast, 8'000_us + 10_us);
}

// Weak scaling from 2 to 8 ranks, compute 10 us, an all-gather of 1,000,000 bytes a rank: 7 of 8 shares come in through
// one link of 1 GB/s: 7 ms, instead of 1 ms of 2 ranks.
TEST(MpiRecordRuns, WeakScalingGathersFromAll) {
  std::vector<RankFile> files = rank_files(2);
  for (RankFile& file : files) file.after(10'000).collective(format::Kind::all_gather, 1'000'000).finalize();
  const Duration two = time_of(files, 1);
  const Duration eight = time_of(files, 1, {"ranks=8"}, 8, ProgramMode::timed);
  EXPECT_GE(two, 1'000_us + 10_us);
  EXPECT_LE(two, 1'000_us + 20_us);
  EXPECT_GE(eight, 7'000_us + 10_us);
  EXPECT_LE(eight, 7'000_us + 30_us);
}

// Shares of 8 bytes are not rounded down to nothing, as nccl-tests would: 2 ranks exchange 8 bytes, 8 ns and 1 us.
TEST(MpiRecordRuns, SmallSharesAreExact) {
  std::vector<RankFile> files = rank_files(2);
  for (RankFile& file : files) file.collective(format::Kind::all_gather, 8).finalize();
  EXPECT_EQ(time_of(files, 1), Duration::from_ps(1'008'000));
}

}  // namespace
}  // namespace polyplane::sim
