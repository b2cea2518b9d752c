#include "sim/write_report.h"

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/utf8.h"
#include "configs/schema/report.pb.h"
#include "sim/write_topo_report.h"

namespace polyplane::sim {
namespace {

Report report() {
  CollectiveResult row;
  row.kind = collectives::CollectiveKind::alltoall;
  row.algorithm = "pairwise";
  row.model = "flow";
  row.ranks = 8;
  row.size = Bytes(4'294'967'296);
  row.time = Duration::from_ps(9'007'199'254'740'991);  // 2^53 - 1
  row.algbw_GBps = 1.0 / 3;
  row.events = 12;
  row.bottleneck = "leaf-spine, up";
  row.fingerprint = 0x0123456789abcdef;
  row.attribution.launch = row.time;
  Report all;
  all.cluster = "na\"me\x01\xff";
  all.endpoints = 8;
  all.collectives = {row};
  all.flows = {{"f\n0", TimePoint::from_ps(5), TimePoint::from_ps(1'000'000'000'007)}};
  all.fingerprint = 1;
  return all;
}

v1::Report parsed(const std::string& json) {
  v1::Report message;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message);
  EXPECT_TRUE(status.ok()) << status.ToString() << json;
  return message;
}

TEST(ReportJson, NumbersAreNumbersInFullPrecision) {
  const std::string json = to_json(report(), {"1.2.3", "perf", false});
  EXPECT_NE(json.find("\"time_ps\": 9007199254740991"), std::string::npos) << json;
  EXPECT_NE(json.find("\"size_bytes\": 4294967296"), std::string::npos);
  EXPECT_NE(json.find("\"busbw_GBps\": 0"), std::string::npos);
  EXPECT_NE(json.find("\"end_ps\": 1000000000007"), std::string::npos);
  const v1::Report message = parsed(json);
  EXPECT_EQ(message.schema(), "polyplane/report/1");
  EXPECT_EQ(message.version(), "1.2.3");
  EXPECT_EQ(message.results(0).algbw_gbps(), 1.0 / 3);
  EXPECT_EQ(message.results(0).collective(), "alltoall");
  EXPECT_EQ(message.results(0).fingerprint(), "0123456789abcdef");
  EXPECT_EQ(message.fingerprint(), "0000000000000001");
  EXPECT_EQ(message.flows(0).name(), "f\n0");
}

TEST(ReportJson, SeveralClustersShareADocument) {
  std::vector<Report> reports{report(), report()};
  reports[0].cluster = "one";
  reports[1].cluster = "two";
  const v1::Report message = parsed(to_json(reports, {"1", "run", false}));
  ASSERT_EQ(message.clusters_size(), 2);
  EXPECT_FALSE(message.has_cluster());
  EXPECT_EQ(message.clusters(1).name(), "two");
  ASSERT_EQ(message.results_size(), 2);
  EXPECT_EQ(message.results(1).cluster(), "two");
  EXPECT_EQ(message.flows(1).cluster(), "two");
  EXPECT_NE(message.fingerprint(), "0000000000000001");
  const v1::Report single = parsed(to_json(report(), {"1", "run", false}));
  EXPECT_EQ(single.clusters_size(), 0);
  EXPECT_EQ(single.results(0).cluster(), single.cluster().name());
}

TEST(ReportJson, AttributionOnlyWhenExplained) {
  EXPECT_FALSE(parsed(to_json(report(), {"1", "perf", false})).results(0).has_attribution());
  EXPECT_EQ(parsed(to_json(report(), {"1", "perf", true})).results(0).attribution().launch_ps(), 9007199254740991.0);
}

TEST(ReportJson, AnIncompleteReportHasNoFingerprint) {
  EXPECT_EQ(parsed(to_json(report(), {"1", "perf", false, false})).fingerprint(), "");
}

TEST(ReportJson, NamesThatAreNoUtf8StayInAValidDocument) {
  EXPECT_EQ(parsed(to_json(report(), {"1", "perf", false})).cluster().name(), "na\"me\x01\xef\xbf\xbd");
}

TEST(ReportCsv, SameColumnsInHeaderAndRow) {
  CollectiveResult result = report().collectives.front();
  result.time = Duration::from_ps(43'210'000);
  const std::string row = csv_row(result);
  EXPECT_TRUE(csv_header().starts_with(
      "collective,algorithm,model,ranks,size_bytes,time_us,algbw_GBps,busbw_GBps,lower_bound_us,bottleneck,events,"));
  EXPECT_TRUE(
      row.starts_with("alltoall,pairwise,flow,8,4294967296,43.21,0.3333333333333333,0,0,\"leaf-spine, up\",12,"))
      << row;
  // The one quoted cell holds the only comma that separates nothing.
  const auto commas = [](const std::string& text) { return std::count(text.begin(), text.end(), ','); };
  EXPECT_EQ(commas(row), commas(csv_header()) + 1);
  EXPECT_EQ(flow_csv_row(report().flows.front()), "\"f\n0\",5e-06,1000000.000007,5,1000000000007\n");
}

TEST(ValidUtf8, KeepsWhatIsValidAndReplacesTheRest) {
  const std::string good = "a\u00e9\u20ac\U0001F600";
  EXPECT_EQ(valid_utf8(good), good);
  const std::string replaced = "\xef\xbf\xbd";
  EXPECT_EQ(valid_utf8("\x80"), replaced);
  EXPECT_EQ(valid_utf8("\xc3"), replaced);                                // cut off
  EXPECT_EQ(valid_utf8("\xc0\x80"), replaced + replaced);                 // overlong
  EXPECT_EQ(valid_utf8("\xed\xa0\x80"), replaced + replaced + replaced);  // surrogate
  EXPECT_EQ(valid_utf8("\xf4\x90\x80\x80").size(), 4 * replaced.size());  // above U+10FFFF
}

TEST(TopoJson, UnknownIsNullOrAbsentNeverZero) {
  TopoReport topo;
  topo.cluster = "ft";
  topo.counts.switches = 3;
  topo.counts.switches_by_tier = {{"leaf", 2}, {"spine", 1}};
  const std::string json = to_json(topo, "1");
  EXPECT_NE(json.find("\"cost_usd\": null"), std::string::npos) << json;
  EXPECT_NE(json.find("\"power_w\": null"), std::string::npos);
  EXPECT_EQ(json.find("diameter_hops"), std::string::npos);
  EXPECT_EQ(json.find("bisection_GBps"), std::string::npos);
  EXPECT_NE(json.find("\"leaf\": 2"), std::string::npos);
}

}  // namespace
}  // namespace polyplane::sim
