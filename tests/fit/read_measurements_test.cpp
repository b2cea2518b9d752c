#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "sim/fit/measurement.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using collectives::CollectiveKind;
using testing::HasSubstr;

const char* const kTable =
    "# nccl-tests version 2.19.6 nccl-headers=22807 nccl-library=22807\n"
    "# Collective test starting: all_reduce_perf\n"
    "# nThread 1 nGpus 2 minBytes 1024 maxBytes 4096 step: 2(factor) warmup iters: 1 iters: 20 agg iters: 1 "
    "validation: 1 "
    "graph: 0 unalign: 0\n"
    "#\n"
    "# Using devices\n"
    "#  Rank  0 Group  0 Pid   6899 on   node-a device  0 [0000:04:00] NVIDIA H100 80GB HBM3\n"
    "#  Rank  1 Group  0 Pid   6899 on   node-b device  0 [0000:05:00] NVIDIA H100 80GB HBM3\n"
    "#\n"
    "#                                                              out-of-place                       in-place        "
    "  \n"
    "#       size         count      type   redop    root     time   algbw   busbw  #wrong     time   algbw   busbw  "
    "#wrong \n"
    "#        (B)    (elements)                               (us)  (GB/s)  (GB/s)             (us)  (GB/s)  (GB/s)    "
    "  "
    "   \n"
    "        1024           256     float     sum      -1    12.34    0.08    0.08       0    12.00    0.09    0.09    "
    "   "
    "0\n"
    "node-a:6899:6899 [0] NCCL INFO a line of NCCL's log\n"
    "        2048           512     float     sum      -1    1e+01    0.20    0.20       0    12.00    0.09    0.09    "
    " "
    "N/A\n"
    "# Out of bounds values : 0 OK\n"
    "# Avg bus bandwidth    : 0.14 \n"
    "a launcher says goodbye\n";

std::string message_of(const std::string& text, const MeasurementHints& hints = {},
                       const std::string& file = "run.txt") {
  try {
    static_cast<void>(read_measurements(file, text, hints));
  } catch (const InputError& error) { return error.what(); }
  return "accepted";
}

std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(NcclTestsTable, HasItsCollectiveRanksAndTimes) {
  const MeasurementSeries series = read_measurements("run.txt", kTable, {});
  EXPECT_EQ(series.collective, CollectiveKind::all_reduce);
  EXPECT_EQ(series.tool, "nccl-tests");
  EXPECT_EQ(series.ranks, 2U);
  EXPECT_EQ(series.ranks_per_node, 1U);  // a rank on each of two hosts
  EXPECT_EQ(series.datatype, "float");
  ASSERT_EQ(series.rows.size(), 2U);
  EXPECT_EQ(series.rows[0].size, 1024_B);
  EXPECT_EQ(series.rows[0].time.ps(), 12'340'000);
  EXPECT_EQ(series.rows[1].time.ps(), 10'000'000);  // 1e+01 us
  EXPECT_EQ(series.rows[1].line, 14);
}

TEST(NcclTestsTable, OldOnesHaveNoRootAndLeaveRedopEmpty) {
  const std::string old =
      "#   Rank  0 Pid  1 on host device  0 [0x07] Tesla V100\n"
      "#   Rank  1 Pid  1 on host device  1 [0x0a] Tesla V100\n"
      "#       size         count    type   redop     time   algbw   busbw     error     time   algbw   busbw     "
      "error\n"
      "#        (B)    (elements)                     (us)  (GB/s)  (GB/s)               (us)  (GB/s)  (GB/s)\n"
      "           0             0   float             0.52    0.00    0.00     0e+00     0.51    0.00    0.00     "
      "0e+00\n"
      "          64             8   float             25.5    0.00    0.00     1e-07     25.1    0.00    0.00     "
      "0e+00\n";
  const MeasurementSeries series = read_measurements("dir/all_gather_perf-2gpus.log", old, {});
  EXPECT_EQ(series.collective, CollectiveKind::all_gather);  // from the name of the file
  EXPECT_EQ(series.ranks_per_node, 2U);
  ASSERT_EQ(series.rows.size(), 1U) << "nothing is measured of no bytes";
  EXPECT_EQ(series.rows[0].time.ps(), 25'500'000);
}

