#include <gtest/gtest.h>

#include "sim/catalog.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

constexpr const char* kRing =
    "costs { family: \"ring\" launch: \"1 us\" step_scale_up: \"0 ns\" step_scale_out: \"0 ns\" message: \"0 ns\" }";
constexpr const char* kTree =
    "costs { family: \"tree\" launch: \"1 us\" step_scale_up: \"0 ns\" step_scale_out: \"0 ns\" message: \"0 ns\" }";

std::string stack_text(const std::string& protocols) {
  return "name: \"s\" provenance { source: \"x\" as_of: \"2026\" confidence: low }\n" + protocols;
}

std::string protocol(const std::string& name, const std::string& costs, int payload = 1) {
  return "protocols { name: \"" + name + "\" payload_bytes: " + std::to_string(payload) + " wire_bytes: 1 " + costs +
         " }\n";
}

std::string refusal_of(const std::string& protocols) {
  const TemporaryFile file(stack_text(protocols));
  return refusal([&] { (void)Catalog(POLYPLANE_CONFIGS_DIRECTORY).stack(file.path()); }, file.path());
}

const std::string kBoth = std::string(kRing) + kTree;

TEST(StackFile, NcclHasItsTable) {
  const Stack nccl = Catalog(POLYPLANE_CONFIGS_DIRECTORY).stack("nccl");
  ASSERT_EQ(nccl.protocols.size(), 3U);
  EXPECT_EQ(nccl.protocols[0].name, "LL");
  EXPECT_EQ(costs_of(nccl.protocols[0], "ring").launch.ps(), 6600000);
  EXPECT_EQ(costs_of(nccl.protocols[2], "tree").step_scale_up.ps(), 4000000);
  EXPECT_EQ(wire_bytes(Bytes(120), nccl.protocols[1].efficiency).count(), 128);
  EXPECT_EQ(nccl.assumed.size(), 2U);
}

TEST(StackFile, IdealCostsNothing) {
  const Stack ideal = Catalog(POLYPLANE_CONFIGS_DIRECTORY).stack("ideal");
  ASSERT_EQ(ideal.protocols.size(), 1U);
  EXPECT_EQ(costs_of(ideal.protocols[0], "ring").launch.ps(), 0);
  EXPECT_EQ(wire_bytes(Bytes(7), ideal.protocols[0].efficiency).count(), 7);
}

TEST(StackFile, MustBeComplete) {
  EXPECT_EQ(refusal_of(""), ":1:1: protocols: there is none; a stack needs at least one");
  EXPECT_EQ(refusal_of(protocol("A", kRing)), ":2:1: protocols[0]: the costs of family \"tree\" are missing");
  EXPECT_EQ(refusal_of(protocol("A", kBoth) + protocol("A", kBoth)),
            ":3:13: protocols[1].name: a protocol \"A\" exists already");
  EXPECT_NE(refusal_of(protocol("A", kBoth + kTree)).find("\"tree\" is given twice"), std::string::npos);
  EXPECT_NE(refusal_of(protocol("A", kBoth, 2)).find("do not fit into wire_bytes"), std::string::npos);
}

TEST(StackFile, UnknownNamesAreRefused) {
  EXPECT_EQ(refusal([] { (void)Catalog(POLYPLANE_CONFIGS_DIRECTORY).stack("ncll"); }),
            "unknown stack \"ncll\"; did you mean \"nccl\"? Allowed: ideal, nccl");
  EXPECT_NE(refusal_of(protocol("A",
                                "costs { family: \"rnig\" launch: \"0 ns\" step_scale_up: \"0 ns\" "
                                "step_scale_out: \"0 ns\" message: \"0 ns\" }"))
                .find("did you mean \"ring\"?"),
            std::string::npos);
}

}  // namespace
}  // namespace polyplane::sim
