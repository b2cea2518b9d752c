#include "tests/import/imports.h"

namespace polyplane::topology {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

TEST(NcclXml, HgxH100) {
  const ImportedFabric fabric = import_input("nccl_xml", "hgx-h100.xml");
  // 8 GPUs, one crossbar, 8 NICs; a GPU has 18 NVLinks of 25 GB/s = 450 GB/s, and reaches its NIC over 16 lanes of
  // 31.507 Gb/s (32 GT/s, 128 of 130 bits).
  EXPECT_EQ(fabric.devices.size(), 17U);
  EXPECT_EQ(fabric.edges.size(), 16U);
  EXPECT_THAT(edges_of(fabric), Contains("node0/gpu5 -- node0/nvswitch 3.6 Tbps 0 ps nvlink"));
  EXPECT_THAT(edges_of(fabric), Contains("node0/gpu5 -- node0/mlx5_5 504.112 Gbps 0 ps pcie"));
  EXPECT_EQ(device_of(fabric, "node0/mlx5_5").rail, 5);
  EXPECT_FALSE(device_of(fabric, "node0/gpu0").forwards);
  EXPECT_TRUE(fabric.warnings.empty());
}

TEST(NcclXml, RatesThatNcclReckonsWith) {
  const ImportedFabric fabric = import_input("nccl_xml", "hgx-h100.xml", {"rates=nccl"});
  // 18 x 20.6 GB/s; 16 x 240 / 80 = 48 GB/s.
  EXPECT_EQ(fabric.edges.front().rate, BitRate::from_bps(18 * 20'600'000'000LL * 8));
  EXPECT_THAT(edges_of(fabric), Contains("node0/gpu5 -- node0/mlx5_5 384 Gbps 0 ps pcie"));
}

TEST(NcclXml, SeveralHostsMeetOnOneSwitchAPlane) {
  const ImportedFabric fabric = import_input("nccl_xml", "two-hgx-h100.xml", {"switch_latency=130 ns"});
  EXPECT_EQ(fabric.devices.size(), 2 * 17U + 1U);
  EXPECT_EQ(fabric.edges.size(), 2 * 24U);
  EXPECT_THAT(edges_of(fabric), Contains("node1/mlx5_7 -- plane0/network 400 Gbps 130 ns / 0 ps gpu-leaf plane 0"));
  EXPECT_THAT(edges_of(import_input("nccl_xml", "hgx-h100.xml", {"nodes=3"})),
              Contains("node2/mlx5_0 -- plane0/network 400 Gbps 0 ps gpu-leaf plane 0"));
}

TEST(NcclXml, PlaneOfANet) {
  const std::string text =
      replaced(input("nccl_xml/two-hgx-h100.xml"), "rail=\"0\" plane=\"0\"", "rail=\"3\" plane=\"1\"");
  const ImportedFabric fabric = import_fabric("nccl_xml", "file", text, {});
  EXPECT_EQ(device_of(fabric, "node0/mlx5_0").rail, 3);
  EXPECT_EQ(device_of(fabric, "node0/gpu0").rail, 3);
  EXPECT_EQ(device_of(fabric, "plane1/network").plane, 0);  // in the order of the file
  EXPECT_EQ(device_of(fabric, "plane0/network").plane, 1);
}

TEST(NcclXml, GpusWithoutNvlinkMeetOverPcie) {
  const ImportedFabric fabric = import_input("nccl_xml", "pcie-four.xml");
  // gpu0 and gpu1: 4 NVLinks of 14.0625 GB/s = 56.25 GB/s. PCIe: 16 GT/s = 15.753 Gb/s a lane; 8 lanes of gpu1; the NIC
  // has 8 lanes of 7.876 Gb/s and is as near to gpu0 as to gpu1 (one processor). The two sockets: 16 GB/s.
  EXPECT_THAT(
      edges_of(fabric),
      ElementsAre("node0/gpu0 -- node0/gpu1 450 Gbps 0 ps nvlink",
                  "node0/gpu0 -- node0/pci-0000:40:00-0 252.048 Gbps 0 ps pcie",
                  "node0/pci-0000:40:00-0 -- node0/cpu0 252.048 Gbps 0 ps pcie",
                  "node0/gpu1 -- node0/pci-0000:40:00-0 126.024 Gbps 0 ps pcie",
                  "node0/gpu2 -- node0/cpu1 252.048 Gbps 0 ps pcie", "node0/gpu3 -- node0/cpu1 126.016 Gbps 0 ps pcie",
                  "node0/cpu0 -- node0/cpu1 128 Gbps 0 ps pcie", "node0/gpu0 -- node0/eth0_100 63.008 Gbps 0 ps pcie",
                  "node0/gpu1 -- node0/eth0_100 63.008 Gbps 0 ps pcie",
                  "node0/gpu2 -- node0/eth0_100 63.008 Gbps 0 ps pcie",
                  "node0/gpu3 -- node0/eth0_100 63.008 Gbps 0 ps pcie"));
  EXPECT_THAT(warnings_of(fabric),
              ElementsAre("18: attribute \"colour\" of gpu is not known and not read",
                          "18: c2c is not read: the memory of processors is not modelled",
                          "20: link_speed \"weird\" is not known; 8 GT/s is taken, as NCCL does",
                          "13: a '.' in the name of a device became '_' (selectors write A.B for a link)"));
}

TEST(NcclXml, RefusesWithLineAndField) {
  const std::string text = input("nccl_xml/pcie-four.xml");
  const auto with = [&](const std::string& from, const std::string& to) {
    return refusal("nccl_xml", replaced(text, from, to));
  };
  EXPECT_EQ(with("sm=\"86\" rank=\"0\"", "rank=\"0\""), "file:6: gpu: attribute sm is missing");
  EXPECT_EQ(with("dev=\"0\" sm", "dev=\"first\" sm"),
            "file:6: gpu@dev: \"first\" is not a whole number from 0 to 1000000");
  EXPECT_EQ(with("busid=\"0000:42:00.0\" class", "busid=\"0000:41:00.0\" class"),
            "file:8: pci@busid: \"0000:41:00.0\" is there twice");
  EXPECT_EQ(with("dev=\"1\" sm", "dev=\"0\" sm"), "file:9: name: a device \"node0/gpu0\" exists already (line 6)");
  EXPECT_EQ(with("speed=\"25000\"", "speed=\"fast\""),
            "file:13: net@speed: \"fast\" is not a whole number from -1000000000 to 100000000");
  EXPECT_EQ(with("<system version=\"1\">", "<graphs>"), "file:24: is not well-formed XML: Start-end tags mismatch");
  EXPECT_EQ(refusal("nccl_xml", "<graphs version=\"1\"/>"),
            "file:1: graphs: is not the root of an NCCL topology; that is called system");
  EXPECT_EQ(refusal("nccl_xml", "<system/>"), "file:1: system: holds no cpu");
  EXPECT_EQ(refusal("nccl_xml", "<system><cpu/></system>"), "file: holds no device");
  EXPECT_EQ(refusal("nccl_xml", "<system a='1' a='2'/>"), "file:1: system: attribute \"a\" is given twice");
  EXPECT_EQ(refusal("nccl_xml", "<system/><system/>"),
            "file:1: system: stands beside the root element \"system\"; a document has one root");
}

TEST(NcclXml, Limits) {
  std::string deep;
  for (int i = 0; i < 200; ++i) deep += "<pci busid='" + std::to_string(i) + "'>";
  for (int i = 0; i < 200; ++i) deep += "</pci>";
  EXPECT_THAT(refusal<LimitError>("nccl_xml", "<system><cpu>" + deep + "</cpu></system>"),
              HasSubstr("nested more than 100 deep"));
  EXPECT_EQ(refusal<LimitError>("nccl_xml", "<!DOCTYPE s [\n<!ENTITY a \"lol\">\n]>\n<system>&a;</system>"),
            "file:2: declares an entity; entities are not expanded");
  std::string wide = "<system";
  for (int i = 0; i < 300; ++i) wide += " a" + std::to_string(i) + "=''";
  EXPECT_EQ(refusal<LimitError>("nccl_xml", wide + "/>"), "file:1: system: has more than 200 attributes");
  EXPECT_THAT(refusal<LimitError>("nccl_xml", input("nccl_xml/hgx-h100.xml"), {"nodes=100000"}),
              HasSubstr("more than 400000 devices"));
}

}  // namespace
}  // namespace polyplane::topology
