#include "sim/view/read_result.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "configs/schema/write_json.h"
#include "sim/view/recording_file.h"
#include "tests/configs/temporary_file.h"
#include "tests/view/small_view.h"

namespace polyplane::sim {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

v1::View read(const std::string& bytes, const std::string& name) {
  const TemporaryFile file(bytes, name);
  v1::View view;
  read_result(file.path(), view);
  return view;
}

std::string refusal(const std::string& bytes) {
  try {
    static_cast<void>(read(bytes, "result.json"));
  } catch (const InputError& error) { return error.what(); }
  return "";
}

TEST(ReadResult, ADocumentIsARecordingOfItAlone) {
  const Experiment experiment = [] {
    Experiment one = on_cluster(topology::plain_cluster(4, 8, "single_switch", {}), "ecmp");
    one.collectives = {plain_ring(Bytes(1 << 20))};
    one.cluster.spec.assumed = {"a sentence"};
    return one;
  }();
  const Report report = run(experiment, {});
  const std::string json = to_json(report, {"1.2.3", "perf"});
  const v1::View view = read(json, "ring.json");
  ASSERT_EQ(view.recordings_size(), 1);
  const v1::Recording& recording = view.recordings(0);
  EXPECT_EQ(recording.schema(), "polyplane/recording/1");
  EXPECT_EQ(recording.name(), "ring");
  EXPECT_EQ(recording.version(), "1.2.3");
  EXPECT_THAT(recording.assumed(), ElementsAre("a sentence"));
  EXPECT_EQ(recording.left_out_size(), 1);
  EXPECT_EQ(recording.runs_size() + recording.fabrics_size(), 0);
  EXPECT_EQ(configs::to_json(recording.report()), json) << "number by number";
}

TEST(ReadResult, OtherDocuments) {
  EXPECT_TRUE(read("{\"schema\": \"polyplane/compare/1\", \"version\": \"1\"}", "a.json").recordings(0).has_compare());
  EXPECT_TRUE(read("{\"schema\": \"polyplane/topo/1\", \"cost_usd\": null}", "a.json").recordings(0).has_topo());
  EXPECT_TRUE(read("{\"schema\": \"polyplane/tune/1\"}", "a.json").recordings(0).has_tune());
  EXPECT_TRUE(read("{\"schema\": \"polyplane/sweep/1\"}", "a.json").recordings(0).has_sweep());
  const v1::View validated = read(
      "{\"schema\": \"polyplane/validate/1\", \"version\": \"1.2.3\", \"systems\": [{\"assumed\": [\"a\"]}, "
      "{\"assumed\": [\"a\", \"b\"]}]}",
      "a.json");
  EXPECT_TRUE(validated.recordings(0).has_validate());
  EXPECT_EQ(validated.recordings(0).version(), "1.2.3");
  EXPECT_THAT(validated.recordings(0).assumed(), ElementsAre("a", "b"));
  EXPECT_EQ(validated.recordings(0).left_out_size(), 0) << "validate records nothing more";
}

TEST(ReadResult, Recordings) {
  EXPECT_EQ(read(recording_file(small_view("kept")), "kept.pprec").recordings(0).name(), "kept");
}

TEST(ReadResult, SeveralInTheirOrder) {
  const TemporaryFile one(recording_file(small_view("one")), "one.pprec");
  const TemporaryFile other("{\"schema\": \"polyplane/topo/1\"}", "other.json");
  const std::string json = json_of({{other.path(), one.path()}, {}});
  EXPECT_LT(json.find("\"other\""), json.find("\"one\""));
}

TEST(ReadResult, RefusesWhatIsNoResult) {
  EXPECT_THAT(refusal("{\"schema\": \"polyplane/diff/1\"}"),
              AllOf(HasSubstr("polyplane/diff/1"), HasSubstr("allowed: ")));
  EXPECT_THAT(refusal("{}"), HasSubstr("schema: none"));
  EXPECT_THAT(refusal("{\"schema\": 7}"), HasSubstr("schema: none"));
  EXPECT_NE(refusal("name: \"experiment\""), "");
  EXPECT_NE(refusal("[1, 2]"), "");
  EXPECT_NE(refusal(""), "");
  EXPECT_THAT(refusal("{\"schema\": \"polyplane/report/1\", \"resluts\": []}"), HasSubstr("resluts"));
  EXPECT_THAT(refusal(std::string("\x1f\x8b", 2) + "junk"), HasSubstr("no recording"));
  v1::View view;
  EXPECT_THROW(read_result("/nowhere/at/all.json", view), InputError);
}

}  // namespace
}  // namespace polyplane::sim