TEST(NcclTestsTable, RcclPrintsTheSame) {
  const std::string rccl = "rccl-tests: Version develop:a7809b3\n" + std::string(kTable);
  EXPECT_EQ(read_measurements("r.txt", rccl, {}).rows.size(), 2U);
}

TEST(NcclTestsTable, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(message_of(with(kTable, "12.34", "fast")), HasSubstr("run.txt:12: time: \"fast\" is not a number"));
  EXPECT_THAT(message_of(with(kTable, "12.34", "0.00")), HasSubstr("run.txt:12: time: \"0.00\" is out of range"));
  EXPECT_THAT(message_of(with(kTable, "        1024", "       -1024")), HasSubstr("run.txt:12: size: "));
  EXPECT_THAT(message_of(with(kTable, "     float     sum", "     folat     sum")),
              HasSubstr("run.txt:12: type: unknown type \"folat\"; did you mean \"float\"?"));
  EXPECT_THAT(message_of(with(kTable, "    0.08       0 ", "    0.08       3 ")),
              HasSubstr("run.txt:12: #wrong: is 3: the benchmark found the result of this row wrong"));
  EXPECT_THAT(message_of(with(kTable, "     sum      -1    12.34    0.08 ", "  ")),
              HasSubstr("run.txt:12: has 9 columns, the header 13"));
  EXPECT_THAT(message_of(with(kTable, "node-a:6899:6899 [0] NCCL INFO a line of", "Segmentation fault in")),
              HasSubstr("run.txt:13: has "));
  EXPECT_THAT(message_of(with(kTable, "on   node-b", "at   node-b")),
              HasSubstr("run.txt:7: a rank stands here without \"on HOST\""));
  EXPECT_THAT(message_of(with(kTable, "     time   algbw", "     tmie   algbw")), HasSubstr("accepted"))
      << "the in-place time is then the first that is called so";
  EXPECT_THAT(message_of(std::string(kTable) + kTable), HasSubstr("a second table begins"));
  EXPECT_THAT(message_of(with(kTable, "all_reduce_perf", "all_redcue_perf")),
              HasSubstr("run.txt:2: unknown collective \"all_redcue\"; did you mean \"all_reduce\"?"));
  EXPECT_THAT(message_of("size count\n1 2\n"), HasSubstr("run.txt: is no output of nccl-tests"));
  EXPECT_THAT(message_of("# size count type redop root time algbw busbw #wrong\n"),
              HasSubstr("does not say which collective was measured; --collective says it"));
}

TEST(NcclTestsTable, HintsFillInAndMayNotContradict) {
  EXPECT_THAT(message_of(kTable, {.collective = CollectiveKind::all_gather, .ranks = {}}),
              HasSubstr("run.txt:2: was measured with all_reduce_perf, not all_gather"));
  EXPECT_THAT(message_of(kTable, {.collective = {}, .ranks = 4}), HasSubstr("lists 2 ranks, not 4"));
  const std::string bare =
      "# size count type redop root time algbw busbw #wrong\n 64 16 float sum -1 5.0 0.01 0.01 0\n";
  EXPECT_THAT(message_of(bare, {.collective = CollectiveKind::reduce, .ranks = {}}),
              HasSubstr("does not say on how many ranks it ran; --ranks says it"));
  EXPECT_THAT(message_of(bare, {.collective = CollectiveKind::reduce, .ranks = 1}), HasSubstr("a single rank"));
  const MeasurementSeries series = read_measurements("x", bare, {.collective = CollectiveKind::reduce, .ranks = 4});
  EXPECT_EQ(series.ranks, 4U);
  EXPECT_EQ(series.ranks_per_node, std::nullopt);
}

