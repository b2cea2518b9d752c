// Timings and the tables of them, by hand.
#include "mpi/perf_table.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mpi/timing.h"

namespace polyplane::mpi {
namespace {

TEST(Timing, MediansAndQuartiles) {
  const Timing odd = summarise({5, 1, 3, 2, 4});
  EXPECT_EQ(odd.median, 3);
  EXPECT_EQ(odd.low, 2);
  EXPECT_EQ(odd.high, 4);
  EXPECT_EQ(odd.shortest, 1);
  EXPECT_DOUBLE_EQ(odd.spread(), 2.0 / 3);
  EXPECT_EQ(summarise({4, 2}).median, 3);
  EXPECT_EQ(summarise({7}).high, 7);
  EXPECT_EQ(summarise({0, 0}).spread(), 0);
}

/// 1 MB in 100 us is 10 GB/s; all-reduce of four: times 2 * 3 / 4; simulated 80 us: 20 % too fast.
PerfRow row() {
  PerfRow row;
  row.size = Bytes(1'000'000);
  row.count = 250'000;
  row.datatype = "float";
  row.reduction = "sum";
  row.algorithm = "ring";
  row.channels = 2;
  row.bus_factor = 1.5;
  row.schedule = {100e-6, 95e-6, 105e-6, 90e-6};
  row.mpi = {200e-6, 200e-6, 200e-6, 200e-6};
  row.simulated = Duration::from_ps(80'000'000);
  return row;
}

TEST(PerfTable, Row) {
  EXPECT_DOUBLE_EQ(row().algbw_GBps(), 10);
  EXPECT_DOUBLE_EQ(row().busbw_GBps(), 15);
  EXPECT_NEAR(row().error(), -0.2, 1e-12);
  EXPECT_EQ(perf_row(row()),
            "     1000000        250000     float     sum      -1    100.00   10.00   15.00    10.0    200.00     0.0  "
            "    80.00    -20.0  ring, 2 channels\n");
}

TEST(PerfTable, FooterHasTheMedianError) {
  PerfRow other = row();
  other.simulated = Duration::from_ps(125'000'000);  // ln 1.25 = -ln 0.8: the median of the two is the same
  const std::string text = perf_footer({row(), other}, "load average 1");
  EXPECT_NE(text.find("# Avg bus bandwidth    : 15\n"), std::string::npos) << text;
  EXPECT_NE(text.find("0.223, a factor of 1.25"), std::string::npos) << text;  // ln 1.25 = 0.2231
  EXPECT_NE(text.find("# load average 1\n"), std::string::npos) << text;
}

TEST(PerfTable, CsvHasAColumnForEachName) {
  const auto commas = [](const std::string& text) { return std::count(text.begin(), text.end(), ','); };
  EXPECT_EQ(commas(perf_csv_header()), commas(perf_csv_row(row())));
  EXPECT_TRUE(perf_csv_row(row()).starts_with("1000000,250000,float,sum,-1,ring,2,0,100,95,")) << perf_csv_row(row());
}

TEST(PerfTable, Json) {
  const std::string text = perf_json({"all_reduce", "MPI_Allreduce", {"4 ranks"}}, {row()}, 4, "load");
  for (const char* part : {"polyplane/mpi-perf/1", "\"schedule_us\"", "\"simulated_us\"", "MPI_Allreduce", "4 ranks"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is not in " << text;
  }
}

/// Nothing measured, nothing divided.
TEST(PerfTable, Zeros) {
  PerfRow none;
  EXPECT_EQ(none.algbw_GBps(), 0);
  EXPECT_EQ(none.error(), 0);
  EXPECT_NE(perf_footer({none}, "load").find("0.000, a factor of 1.00"), std::string::npos);
}

}  // namespace
}  // namespace polyplane::mpi
