// The built program, from the outside: what scripts rely on.
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "cli/command_summary.h"
#include "configs/schema/report.pb.h"
#include "tests/cli/run_program.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::cli {
namespace {

using Stdout = ProgramSetting::Stdout;

/// As a script for nccl-tests reads the table: lines without '#', split at blanks.
std::vector<std::vector<std::string>> table_rows(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.front() == '#') continue;
    std::istringstream words(line);
    rows.emplace_back();
    for (std::string word; words >> word;) rows.back().push_back(word);
  }
  return rows;
}

google::protobuf::Struct json_document(const std::string& text) {
  google::protobuf::Struct document;
  const auto status = google::protobuf::util::JsonStringToMessage(text, &document);
  EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << text;
  return document;
}

v1::Report report_document(const std::string& text) {
  v1::Report report;
  const auto status = google::protobuf::util::JsonStringToMessage(text, &report);
  EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << text;
  return report;
}

/// Exit code, nothing on stdout, one line on stderr that contains `part`.
void expect_refused(const std::vector<std::string>& arguments, int exit_code, const std::string& part) {
  const ProgramRun run = run_program(arguments);
  EXPECT_EQ(run.exit_code, exit_code) << run.error;
  EXPECT_EQ(run.out, "");
  EXPECT_NE(run.error.find(part), std::string::npos) << run.error;
}

