// Graph figures derived from clusters and read from NCCL's dump.
#include "sim/nccl/graph.h"

#include <gtest/gtest.h>

#include "sim/catalog.h"
#include "sim/experiment_topology.h"
#include "sim/nccl/graph_file.h"
#include "sim/placement.h"
#include "sim/simulation.h"
#include "tests/configs/temporary_file.h"

namespace polyplane::sim::nccl {
namespace {

class Derived : public testing::Test {
 protected:
  /// The first `ranks` cards of a cluster of the catalogue.
  Communicator derive(const std::string& cluster, std::size_t ranks, const Setting& setting = {}) {
    Experiment experiment;
    experiment.cluster = catalog_.cluster(cluster);
    const topology::Topology topology = build_topology(experiment);
    const auto all = topology.accelerators();
    const std::vector<DeviceId> cards(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(ranks));
    return derive_communicator(*constants_, topology, cards, make_layout(topology, cards), setting);
  }

  Catalog catalog_{POLYPLANE_CONFIGS_DIRECTORY};
  std::shared_ptr<const Constants> constants_ = catalog_.nccl_tuning("v2.30.7-1");
};

void expect_graph(const GraphFigures& graph, std::uint32_t channels, double intra, double inter) {
  EXPECT_EQ(graph.channels, channels);
  EXPECT_DOUBLE_EQ(graph.speed_intra, intra);
  EXPECT_DOUBLE_EQ(graph.speed_inter, inter);
}

// 18 NVLinks of 20.6 GB/s are 370.8 GB/s: 6 channels of 60, each split in two of 30. The runtime has two of each: 24,
// as NCCL logs on a DGX H100. NVLS: 8 channels, of which a card carries 9 loads: 9 x 40 = 360 fits, 9 x 50 does not.
TEST_F(Derived, DgxH100Alone) {
  const Communicator comm = derive("dgx-h100", 8);
  EXPECT_EQ(comm.nodes, 1U);
  EXPECT_EQ(comm.compute_capability, 90);
  expect_graph(comm.ring, 12, 30, 30);
  expect_graph(comm.tree, 12, 30, 30);
  expect_graph(comm.nvls_graph, 8, 40, 60);
  EXPECT_EQ(comm.channels, 24U);
  EXPECT_TRUE(comm.nvswitch && comm.nvls);
  EXPECT_EQ(comm.ring.type_intra, PathType::nvl);
  EXPECT_TRUE(comm.assumed.empty()) << "one node posts nothing to a NIC";
}

// A NIC of 50 GB/s carries one channel of 48, the fastest of the list; a ring through 8 cards loads 7 of 8 cards' links
// with each channel: 8 x 48 x 7/8 = 336 <= 370.8.
TEST_F(Derived, SeveralDgxH100) {
  const Communicator comm = derive("dgx-superpod-h100-4su", 32);
  EXPECT_EQ(comm.nodes, 4U);
  expect_graph(comm.ring, 8, 48, 48);
  expect_graph(comm.nvls_graph, 8, 40, 48);
  EXPECT_EQ(comm.channels, 16U);
  EXPECT_EQ(comm.ring.type_inter, PathType::pix);
  EXPECT_FALSE(comm.ring.same_channels);
  EXPECT_EQ(comm.assumed.size(), 1U) << "the vendor of the CPUs";
}

// 12 NVLinks of 20 GB/s: 6 x 40 use all of the 240; split 12 x 20. Between nodes a NIC of 25 GB/s carries 24.
TEST_F(Derived, DgxA100) {
  const Communicator one = derive("dgx-superpod-a100", 8);
  expect_graph(one.ring, 12, 20, 20);
  EXPECT_EQ(one.ring.type_inter, PathType::pix) << "LL128 asks for no NIC";
  EXPECT_FALSE(one.nvls);
  const Communicator two = derive("dgx-superpod-a100", 16, {.cpu = CpuVendor::amd});
  EXPECT_EQ(two.nodes, 2U);
  expect_graph(two.ring, 8, 24, 24);
  // Trees may use more within a node, up to twice: 8 x 30 x 7/8 = 210 fits into 240, 8 x 48 x 7/8 = 336 does not.
  expect_graph(two.tree, 8, 30, 24);
  EXPECT_EQ(two.channels, 16U);
  EXPECT_EQ(two.cpu_vendor, CpuVendor::amd);
}

// A rack of 72 is one node for NCCL; its hosts are Arm.
TEST_F(Derived, Nvl72IsOneNode) {
  const Communicator comm = derive("gb200-nvl72-2304", 144);
  EXPECT_EQ(comm.nodes, 2U);
  EXPECT_EQ(comm.most_local_ranks, 72U);
  EXPECT_EQ(comm.cpu_architecture, CpuArchitecture::arm);
}

TEST_F(Derived, OneCardANodeRunsPlainTrees) {
  Experiment experiment;
  experiment.cluster = catalog_.cluster("dgx-superpod-h100-4su");
  const topology::Topology topology = build_topology(experiment);
  std::vector<DeviceId> cards;
  for (std::size_t node = 0; node < 4; ++node) cards.push_back(topology.accelerators()[8 * node]);
  const Communicator comm = derive_communicator(*constants_, topology, cards, make_layout(topology, cards), {});
  EXPECT_EQ(comm.nodes, 4U);
  EXPECT_EQ(comm.tree.pattern, Pattern::tree);
  EXPECT_EQ(comm.ring.type_intra, PathType::loc);
  EXPECT_FALSE(comm.nvls);
}

TEST_F(Derived, OtherCardsAreRefused) {
  EXPECT_EQ(refusal([&] { (void)derive("mi300x-2048", 16); }),
            "NCCL's model: card node0/gpu0 is a part that the table of NCCL v2.30.7-1 does not know, amd-mi300x; its "
            "choice cannot be told");
}

constexpr const char* kGraphs = R"(<graphs version="1">
  <graph id="0" pattern="4" crossnic="0" nchannels="8" speedintra="45" speedinter="45.1" latencyinter="0.5" typeintra="NVL" typeinter="PXN" samechannels="0">
    <channel><net dev="0"/><gpu dev="0"/><gpu dev="1"/><net dev="0"/></channel>
  </graph>
  <graph id="1" pattern="3" nchannels="8" speedintra="48" speedinter="40" latencyinter="0" typeintra="NVL" typeinter="PIX" samechannels="1"/>
  <graph id="3" pattern="5" nchannels="0" speedintra="0" speedinter="0" typeintra="NVL" typeinter="PIX" samechannels="0"/>
</graphs>
)";

TEST_F(Derived, GraphsOfADumpReplaceTheDerived) {
  Setting setting;
  setting.graphs = std::make_shared<const GraphSet>(read_graphs("g.xml", kGraphs));
  const Communicator comm = derive("dgx-superpod-h100-4su", 32, setting);
  expect_graph(comm.ring, 8, 45, 45.1);
  EXPECT_DOUBLE_EQ(comm.ring.latency_inter_us, 0.5);
  EXPECT_EQ(comm.ring.type_inter, PathType::pxn);
  EXPECT_EQ(comm.tree.pattern, Pattern::tree);
  EXPECT_TRUE(comm.tree.same_channels);
  EXPECT_FALSE(comm.nvls) << "the dump has no channel of NVLS";
  setting.collnet = true;
  EXPECT_NE(refusal([&] { (void)derive("dgx-superpod-h100-4su", 32, setting); }).find("no graph of CollNet"),
            std::string::npos);
}

std::string refusal_of(std::string text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
  return refusal([&] { (void)read_graphs("g.xml", text); });
}

TEST(GraphFile, SaysWhatIsWrong) {
  EXPECT_EQ(refusal_of(kGraphs, "version=\"1\"", "version=\"2\""), "g.xml:1: version: must be 1");
  EXPECT_NE(refusal_of(kGraphs, "<graphs", "<system").find("g.xml"), std::string::npos);
  EXPECT_NE(refusal_of(kGraphs, "typeinter=\"PXN\"", "typeinter=\"PXM\"").find("did you mean"), std::string::npos);
  EXPECT_NE(refusal_of(kGraphs, "nchannels=\"8\"", "nchannels=\"-8\"").find("g.xml:2: nchannels"), std::string::npos);
  EXPECT_NE(refusal_of(kGraphs, "speedintra=\"45\"", "speedintra=\"fast\"").find("g.xml:2: speedintra"),
            std::string::npos);
  EXPECT_NE(refusal_of(kGraphs, "speedintra=\"45\" ", "").find("is missing from <graph>"), std::string::npos);
  EXPECT_NE(refusal_of(kGraphs, "id=\"1\"", "id=\"0\"").find("0 is given twice"), std::string::npos);
  EXPECT_NE(refusal_of(kGraphs, "</graphs>", "").find("g.xml"), std::string::npos) << "truncated";
}

TEST(GraphFile, CutAnywhereItIsReadOrRefused) {
  const std::string whole = kGraphs;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string why = refusal([&] { (void)read_graphs("g.xml", whole.substr(0, length)); });
    EXPECT_EQ(why.empty(), whole.find_first_not_of("\n", length) == std::string::npos) << length << ": " << why;
  }
}

}  // namespace
}  // namespace polyplane::sim::nccl
