#include "cli/workload_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace polyplane::cli {
namespace {

using collectives::CollectiveKind;
using Part = sim::Workload::Part;

std::string refusal(const std::string& text) {
  try {
    static_cast<void>(parse_workload(text));
  } catch (const InputError& error) { return error.what(); }
  return "";
}

TEST(WorkloadText, PartsKeepTheirOrder) {
  const sim::Workload workload = parse_workload("alltoall:64MiB,all_reduce:1G,barrier");
  EXPECT_EQ(workload.text, "alltoall:64MiB,all_reduce:1G,barrier");
  const std::vector<Part> expected{{CollectiveKind::alltoall, Bytes(67'108'864)},
                                   {CollectiveKind::all_reduce, Bytes(1'073'741'824)},
                                   {CollectiveKind::barrier, Bytes(0)}};
  EXPECT_EQ(workload.parts, expected);
}

TEST(WorkloadText, RefusesWhatMeansNothing) {
  EXPECT_THAT(refusal("all_redcue:1G"), testing::HasSubstr("did you mean \"all_reduce\""));
  EXPECT_THAT(refusal("all_reduce"), testing::HasSubstr("a size is missing; write all_reduce:64MiB"));
  EXPECT_THAT(refusal("all_reduce:"), testing::HasSubstr("a size is missing"));
  EXPECT_THAT(refusal("all_reduce:big"), testing::HasSubstr("--workload all_reduce"));
  EXPECT_THAT(refusal("barrier:8"), testing::HasSubstr("barrier moves no data"));
  for (const char* text : {"", ",", "all_reduce:1G,", ",alltoall:1M", "alltoall:1M,,all_reduce:1M"}) {
    EXPECT_THAT(refusal(text), testing::HasSubstr("empty item")) << text;
  }
}

}  // namespace
}  // namespace polyplane::cli
