// Errors of files by their exact text: they are what users see.
#include "configs/schema/document.h"

#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include <string>

#include "configs/schema/experiment.pb.h"
#include "configs/schema/hardware.pb.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::configs {
namespace {

template <class Message = v1::Experiment>
std::string refusal_of(std::string_view text, std::string_view name = "test.textproto") {
  const TemporaryFile file(text, name);
  Message message;
  return refusal([&] { const Document document(file.path(), message); }, file.path());
}

std::string refusal_of_json(std::string_view text) { return refusal_of(text, "test.json"); }

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(TextDocument, UnknownFieldHasPlaceAndSuggestion) {
  const std::string text = refusal_of("name: \"x\"\nflows {\n  nmae: \"f\"\n}\n");
  EXPECT_EQ(text,
            ":3:3: unknown field of FlowJob \"nmae\"; did you mean \"name\"? Allowed: name, src, dst, size, start, "
            "route, rate_cap");
}

TEST(TextDocument, UnknownEnumValueHasPlaceAndSuggestion) {
  EXPECT_EQ(refusal_of<v1::Cluster>("nodes: 2\nfabric {\n  planes: per_nick\n}\n"),
            ":3:11: planes: unknown value \"per_nick\"; did you mean \"per_nic\"? Allowed: single, per_nic, striped");
}

// Devices and links have a `kind` each, and scale-up domains one that is a text.
TEST(TextDocument, UnknownEnumValueIsOfTheMessageThatHoldsIt) {
  EXPECT_EQ(refusal_of<v1::Cluster>("graph { devices { name: \"a\" kind: nick } }"),
            ":1:35: kind: unknown value \"nick\"; did you mean \"nic\"? Allowed: accelerator, nic, scaleup_switch, "
            "network_switch");
  EXPECT_EQ(refusal_of("inline_cluster { graph { devices { name: \"a\" }\nlinks: { from: \"a\" kind: hots } } }"),
            ":2:26: kind: unknown value \"hots\"; did you mean \"host\"? Allowed: scale_out, scale_up, host");
}

TEST(TextDocument, NumbersThatAreNoEnumValueAreRefused) {
  EXPECT_EQ(
      refusal_of<v1::Cluster>("graph { devices { name: \"a\" kind: 7 } }"),
      ":1:29: graph.devices[0].kind: unknown value \"7\". Allowed: accelerator, nic, scaleup_switch, network_switch");
  EXPECT_EQ(refusal_of<v1::Cluster>("graph { devices { name: \"a\" kind: \"nic\" } }"),
            ":1:35: kind: \"nic\" must stand without quotes");
}

TEST(TextDocument, ValuesOfAnotherType) {
  EXPECT_EQ(refusal_of("seed: -1"), ":1:7: seed: is negative; it must be a whole number from 0");
  EXPECT_EQ(refusal_of("seed: 1.5"), ":1:7: seed: 1.5 is not a whole number");
  EXPECT_EQ(refusal_of("seed: \"1\""), ":1:7: seed: \"1\" is not a whole number");
  EXPECT_EQ(refusal_of("collectives { channels: 5000000000 }"), ":1:25: channels: 5000000000 is out of range");
  EXPECT_EQ(refusal_of<v1::Cluster>("graph { lossless: yes }"), ":1:19: lossless: yes is neither true nor false");
  EXPECT_EQ(refusal_of<v1::Cluster>("graph { lossless: 2 }"), ":1:19: lossless: 2 is neither true nor false");
  EXPECT_EQ(refusal_of("collectives: \"x\""), ":1:14: collectives: holds fields, which stand between { and }");
  EXPECT_EQ(refusal_of("seed: 1 }"), ":1:9: the name of a field is expected here, not }");
}

TEST(TextDocument, BareNumberIsRefusedWithAnExample) {
  EXPECT_EQ(refusal_of("flows {\n  name: \"f\"\n  size: 400\n}\n"),
            ":3:9: size: 400 is not a text in quotes; write the number with its unit, for example \"64 MiB\"");
  EXPECT_EQ(refusal_of("flows { name: \"f\" size: \"400\" }"),
            ":1:19: flows[0].size: size \"400\" has no unit; write for example \"64 MiB\". Units: B, KB to PB "
            "(decimal), KiB to PiB (binary)");
}

TEST(TextDocument, QuantitiesAreChecked) {
  const auto of_rate = [](const std::string& rate) {
    return refusal_of<v1::Cluster>("node { accelerators: 1 nic_rate: \"" + rate + "\" }");
  };
  EXPECT_EQ(of_rate("0 Gbps"), ":1:24: node.nic_rate: \"0 Gbps\" is out of range; allowed: more than 0 to 100 Tbps");
  EXPECT_EQ(of_rate("101 Tbps"),
            ":1:24: node.nic_rate: \"101 Tbps\" is out of range; allowed: more than 0 to 100 Tbps");
  EXPECT_EQ(of_rate("-1 Gbps"), ":1:24: node.nic_rate: rate \"-1 Gbps\" is negative");
  EXPECT_TRUE(contains(of_rate("nan Gbps"), "is not a number with a unit"));
  EXPECT_TRUE(contains(of_rate("1e30 Gbps"), "exponent"));
  EXPECT_TRUE(contains(of_rate("99999999999999999999 Gbps"), "out of range"));
  EXPECT_TRUE(contains(of_rate("400 GBit"), "unknown unit"));
  EXPECT_EQ(of_rate(""), ":1:24: node.nic_rate: is empty; leave the field out or give it a value");
}

TEST(TextDocument, CountsAreChecked) {
  EXPECT_EQ(refusal_of<v1::Cluster>("nodes: 0"), ":1:1: nodes: 0 is out of range; allowed: at least 1");
  EXPECT_EQ(refusal_of<v1::Cluster>("nodes: -5"), ":1:1: nodes: -5 is out of range; allowed: at least 1");
  EXPECT_TRUE(contains(refusal_of<v1::Cluster>("nodes: 99999999999"), "nodes: "));
  EXPECT_EQ(refusal_of<v1::Cluster>("nodes: 1\nnode {\n  accelerators: 10001\n}"),
            ":3:3: node.accelerators: 10001 is out of range; allowed: 1 to 10000");
}

TEST(TextDocument, NotANumberIsRefusedInFigures) {
  EXPECT_TRUE(contains(refusal_of<v1::Nic>("name: \"x\" vendor: \"x\" model: \"x\" year: 2020\n"
                                           "provenance { source: \"x\" as_of: \"2026\" confidence: high }\n"
                                           "ports { value: nan }"),
                       ":3:9: ports.value: nan is not a number"));
}

TEST(TextDocument, ProvenanceIsRequired) {
  EXPECT_EQ(refusal_of<v1::Nic>("name: \"x\" vendor: \"x\" model: \"x\" year: 2020"), ":1:1: provenance: is missing");
  EXPECT_EQ(refusal_of<v1::Nic>("name: \"x\" vendor: \"x\" model: \"x\" year: 2020\n"
                                "provenance { source: \"x\" as_of: \"2026\" }"),
            ":2:1: provenance.confidence: is missing");
}

TEST(TextDocument, MissingFieldPointsAtItsMessage) {
  EXPECT_EQ(refusal_of("name: \"x\"\n\nflows {\n  name: \"f\"\n}\n"),
            ":3:1: flows[0].size: is missing; write for example \"64 MiB\"");
}

TEST(TextDocument, TruncatedIsRefused) {
  EXPECT_EQ(refusal_of("flows {\n  name: \"f\"\n"),
            ":3:1: the file ends too early; a value or a closing bracket is missing");
  EXPECT_EQ(refusal_of("name:"), ":1:6: name: the file ends too early; a value or a closing bracket is missing");
  EXPECT_TRUE(contains(refusal_of("name: \"abc"), ":1:"));
}

TEST(TextDocument, FieldGivenTwiceIsRefused) {
  EXPECT_EQ(refusal_of("name: \"a\"\nname: \"b\"\n"), ":2:1: name: is given twice");
}

TEST(TextDocument, DeepNestingIsRefusedNotCrashedOn) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "inline_cluster{";
  EXPECT_FALSE(refusal_of(text).empty());
}

