#include "configs/schema/write_json.h"

#include <gtest/gtest.h>

#include "configs/schema/report.pb.h"

namespace polyplane::configs {
namespace {

TEST(WriteJson, PrintsNumbersAsNumbersInFullPrecision) {
  v1::CollectiveResult result;
  result.set_size_bytes(17179869184);    // 16 GiB
  result.set_time_ps(1234567890123456);  // below 2^53
  result.set_busbw_gbps(1.0 / 3);
  const std::string json = to_json(result);
  EXPECT_NE(json.find("\"size_bytes\": 17179869184,"), std::string::npos) << json;
  EXPECT_NE(json.find("\"time_ps\": 1234567890123456,"), std::string::npos) << json;
  EXPECT_NE(json.find("\"busbw_GBps\": 0.33333333333333331,"), std::string::npos) << json;
  EXPECT_NE(json.find("\"events\": 0,"), std::string::npos) << json;
  EXPECT_TRUE(json.ends_with("}\n"));
}

TEST(WriteJson, MapsComeInOrderOfTheirKeys) {
  v1::TopoReport report;
  for (const char* tier : {"spine", "leaf", "core"}) (*report.mutable_switches_by_tier())[tier] = 1;
  report.mutable_cost_usd()->set_null_value(google::protobuf::NULL_VALUE);
  const std::string json = to_json(report);
  EXPECT_LT(json.find("\"core\""), json.find("\"leaf\""));
  EXPECT_LT(json.find("\"leaf\""), json.find("\"spine\""));
  EXPECT_NE(json.find("\"cost_usd\": null"), std::string::npos) << json;
}

}  // namespace
}  // namespace polyplane::configs
