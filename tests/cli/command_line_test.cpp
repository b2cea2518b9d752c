#include "cli/command_line.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "cli/command_summary.h"
#include "cli/man_page.h"
#include "cli/nccl_options.h"
#include "cli/perf_options.h"

namespace polyplane::cli {
namespace {

std::string refusal(const std::vector<std::string>& arguments) {
  try {
    static_cast<void>(parse_command_line(arguments));
  } catch (const InputError& error) { return error.what(); }
  return "accepted";
}

PerfArguments perf(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), {"all_reduce", "--cluster", "dgx-h100"});
  PerfArguments filled;
  EXPECT_FALSE(fill(declare_perf(filled), arguments));
  return filled;
}

TEST(CommandLine, SpellingsOfNcclTestsAndOursMeanTheSame) {
  const PerfArguments ours = perf({"--min-bytes", "8", "--max-bytes", "1G", "--step-factor", "4"});
  const PerfArguments theirs = perf({"--minbytes", "8", "--maxbytes", "1G", "--stepfactor", "4"});
  const PerfArguments brief = perf({"-b8", "-e", "1G", "-f", "4"});
  for (const PerfArguments& arguments : {ours, theirs, brief}) {
    EXPECT_EQ(arguments.min_bytes, "8");
    EXPECT_EQ(arguments.max_bytes, "1G");
    EXPECT_EQ(arguments.step_factor, "4");
  }
}

TEST(CommandLine, FaultsRepeatAndTakeOneValueEach) {
  EXPECT_EQ(perf({"--fail", "plane=3", "--fail", "5% of leaf-spine"}).faults,
            (std::vector<std::string>{"plane=3", "5% of leaf-spine"}));
  EXPECT_NE(refusal({"topo", "ft2-2048", "--fail", "a", "b"}), "accepted");
}

TEST(CommandLine, NegativeNumbersAreValues) { EXPECT_EQ(perf({"-r", "-1"}).root, "-1"); }

TEST(CommandLine, NcclOptionsAreCollected) {
  const PerfArguments arguments = perf({"-n", "20", "--warmup_iters", "5", "-c", "0"});
  EXPECT_EQ(arguments.nccl_options,
            (std::map<std::string, std::string>{{"--check", "0"}, {"--iters", "20"}, {"--warmup_iters", "5"}}));
}

TEST(CommandLine, DidYouMean) {
  EXPECT_NE(refusal({"prf"}).find("did you mean \"perf\"?"), std::string::npos) << refusal({"prf"});
  EXPECT_NE(refusal({"perf", "all_reduce", "--clutser", "x"}).find("did you mean --cluster?"), std::string::npos);
  EXPECT_THROW(static_cast<void>(help_text("topology")), InputError);
}

TEST(CommandLine, TheStoreOfASweepIsItsRecord) {
  const std::string message = refusal({"sweep", "x.textproto", "--vary", "seed=1,2", "--record", "x.pprec"});
  EXPECT_NE(message.find("polyplane report FILE -o report.html draws it"), std::string::npos) << message;
}

TEST(CommandLine, RefusesWhatIsMissingOrTooMuch) {
  EXPECT_NE(refusal({}).find("no command"), std::string::npos);
  EXPECT_NE(refusal({"--bogus"}).find("unknown option --bogus"), std::string::npos) << refusal({"--bogus"});
  EXPECT_NE(refusal({"perf"}).find("is missing"), std::string::npos);
  EXPECT_NE(refusal({"perf", "all_reduce"}).find("--cluster is missing"), std::string::npos);
  EXPECT_NE(refusal({"perf", "all_reduce", "dgx-h100", "--cluster", "dgx-h100"}).find("unexpected argument"),
            std::string::npos);
  EXPECT_NE(refusal({"perf", "all_reduce", "--cluster"}), "accepted");
  EXPECT_NE(refusal({"perf", "all_reduce", "--cluster", "a", "--cluster", "b"}), "accepted");
  EXPECT_NE(refusal({""}), "accepted");
}

TEST(CommandLine, ControlCharactersOfTheUserComeOutEscaped) {
  EXPECT_EQ(refusal({"pe\x1b[31mrf"}).find('\x1b'), std::string::npos);
  EXPECT_EQ(refusal({"perf", "--\x1b[31m"}).find('\x1b'), std::string::npos);
}