TEST(TextDocument, ControlCharactersAndBadUtf8InTextsAreRefused) {
  EXPECT_EQ(refusal_of("name: \"a\\033[31m\""), ":1:1: name: \"a\\x1b[31m\" holds a control character");
  EXPECT_EQ(refusal_of("name: \"a\\377\""), ":1:1: name: \"a\\xff\" is not UTF-8");
}

TEST(TextDocument, ColumnsCountBytesAlsoAfterTabs) {
  EXPECT_TRUE(refusal_of("flows {\n\tnmae: \"f\"\n}\n").starts_with(":2:2: unknown field"));
}

TEST(JsonDocument, UnknownFieldHasPlaceAndSuggestion) {
  EXPECT_EQ(refusal_of_json("{\n  \"name\": \"x\",\n  \"flows\": [{\"nmae\": \"f\"}]\n}"),
            ":3:14: unknown field of FlowJob \"nmae\"; did you mean \"name\"? Allowed: name, src, dst, size, start, "
            "route, rate_cap");
}

TEST(JsonDocument, ValuesHaveTheirPlace) {
  EXPECT_EQ(refusal_of_json("{\"flows\": [\n  {\"name\": \"f\", \"size\": \"1 MB\"},\n"
                            "  {\"name\": \"g\", \"size\": \"400\"}]}"),
            ":3:25: flows[1].size: size \"400\" has no unit; write for example \"64 MiB\". Units: B, KB to PB "
            "(decimal), KiB to PiB (binary)");
  const std::string bare = refusal_of_json("{\"flows\": [{\"name\": \"g\",\n \"size\": 400}]}");
  EXPECT_TRUE(bare.starts_with(":2:10: flows[0].size: ")) << bare;
  EXPECT_TRUE(contains(bare, "400")) << bare;
  EXPECT_TRUE(contains(bare, "for example \"64 MiB\"")) << bare;
}

