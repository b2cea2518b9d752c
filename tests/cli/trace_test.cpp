// --trace and explain, from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "configs/schema/perfetto.pb.h"
#include "tests/cli/run_program.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A folder of its own, with an experiment in it: 64 MB among 4 cards of a node.
class Trace : public testing::Test {
 protected:
  ProgramRun run(std::vector<std::string> arguments) const {
    ProgramSetting setting;
    setting.directory = experiment_.folder();
    return run_program(arguments, setting);
  }
  ProgramRun perf(std::vector<std::string> more) const {
    std::vector<std::string> arguments = {"perf", "all_reduce", "--cluster", "dgx-h100", "--algorithm",
                                          "ring", "-b",         "1M",        "-e",       "2M"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return experiment_.folder() + "/" + name; }
  [[nodiscard]] perfetto::Trace trace_in(const std::string& name) const {
    std::ifstream file(path(name), std::ios::binary);
    perfetto::Trace trace;
    EXPECT_TRUE(trace.ParseFromIstream(&file));
    return trace;
  }
  [[nodiscard]] std::size_t files() const {
    const std::filesystem::directory_iterator all(experiment_.folder());
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  [[nodiscard]] std::string experiment() const { return experiment_.path(); }

 private:
  TemporaryFile experiment_{R"(
name: "four"
cluster: "dgx-h100"
stack: "ideal"
collectives {
  name: "gradients"
  collective: "all_reduce"
  algorithm: "ring"
  sizes: "1 MB"
  sizes: "64 MB"
  ranks: "0-3"
}
)",
                            "four.textproto"};
};

TEST_F(Trace, SaysItsSizeBeforeAndWhatToDoAfter) {
  const ProgramRun traced = perf({"--trace", "t.pftrace"});
  ASSERT_EQ(traced.exit_code, 0) << traced.error;
  EXPECT_THAT(traced.error, AllOf(HasSubstr(" messages, about "), HasSubstr("drag t.pftrace onto ui.perfetto.dev")));
  EXPECT_GT(trace_in("t.pftrace").packet_size(), 100);
  EXPECT_EQ(traced.out, perf({}).out);  // the same results
}

TEST_F(Trace, QuietlyNothingIsSaid) {
  const ProgramRun traced = perf({"--trace", "t.pftrace", "-q"});
  EXPECT_EQ(traced.exit_code, 0);
  EXPECT_EQ(traced.error, "");
}

TEST_F(Trace, OfAnExperiment) {
  const ProgramRun traced = run({"run", experiment(), "--trace", "t.pftrace", "--trace-ranks", "0,2-3", "--trace-links",
                                 "nvlink", "--trace-window", "10us..20us", "--trace-time-scale", "10"});
  ASSERT_EQ(traced.exit_code, 0) << traced.error;
  EXPECT_GT(trace_in("t.pftrace").packet_size(), 10);
}

TEST_F(Trace, AWindowPastTheEndIsSaidToBeEmpty) {
  const ProgramRun empty = perf({"--trace", "t.pftrace", "--trace-window", "1s..2s"});
  EXPECT_EQ(empty.exit_code, 0) << empty.error;
  EXPECT_THAT(empty.error, HasSubstr("# trace: nothing happens in --trace-window; the run ends at "));
  const ProgramRun within = perf({"--trace", "u.pftrace", "--trace-window", "1us..2s"});
  EXPECT_THAT(within.error, Not(HasSubstr("nothing happens")));
}

TEST_F(Trace, RefusedBeforeTheRunAndNoFileIsLeft) {
  const std::pair<std::vector<std::string>, const char*> cases[] = {
      {{"--trace-ranks", "0-3"}, "--trace FILE says where"},
      {{"--trace", "t", "--trace-ranks", "0-8"}, "rank 8 is to be traced, but there are ranks 0 to 7 only"},
      {{"--trace", "t", "--trace-ranks", "3-1"}, "--trace-ranks: "},
      {{"--trace", "t", "--trace-ranks", "a"}, "--trace-ranks: "},
      {{"--trace", "t", "--trace-links", "nvlnk"}, "did you mean \"nvlink\"?"},
      {{"--trace", "t", "--trace-links", "top:0"}, "--trace-links top:N"},
      {{"--trace", "t", "--trace-links", ""}, "--trace-links is empty"},
      {{"--trace", "t", "--trace-links", "all", "--model", "analytic"}, "in the analytic model links are not shared"},
      {{"--trace", "t", "--trace-window", "10us"}, "is not FROM..TO"},
      {{"--trace", "t", "--trace-window", ".."}, "is not FROM..TO"},
      {{"--trace", "t", "--trace-window", "10..20us"}, "--trace-window: "},
      {{"--trace", "t", "--trace-window", "20us..10us"}, "ends before it begins"},
      {{"--trace", "t", "--trace-time-scale", "0"}, "--trace-time-scale"},
      {{"--trace", "t", "--trace-time-scale", "1001"}, "--trace-time-scale"},
      {{"--trace", "no/such/folder/t"}, "there is no directory"},
      {{"--trace", "four.textproto"}, "exists already; use --force"},
  };
  const std::size_t before = files();
  for (const auto& [arguments, message] : cases) {
    const ProgramRun refused = perf(arguments);
    EXPECT_EQ(refused.exit_code, 2) << message;
    EXPECT_EQ(refused.out, "") << message;
    EXPECT_THAT(refused.error, HasSubstr(message));
    EXPECT_EQ(files(), before) << message;
  }
}

// A trace is written beside its place and renamed; a link in its place stays one, to the new trace.
TEST_F(Trace, WhatALinkInItsPlaceLeadsToIsReplaced) {
  std::ofstream(path("old.pftrace")) << "old";
  std::filesystem::create_symlink("old.pftrace", path("t.pftrace"));
  EXPECT_EQ(perf({"--trace", "t.pftrace", "--force"}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(path("t.pftrace")));
  EXPECT_GT(std::filesystem::file_size(path("old.pftrace")), 3U);
}

TEST_F(Trace, OneOfSeveralSizesIsExplainedInWords) {
  const ProgramRun explained = run({"explain", experiment()});
  ASSERT_EQ(explained.exit_code, 0) << explained.error;
  EXPECT_THAT(explained.out,
              AllOf(HasSubstr("Job gradients: all_reduce of 64 MB"), Not(HasSubstr("of 1 MB")),
                    HasSubstr("10% more rate of nvlink: the time would fall by 9.0%"), HasSubstr("lower bound")));
  const ProgramRun all = run({"explain", experiment(), "-v"});
  EXPECT_THAT(all.out, AllOf(HasSubstr("of 64 MB"), HasSubstr("of 1 MB")));
}

TEST_F(Trace, WhatWouldHelpIsInTheDocument) {
  const ProgramRun document = run({"explain", experiment(), "--format", "json"});
  ASSERT_EQ(document.exit_code, 0) << document.error;
  EXPECT_THAT(document.out, AllOf(HasSubstr("\"command\": \"explain\""), HasSubstr("\"what\": \"rate of nvlink\"")));
  EXPECT_THAT(run({"run", experiment(), "--explain", "--format", "json"}).out, HasSubstr("\"sensitivities\""));
  EXPECT_THAT(run({"run", experiment(), "--format", "json"}).out, Not(HasSubstr("rate of nvlink")));
}

TEST_F(Trace, ExplainRefusesWhatIsNoExperiment) {
  const ProgramRun refused = run({"explain", "nothing.textproto"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.out, IsEmpty());
  EXPECT_EQ(run({"explain"}).exit_code, 2);
}

TEST_F(Trace, OneFileIsNamedOnce) {
  const auto text_of = [&](const std::string& name) {
    std::ifstream file(path(name));
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const std::string before = text_of("four.textproto");
  for (const bool force : {false, true}) {
    for (const char* twin : {"c.json", "./c.json"}) {
      std::vector<std::string> twice = {"--trace", "c.json", "-J", twin};
      if (force) twice.emplace_back("--force");
      const ProgramRun refused = perf(twice);
      EXPECT_EQ(refused.exit_code, 2);
      EXPECT_EQ(refused.out, "");
      EXPECT_THAT(refused.error, HasSubstr("two outputs go to one file"));
      EXPECT_EQ(files(), 1U);
    }
  }
  std::filesystem::create_symlink("four.textproto", path("link"));
  for (const char* output : {"four.textproto", "link"}) {
    const ProgramRun refused = run({"run", "four.textproto", "--trace", output, "--force"});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_EQ(refused.out, "");
    EXPECT_THAT(refused.error, HasSubstr("is an input of the same command"));
    EXPECT_EQ(text_of("four.textproto"), before);
  }
  const std::string program = "num_ranks 1\nrank 0 {\nl1: calc 100\n}\n";
  std::ofstream(path("a.goal")) << program;
  for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--force"}}) {
    std::vector<std::string> import = {"import", "goal", "a.goal", "--cluster", "dgx-h100", "-o", "a.goal"};
    import.insert(import.end(), more.begin(), more.end());
    const ProgramRun refused = run(import);
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_THAT(refused.error, HasSubstr("is an input of the same command"));
    EXPECT_EQ(text_of("a.goal"), program);
  }
}

TEST_F(Trace, AllOutputsAreCheckedBeforeTheRun) {
  std::ofstream(path("old.trace")) << "x";
  const ProgramRun refused = perf({"-J", "new.json", "--trace", "old.trace"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.error, HasSubstr("old.trace exists already"));
  EXPECT_EQ(files(), 2U);
}

TEST_F(Trace, NoChannelsAndSlicesAreOwnChoices) {
  EXPECT_EQ(perf({"--channels", "0", "--slices", "0"}).out, perf({}).out);
}

}  // namespace
}  // namespace polyplane::cli