TEST(NcclTestsTable, PerfSaysItsRanksWithoutDevices) {
  const std::string rows =
      "# size count type redop root time algbw busbw #wrong\n 64 16 float sum -1 5.0 0.01 0.01 0\n";
  const std::string eight = "#  8 ranks, one a card of cluster x; simulated, no device was used\n" + rows;
  const MeasurementSeries series = read_measurements("x", eight, {.collective = CollectiveKind::reduce, .ranks = {}});
  EXPECT_EQ(series.ranks, 8U);
  EXPECT_EQ(series.ranks_per_node, std::nullopt);
  EXPECT_THAT(message_of(eight, {.collective = CollectiveKind::reduce, .ranks = 4}), HasSubstr("is of 8 ranks, not 4"));
  const std::string groups = "#  4 groups at once, each of 2 ranks, one a card of cluster x; simulated\n" + rows;
  EXPECT_THAT(message_of(groups, {.collective = CollectiveKind::reduce, .ranks = {}}),
              HasSubstr("does not say on how many ranks it ran"));
}

const char* const kJson =
    "{\"version\": 3, \"args\": [\"./build/alltoall_perf\", \"-b\", \"1M\"], \"nccl_version\": 22807,\n"
    " \"config\": {\"nthreads\": 1, \"devices\": [\n"
    "   {\"rank\": 0, \"hostname\": \"a\", \"device_info\": \"NVIDIA H100\"},\n"
    "   {\"rank\": 1, \"hostname\": \"a\", \"device_info\": \"NVIDIA H100\"}]},\n"
    " \"results\": [\n"
    "   {\"size\": 1048576, \"count\": 131072, \"type\": \"float\", \"redop\": \"none\", \"root\": \"-1\",\n"
    "    \"out_of_place\": {\"time\": 21.5, \"alg_bw\": 48.8, \"bus_bw\": 24.4, \"nwrong\": 0},\n"
    "    \"in_place\": {\"time\": 99, \"alg_bw\": 48.8, \"bus_bw\": 24.4, \"nwrong\": null}},\n"
    "   {\"size\": 2097152, \"count\": 262144, \"type\": \"float\", \"redop\": \"none\", \"root\": \"-1\",\n"
    "    \"out_of_place\": null,\n"
    "    \"in_place\": {\"time\": 40.25, \"alg_bw\": 48.8, \"bus_bw\": 24.4, \"nwrong\": null}}],\n"
    " \"errors\": []}\n";

TEST(NcclTestsJson, IsReadLikeTheTable) {
  const MeasurementSeries series = read_measurements("r.json", kJson, {});
  EXPECT_EQ(series.collective, CollectiveKind::alltoall);
  EXPECT_EQ(series.tool, "nccl-tests (JSON)");
  EXPECT_EQ(series.ranks, 2U);
  EXPECT_EQ(series.ranks_per_node, 2U);
  ASSERT_EQ(series.rows.size(), 2U);
  EXPECT_EQ(series.rows[0].time.ps(), 21'500'000);
  EXPECT_EQ(series.rows[0].line, 6);
  EXPECT_EQ(series.rows[1].time.ps(), 40'250'000) << "where a trace is replayed only the in-place time is there";
}

TEST(NcclTestsJson, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(message_of(with(kJson, "21.5", "\"quick\"")),
              HasSubstr("run.txt:7: results[0].out_of_place.time: \"quick\" is not a number"));
  EXPECT_THAT(message_of(with(kJson, "\"nwrong\": 0", "\"nwrong\": 2")),
              HasSubstr("run.txt:7: results[0].out_of_place.nwrong: is 2"));
  EXPECT_THAT(message_of(with(kJson, "\"size\": 1048576, ", "")), HasSubstr("run.txt:6: results[0]: size is missing"));
  EXPECT_THAT(message_of(with(kJson, "262144, \"type\": \"float\"", "262144, \"type\": \"half\"")),
              HasSubstr("results[1].type: changes from float to half"));
  EXPECT_THAT(message_of(with(kJson, "\"results\"", "\"rows\"")), HasSubstr("results are missing"));
  EXPECT_THAT(message_of(with(kJson, "\"hostname\": \"a\"", "\"host\": \"a\"")), HasSubstr("hostname is missing"));
  EXPECT_THAT(message_of("{\"results\": ["), HasSubstr("run.txt:2: is not YAML"));
}