TEST(JsonDocument, UnknownEnumValueHasSuggestion) {
  const std::string text = refusal_of_json("{\"inlineCluster\": {\"fabric\": {\"planes\": \"per_nick\"}}}");
  EXPECT_TRUE(contains(text, "inline_cluster.fabric.planes: unknown value \"per_nick\"; did you mean \"per_nic\"?"))
      << text;
}

TEST(JsonDocument, NumbersThatAreNoEnumValueAreRefused) {
  EXPECT_EQ(
      refusal_of_json("{\"inline_cluster\": {\"graph\": {\"devices\": [{\"name\": \"a\", \"kind\": 9}]}}}"),
      ":1:65: inline_cluster.graph.devices[0].kind: unknown value \"9\". Allowed: accelerator, nic, scaleup_switch, "
      "network_switch");
}

TEST(JsonDocument, ValuesOfAnotherType) {
  EXPECT_EQ(refusal_of_json("{\"seed\": -1}"), ":1:10: seed: -1 is not a whole number from 0 to 18446744073709551615");
  EXPECT_EQ(refusal_of_json("{\"cluster\": 5}"), ":1:13: cluster: 5 is not a text in quotes");
  EXPECT_EQ(refusal_of_json("{\"collectives\": [\"x\"]}"),
            ":1:18: collectives[0]: \"x\" is not an object, between { and }");
  EXPECT_EQ(refusal_of_json("{\"seed\": [1]}"), ":1:10: seed: takes one value, not a list");
  EXPECT_EQ(refusal_of_json("[]"), ":1:1: the document is a list; it must be one object, between { and }");
}

TEST(JsonDocument, SyntaxIsStrict) {
  EXPECT_EQ(refusal_of_json("{\"name\": \"x\""), ":1:13: the file ends too early");
  EXPECT_EQ(refusal_of_json("{\"name\" \"x\"}"), ":1:9: expected ':', found '\"'");
  EXPECT_EQ(refusal_of_json("{\"name\": \"x\",}"), ":1:14: expected '\"', found '}'");
  EXPECT_EQ(refusal_of_json("{name: \"x\"}"), ":1:2: expected '\"', found 'n'");
  EXPECT_EQ(refusal_of_json("{\"seed\": Infinity}"),
            ":1:10: \"Infinity\" is not a JSON value; texts stand in double quotes");
  EXPECT_EQ(refusal_of_json("{\"name\": \"x\"} {}"), ":1:15: something follows the end of the document");
  EXPECT_EQ(refusal_of_json("{\"name\": \"x\",\n\"name\": \"y\"}"), ":2:1: name: is given twice");
  EXPECT_EQ(refusal_of_json("{\"name\": \"x"), ":1:12: the file ends inside a text");
  EXPECT_FALSE(refusal_of_json("{\"seed\": -1}").empty());
  EXPECT_FALSE(refusal_of_json("[]").empty());
  EXPECT_FALSE(refusal_of_json("\"name\"").empty());
}

TEST(JsonDocument, DeepNestingIsRefusedNotCrashedOn) {
  EXPECT_TRUE(contains(refusal_of_json("{\"flows\": " + std::string(1000000, '[')), "levels deep"));
}

TEST(Document, BothFormsOfTheSameMessageAreEqual) {
  const TemporaryFile text(
      "name: \"x\" seed: 18446744073709551615 cluster: \"c\"\n"
      "flows { name: \"f\" size: \"1 MB\" route: \"a\" route: \"b~\" }\n"
      "collectives { collective: \"alltoallv\" matrix: 1 matrix: 2 }\n");
  const TemporaryFile json(
      "{\"name\": \"x\", \"seed\": \"18446744073709551615\", \"cluster\": \"c\",\n"
      " \"flows\": [{\"name\": \"f\", \"size\": \"1 MB\", \"route\": [\"a\", \"b~\"]}],\n"
      " \"collectives\": [{\"collective\": \"alltoallv\", \"matrix\": [1, \"2\"]}]}",
      "test.json");
  v1::Experiment from_text, from_json;
  const Document first(text.path(), from_text), second(json.path(), from_json);
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(from_text, from_json));
}

TEST(Document, ContentDecidesWhereTheEndingDoesNot) {
  const TemporaryFile json("  {\"name\": \"x\"}", "experiment");
  v1::Experiment message;
  const Document document(json.path(), message);
  EXPECT_EQ(message.name(), "x");
}

TEST(Document, NamesItsFileSafely) {
  const TemporaryFile file("nmae: 1", "a\x1b.textproto");
  v1::Experiment message;
  EXPECT_TRUE(contains(refusal([&] { const Document document(file.path(), message); }), "a\\x1b.textproto:1:1: "));
}

}  // namespace
}  // namespace polyplane::configs
