#include "tests/import/imports.h"

namespace polyplane::topology {
namespace {

using testing::Contains;
using testing::ElementsAre;

TEST(NvidiaSmi, DgxH100) {
  const ImportedFabric fabric = import_input("nvidia_smi", "dgx-h100.txt", {"nodes=2", "nic_rate=200 Gbps"});
  // NV18 to seven peers would be 126 NVLinks: they lead to NVSwitches, and a GPU has 18 x 25 GB/s.
  EXPECT_EQ(fabric.devices.size(), 2 * 17U + 1U);
  EXPECT_THAT(edges_of(fabric), Contains("node1/gpu7 -- node1/nvswitch 3.6 Tbps 0 ps nvlink"));
  EXPECT_THAT(edges_of(fabric), Contains("node1/gpu7 -- node1/mlx5_7 504 Gbps 0 ps pcie"));
  EXPECT_THAT(edges_of(fabric), Contains("node0/mlx5_3 -- plane0/network 200 Gbps 0 ps gpu-leaf plane 0"));
  EXPECT_EQ(fabric.edges.size(), 2 * 24U);
}

TEST(NvidiaSmi, BridgesAndPcie) {
  const ImportedFabric fabric = import_input("nvidia_smi", "bridges.txt", {"pcie_rate=32 GB/s"});
  // GPU2 and GPU3 share a PCIe switch (pix); it, GPU0 and GPU1 meet across the sockets (sys).
  EXPECT_THAT(
      edges_of(fabric),
      ElementsAre("node0/gpu0 -- node0/gpu1 800 Gbps 0 ps nvlink", "node0/gpu2 -- node0/pix2 256 Gbps 0 ps pcie",
                  "node0/gpu3 -- node0/pix2 256 Gbps 0 ps pcie", "node0/gpu0 -- node0/sys0 256 Gbps 0 ps pcie",
                  "node0/gpu1 -- node0/sys0 256 Gbps 0 ps pcie", "node0/pix2 -- node0/sys0 256 Gbps 0 ps pcie",
                  "node0/gpu0 -- node0/mlx5_0 256 Gbps 0 ps pcie", "node0/gpu1 -- node0/mlx5_0 256 Gbps 0 ps pcie",
                  "node0/gpu2 -- node0/mlx5_0 256 Gbps 0 ps pcie", "node0/gpu3 -- node0/mlx5_0 256 Gbps 0 ps pcie"));
}

TEST(NvidiaSmi, AMeshWithHolesForwards) {
  const ImportedFabric fabric = import_input("nvidia_smi", "square.txt");
  EXPECT_EQ(fabric.edges.size(), 4U);
  EXPECT_TRUE(fabric.devices.front().forwards);
}

TEST(NvidiaSmi, RefusesWithLineAndField) {
  const std::string text = input("nvidia_smi/bridges.txt");
  const auto with = [&](const std::string& from, const std::string& to) {
    return refusal("nvidia_smi", replaced(text, from, to));
  };
  EXPECT_EQ(with("GPU1\tNV4", "GPU1\tNVX"), "file:3: GPU1/GPU0: \"X\" is not a whole number from 1 to 1000");
  EXPECT_EQ(with("GPU1\tNV4", "GPU1\tNV2"), "file:3: GPU1/GPU0: is not what line 2 says of the same two");
  EXPECT_EQ(
      with("GPU1\tNV4", "GPU1\tPIXX"),
      "file:3: GPU1/GPU0: unknown word \"PIXX\"; did you mean \"PIX\"? Allowed: NODE, NV#, PHB, PIX, PXB, SYS, X");
  EXPECT_EQ(with("GPU1\tNV4\t X ", "GPU1\t X \tNV4"),
            "file:3: GPU1/GPU0: \"X\"; X stands where a device meets itself, and there only");
  EXPECT_EQ(with("\t0-15\nGPU1\tNV4", "\nGPU1"),
            "file:3: GPU1/GPU0: \"X\"; X stands where a device meets itself, and there only");
  EXPECT_EQ(with("mlx5_0\tPHB\tPHB\tSYS\tSYS\t X \n", ""), "file: mlx5_0: has a column and no row");
  EXPECT_EQ(with("mlx5_0\tPHB\tPHB\tSYS\tSYS\t X \n", "mlx5_0\tPHB\n"), "file:6: mlx5_0: has 1 fields for 5 columns");
  EXPECT_EQ(refusal("nvidia_smi", "hello\n"), "file:1: columns: the first line names them: GPU0 GPU1 ... CPU Affinity");
}

}  // namespace
}  // namespace polyplane::topology
