#include "tests/import/imports.h"

namespace polyplane::topology {
namespace {

using testing::Contains;
using testing::ElementsAre;

TEST(Simai, TwoServers) {
  const ImportedFabric fabric = import_input("simai", "two-servers.txt");
  EXPECT_THAT(names_of(fabric), ElementsAre("node0/gpu0", "node0/gpu1", "node1/gpu0", "node1/gpu1", "nvswitch0",
                                            "nvswitch1", "switch0", "switch1", "switch2"));
  EXPECT_EQ(device_of(fabric, "node1/gpu1").part, "nvidia-h100-sxm5");
  EXPECT_EQ(device_of(fabric, "nvswitch1").node, 1);
  EXPECT_EQ(device_of(fabric, "switch2").tier, 2);
  const std::vector<std::string> edges = edges_of(fabric);
  EXPECT_EQ(edges.size(), 10U);
  EXPECT_THAT(edges, Contains("node1/gpu0 -- nvswitch1 2.88 Tbps 25 ns nvlink"));
  EXPECT_THAT(edges, Contains("node1/gpu1 -- switch1 200 Gbps 500 ns gpu-leaf plane 0"));
  EXPECT_THAT(edges, Contains("switch0 -- switch2 400 Gbps 500 ns leaf-spine plane 0"));
  EXPECT_TRUE(fabric.warnings.empty());
}

TEST(Simai, TheFormOfHpccKeepsParallelLinks) {
  const ImportedFabric fabric = import_input("simai", "hpcc.txt");
  EXPECT_THAT(edges_of(fabric), ElementsAre("switch0 -- node0/gpu0 100 Gbps 1 us gpu-leaf plane 0",
                                            "switch0 -- node1/gpu0 100 Gbps 1 us gpu-leaf plane 0",
                                            "switch0 -- switch1 400 Gbps 5 us leaf-leaf plane 0",
                                            "switch0 -- switch1 400 Gbps 5 us leaf-leaf plane 0",
                                            "switch1 -- node2/gpu0 100 Gbps 1 us gpu-leaf plane 0",
                                            "switch1 -- node0/gpu0 50 Gbps 1 us gpu-leaf plane 0"));
  EXPECT_THAT(warnings_of(fabric), ElementsAre("7: error rates are not read: links lose nothing"));
}

TEST(Simai, RefusesWithLineAndField) {
  const std::string text = input("simai/two-servers.txt");
  const auto with = [&](const std::string& from, const std::string& to) {
    return refusal("simai", replaced(text, from, to));
  };
  EXPECT_EQ(with("0 4 2880Gbps", "0 9 2880Gbps"), "file:3: dst: \"9\" is not a whole number from 0 to 8");
  EXPECT_THAT(with("0 4 2880Gbps", "0 4 2880"), testing::StartsWith("file:3: rate: rate \"2880\" has no unit"));
  EXPECT_EQ(with("0 4 2880Gbps", "4 4 2880Gbps"), "file:3: link: joins \"nvswitch0\" to itself");
  EXPECT_EQ(with("4 5 6 7 8", "4 5 6 7 7"), "file:2: switch id: 7 is there twice");
  EXPECT_EQ(with("9 2 2 3 10 H100", "9 2 2 3 11 H100"), "file:12: src: is missing: the file ends here");
  EXPECT_EQ(with("9 2 2 3 10 H100", "9 2 2 3 9 H100"),
            "file:12: links: the file goes on after the 9 that it announces");
  EXPECT_EQ(with("9 2 2 3 10 H100", "9 2 2 7 10 H100"),
            "file:1: node_num: 9 devices with 9 switches among them leave no GPU");
}

TEST(Simai, Limits) {
  EXPECT_EQ(refusal<LimitError>("simai", "2000000000 8 1 1 1 H100"),
            "file:1: node_num: more than 400000 devices are not read");
  EXPECT_EQ(refusal<LimitError>("simai", "20 8 1 1 1000000000 H100"),
            "file:1: link_num: more than 1000000 links are not read");
}

}  // namespace
}  // namespace polyplane::topology
