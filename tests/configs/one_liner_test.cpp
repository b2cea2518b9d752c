#include <gtest/gtest.h>

#include "base/error.h"
#include "sim/catalog.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim {
namespace {

topology::ClusterSpec spec_of(const std::string& text) {
  return Catalog(POLYPLANE_CONFIGS_DIRECTORY).cluster(text).spec;
}

std::string refusal_of(const std::string& text) {
  return refusal([&] { (void)spec_of(text); }, text);
}

TEST(OneLiner, SingleCardsByDefault) {
  const auto spec = spec_of("fat_tree:tiers=2,radix=64,endpoints=128,rate=200Gbps,switch_latency=130ns");
  EXPECT_EQ(spec.nodes, 128);
  EXPECT_EQ(spec.node.accelerators, 1);
  EXPECT_EQ(spec.node.nics, 1);
  EXPECT_EQ(spec.node.nic_rate.bps(), 200000000000);
  EXPECT_EQ(spec.fabric.port_rate.bps(), 200000000000);
  EXPECT_EQ(spec.fabric.switch_radix, 64);
  EXPECT_EQ(spec.fabric.switch_latency.ps(), 130000);
  EXPECT_EQ(spec.fabric.options, std::vector<std::string>{"tiers=2"});
  EXPECT_EQ(spec.assumed.size(), 3U);  // two cables and the NIC have no latency
}

TEST(OneLiner, RatesMayBeInBytes) {
  EXPECT_EQ(spec_of("single_switch:endpoints=4,radix=4,rate=50 GB/s").fabric.port_rate.bps(), 400000000000);
  EXPECT_FALSE(is_file_name("single_switch:endpoints=4,radix=4,rate=50 GB/s"));
  EXPECT_TRUE(is_file_name("clusters/single_switch:rate=4"));
  EXPECT_TRUE(is_file_name("c:lusters/mine"));
}

TEST(OneLiner, VirtualChannelsAreEightUnlessStated) {
  EXPECT_EQ(spec_of("torus:dims=8x8,p=1,radix=8,endpoints=64").fabric.virtual_channels, 8U);
  EXPECT_EQ(spec_of("torus:dims=8x8,p=1,radix=8,endpoints=64,virtual_channels=2").fabric.virtual_channels, 2U);
  EXPECT_EQ(refusal_of("torus:dims=8x8,p=1,radix=8,endpoints=64,virtual_channels=0"),
            "cluster \"\": virtual_channels: \"0\" is not a whole number from 1 to 256");
}

TEST(OneLiner, PlanesArePerNicUnlessStriped) {
  const auto per_nic = spec_of("fat_tree:tiers=2,radix=64,endpoints=2048,planes=8");
  EXPECT_EQ(per_nic.nodes, 256);
  EXPECT_EQ(per_nic.node.accelerators, 8);
  EXPECT_EQ(per_nic.node.scale_up.kind, "switched");
  EXPECT_EQ(per_nic.fabric.planes, topology::PlaneMode::per_nic);
  const auto striped = spec_of("fat_tree:tiers=2,radix=64,endpoints=2048,planes=4,plane_mode=striped,rate=100Gbps");
  EXPECT_EQ(striped.nodes, 2048);
  EXPECT_EQ(striped.fabric.num_planes, 4);
  EXPECT_EQ(striped.node.nic_rate.bps(), 400000000000);  // a port of 100 Gbps on each of 4 planes
}

TEST(OneLiner, PartsFillIn) {
  const auto spec = spec_of(
      "fat_tree:tiers=2,endpoints=64,per_node=8,accelerator=nvidia-h800-sxm5,nic=cx7-ndr,switch=qm9700,"
      "scale_up_latency=300ns,cable_latency=0ns,access_cable_latency=0ns");
  EXPECT_EQ(spec.fabric.switch_radix, 64);
  EXPECT_EQ(spec.node.scale_up.rate.bps(), 1600000000000);
  EXPECT_EQ(spec.node.nic_latency.ps(), 300000);
}

TEST(OneLiner, WrongKeysAndValuesAreRefusedByKey) {
  EXPECT_EQ(refusal_of("fat_tree:endponts=8,radix=8").substr(0, 72),
            "cluster \"\": endponts: unknown key \"endponts\"; did you mean \"endpoints\"? ");
  const std::string all = refusal_of("fat_tree:endponts=8,radix=8");
  for (const char* key : {"access_cable,", " scale_up_dims,", " switch,", " tiers,", " virtual_channels"}) {
    EXPECT_NE(all.find(key), std::string::npos) << key << " is missing in " << all;
  }
  EXPECT_EQ(all.find(" more"), std::string::npos) << all;
  EXPECT_EQ(refusal_of("fat_tree:radix=8"),
            "cluster \"\": endpoints: is missing; write the number of accelerators, for example endpoints=1024");
  EXPECT_EQ(refusal_of("fat_tree:endpoints=10,per_node=4,radix=8"),
            "cluster \"\": endpoints: 10 does not divide into nodes of 4 accelerators");
  EXPECT_EQ(refusal_of("fat_tree:endpoints=0,radix=8"),
            "cluster \"\": endpoints: \"0\" is not a whole number from 1 to 8000000");
  EXPECT_EQ(refusal_of("fat_tree:endpoints=8,radix=8,rate=400"),
            "cluster \"\": rate: rate \"400\" has no unit; write for example \"400 Gbps\". Units: bps to Tbps, b/s to "
            "Tb/s or bit/s to Tbit/s (bits), B/s to TB/s (bytes)");
  EXPECT_EQ(refusal_of("fat_tree:endpoints=8,endpoints=8"), "cluster \"\": endpoints: is given twice");
  EXPECT_EQ(refusal_of("fat_tree:endpoints"), "cluster \"\": endpoints: is not key=value");
  EXPECT_EQ(refusal_of("fat_tree:"), "cluster \"\": \"\": is not key=value");
  EXPECT_NE(refusal_of("fat_tere:endpoints=8").find("did you mean \"fat_tree\"?"), std::string::npos);
  EXPECT_NE(refusal_of("fat_tree:endpoints=8,radix=8,tiers=9").find("tiers"), std::string::npos);
  EXPECT_NE(refusal_of("fat_tree:endpoints=8").find("radix: is missing"), std::string::npos);
  EXPECT_NE(refusal_of("fat_tree:endpoints=8,radix=8,scale_up_rate=1Gbps").find("set per_node"), std::string::npos);
  EXPECT_NE(refusal_of("fat_tree:endpoints=8,radix=8,routing=sprya").find("did you mean \"spray\"?"),
            std::string::npos);
}

TEST(OneLiner, ABombIsRefusedByTheLimits) {
  EXPECT_THROW((void)spec_of("fat_tree:radix=64,tiers=3,endpoints=999999999999999999999"), LimitError);
  EXPECT_THROW((void)spec_of("fat_tree:radix=64,tiers=3,endpoints=8000001"), LimitError);
}

}  // namespace
}  // namespace polyplane::sim
