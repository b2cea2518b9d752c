#include "tests/import/imports.h"

namespace polyplane::topology {
namespace {

using testing::Contains;
using testing::HasSubstr;

TEST(AstraSim, Ring) {
  const ImportedFabric fabric = import_input("astra_sim", "ring.yml");
  EXPECT_EQ(fabric.devices.size(), 8U);
  EXPECT_EQ(fabric.edges.size(), 8U);
  // 50 x 2^30 bytes a second = 429,496,729,600 bit/s.
  EXPECT_EQ(fabric.edges[7].rate, BitRate::from_bps(429'496'729'600));
  EXPECT_THAT(words_of(fabric, fabric.edges[7]), testing::EndsWith("500 ns dim0"));
  EXPECT_EQ(fabric.edges[7].from, 7U);
  EXPECT_EQ(fabric.edges[7].to, 0U);
  EXPECT_TRUE(fabric.devices.front().forwards);
  EXPECT_EQ(import_input("astra_sim", "ring.yml", {"gigabyte=decimal"}).edges[0].rate,
            BitRate::from_bps(400'000'000'000));
}

TEST(AstraSim, ScaleUpInsideAndSwitchesOutside) {
  const ImportedFabric fabric = import_input("astra_sim", "ring-switch.yml", {"gigabyte=decimal"});
  // 3 nodes of 4, each pair joined: 3 x 6 links of 150 GB/s; 4 switches of 3 NPUs at 12.5 GB/s, each a plane.
  EXPECT_EQ(fabric.edges.size(), 18U + 12U);
  EXPECT_THAT(edges_of(fabric), Contains("node1/gpu0 -- node1/gpu3 1.2 Tbps 25 ns dim0"));
  EXPECT_THAT(edges_of(fabric), Contains("node2/gpu3 -- switch3 100 Gbps 1.5 us gpu-leaf plane 3"));
  EXPECT_FALSE(fabric.devices.front().forwards);
}

TEST(AstraSim, ThreeDimensionsAreOneDomain) {
  const ImportedFabric fabric = import_input("astra_sim", "three.yml");
  // 24 NPUs. Rings of two: 12 x 2 cables; meshes of three: 8 x 3; switches of four: 6 x 4.
  EXPECT_EQ(fabric.edges.size(), 24U + 24U + 24U);
  EXPECT_EQ(fabric.devices.size(), 24U + 6U);
  EXPECT_TRUE(fabric.devices.front().forwards);
  EXPECT_EQ(fabric.edges.back().kind, LinkKind::scale_up);
}

TEST(AstraSim, RefusesWithLineAndField) {
  const std::string text = input("astra_sim/ring-switch.yml");
  const auto with = [&](const std::string& from, const std::string& to) {
    return refusal("astra_sim", replaced(text, from, to));
  };
  EXPECT_EQ(with("Switch", "Swich"),
            "file:1: topology[1]: unknown building block \"Swich\"; did you mean \"Switch\"? Allowed: FullyConnected, "
            "Ring, Switch");
  EXPECT_EQ(with("[ 4, 3 ]", "[ 4 ]"), "file:2: npus_count: has 1 entries for 2 dimensions of topology");
  EXPECT_EQ(with("[ 4, 3 ]", "[ 4, 1 ]"), "file:2: npus_count[1]: \"1\" is not a whole number from 2 to 400000");
  EXPECT_EQ(with("12.5", "-12.5"), "file:3: bandwidth[1]: \"-12.5\" is not a number");
  EXPECT_EQ(with("12.5", "0"), "file:3: bandwidth[1]: \"0\" is out of range");
  EXPECT_EQ(with("latency", "latencies"),
            "file:4: unknown key \"latencies\"; did you mean \"latency\"? Allowed: bandwidth, latency, npus_count, "
            "topology");
  EXPECT_EQ(with("npus_count: [ 4, 3 ]\n", ""), "file:1: npus_count is missing");
  EXPECT_THAT(refusal<LimitError>("astra_sim", replaced(text, "[ 4, 3 ]", "[ 4000, 3000 ]")),
              HasSubstr("npus_count: more than 400000 NPUs"));
  EXPECT_THAT(refusal<LimitError>("astra_sim", replaced(text, "[ 4, 3 ]", "[ 4000, 3 ]")),
              HasSubstr("more than 1000000 links"));
}

}  // namespace
}  // namespace polyplane::topology