TEST(CommandLine, HelpOfEveryCommandEndsWithTwoExamples) {
  for (const CommandSummary& command : command_summaries()) {
    const auto text = std::get<PrintText>(parse_command_line({command.name, "--help"})).text;
    const std::size_t examples = text.find("Examples:\n  ");
    ASSERT_NE(examples, std::string::npos) << command.name;
    EXPECT_EQ(std::count(text.begin() + static_cast<std::ptrdiff_t>(examples), text.end(), '\n') >= 3, true);
    EXPECT_EQ(help_text(command.name), text);
  }
}

TEST(CommandLine, OptionsBelongAfterTheCommand) {
  EXPECT_NE(refusal({"--color", "never", "perf", "all_reduce"}).find("belongs after the command"), std::string::npos);
}

TEST(CommandLine, ManPageNamesEveryCommandAndOption) {
  const std::string page = man_page(command_summaries());
  EXPECT_TRUE(page.starts_with(".TH POLYPLANE 1 "));
  for (const CommandSummary& command : command_summaries()) {
    EXPECT_NE(page.find(".SS polyplane " + command.name + "\n"), std::string::npos) << command.name;
  }
  EXPECT_NE(page.find("\\-\\-min\\-bytes"), std::string::npos);
}

TEST(CommandLine, EveryExampleParses) {
  for (const CommandSummary& command : command_summaries()) {
    std::size_t found = 0;
    for (std::size_t at = command.examples.find("polyplane "); at != std::string::npos;
         at = command.examples.find("polyplane ", at + 1)) {
      const std::string line = command.examples.substr(at, command.examples.find_first_of(">)\n", at) - at);
      std::vector<std::string> words;
      for (std::size_t begin = 0; begin < line.size();) {
        const std::size_t end = std::min(line.find(' ', begin), line.size());
        if (end > begin) words.push_back(line.substr(begin, end - begin));
        begin = end + 1;
      }
      words.erase(words.begin());
      EXPECT_NO_THROW(static_cast<void>(parse_command_line(words))) << line;
      ++found;
    }
    EXPECT_GE(found, 2U) << command.name;
  }
}

TEST(NcclOptions, WhatCannotChangeATimeIsAcceptedAndExplained) {
  const NcclMeaning meaning =
      understand_nccl_options({{"--iters", "20"}, {"--warmup_iters", "5"}, {"--blocking", "1"}});
  EXPECT_TRUE(meaning.check);
  EXPECT_FALSE(meaning.ranks);
  ASSERT_EQ(meaning.remarks.size(), 2U);
  EXPECT_NE(meaning.remarks[0].find("--iters"), std::string::npos);
}

TEST(NcclOptions, ThreadsTimesGpusAreRanks) {
  EXPECT_EQ(understand_nccl_options({{"--ngpus", "8"}}).ranks, 8);
  EXPECT_EQ(understand_nccl_options({{"--ngpus", "4"}, {"--nthreads", "2"}}).ranks, 8);
  EXPECT_FALSE(understand_nccl_options({{"--ngpus", "1"}}).ranks);  // one card a process, as mpirun users write
  EXPECT_THROW(static_cast<void>(understand_nccl_options({{"--ngpus", "0"}})), InputError);
}

TEST(NcclOptions, WhatASimulationCannotDoIsRefusedWithAHint) {
  EXPECT_FALSE(understand_nccl_options({{"--check", "0"}}).check);
  for (const char* option : {"--run_cycles", "--timeout", "--cudagraph", "--report_cputime", "--report_timestamps",
                             "--device_implementation", "--memory", "--unalign", "--per_iter_timing"}) {
    EXPECT_THROW(static_cast<void>(understand_nccl_options({{option, "7"}})), InputError) << option;
  }
  EXPECT_NO_THROW(static_cast<void>(understand_nccl_options({{"--cudagraph", "0"}})));
  EXPECT_THROW(static_cast<void>(understand_nccl_options({{"--iters", "many"}})), InputError);
}

TEST(NcclOptions, EveryOptionOfThePackageIsUnderstood) {
  for (const NcclOption& option : nccl_options()) {
    EXPECT_NO_THROW(static_cast<void>(
        parse_command_line({"perf", "all_reduce", "--cluster", "dgx-h100", std::string(option.short_name), "1"})))
        << option.short_name;
  }
}

}  // namespace
}  // namespace polyplane::cli
