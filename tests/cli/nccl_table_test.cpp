#include "cli/nccl_table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace polyplane::cli {
namespace {

// Expected texts follow getFloatStr() in nccl-tests' src/util.cu: two decimals while the integer part has at most
// width - 3 digits, one while it has width - 2, none up to width digits, then the exponent form.
TEST(TableNumber, TimeColumn) {
  EXPECT_EQ(table_number(0, 7), "   0.00");
  EXPECT_EQ(table_number(6.6, 7), "   6.60");
  EXPECT_EQ(table_number(1234.5, 7), "1234.50");    // 4 digits + ".50" = 7
  EXPECT_EQ(table_number(12345.67, 7), "12345.7");  // 5 digits: two decimals would be 8 wide
  EXPECT_EQ(table_number(123456.7, 7), " 123457");  // 6 digits: one decimal would be 8 wide
  EXPECT_EQ(table_number(1234567.0, 7), "1234567");
  EXPECT_EQ(table_number(12345678.0, 7), "1.2e+07");
}

TEST(TableNumber, BandwidthColumn) {
  EXPECT_EQ(table_number(0.004, 6), "  0.00");
  EXPECT_EQ(table_number(480.27, 6), "480.27");
  EXPECT_EQ(table_number(1000.0, 6), "1000.0");
  EXPECT_EQ(table_number(12345.0, 6), " 12345");
  EXPECT_EQ(table_number(123456.0, 6), "123456");
  EXPECT_EQ(table_number(1234567.0, 6), " 1e+06");
}

TEST(TableNumber, RoundingNeverBreaksTheWidth) {
  EXPECT_EQ(table_number(9999.999, 7), "10000.0");  // two decimals would round up to "10000.00"
  EXPECT_EQ(table_number(999.999, 6), "1000.0");
}

sim::CollectiveResult result() {
  sim::CollectiveResult row;
  row.kind = collectives::CollectiveKind::all_reduce;
  row.algorithm = "ring";
  row.protocol = "Simple";
  row.size = Bytes(1'048'576);
  row.count = 262'144;
  row.datatype = "float";
  row.reduction = "sum";
  row.root = -1;
  row.time = Duration::from_ps(43'210'000);
  row.algbw_GBps = 24.27;
  row.busbw_GBps = 42.47;
  row.proven = true;
  return row;
}

TableHeader header() { return {"all_reduce_perf", Bytes(8), Bytes(64), 2, true, true, {"8 ranks\nof a cluster"}}; }

TEST(NcclTable, RowHasTheWidthsOfNcclTests) {
  NcclTable table(header(), false);
  // printf("%12li  %12li  %8s  %6s  %6s") and twice printf("  %7s  %6s  %6s  %6g")
  EXPECT_EQ(table.row(result()),
            "     1048576        262144     float     sum      -1"
            "    43.21   24.27   42.47       0    43.21   24.27   42.47       0\n");
}

TEST(NcclTable, UnprovenAndUncheckedRowsSayNotAvailable) {
  sim::CollectiveResult unproven = result();
  unproven.proven = false;
  EXPECT_NE(NcclTable(header(), false).row(unproven).find("42.47    N/A"), std::string::npos);
  TableHeader unchecked = header();
  unchecked.check = false;
  EXPECT_NE(NcclTable(unchecked, false).row(result()).find("42.47    N/A"), std::string::npos);
}

TEST(NcclTable, EveryHeaderLineIsAComment) {
  std::istringstream lines(NcclTable(header(), false).header());
  for (std::string line; std::getline(lines, line);) EXPECT_EQ(line.substr(0, 1), "#") << line;
  const std::string text = NcclTable(header(), false).header();
  EXPECT_NE(text.find("# Collective test starting: all_reduce_perf\n"), std::string::npos);
  EXPECT_NE(text.find("minBytes 8 maxBytes 64 step: 2(factor)"), std::string::npos);
  EXPECT_NE(
      text.find("#       size         count      type   redop    root     time   algbw   busbw  #wrong     time   "
                "algbw   busbw  #wrong \n"),
      std::string::npos);
}

TEST(NcclTable, FooterAveragesTheBusBandwidth) {
  NcclTable table(header(), false);
  sim::CollectiveResult other = result();
  static_cast<void>(table.row(other));
  other.busbw_GBps = 57.53;
  static_cast<void>(table.row(other));
  const std::string footer = table.footer(0xabc, {"assumed: 5 m of cable"});
  EXPECT_NE(footer.find("# Out of bounds values : 0 OK\n"), std::string::npos);
  EXPECT_NE(footer.find("# Avg bus bandwidth    : 50 \n"), std::string::npos);  // (42.47 + 57.53) / 2
  EXPECT_NE(footer.find("# assumed: 5 m of cable\n"), std::string::npos);
  EXPECT_NE(footer.find(": 0000000000000abc\n"), std::string::npos);
}

TEST(NcclTable, VerboseColumnsComeAfterTheThirteen) {
  NcclTable table(header(), true);
  sim::CollectiveResult row = result();
  row.alternatives = "double_binary_tree";
  row.bottleneck = "leaf-spine";
  row.way = {"all at once, by classes", 64, 5, 3};
  row.model_facts.certified = row.model_facts.solves = 2;
  row.model_facts.put_off = Duration::from_ps(1);
  row.model_facts.drained = Duration::from_ps(400);  // 0.25 %
  row.model_facts.most_put_off = Duration::from_ps(1);
  const std::string text = table.row(row);
  EXPECT_NE(text.find("       0  ring "), std::string::npos);
  EXPECT_NE(text.find("leaf-spine\n"
                      "#   computed: all at once, by classes; 64 classes of ranks, 3 of links, 5 of flows\n"
                      "#   weighed: double_binary_tree\n"
                      "#   time quantum: flows last 0.25 % longer on average, at most by 1 ps\n"
                      "#   certified: 2 of 2 allocations of rates are max-min fair by their bottlenecks\n"),
            std::string::npos)
      << text;
}

TEST(NcclTable, WhatAutoLeftOutIsSaidOnceBelow) {
  NcclTable table(header(), false);
  sim::CollectiveResult row = result();
  row.not_run = {"direct: 4194304 messages at once"};
  for (int i = 0; i < 2; ++i) EXPECT_EQ(table.row(row).find("direct"), std::string::npos);
  const std::string text = table.footer(0, {"a remark"});
  EXPECT_NE(text.find(" \n# auto left out direct: 4194304 messages at once\n# a remark\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace polyplane::cli