std::vector<std::string> perf(std::vector<std::string> more) {
  std::vector<std::string> arguments = {"perf", "all_reduce", "--cluster", "dgx-h100"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(Perf, AScriptForNcclTestsReadsTheTable) {
  // The command of the issue: 8, 16, ... 8 GiB are 31 sizes.
  const ProgramRun run = run_program(perf({"--ranks", "8", "-b", "8", "-e", "8G", "-f", "2"}));
  ASSERT_EQ(run.exit_code, 0) << run.error;
  EXPECT_EQ(run.error, "");
  const auto rows = table_rows(run.out);
  ASSERT_EQ(rows.size(), 31U) << run.out;
  std::int64_t size = 8;
  for (const auto& row : rows) {
    ASSERT_EQ(row.size(), 13U);
    EXPECT_EQ(row[0], std::to_string(size));
    EXPECT_EQ(row[1], std::to_string(size / 4));  // floats
    EXPECT_EQ(row[2], "float");
    EXPECT_EQ(row[3], "sum");
    EXPECT_EQ(row[4], "-1");
    EXPECT_GT(std::stod(row[5]), 0.0);
    EXPECT_EQ(row[8], "0");
    for (std::size_t column = 5; column < 9; ++column) EXPECT_EQ(row[column], row[column + 4]);
    size *= 2;
  }
  EXPECT_NE(run.out.find("# Avg bus bandwidth    : "), std::string::npos);
}

TEST(Perf, JsonIsOneDocumentWithTheRowsOfTheTable) {
  const ProgramRun run = run_program(perf({"-b", "1K", "-e", "4K", "--format", "json"}));
  ASSERT_EQ(run.exit_code, 0) << run.error;
  const v1::Report report = report_document(run.out);
  EXPECT_EQ(report.schema(), "polyplane/report/1");
  EXPECT_EQ(report.command(), "perf");
  EXPECT_EQ(report.cluster().name(), "dgx-h100");
  ASSERT_EQ(report.results_size(), 3);
  EXPECT_EQ(report.results(2).size_bytes(), 4096);
  EXPECT_EQ(report.results(2).ranks(), 8);
  EXPECT_GT(report.results(2).events(), 0);
  EXPECT_GE(report.results(2).time_us(), report.results(2).lower_bound_us());
  EXPECT_EQ(report.fingerprint().size(), 16U);
}

TEST(Perf, CsvHasAHeaderAndARowForEachSize) {
  const ProgramRun run = run_program(perf({"-b", "1K", "-e", "4K", "--format", "csv"}));
  ASSERT_EQ(run.exit_code, 0) << run.error;
  EXPECT_EQ(std::count(run.out.begin(), run.out.end(), '\n'), 4);
  EXPECT_TRUE(run.out.starts_with("collective,algorithm,")) << run.out;
}

TEST(Perf, ThreadsDoNotChangeAByte) {
  const std::vector<std::string> sizes = {"-b", "1K", "-e", "1M", "--format", "json", "--threads"};
  std::vector<std::string> one = sizes;
  one.emplace_back("1");
  std::vector<std::string> four = sizes;
  four.emplace_back("4");
  EXPECT_EQ(run_program(perf(one)).out, run_program(perf(four)).out);
}

TEST(Perf, NcclOptionsWithoutMeaningAreExplainedInTheHeader) {
  const ProgramRun run = run_program(perf({"-b", "1K", "-e", "1K", "-n", "20", "-w", "5", "-g", "8", "-c", "0"}));
  ASSERT_EQ(run.exit_code, 0) << run.error;
  EXPECT_NE(run.out.find("no effect, every iteration takes the same time"), std::string::npos) << run.out;
  EXPECT_EQ(table_rows(run.out).front()[8], "N/A");
}

TEST(Perf, ExplainSumsToTheTime) {
  const ProgramRun run = run_program(perf({"-b", "1M", "-e", "1M", "--explain", "--format", "json"}));
  ASSERT_EQ(run.exit_code, 0) << run.error;
  const v1::Report report = report_document(run.out);
  const v1::CollectiveResult& result = report.results(0);
  double sum =
      result.attribution().launch_ps() + result.attribution().software_ps() + result.attribution().waiting_ps();
  for (const auto& tier : result.attribution().tiers()) {
    sum += tier.latency_ps() + tier.serialisation_ps() + tier.contention_ps();
  }
  EXPECT_EQ(sum, result.time_ps());
  EXPECT_FALSE(result.attribution().binding_tier().empty());
  EXPECT_GT(result.top_links_size(), 0);
  const ProgramRun text = run_program(perf({"-b", "1M", "-e", "1M", "--explain"}));
  EXPECT_NE(text.out.find("# binding tier: "), std::string::npos) << text.out;
  EXPECT_EQ(table_rows(text.out).size(), 1U);
}

TEST(Perf, SplitRunsGroupsSideBySide) {
  const ProgramRun run = run_program(perf({"-b", "1M", "-e", "1M", "--split", "%2", "--format", "json"}));
  ASSERT_EQ(run.exit_code, 0) << run.error;
  const v1::Report report = report_document(run.out);
  EXPECT_EQ(report.results(0).groups(), 2);
  EXPECT_EQ(report.results(0).ranks(), 4);
}

TEST(Perf, ABarrierHasOneRow) {
  const ProgramRun run = run_program({"perf", "barrier", "--cluster", "dgx-h100"});
  ASSERT_EQ(run.exit_code, 0) << run.error;
  ASSERT_EQ(table_rows(run.out).size(), 1U);
  EXPECT_EQ(table_rows(run.out).front()[0], "0");
}

TEST(Perf, ReportsSayThePlacement) {
  const std::vector<std::string> arguments = {"perf",        "all_reduce", "--cluster", "mi300x-2048",
                                              "--placement", "spread",     "--ranks",   "4",
                                              "-b",          "1M",         "-e",        "1M"};
  const ProgramRun table = run_program(arguments);
  ASSERT_EQ(table.exit_code, 0) << table.error;
  EXPECT_NE(table.out.find("#  placement spread, 4 ranks on 4 nodes: node[0,64,128,192]\n"), std::string::npos);
  std::vector<std::string> as_json = arguments;
  as_json.insert(as_json.end(), {"--format", "json"});
  EXPECT_EQ(report_document(run_program(as_json).out).results(0).placement(),
            "spread, 4 ranks on 4 nodes: node[0,64,128,192]");
}

/// One cluster of 16 cards, and two of 8 that a thin link joins.
std::string several_clusters() {
  const std::string part = "cluster: \"single_switch:endpoints=8,per_node=4,radix=16\"";
  return "name: \"cut\"\nclusters { cluster: \"single_switch:endpoints=16,per_node=4,radix=16\" }\n"
         "clusters { inline_cluster { name: \"halves\" members { count: 2 " +
         part +
         " } interconnect { rate: \"100 Gbps\" latency: \"10 us\" } } }\n"
         "collectives { name: \"g\" collective: \"all_reduce\" sizes: [\"1 MiB\", \"4 MiB\"] }\n";
}

TEST(Run, SeveralClustersAreSetSideBySide) {
  const std::string path = ::testing::TempDir() + "polyplane_clusters_" + std::to_string(getpid()) + ".textproto";
  std::ofstream(path) << several_clusters();
  const ProgramRun table = run_program({"run", path});
  ASSERT_EQ(table.exit_code, 0) << table.error;
  EXPECT_EQ(table_rows(table.out).size(), 4U + 2U);  // of each cluster, and the largest size side by side
  EXPECT_EQ(table_rows(table.out).back()[0], "halves");
  const v1::Report report = report_document(run_program({"run", path, "--format", "json"}).out);
  ASSERT_EQ(report.clusters_size(), 2);
  EXPECT_FALSE(report.has_cluster());
  EXPECT_EQ(report.clusters(1).name(), "halves");
  EXPECT_EQ(report.clusters(1).endpoints(), 16);
  ASSERT_EQ(report.results_size(), 4);
  EXPECT_EQ(report.results(3).cluster(), "halves");
  EXPECT_GT(report.results(3).time_us(), report.results(1).time_us());
  EXPECT_EQ(report.fingerprint().size(), 16U);
  const ProgramRun csv = run_program({"run", path, "--format", "csv"});
  EXPECT_NE(csv.out.find(",fingerprint,cluster\n"), std::string::npos);
  EXPECT_NE(csv.out.find(",halves\n"), std::string::npos);
  std::filesystem::remove(path);
}

TEST(Run, WarnsOnceOfAStepThatDoesNotFit) {
  // 405 B numbers of 2 bytes on a card of 80 GB.
  const TemporaryFile file(
      "cluster: \"dgx-h100\"\nstack: \"ideal\"\n"
      "inference { name: \"large\" model: \"llama-3-405b\" cards: 1 batch: 2 context: 1 memory_check: \"warn\"\n"
      "  compute { product_efficiency: 1 attention_efficiency: 1 memory_efficiency: 1 source: \"none\" } }\n");
  for (const char* command : {"run", "explain"}) {
    const ProgramRun run = run_program({command, file.path(), "--format", "json"});
    ASSERT_EQ(run.exit_code, 0) << run.error;
    EXPECT_EQ(std::ranges::count(run.error, '\n'), 1) << run.error;
    for (const char* part : {"warn", "step large needs 81", "weights 81", "keys and values", "80.0 GB"}) {
      EXPECT_NE(run.error.find(part), std::string::npos) << run.error;
    }
    EXPECT_NE(run.out.find("step large needs 81"), std::string::npos) << run.out;
  }
}

TEST(Perf, JsonFileBesideTheTable) {
  const std::string path = ::testing::TempDir() + "polyplane_output_" + std::to_string(getpid()) + ".json";
  const std::vector<std::string> arguments = perf({"-b", "1K", "-e", "1K", "-J", path});
  ASSERT_EQ(run_program(arguments).exit_code, 0);
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  EXPECT_EQ(report_document(text.str()).results_size(), 1);
  expect_refused(arguments, 2, "--force");
  std::filesystem::remove(path);
}

TEST(ExitCodes, WrongInputIs2AndWritesNothing) {
  expect_refused({}, 2, "no command");
  expect_refused({"prf"}, 2, "did you mean \"perf\"?");
  expect_refused({"perf", "all_reduse", "--cluster", "dgx-h100"}, 2, "all_reduce");
  expect_refused({"perf", "all_reduce", "--cluster", "dgx-h10"}, 2, "dgx-h100");
  expect_refused({"perf", "all_reduce", "--cluster", "/nonexistent/x.textproto"}, 2, "/nonexistent/x.textproto");
  expect_refused(perf({"--ranks", "9"}), 2, "8 cards");
  expect_refused(perf({"--ranks-per-node", "9"}), 2, "does not fit");
  expect_refused(perf({"--rank-map", "0,1,1"}), 2, "twice");
  expect_refused(perf({"--algorithm", "rnig"}), 2, "ring");
  expect_refused(perf({"--model", "flo"}), 2, "flow");
  expect_refused(perf({"--routing", "spary"}), 2, "spray");
  expect_refused(perf({"--stack", "ncl"}), 2, "nccl");
  expect_refused(perf({"--datatype", "flaot"}), 2, "float");
  expect_refused(perf({"--op", "summ"}), 2, "sum");
  for (const char* kind : {"alltoall", "combine", "broadcast"}) {
    expect_refused(
        {"perf", kind, "--cluster", "dgx-h100", "-o", "max"}, 2,
        "--op has no meaning for " + std::string(kind) + "; it is for all_reduce, reduce and reduce_scatter");
  }
  for (const char* kind : {"all_reduce", "alltoall", "combine"}) {
    expect_refused(
        {"perf", kind, "--cluster", "dgx-h100", "-r", "3"}, 2,
        "--root has no meaning for " + std::string(kind) + "; it is for broadcast, reduce, gather and scatter");
  }
  expect_refused(perf({"--root", "8"}), 2, "--root has no meaning for all_reduce");
  expect_refused({"perf", "broadcast", "--cluster", "dgx-h100", "--root", "8"}, 2,
                 "--root: \"8\" is not a whole number from 0 to 7");
  for (const char* option : {"-b", "-e", "-f", "-i", "-d"}) {
    expect_refused({"perf", "barrier", "--cluster", "dgx-h100", option, "2"}, 2, "barrier moves no data");
  }
  expect_refused({"perf", "barrier", "--cluster", "dgx-h100", "--channels", "4"}, 2,
                 "--channels: 4 asked for, but every algorithm of barrier allows 1");
  expect_refused({"perf", "alltoall", "--cluster", "dgx-h100", "--algorithm", "direct", "--slices", "4"}, 2,
                 "--slices: 4 asked for, but alltoall/direct allows 1");
  expect_refused(perf({"--algorithm", "direct", "--channels", "4"}), 2, "--algorithm: ");
  expect_refused(perf({"--fail", "plain=3"}), 2, "plane");
  expect_refused(perf({"--protocol", "LL129"}), 2, "LL128");
  expect_refused(perf({"-b", "8", "-e", "4"}), 2, "--max-bytes");
  expect_refused(perf({"-b", "nan"}), 2, "nan");
  expect_refused(perf({"-f", "0"}), 2, "--step-factor");
  expect_refused(perf({"-f", "2", "-i", "8"}), 2, "contradict");
  expect_refused(perf({"--format", "xml"}), 2, "json");
  expect_refused(perf({"--timeout", "5"}), 2, "timeout(1)");
  expect_refused({"run", "/nonexistent.textproto"}, 2, "/nonexistent.textproto");
  expect_refused({"catalog", "no-such-thing"}, 2, "no-such-thing");
  expect_refused({"completion", "tcsh"}, 2, "zsh");
  expect_refused({"topo", "dgx-h100", "--output", "x.dot"}, 2, "--export");
}

TEST(ExitCodes, LimitsAre3) {
  expect_refused(perf({"-b", "2000T", "-e", "2000T"}), 3, "1 PiB");
  expect_refused(perf({"-b", "0", "-e", "1G", "-i", "1"}), 3, "100000");
}

TEST(ExitCodes, AStandardOutputThatIsFullIs1) {
  ProgramSetting full;
  full.standard_output = Stdout::full_disk;
  const ProgramRun run = run_program({"--help"}, full);
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_NE(run.error.find("cannot write to standard output"), std::string::npos) << run.error;
}

TEST(ExitCodes, AReaderThatHasGoneIsNoError) {
  ProgramSetting closed;
  closed.standard_output = Stdout::closed_pipe;
  for (const std::vector<std::string>& arguments : {perf({"-b", "1K", "-e", "1M"}), {"catalog"}, {"--help"}}) {
    const ProgramRun run = run_program(arguments, closed);
    EXPECT_EQ(run.exit_code, 0) << run.error;
    EXPECT_EQ(run.error, "");
  }
}

class Signals : public ::testing::TestWithParam<int> {};

TEST_P(Signals, StopWithinASecondWith128PlusSignal) {
  ProgramSetting setting;
  setting.signal = GetParam();
  // Minutes of work: every pair of 2,048 ranks, on hashed routes.
  const ProgramRun run = run_program({"perf", "alltoall", "--cluster", "deepseek-v3-2048", "--routing", "ecmp",
                                      "--algorithm", "direct", "-b", "16G", "-e", "16G", "-i", "1"},
                                     setting);
  EXPECT_EQ(run.exit_code, 128 + GetParam()) << run.error;
  EXPECT_LT(run.seconds_after_signal, 1.0);
  EXPECT_NE(run.error, "");
}

INSTANTIATE_TEST_SUITE_P(Both, Signals, ::testing::Values(SIGINT, SIGTERM));

TEST(Topo, CountsOfDeepSeeksTable3) {
  struct Expected {
    const char* cluster;
    double endpoints, switches;
  };
  for (const Expected& expected :
       {Expected{"mpft-16384", 16384, 768}, Expected{"ft2-2048", 2048, 96}, Expected{"ft3-65536", 65536, 5120}}) {
    const ProgramRun run = run_program({"topo", expected.cluster, "--format", "json"});
    ASSERT_EQ(run.exit_code, 0) << run.error;
    const auto document = json_document(run.out);
    EXPECT_EQ(document.fields().at("endpoints").number_value(), expected.endpoints);
    EXPECT_EQ(document.fields().at("switches").number_value(), expected.switches);
    EXPECT_EQ(document.fields().at("schema").string_value(), "polyplane/topo/1");
  }
}

TEST(Topo, TextSaysWhatIsUnknown) {
  const ProgramRun run = run_program({"topo", "dgx-h100"});
  ASSERT_EQ(run.exit_code, 0) << run.error;
  EXPECT_NE(run.out.find("n/a"), std::string::npos);
  EXPECT_TRUE(run.out.starts_with("dgx-h100")) << run.out;
}

// Through a switch of its own there is one way from the first to the last of two endpoints.
TEST(Topo, OnePathIsNoPaths) {
  const ProgramRun run = run_program({"topo", "fat_tree:tiers=2,radix=4,endpoints=2"});
  ASSERT_EQ(run.exit_code, 0) << run.error;
  EXPECT_NE(run.out.find(" 1 shortest path from the first"), std::string::npos) << run.out;
}

TEST(Topo, BillOfDeepSeeksFatTree) {
  // 96 x 83,007.81 + 2,048 x 503.54 USD.
  ProgramRun run = run_program({"topo", "ft2-2048", "--bill", "--prices", "deepseek-table3"});
  ASSERT_EQ(run.exit_code, 0) << run.error;
  EXPECT_NE(run.out.find("9,000,000 USD, 4,394.53 USD an endpoint"), std::string::npos) << run.out;
  EXPECT_NE(run.out.find("left out of the sheet"), std::string::npos);
  run = run_program({"topo", "ft2-2048", "--prices", "deepseek-table3", "--format", "json"});
  ASSERT_EQ(run.exit_code, 0) << run.error;
  const auto document = json_document(run.out);
  EXPECT_EQ(document.fields().at("cost_usd").number_value(), 8999999.68);
  EXPECT_EQ(document.fields().at("cost_per_endpoint_usd").number_value(), 4394.53);
  EXPECT_EQ(document.fields().at("power_w").number_value(), 311328);
  const auto& bill = document.fields().at("bill").struct_value().fields();
  EXPECT_EQ(bill.at("transceivers").number_value(), 8192);
  EXPECT_EQ(bill.at("system_cost_usd").struct_value().fields().at("used").kind_case(),
            google::protobuf::Value::kNullValue);
  EXPECT_EQ(bill.at("system_cost_usd").struct_value().fields().at("missing").list_value().values(0).string_value(),
            "price of nvidia-h800-sxm5");
}

TEST(Topo, AnUnknownPriceSheetIsRefused) {
  expect_refused({"topo", "dgx-h100", "--prices", "street-2023"}, 2, "did you mean \"street-2024\"?");
  expect_refused({"topo", "dgx-h100", "--bill", "--export", "dot"}, 2, "--bill contradicts --export");
}

TEST(Topo, ExportsToAFileThatIsNeverOverwritten) {
  const std::string path = ::testing::TempDir() + "polyplane_export_" + std::to_string(getpid()) + ".dot";
  const std::vector<std::string> arguments = {"topo", "dgx-h100", "--export", "dot", "--output", path};
  ProgramRun run = run_program(arguments);
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_EQ(run.out, "");
  EXPECT_GT(std::filesystem::file_size(path), 0U);
  expect_refused(arguments, 2, "--force");
  std::filesystem::remove(path);
  run = run_program({"topo", "dgx-h100", "--export", "json"});
  EXPECT_EQ(json_document(run.out).fields().at("schema").string_value(), "polyplane/graph/1");
}

TEST(Catalog, ListsGuestsAndFiles) {
  const ProgramRun run = run_program({"catalog", "--algorithms"});
  ASSERT_EQ(run.exit_code, 0) << run.error;
  EXPECT_NE(run.out.find("all_reduce/ring"), std::string::npos);
  EXPECT_EQ(run.out.find("dgx-h100"), std::string::npos);
  const ProgramRun figures = run_program({"catalog", "nvidia-h800-sxm5"});
  EXPECT_EQ(figures.exit_code, 0) << figures.error;
  EXPECT_NE(figures.out.find("source"), std::string::npos) << figures.out;
  const ProgramRun json = run_program({"catalog", "--clusters", "--format", "json"});
  EXPECT_GT(json_document(json.out).fields().at("entries").list_value().values_size(), 3);
}

TEST(Completion, ScriptsNameEveryCommandAndAskForNames) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const ProgramRun run = run_program({"completion", shell});
    ASSERT_EQ(run.exit_code, 0) << run.error;
    for (const CommandSummary& command : command_summaries()) {
      EXPECT_NE(run.out.find(command.name), std::string::npos) << shell;
    }
    EXPECT_NE(run.out.find("min-bytes"), std::string::npos) << shell;
  }
  EXPECT_NE(run_program({"__complete", "clusters"}).out.find("deepseek-v3-2048\n"), std::string::npos);
  EXPECT_NE(run_program({"__complete", "algorithms"}).out.find("ring\n"), std::string::npos);
}

TEST(Doctor, FindsNothingWrongHere) {
  const ProgramRun run = run_program({"doctor"});
  EXPECT_EQ(run.exit_code, 0) << run.out;
  const ProgramRun json = run_program({"doctor", "--format", "json"});
  EXPECT_EQ(json_document(json.out).fields().at("schema").string_value(), "polyplane/doctor/1");
}

TEST(Installation, WorksFromAnyDirectory) {
  ProgramSetting elsewhere;
  elsewhere.directory = "/";
  EXPECT_EQ(run_program(perf({"-b", "1K", "-e", "1K"}), elsewhere).exit_code, 0);
}

TEST(Version, IsOneLine) {
  EXPECT_EQ(run_program({"version"}).out, run_program({"--version"}).out);
  EXPECT_TRUE(run_program({"version"}).out.starts_with("polyplane "));
}

}  // namespace
}  // namespace polyplane::cli
