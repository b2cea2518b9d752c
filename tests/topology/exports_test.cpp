#include "topology/exports.h"

#include <sstream>

#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"
#include "topology/faults.h"
#include "topology/text_escape.h"

namespace polyplane::topology {
namespace {

using namespace literals;
using testing::HasSubstr;

template <class Write>
std::string text_of(Write write, const Topology& topology) {
  std::ostringstream out;
  write(out, topology);
  return out.str();
}

std::string graphml_of(const Topology& topology) {
  std::ostringstream out;
  write_graphml(out, topology, "spray");
  return std::move(out).str();
}

std::size_t count(const std::string& text, std::string_view part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

Topology awkward_names() {
  TopologyBuilder builder("a \"graph\"");
  Device device;
  device.name = "q\"uote";
  const DeviceId a = builder.add_device(device);
  device.name = "line\nbreak \\ <&>";
  const DeviceId b = builder.add_device(device);
  builder.add_link(a, b, 10_Gbps, 1_ns, LinkKind::scale_out, "tier", "na\x01me");
  return std::move(builder).build();
}

TEST(Exports, DotHasEveryDeviceAndLink) {
  const Topology topology = build_cluster(nvlink_cluster(2, "single_switch", {}));
  const std::string dot = text_of(write_dot, topology);
  EXPECT_EQ(count(dot, "[label="), 19U);
  EXPECT_EQ(count(dot, "->"), 64U);
  EXPECT_THAT(dot, HasSubstr("label=\"node1/gpu7\""));
  EXPECT_THAT(dot, HasSubstr("rate_bps=400000000000 latency_ps=810000"));
}

TEST(Exports, JsonHasEveryDeviceAndLink) {
  const Topology topology =
      apply_faults(build_cluster(nvlink_cluster(2, "single_switch", {})), {"nic=node0/gpu0 at 50%", "node=1"}, 0);
  const std::string json = text_of(write_json, topology);
  EXPECT_EQ(count(json, "\"name\": \"node"), 18U);
  EXPECT_EQ(count(json, "\"from\": "), 64U);
  EXPECT_THAT(json, HasSubstr("\"rate_bps\": 200000000000, \"nominal_rate_bps\": 400000000000"));
  EXPECT_EQ(count(json, "\"forwards\": false, \"up\": false"), 8U);
}

TEST(Exports, GraphmlHasEveryDeviceAndLink) {
  const std::string xml = graphml_of(build_cluster(nvlink_cluster(2, "single_switch", {})));
  EXPECT_EQ(count(xml, "<node id="), 19U);
  EXPECT_EQ(count(xml, "<edge id="), 64U);
  EXPECT_THAT(xml, HasSubstr(">node1/gpu7</data>"));
}

TEST(Exports, AwkwardNamesSurvive) {
  const Topology topology = awkward_names();
  const std::string dot = text_of(write_dot, topology);
  EXPECT_THAT(dot, HasSubstr(R"(label="a \"graph\"")"));
  EXPECT_THAT(dot, HasSubstr(R"(label="q\"uote")"));
  EXPECT_THAT(dot, HasSubstr(R"(label="line\x0abreak \\ <&>")"));
  const std::string json = text_of(write_json, topology);
  EXPECT_THAT(json, HasSubstr(R"("name": "q\"uote")"));
  EXPECT_THAT(json, HasSubstr(R"("name": "line\u000abreak \\ <&>")"));
  EXPECT_THAT(json, HasSubstr(R"("name": "na\u0001me")"));
  EXPECT_THAT(json, HasSubstr("\"reverse\": -1"));
  const std::string xml = graphml_of(topology);
  EXPECT_THAT(xml, HasSubstr(R"(line\x0abreak \\ &lt;&amp;&gt;)"));
  EXPECT_EQ(count(xml, "\x01"), 0U);
}

TEST(TextEscape, KeepsUtf8AndReplacesWhatIsNone) {
  EXPECT_EQ(json_string("caf\xc3\xa9 \xf0\x9f\x98\x80"), "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"");
  EXPECT_EQ(json_string("\xff"), "\"\xef\xbf\xbd\"");
  EXPECT_EQ(json_string("\xc3"), "\"\xef\xbf\xbd\"");                  // cut short
  EXPECT_EQ(json_string("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\"");  // overlong
  EXPECT_EQ(json_string("\xed\xa0\x80").size(), 2U + 9);               // a surrogate
  EXPECT_EQ(escape_controls("\x1b[1m\x7f\\"), "\\x1b[1m\\x7f\\\\");
}

}  // namespace
}  // namespace polyplane::topology