TEST(Osu, SizesOfOneMessageBecomeSizesOfTheArray) {
  const std::string text =
      "# OSU MPI-CUDA Allgather Latency Test v7.4\n"
      "# Datatype: MPI_CHAR.\n"
      "# Size       Avg Latency(us)   Min Latency(us)   Max Latency(us)  Iterations\n"
      "1                       2.11              2.01              2.30        1000\n"
      "1048576               110.25            100.00            120.00         100\n";
  const MeasurementSeries series = read_measurements("o.txt", text, {.collective = {}, .ranks = 4});
  EXPECT_EQ(series.collective, CollectiveKind::all_gather);
  EXPECT_EQ(series.tool, "OSU");
  ASSERT_EQ(series.rows.size(), 2U);
  EXPECT_EQ(series.rows[0].size, 4_B);  // 1 byte of each of 4 ranks
  EXPECT_EQ(series.rows[1].size, 4_MiB);
  EXPECT_EQ(series.rows[1].time.ps(), 110'250'000);
}

TEST(Osu, SizesOfReductionsStay) {
  const std::string text = "# OSU MPI Allreduce Latency Test v5.9\n# Size Avg Latency(us)\n4 1.50\n8 1.60\n";
  const MeasurementSeries series = read_measurements("o.txt", text, {.collective = {}, .ranks = 4});
  EXPECT_EQ(series.collective, CollectiveKind::all_reduce);
  EXPECT_EQ(series.rows[1].size, 8_B);
  const std::string exchange =
      "# OSU MPI All-to-All Personalized Exchange Latency Test v5.9\n# Size Avg Latency(us)\n16 1.50\n";
  EXPECT_EQ(read_measurements("o.txt", exchange, {.collective = {}, .ranks = 4}).rows[0].size, 64_B);
}

TEST(Osu, SaysWhatIsWrongAndWhere) {
  const MeasurementHints four{.collective = {}, .ranks = 4};
  EXPECT_THAT(message_of("# OSU MPI Latency Test v7.4\n# Size Latency (us)\n1 0.2\n", four),
              HasSubstr("run.txt:1: is a point-to-point test of OSU"));
  EXPECT_THAT(message_of("# OSU MPI Bandwidth Test v7.4\n1 0.2\n", four), HasSubstr("run.txt:1: is a point-to-point"));
  EXPECT_THAT(message_of("# OSU MPI Non-blocking Allreduce Latency Test v7.4\n"
                         "# Size Overall(us) Compute(us) Pure Comm.(us) Overlap(%)\n4 3.1 1.5 1.6 0.00\n",
                         four),
              HasSubstr("run.txt:1: is a test of a non-blocking collective"));
  EXPECT_THAT(message_of("# OSU MPI All-to-Allv Personalized Exchange Latency Test v7.4\n16 3.1\n", four),
              HasSubstr("run.txt:1: is alltoallv of equal parts"));
  EXPECT_THAT(message_of("# OSU MPI Allreduce Latency Test\n4 1.5\n8\n", four),
              HasSubstr("run.txt:3: is no row of a size and a latency"));
  EXPECT_THAT(message_of("# OSU MPI Allreduce Latency Test\n4 nan\n", four),
              HasSubstr("run.txt:2: Avg Latency: \"nan\" is not a number"));
  EXPECT_THAT(message_of("# OSU MPI Allreduce Latency Test\n4 1.5\n", {}),
              HasSubstr("does not say on how many ranks it ran; --ranks says it"));
  EXPECT_THAT(message_of("# OSU MPI Allreduce Latency Test\n", four), HasSubstr("has no measured row"));
}

}  // namespace
}  // namespace polyplane::sim
