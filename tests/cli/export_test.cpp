// polyplane export, import of schedules and traces, perf --schedule: from the outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/cli/run_program.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr const char* kGoal =
    "num_ranks 2\nrank 0 {\nc: calc 1000\ns: send 900000b to 1\ns requires c\n}\nrank 1 {\nr: recv 900000b from 0\n}\n";

ProgramRun run_in(const TemporaryFile& file, const std::vector<std::string>& arguments) {
  ProgramSetting setting;
  setting.directory = file.folder();
  return run_program(arguments, setting);
}

TEST(Export, ARingComesBackAndRuns) {
  const TemporaryFile file(kGoal, "app.goal");
  const std::vector<std::string> ring = {"export",  "msccl_xml", "all_reduce",  "--cluster", "dgx-h100",
                                         "--ranks", "4",         "--algorithm", "ring",      "--size",
                                         "1M",      "-o",        "ring.xml"};
  const ProgramRun written = run_in(file, ring);
  EXPECT_EQ(written.exit_code, 0) << written.error;
  EXPECT_THAT(written.out, StartsWith("ring.xml: "));
  const ProgramRun again = run_in(file, ring);
  EXPECT_EQ(again.exit_code, 2);
  EXPECT_THAT(again.error, HasSubstr("exists already"));
  const ProgramRun summary = run_in(file, {"import", "msccl_xml", "ring.xml"});
  EXPECT_THAT(summary.out, StartsWith("schedule     all_reduce/ring: all_reduce among 4 ranks\n"));
  EXPECT_THAT(summary.out, HasSubstr("proof        it does what it says\n"));
  const ProgramRun perf = run_in(file, {"perf", "all_reduce", "--cluster", "dgx-h100", "--ranks", "4", "--schedule",
                                        "ring.xml", "-b", "1M", "-e", "1M", "--format", "csv"});
  EXPECT_EQ(perf.exit_code, 0) << perf.error;
  EXPECT_THAT(perf.out, HasSubstr("msccl:all_reduce-ring"));
  EXPECT_EQ(
      run_in(file, {"import", "msccl_xml", "ring.xml", "-o", "ring.textproto", "--cluster", "dgx-h100"}).exit_code, 0);
  const ProgramRun run = run_in(file, {"run", "ring.textproto", "--format", "csv"});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.out, HasSubstr("msccl:all_reduce-ring"));
}

TEST(Export, ABarrierHasNoSize) {
  const TemporaryFile file("", "empty");
  const ProgramRun run = run_in(
      file, {"export", "goal", "barrier", "--cluster", "dgx-h100", "--ranks", "2", "--algorithm", "dissemination"});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.out, StartsWith("num_ranks 2\n"));
}

TEST(Export, ATraceBecomesAnotherAndAnExperiment) {
  const TemporaryFile file(kGoal, "app.goal");
  const ProgramRun chakra = run_in(file, {"export", "chakra", "--trace", "app.goal", "--from", "goal", "-o", "app"});
  EXPECT_EQ(chakra.exit_code, 0) << chakra.error;
  EXPECT_THAT(chakra.out, StartsWith("app.0.et to app.1.et: "));
  const ProgramRun summary = run_in(file, {"import", "chakra", "app", "-o", "app.textproto", "--cluster", "dgx-h100"});
  EXPECT_EQ(summary.exit_code, 0) << summary.error;
  EXPECT_EQ(summary.out,
            "ranks        2\noperations   1 compute, 1 send, 1 receive, 0 into collectives, 0 joins\nmessages     900 "
            "KB in all\n"
            "most compute 1 us on rank 0\n");
  // 1 us, then 300 ns and 900,000 bytes at 450 GB/s: 2 us.
  const ProgramRun run = run_in(file, {"run", "app.textproto"});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_THAT(run.out, HasSubstr("3.300000 us\n"));
}

