#include <gtest/gtest.h>

#include <set>

#include "configs/schema/document.h"
#include "configs/schema/stack.pb.h"
#include "sim/catalog.h"
#include "sim/nccl/constants.h"
#include "sim/parts.h"
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
  EXPECT_EQ(costs_of(nccl.protocols[0], "ring").messages_under_way, 8U);
  EXPECT_EQ(costs_of(nccl.protocols[2], "ring").messages_under_way, 1U);
  EXPECT_EQ(costs_of(nccl.protocols[2], "nvls").messages_under_way, 1U);
  EXPECT_EQ(nccl.assumed.size(), 4U);
  ASSERT_TRUE(nccl.nccl);
  EXPECT_EQ(nccl.nccl->name, "v2.30.7-1");
}

TEST(StackFile, ClustersTakeThatOfTheirCardsMaker) {
  const Catalog catalog(POLYPLANE_CONFIGS_DIRECTORY);
  const auto of = [&](const std::string& cluster) { return catalog.stack_of(catalog.cluster(cluster)); };
  EXPECT_EQ(of("mi300x-2048").name, "rccl");
  EXPECT_EQ(of("cloudmatrix384").name, "hccl");
  EXPECT_EQ(of("dgx-h100").name, "nccl");
  EXPECT_EQ(of("dgx-h100").assumed, catalog.stack("nccl").assumed);
  const std::string unknown = "fat_tree:tiers=2,radix=8,endpoints=16,rate=400 Gbps";
  EXPECT_EQ(of(unknown).assumed, catalog.stack("nccl").assumed) << "nobody is said to have made its cards";
  EXPECT_EQ(of("tpu-v6e-pod").name, "nccl");
  EXPECT_EQ(of("tpu-v6e-pod").assumed.front(),
            "stack nccl: costs of NCCL stand for the software of Google; --stack names another");
  const TemporaryFile mixed(
      "name: \"mixed\" provenance { source: \"x\" as_of: \"2026\" confidence: low }\n"
      "members { name: \"a\" cluster: \"dgx-h100\" }\nmembers { name: \"b\" cluster: \"mi300x-2048\" }");
  EXPECT_EQ(of(mixed.path()).assumed.front(),
            "stack nccl: costs of NCCL stand for the software of AMD and NVIDIA; --stack names another");
}

TEST(StackFile, MakersOfStacksMakeCards) {
  const Parts parts(std::string(POLYPLANE_CONFIGS_DIRECTORY) + "/hardware");
  std::set<std::string> makers, with_stack;
  for (const std::string& name : parts.accelerators()) makers.insert(parts.accelerator(name).vendor());
  const Catalog catalog(POLYPLANE_CONFIGS_DIRECTORY);
  for (const CatalogEntry& entry : catalog.list("")) {
    if (entry.kind != "stack") continue;
    v1::Stack stack;
    const configs::Document document(catalog.stack_file(entry.name), stack);
    for (const std::string& vendor : stack.vendors()) {
      EXPECT_TRUE(makers.contains(vendor)) << entry.name << ": " << vendor;
      EXPECT_TRUE(with_stack.insert(vendor).second) << vendor << " has two stacks";
    }
  }
  EXPECT_EQ(with_stack.size(), 3U);
}

TEST(StackFile, IdealCostsNothing) {
  const Stack ideal = Catalog(POLYPLANE_CONFIGS_DIRECTORY).stack("ideal");
  ASSERT_EQ(ideal.protocols.size(), 1U);
  EXPECT_EQ(costs_of(ideal.protocols[0], "ring").launch.ps(), 0);
  EXPECT_EQ(wire_bytes(Bytes(7), ideal.protocols[0].efficiency).count(), 7);
}

