#include "sim/view/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "configs/schema/view.pb.h"
#include "sim/catalog.h"
#include "sim/view/recording_file.h"

namespace polyplane::sim {
namespace {

using testing::ElementsAre;
using testing::IsSupersetOf;

/// Of one report on a cluster of H800, with two stacks read of which one is in use.
v1::Recording recorded(const Report& report) {
  Recorder recorder({.name = "a", .version = "test", .command_line = {"polyplane", "run"}});
  const Catalog catalog = Catalog::open();
  static_cast<void>(catalog.cluster("dgx-h100"));
  static_cast<void>(catalog.stack("nccl"));
  static_cast<void>(catalog.stack("mpi"));
  static_cast<void>(recorder.next_cluster(false));
  v1::View view;
  read_recording("test", recorder.of_reports({&report, 1}, {"test", "run"}), view);
  return view.recordings(0);
}

std::set<std::string> deciding(const v1::Recording& recording, const std::string& kind) {
  std::set<std::string> fields;
  for (const v1::Figure& figure : recording.figures()) {
    if (figure.kind() == kind && figure.decides_time()) fields.insert(figure.field());
  }
  return fields;
}

TEST(Recorder, KeepsTheStackInUseAlone) {
  Report report;
  report.stack = "nccl";
  const v1::Recording recording = recorded(report);
  std::set<std::string> sources, figures;
  for (const v1::SourceText& source : recording.sources()) {
    if (source.role() == "stack") sources.insert(source.name());
  }
  for (const v1::Figure& figure : recording.figures()) {
    if (figure.kind() == "stack") figures.insert(figure.part());
  }
  EXPECT_THAT(sources, ElementsAre("nccl"));
  EXPECT_THAT(figures, ElementsAre("nccl"));
}

TEST(Recorder, RatesOfComputeDecideTimesOfStepsAlone) {
  Report report;
  report.stack = "nccl";
  report.collectives.emplace_back();
  EXPECT_THAT(deciding(recorded(report), "accelerator"), testing::Not(testing::Contains("bf16")));
  EXPECT_THAT(deciding(recorded(report), "accelerator"), testing::Contains("scale_up.rate"));
  report.steps.emplace_back();
  EXPECT_THAT(deciding(recorded(report), "accelerator"), IsSupersetOf({"bf16", "memory_bandwidth", "scale_up.rate"}));
}

TEST(Recorder, HasWhatClustersStepsAndTracesAssumeEachOnce) {
  Report report;
  report.assumed = {"NIC to leaf 20 m"};
  StepResult& step = report.steps.emplace_back();
  step.notes = {"NIC to leaf 20 m", "gradients in FP32", "it does not fit"};
  step.memory_warning = "it does not fit";
  report.programs.emplace_back().notes = {"messages to itself take no time"};
  EXPECT_THAT(recorded(report).assumed(),
              ElementsAre("NIC to leaf 20 m", "gradients in FP32", "messages to itself take no time"));
}

TEST(Recorder, SaysOfHowManyResultsThePartsAreMissing) {
  Report report;
  report.collectives.resize(3);
  report.collectives[2].attribution.launch = Duration::from_ps(5);
  EXPECT_THAT(recorded(report).left_out(),
              testing::Contains("where the time goes: of 2 of 3 results; --explain --record FILE keeps it of all"));
  report.collectives.resize(0);
  for (const std::string& sentence : recorded(report).left_out()) {
    EXPECT_THAT(sentence, testing::Not(testing::HasSubstr("where the time goes")));
  }
}

}  // namespace
}  // namespace polyplane::sim