TEST(Export, AScheduleThatIsWrongBecomesNoExperiment) {
  // Both gpus keep what they have.
  const TemporaryFile file(
      "<algo name=\"idle\" nchunksperloop=\"1\" ngpus=\"2\" coll=\"allreduce\" inplace=\"1\"><gpu id=\"0\"/>"
      "<gpu id=\"1\"/></algo>",
      "bad.xml");
  const ProgramRun run =
      run_in(file, {"import", "msccl_xml", "bad.xml", "-o", "bad.textproto", "--cluster", "dgx-h100"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_THAT(run.out, HasSubstr("proof        WRONG: "));
  EXPECT_THAT(run.error, HasSubstr("bad.xml: the schedule does not do what it says: "));
  EXPECT_THAT(run.error, HasSubstr("; bad.textproto is not written"));
  EXPECT_FALSE(std::filesystem::exists(file.folder() + "/bad.textproto"));
  EXPECT_EQ(run_in(file, {"import", "msccl_xml", "bad.xml"}).exit_code, 1);
}

TEST(Export, WhatImportCouldNotReadIsNotWritten) {
  const TemporaryFile file("", "empty");
  std::vector<std::string> large = {
      "export", "goal", "alltoall", "--cluster", "fat_tree:radix=64,tiers=2,endpoints=720", "--algorithm", "pairwise",
      "--size", "1G",   "-o",       "large.goal"};
  const ProgramRun run = run_in(file, large);
  EXPECT_EQ(run.exit_code, 3);
  EXPECT_THAT(run.error, HasSubstr("bytes; import reads at most 67108864 (--any-size writes them all the same)"));
  EXPECT_FALSE(std::filesystem::exists(file.folder() + "/large.goal"));
  large.emplace_back("--any-size");
  EXPECT_EQ(run_in(file, large).exit_code, 0);
  EXPECT_GT(std::filesystem::file_size(file.folder() + "/large.goal"), 67108864U);
}

TEST(Export, ARootIsNamedAgain) {
  const TemporaryFile file("", "unused");
  const ProgramRun exported = run_in(file, {"export", "msccl_xml", "broadcast", "--cluster", "dgx-h100", "--algorithm",
                                            "ring", "--size", "1M", "-r", "3", "-o", "b.xml"});
  EXPECT_EQ(exported.exit_code, 0) << exported.error;
  EXPECT_THAT(exported.error, HasSubstr("the root, 3, is not in the file: import it with --root 3"));
  const ProgramRun wrong = run_in(file, {"import", "msccl_xml", "b.xml"});
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_THAT(wrong.error, HasSubstr("(with root 0; --root names another)"));
  const ProgramRun right =
      run_in(file, {"import", "msccl_xml", "b.xml", "--root", "3", "--cluster", "dgx-h100", "-o", "e.textproto"});
  EXPECT_EQ(right.exit_code, 0) << right.error;
  const ProgramRun run = run_in(file, {"run", "e.textproto"});
  EXPECT_EQ(run.exit_code, 0) << run.error;
  EXPECT_EQ(run_in(file, {"import", "msccl_xml", "b.xml", "--root", "8"}).exit_code, 2);
}

TEST(Export, ImportWritesNoExperimentThatCannotRun) {
  const TemporaryFile file("", "unused");
  const ProgramRun exported = run_in(file, {"export", "msccl_xml", "all_reduce", "--cluster", "h20-2048", "--ranks",
                                            "16", "--algorithm", "ring", "--size", "1M", "-o", "x.msccl_xml"});
  EXPECT_EQ(exported.exit_code, 0) << exported.error;
  EXPECT_THAT(exported.error, HasSubstr("tell the format by the ending of the file, .xml; x.msccl_xml has none"));
  const auto refused = [&](const std::string& from, const std::string& cluster) {
    const ProgramRun run = run_in(file, {"import", "msccl_xml", from, "-o", "e.textproto", "--cluster", cluster});
    EXPECT_EQ(run.exit_code, 2) << run.error;
    EXPECT_NE(run_in(file, {"run", "e.textproto"}).exit_code, 0) << "nothing is written";
    return run.error;
  };
  EXPECT_THAT(refused("x.msccl_xml", "h20-2048"),
              HasSubstr("experiments tell the format of a schedule by its ending, .xml"));
  std::filesystem::rename(file.folder() + "/x.msccl_xml", file.folder() + "/x.xml");
  EXPECT_THAT(refused("x.xml", "nosuch"), HasSubstr("nosuch"));
  EXPECT_THAT(refused("x.xml", "dgx-h100"), HasSubstr("is of 16 ranks, but dgx-h100 has 8 accelerators"));
}

TEST(Export, SaysThatPlanesAreLost) {
  const TemporaryFile file("", "empty");
  const auto error_of = [&](const std::string& algorithm) {
    return run_in(file, {"export", "goal", "all_reduce", "--cluster", "alibaba-hpn7-pod", "--ranks", "16", "--size",
                         "1M", "--algorithm", algorithm, "-o", algorithm + ".goal"})
        .error;
  };
  EXPECT_THAT(error_of("plane_striped"), HasSubstr("lanes of plane_striped keep to planes, which no format can say"));
  EXPECT_EQ(error_of("hierarchical"), "");
}

TEST(Export, WhatIsWrongIsSaid) {
  const TemporaryFile file(kGoal, "app.goal");
  const auto error_of = [&](const std::vector<std::string>& arguments) {
    const ProgramRun run = run_in(file, arguments);
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_EQ(run.out, "");
    return run.error;
  };
  EXPECT_THAT(error_of({"export", "gaol"}), HasSubstr("unknown format to export \"gaol\"; did you mean \"goal\"?"));
  EXPECT_THAT(error_of({"export", "goal"}), HasSubstr("COLLECTIVE is missing"));
  EXPECT_THAT(error_of({"export", "goal", "barrier", "--cluster", "dgx-h100", "--size", "1M"}),
              HasSubstr("--size has no meaning for barrier"));
  EXPECT_THAT(error_of({"export", "goal", "all_gather", "--cluster", "dgx-h100", "--size", "1M", "--root", "3"}),
              HasSubstr("--root has no meaning for all_gather; it is for broadcast"));
  EXPECT_THAT(error_of({"export", "goal", "all_reduce", "--cluster", "dgx-h100", "--size", "1M"}),
              HasSubstr("--algorithm: name one"));
  EXPECT_THAT(error_of({"export", "chakra", "--trace", "app.goal", "--from", "goal"}),
              HasSubstr("--output is missing"));
  EXPECT_THAT(error_of({"export", "goal", "--trace", "app.goal"}), HasSubstr("--from is missing"));
  EXPECT_THAT(error_of({"export", "goal", "--trace", "app.goal", "--from", "goal", "--size", "1M"}),
              HasSubstr("--size contradicts --trace"));
  EXPECT_THAT(error_of({"export", "goal", "--trace", "app.goal", "--from", "goal", "--algorithm", "ring"}),
              HasSubstr("--algorithm contradicts --trace"));
  EXPECT_THAT(error_of({"export", "goal", "all_reduce", "--cluster", "dgx-h100", "--size", "1M", "--from", "goal"}),
              HasSubstr("--trace is missing"));
  EXPECT_THAT(error_of({"export", "msccl_xml", "--trace", "app.goal", "--from", "goal"}),
              HasSubstr("format msccl_xml has schedules of one collective, no programs"));
  EXPECT_THAT(
      error_of({"export", "msccl_xml", "gather", "--cluster", "dgx-h100", "--algorithm", "linear", "--size", "1M"}),
      HasSubstr("MSCCL has no collective for gather"));
  EXPECT_THAT(error_of({"import", "goal", "app.goal", "-o", "app.textproto"}), HasSubstr("--cluster is missing"));
  EXPECT_THAT(error_of({"import", "goal_binary", "app.goal"}), HasSubstr("not 4223: this is no GOAL in binary"));
  EXPECT_THAT(error_of({"perf", "all_reduce", "--cluster", "dgx-h100", "--schedule", "app.goal"}),
              HasSubstr("the ending of a schedule says its format"));
  EXPECT_THAT(error_of({"import", "chakra", "app", "--dims", "2"}), HasSubstr("app: there is no such file"));
}

}  // namespace
}  // namespace polyplane::cli
