// Traces of experiment files, from the text to the report.
#include <gtest/gtest.h>

#include <fstream>

#include "sim/catalog.h"
#include "sim/simulation.h"
#include "sim/write_report.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

using namespace literals;

constexpr const char* kPingGoal =
    "num_ranks 2\n"
    "rank 0 {\n"
    "  a: calc 10000\n"
    "  b: send 1000000b to 1 tag 3\n"
    "  b requires a\n"
    "}\n"
    "rank 1 {\n"
    "  c: recv 1000000b from 0 tag 3\n"
    "  d: calc 7000\n"
    "  d requires c\n"
    "}\n";

// Three cards in a row at 400 Gbps, 100 ns a link: from a to c 200 ns.
constexpr const char* kRow =
    "inline_cluster { graph {\n"
    "  devices { name: \"a\" } devices { name: \"b\" } devices { name: \"c\" }\n"
    "  devices { name: \"s\" kind: network_switch }\n"
    "  links { from: \"a\" to: \"s\" rate: \"400 Gbps\" latency: \"100 ns\" }\n"
    "  links { from: \"b\" to: \"s\" rate: \"100 Gbps\" latency: \"100 ns\" }\n"
    "  links { from: \"c\" to: \"s\" rate: \"400 Gbps\" latency: \"100 ns\" } } }\n";

class Traces : public testing::Test {
 protected:
  Traces() : file_(kPingGoal, "ping.goal") {}

  std::vector<Experiment> load(const std::string& trace) {
    const std::string path = file_.folder() + "/test.textproto";
    std::ofstream(path) << kRow << "traces { " << trace << " }\n";
    return Catalog(POLYPLANE_CONFIGS_DIRECTORY).experiments(path);
  }
  std::string refusal_of(const std::string& trace) {
    return refusal([&] { static_cast<void>(load(trace)); }, file_.folder() + "/test.textproto");
  }

  TemporaryFile file_;
};

// 10 us of compute, then 1 MB at 400 or 100 Gbps (20 or 80 us) after 0.2 us, then 7 us.
TEST_F(Traces, RunOnTheCardsThatAreAskedFor) {
  const Report narrow = run(load("format: \"goal\" file: \"ping.goal\"").at(0), {});
  ASSERT_EQ(narrow.programs.size(), 1U);
  EXPECT_EQ(narrow.programs[0].time, 97'200_ns);
  const Report wide = run(load("name: \"ping\" format: \"goal\" file: \"ping.goal\" ranks: \"0,2\"").at(0), {});
  const ProgramResult& result = wide.programs.at(0);
  EXPECT_EQ(result.name, "ping");
  EXPECT_EQ(result.time, 37'200_ns);
  EXPECT_EQ(result.mode, ProgramMode::flows);
  EXPECT_EQ(result.messages, 1U);
  EXPECT_EQ(result.sent, Bytes(1'000'000));
  EXPECT_EQ(result.busy, 8'500_ns);  // mean of 10 and 7
  EXPECT_EQ(result.idle, 3'500_ns);  // mean of 7 and 0
  EXPECT_NE(wide.fingerprint, narrow.fingerprint);
}

TEST_F(Traces, BothModesAgreeWhereNothingContends) {
  for (const char* mode : {"flows", "timed"}) {
    const auto experiments =
        load("format: \"goal\" file: \"ping.goal\" ranks: \"2,0\" mode: \"" + std::string(mode) + "\"");
    EXPECT_EQ(run(experiments.at(0), {}).programs.at(0).time, 37'200_ns) << mode;
  }
}

TEST_F(Traces, AreReported) {
  const Report report = run(load("name: \"ping\" format: \"goal\" file: \"ping.goal\" ranks: \"0,2\"").at(0), {});
  const std::string json = to_json(report, {"1", "run", false, true});
  for (const char* part : {"\"programs\"", "\"time_ps\": 37200000", "\"mode\": \"flows\"", "\"sent_bytes\": 1000000"}) {
    EXPECT_NE(json.find(part), std::string::npos) << part << "\n" << json;
  }
  EXPECT_EQ(program_csv_row(report.programs[0]).substr(0, 54),
            "ping,goal,flows,flow,2,2,4,1,1000000,37200000,8500000,");
}

TEST_F(Traces, WrongInputIsRefusedInItsPlace) {
  EXPECT_EQ(refusal_of("format: \"gaol\" file: \"ping.goal\"").substr(0, 78),
            ":7:10: traces[0].format: unknown format of traces \"gaol\"; did you mean \"goal\"?");
  EXPECT_NE(refusal_of("format: \"goal\" file: \"pong.goal\"").find("traces[0].file: "), std::string::npos);
  EXPECT_NE(refusal_of("format: \"goal\" file: \"ping.goal\" mode: \"flow\"").find("did you mean \"flows\""),
            std::string::npos);
  EXPECT_NE(refusal_of("format: \"goal\" file: \"ping.goal\" ranks: \"0\"")
                .find("traces[0].ranks: the trace is of 2 ranks, but 1 are listed"),
            std::string::npos);
  EXPECT_NE(refusal_of("format: \"goal\" file: \"ping.goal\" options: \"speed=1\"").find("traces[0].options"),
            std::string::npos);
  EXPECT_NE(refusal_of("file: \"ping.goal\"").find("format"), std::string::npos);
  EXPECT_NE(refusal_of(
                "format: \"goal\" file: \"ping.goal\" } traces { name: \"trace0\" format: \"goal\" file: \"ping.goal\"")
                .find("a trace \"trace0\" exists already"),
            std::string::npos);
}

TEST_F(Traces, TooFewCards) {
  std::ofstream(file_.folder() + "/four.goal")
      << "num_ranks 4\nrank 0 {\n}\nrank 1 {\n}\nrank 2 {\n}\nrank 3 {\na: calc 1\n}\n";
  EXPECT_NE(refusal_of("format: \"goal\" file: \"four.goal\"")
                .find("traces[0].file: the trace is of 4 ranks, but the cluster has 3 accelerators"),
            std::string::npos);
}

}  // namespace
}  // namespace polyplane::sim