TEST(StackFile, MustBeComplete) {
  EXPECT_EQ(refusal_of(""), ":1:1: protocols: there is none; a stack needs at least one");
  EXPECT_EQ(refusal_of(protocol("A", "")),
            ":2:1: protocols[0].costs: there are none; a protocol offers at least one family");
  EXPECT_EQ(refusal_of(protocol("A", kBoth) + protocol("A", kBoth)),
            ":3:13: protocols[1].name: a protocol \"A\" exists already");
  EXPECT_NE(refusal_of(protocol("A", kBoth + kTree)).find("\"tree\" is given twice"), std::string::npos);
  EXPECT_NE(refusal_of(protocol("A", kBoth, 2)).find("do not fit into wire_bytes"), std::string::npos);
}

TEST(StackFile, MessagesUnderWayAreAFewOrOne) {
  for (const char* wrong : {"0", "65", "-1"}) {
    std::string costs = kRing;
    costs.insert(costs.size() - 1, std::string("messages_under_way: ") + wrong + " ");
    EXPECT_NE(refusal_of(protocol("A", costs)).find("messages_under_way"), std::string::npos) << wrong;
  }
}

TEST(StackFile, UnknownNamesAreRefused) {
  EXPECT_EQ(refusal([] { (void)Catalog(POLYPLANE_CONFIGS_DIRECTORY).stack("ncll"); }),
            "unknown stack \"ncll\"; did you mean \"nccl\"? Allowed: hccl, ideal, mpi, nccl, rccl, ucc");
  EXPECT_NE(refusal_of(protocol("A",
                                "costs { family: \"rnig\" launch: \"0 ns\" step_scale_up: \"0 ns\" "
                                "step_scale_out: \"0 ns\" message: \"0 ns\" }"))
                .find("did you mean \"ring\"?"),
            std::string::npos);
}

/// The ring's costs with one more field.
std::string ring_with(const std::string& field) {
  std::string costs = kRing;
  costs.insert(costs.rfind('}'), field + " ");
  return costs;
}

TEST(StackFile, WhatOneFamilyHasOfItsOwn) {
  const std::string text = protocol("A", ring_with("payload_bytes: 7 wire_bytes: 9 channels: 3 chunk: \"64 KiB\"") +
                                             kTree + " min_size: \"1 KiB\" max_size: \"1 MiB\"");
  const TemporaryFile file(stack_text(text));
  const Stack stack = Catalog(POLYPLANE_CONFIGS_DIRECTORY).stack(file.path());
  const Protocol& a = stack.protocols.at(0);
  EXPECT_EQ(wire_bytes(Bytes(7), efficiency_of(a, "ring")).count(), 9);
  EXPECT_EQ(wire_bytes(Bytes(7), efficiency_of(a, "tree")).count(), 7);
  EXPECT_EQ(costs_of(a, "ring").channels, 3U);
  EXPECT_EQ(costs_of(a, "ring").chunk, Bytes(64 * 1024));
  EXPECT_EQ(a.min_size, Bytes(1024));
  EXPECT_EQ(a.max_size, Bytes(1 << 20));
  EXPECT_FALSE(stack.nccl);
}

TEST(StackFile, WhatContradictsItself) {
  EXPECT_NE(refusal_of(protocol("A", ring_with("payload_bytes: 7"))).find("wire_bytes: is missing"), std::string::npos);
  EXPECT_NE(refusal_of(protocol("A", ring_with("payload_bytes: 9 wire_bytes: 7"))).find("do not fit"),
            std::string::npos);
  EXPECT_NE(refusal_of(protocol("A", ring_with("channels: 65"))).find("allowed: 1 to 64"), std::string::npos);
  EXPECT_NE(refusal_of(protocol("A", kBoth + " min_size: \"2 KiB\" max_size: \"1 KiB\"")).find("is less than min_size"),
            std::string::npos);
  EXPECT_NE(refusal_of("nccl_tuning: \"v2.30.7\"\n" + protocol("A", kBoth)).find("did you mean \"v2.30.7-1\"?"),
            std::string::npos);
}

}  // namespace
}  // namespace polyplane::sim
