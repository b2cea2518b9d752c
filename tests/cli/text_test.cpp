#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/answer_text.h"
#include "cli/explain_text.h"
#include "cli/explain_words.h"
#include "cli/output.h"
#include "cli/processor_words.h"
#include "cli/progress.h"
#include "cli/text_table.h"

namespace polyplane::cli {
namespace {

TEST(TextTable, ColumnsAreAlignedAndLinesEndWithoutBlanks) {
  TextTable table({TextTable::Align::left, TextTable::Align::right});
  table.add({"a", "1.5"});
  table.add({"\u00b5s", "100"});  // two columns wide, three bytes long
  table.add({"long"});
  EXPECT_EQ(table.text(1), " a     1.5\n \u00b5s    100\n long\n");
}

TEST(Progress, SaysRateAndTimeLeft) {
  // A quarter in 5 s: 15 s are left; 10 rows in 5 s are 2 rows/s.
  EXPECT_EQ(Progress::line("alltoall", 0.25, 10, 40, 5), "alltoall   25%  10/40 rows  2 rows/s  15 s left");
  EXPECT_EQ(Progress::line("alltoall", 0.5, 0, 1, 3600), "alltoall   50%  1:00 h left");
}

/// Lines joined.
std::string flattened(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  return text;
}

TEST(ExplainText, PartsAreExactToThePicosecond) {
  sim::CollectiveResult result;
  result.kind = collectives::CollectiveKind::all_reduce;
  result.algorithm = "ring";
  result.way.text = "flow by flow";
  result.ranks = 8;
  result.protocol = "Simple";
  result.size = Bytes(1024);
  result.time = Duration::from_ps(10'000'003);
  result.lower_bound = Duration::from_ps(5'000'000);
  result.lower_bound_reason = "bytes over the narrowest cut";
  result.attribution.launch = Duration::from_ps(6'000'000);
  result.attribution.tiers = {{"nvlink", Duration::from_ps(1), Duration::from_ps(4'000'002), Duration()}};
  result.attribution.binding_tier = "nvlink";
  result.top_links = {{LinkId(0), "node0/gpu0 -> node0/nvswitch", "nvlink", 1792, 0.25}};
  EXPECT_EQ(explain_text(result, "# "),
            "# all_reduce of 1 KiB by ring, Simple, 8 ranks: where 10.000003 us go (flow by flow)\n"
            "#   launch                  6.000000 us   60.0%\n"
            "#   nvlink: latency         0.000001 us    0.0%\n"
            "#   nvlink: serialisation   4.000002 us   40.0%\n"
            "#   total                  10.000003 us  100.0%\n"
            "# binding tier: nvlink (most bytes and sharing on the critical path)\n"
            "# lower bound: 5.000000 us (bytes over the narrowest cut); the result is 2.000 x the bound\n"
            "# most loaded links of the run (share of the time they are busy):\n"
            "#   node0/gpu0 -> node0/nvswitch  nvlink  25.0%  1792 bytes\n");
}

TEST(ExplainText, SaysThatBytesOfProcessorsAreWork) {
  sim::CollectiveResult result;
  result.time = Duration::from_ps(10);
  result.attribution.tiers = {{"port", Duration(), Duration::from_ps(6), Duration::from_ps(4)}};
  result.attribution.binding_tier = result.bottleneck = "port";
  const std::string line = "binding tier: port (most bytes and sharing on the critical path)\n";
  const std::string words = "links of port stand for processors of ranks: 61.7% of their load is work for messages, ";
  EXPECT_THAT(explain_text(result, "# "), testing::Not(testing::HasSubstr("processors")));
  result.processors = {{"port", 0.6171}};
  EXPECT_THAT(explain_text(result, "# "),
              testing::HasSubstr("# " + line + "#   " + words + "copies and sums, the rest"));
  EXPECT_THAT(flattened(explain_words(result)),
              testing::HasSubstr(" L" + words.substr(1) + "copies and sums, the rest"));
  const sim::CollectiveResult* const one = &result;
  EXPECT_THAT(processor_remarks({&one, 1}), testing::ElementsAre(words + "copies and sums, the rest bytes"));
  sim::CollectiveResult other = result;
  other.processors = {{"port", 0.01}};
  const sim::CollectiveResult* const both[] = {&other, &result};
  EXPECT_THAT(processor_words(both, "port"), testing::HasSubstr("ranks: 1.0% to 61.7% of their load"));
  other.bottleneck = result.bottleneck = "up";
  EXPECT_TRUE(processor_remarks(both).empty());
  sim::Attribution where;
  where.tiers = {{"port", Duration(), Duration::from_ps(3), Duration::from_ps(2)}};
  where.binding_tier = "port";
  const std::vector<std::string> tiers = {"port"};
  EXPECT_EQ(binding_words(where, Duration::from_ps(10), {}),
            "of the links, port holds it up most (50.0% of its critical path)");
  EXPECT_EQ(binding_words(where, Duration::from_ps(10), tiers),
            "of the links, port holds it up most (50.0% of its critical path), which is work of the ranks' processors "
            "as well as bytes");
}

class WriteFile : public ::testing::Test {
 protected:
  WriteFile() : folder_(::testing::TempDir() + "write_file_test." + std::to_string(getpid())) {
    std::filesystem::create_directory(folder_);
  }
  ~WriteFile() override { std::filesystem::remove_all(folder_); }
  [[nodiscard]] std::string path() const { return folder_ + "/out.json"; }
  [[nodiscard]] std::string content() const {
    std::ostringstream text;
    text << std::ifstream(path()).rdbuf();
    return text.str();
  }
  [[nodiscard]] std::ptrdiff_t files() const {
    return std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator());
  }
  std::string folder_;
};

TEST_F(WriteFile, NeverOverwritesWithoutForce) {
  write_file(path(), "one", false);
  EXPECT_THROW(write_file(path(), "two", false), InputError);
  EXPECT_EQ(content(), "one");
  write_file(path(), "three", true);
  EXPECT_EQ(content(), "three");
  EXPECT_EQ(files(), 1);  // no temporary file is left
}

TEST_F(WriteFile, WrongPlaces) {
  EXPECT_THROW(write_file(folder_ + "/none/out.json", "x", false), InputError);
  EXPECT_THROW(write_file(folder_, "x", true), InputError);
  EXPECT_THROW(write_file("", "x", true), InputError);
  EXPECT_EQ(files(), 0);
}

TEST(ExplainWords, WhatComputeWaitsFor) {
  sim::StepResult step;
  step.name = "step0";
  step.phase = "training";
  step.model = "tiny";
  step.cards = 8;
  step.time = Duration::from_ps(100'000'000);
  step.busy = Duration::from_ps(60'000'000);
  step.exposed = {{"pp", Duration::from_ps(4'000'000), Duration::from_ps(20'000'000)},
                  {"tp", Duration::from_ps(10'000'000), Duration::from_ps(6'000'000)}};
  const std::string text = flattened(explain_words(step, {}));
  const std::string said =
      "Compute waits for what the pipeline has not sent yet (20.0%), tp that is on its way (10.0%), "
      "tp that is not sent yet (6.0%), what the pipeline has on its way (4.0%).";
  EXPECT_NE(text.find(said), std::string::npos) << text;
}

}  // namespace
}  // namespace polyplane::cli
