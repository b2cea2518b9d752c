#include "topology/faults.h"

#include <set>

#include "base/error.h"
#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"
#include "topology/metrics.h"

namespace polyplane::topology {
namespace {

using namespace literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// 8 nodes of 8 cards on 2 leaves and 1 spine: 32 cables from each leaf to the spine.
const Topology& small() {
  static const Topology topology = build_cluster(nvlink_cluster(8, "fat_tree", {"tiers=2"}));
  return topology;
}

const Topology& planes() {
  static const Topology topology = build_cluster(deepseek_v3());
  return topology;
}

Topology with(const Topology& topology, std::vector<std::string> selectors, std::uint64_t seed = 0) {
  return apply_faults(topology, selectors, seed);
}

std::string refusal(const Topology& topology, std::string selector) {
  return message_of<InputError>([&] { (void)apply_faults(topology, {std::move(selector)}, 0); });
}

/// Links that differ from the healthy graph.
std::set<std::uint32_t> changed(const Topology& before, const Topology& after) {
  std::set<std::uint32_t> links;
  for (std::uint32_t i = 0; i < before.links().size(); ++i) {
    const Link &a = before.links()[i], &b = after.links()[i];
    if (a.up != b.up || a.rate != b.rate) links.insert(i);
  }
  return links;
}

std::size_t num_down(const Topology& topology) {
  std::size_t count = 0;
  for (const Link& link : topology.links()) count += link.up ? 0 : 1;
  return count;
}

TEST(Faults, PlaneTakesItsSwitchesAndLinksDown) {
  std::vector<std::string> what;
  const Topology topology = apply_faults(planes(), {"plane=3"}, 0, &what);
  // A plane: 256 ports and 8 x 32 uplinks, two directions; 8 leaves and 4 spines.
  EXPECT_EQ(num_down(topology), 2U * (256 + 256));
  EXPECT_EQ(count_parts(topology).switches, 96 - 12);
  EXPECT_EQ(count_parts(topology).planes, 7);
  EXPECT_THAT(what, ElementsAre("plane=3: 12 devices and 512 cables down"));
}

TEST(Faults, NodeAndDeviceTakeTheirLinksAlong) {
  const Topology node = with(small(), {"node=5"});
  // 8 NVLinks and 8 ports, two directions.
  EXPECT_EQ(num_down(node), 32U);
  EXPECT_FALSE(node.device(node.find_device("node5/nvswitch")).up);
  EXPECT_EQ(count_parts(node).endpoints, 56);
  EXPECT_EQ(num_down(with(small(), {"device=node2/gpu1"})), 4U);
  EXPECT_EQ(num_down(with(small(), {"switch=leaf1"})), 2U * (32 + 32));
  EXPECT_EQ(num_down(with(small(), {"switch=node0/nvswitch"})), 16U);
  EXPECT_EQ(num_down(with(small(), {"device=node?/gpu0"})), 8U * 4);
}

TEST(Faults, NicTakesThePortsAndLeavesTheCard) {
  const Topology topology = with(planes(), {"nic=node3/gpu2"});
  EXPECT_EQ(num_down(topology), 2U);
  EXPECT_TRUE(topology.device(topology.find_device("node3/gpu2")).up);
  EXPECT_EQ(topology.scaleup_domain()[26], 3);
}

TEST(Faults, LinkMeansAllParallelCablesOrOneOfThem) {
  EXPECT_EQ(num_down(with(small(), {"link=leaf0.spine0"})), 64U);
  EXPECT_EQ(num_down(with(small(), {"link=spine0.leaf0"})), 64U);
  const Topology one = with(small(), {"link=leaf0.spine0#2"});
  EXPECT_EQ(num_down(one), 2U);
  const std::uint32_t third = *changed(small(), with(small(), {"link=leaf0.spine0"})).begin() + 4;
  EXPECT_THAT(changed(small(), one), ElementsAre(third, third + 1));
  // 8 planes x 8 leaves x 8 cables to spine 1, two directions.
  EXPECT_EQ(num_down(with(planes(), {"link=plane*/leaf*.plane*/spine1"})), 8U * 8 * 8 * 2);
  EXPECT_EQ(num_down(with(planes(), {"link=plane[01]/leaf0.plane*/spine1"})), 2U * 8 * 2);
}

TEST(Faults, LinksOfAUserGraphAreKnownByName) {
  TopologyBuilder builder("graph");
  Device device;
  device.name = "a";
  const DeviceId a = builder.add_device(device);
  device.name = "b";
  const DeviceId b = builder.add_device(device);
  builder.add_link(a, b, 10_Gbps, 1_ns, LinkKind::scale_out, "link", "left.1");
  builder.add_link(b, a, 10_Gbps, 1_ns, LinkKind::scale_out, "link", "right");
  const Topology topology = std::move(builder).build();
  EXPECT_THAT(changed(topology, with(topology, {"link=left.1"})), ElementsAre(0U));
  EXPECT_THAT(changed(topology, with(topology, {"link=a.b"})), ElementsAre(0U, 1U));
  EXPECT_THAT(refusal(topology, "link=rihgt"), HasSubstr("right"));
}

TEST(Faults, DegradedLinksKeepTheirNominalRate) {
  const Topology half = with(small(), {"link=leaf0.spine0#0 at 50%"});
  const Link& link = half.links()[*changed(small(), half).begin()];
  EXPECT_EQ(link.rate, 200_Gbps);
  EXPECT_EQ(link.nominal_rate, 400_Gbps);
  EXPECT_TRUE(link.up);
  EXPECT_EQ(changed(small(), half).size(), 2U);
  const Topology port = with(small(), {"nic=node0/gpu0 at 12.5 Gbps"});
  EXPECT_EQ(port.links()[*changed(small(), port).begin()].rate.bps(), 12'500'000'000);
  const Topology eighth = with(small(), {"switch=leaf0 at 12.5%"});
  EXPECT_EQ(eighth.links()[*changed(small(), eighth).begin()].rate, 50_Gbps);
  EXPECT_TRUE(eighth.device(eighth.find_device("leaf0")).up);
}

TEST(Faults, FaultsStackAndTheWorseOneStays) {
  const Topology topology = with(small(), {"link=leaf0.spine0#0 at 50%", "link=leaf0.spine0#0 at 75%",
                                           "link=leaf0.spine0#1", "link=leaf0.spine0#1 at 50%"});
  const std::set<std::uint32_t> links = changed(small(), topology);
  ASSERT_EQ(links.size(), 4U);
  EXPECT_EQ(topology.links()[*links.begin()].rate, 200_Gbps);
  EXPECT_FALSE(topology.links()[*links.begin() + 2].up);
}

TEST(Faults, RandomCablesFollowTheSeedAlone) {
  // 2 leaves x 32 cables in tier leaf-spine; 5% of 64 = 3.2, to the nearest 3.
  const Topology a = with(small(), {"5% of leaf-spine"}, 7);
  EXPECT_EQ(num_down(a), 6U);
  EXPECT_EQ(changed(small(), a), changed(small(), with(small(), {"5% of leaf-spine"}, 7)));
  EXPECT_NE(changed(small(), a), changed(small(), with(small(), {"5% of leaf-spine"}, 8)));
  for (const std::uint32_t i : changed(small(), a)) {
    EXPECT_EQ(small().tier_names()[small().links()[i].tier], "leaf-spine");
  }
  EXPECT_EQ(num_down(with(small(), {"0.01% of leaf-spine"}, 7)), 2U) << "at least one";
  EXPECT_EQ(num_down(with(small(), {"100% of leaf-spine"})), 128U);
  const Topology slow = with(small(), {"3 of gpu-leaf at 100 Gbps"}, 1);
  EXPECT_EQ(changed(small(), slow).size(), 6U);
  EXPECT_EQ(num_down(slow), 0U);
}

TEST(Faults, RandomDrawsNeverHitACableTwice) {
  EXPECT_EQ(num_down(with(small(), {"32 of leaf-spine", "32 of leaf-spine"}, 3)), 128U);
  EXPECT_THAT(message_of<InputError>([] { (void)with(small(), {"32 of leaf-spine", "33 of leaf-spine"}, 3); }),
              AllOf(HasSubstr("33 cables"), HasSubstr("32 of 64")));
}

TEST(Faults, EveryCableIsDrawnAboutEquallyOften) {
  // 640 draws of 1 of 64 cables: 10 expected each; 31 or more has probability below 1e-7.
  std::map<std::uint32_t, int> hits;
  for (std::uint64_t seed = 0; seed < 640; ++seed)
    ++hits[*changed(small(), with(small(), {"1 of leaf-spine"}, seed)).begin()];
  EXPECT_GT(hits.size(), 60U);
  for (const auto& [link, count] : hits) EXPECT_LT(count, 31) << link;
}

TEST(Faults, NamesThatMatchNothing) {
  EXPECT_THAT(refusal(small(), "switch=leef1"), AllOf(HasSubstr("fault \"switch=leef1\""), HasSubstr("leaf1")));
  EXPECT_THAT(refusal(small(), "switch=node0/gpu0"), HasSubstr("unknown switch"));
  EXPECT_THAT(refusal(small(), "device=rack*"), HasSubstr("no device matches \"rack*\""));
  EXPECT_THAT(refusal(small(), "link=leaf0.leaf1"), AllOf(HasSubstr("no cable joins them"), HasSubstr("spine0")));
  EXPECT_THAT(refusal(small(), "link=leaf0.spine0#32"),
              AllOf(HasSubstr("#32"), HasSubstr("32 cables"), HasSubstr("from 0 to 31")));
  EXPECT_THAT(refusal(small(), "link=leaf0"), HasSubstr("link=leaf0.spine1"));
  EXPECT_THAT(refusal(small(), "plane=1"), AllOf(HasSubstr("no plane 1"), HasSubstr("only 0")));
  EXPECT_THAT(refusal(small(), "node=8"), HasSubstr("from 0 to 7"));
  EXPECT_THAT(refusal(small(), "3 of leaf-spines"), HasSubstr("leaf-spine"));
}

TEST(Faults, ABareNameOnSeveralPlanesIsShownInFull) {
  EXPECT_THAT(refusal(planes(), "link=leaf0.spine1"),
              AllOf(HasSubstr("8 planes"), HasSubstr("plane0/leaf0.plane0/spine1"), HasSubstr("plane*/leaf0")));
  EXPECT_THAT(refusal(planes(), "switch=spine3"), HasSubstr("plane0/spine3"));
}

TEST(Faults, ASharedNicIsNamed) {
  ClusterSpec spec = nvlink_cluster(2, "single_switch", {});
  spec.node.nics = 2;
  spec.node.host_rate = 64_GBps;
  const Topology topology = build_cluster(spec);
  EXPECT_THAT(refusal(topology, "nic=node1/gpu5"), HasSubstr("it shares node1/nic1"));
  EXPECT_EQ(num_down(with(topology, {"nic=node1/nic1"})), 2U);
  EXPECT_EQ(num_down(with(topology, {"device=node1/nic1"})), 2U * (1 + 4));
}

TEST(Faults, MalformedSelectors) {
  for (const std::string text : {"",
                                 "leaf0",
                                 "plan=3",
                                 "plane=x",
                                 "plane=-1",
                                 "node=",
                                 "device=",
                                 "0 of leaf-spine",
                                 "-3 of leaf-spine",
                                 "101% of leaf-spine",
                                 "0% of leaf-spine",
                                 "x% of leaf-spine",
                                 "1e1% of leaf-spine",
                                 "99999999999999999999 of leaf-spine",
                                 "switch=leaf0 at",
                                 "switch=leaf0 at fast",
                                 "switch=leaf0 at 200",
                                 "switch=leaf0 at 0%",
                                 "switch=leaf0 at 0 Gbps",
                                 "switch=leaf0 at 101%",
                                 "switch=leaf0 at -5 Gbps",
                                 "link=leaf0.spine0#x",
                                 "link=leaf0.spine0#-1",
                                 "switch=leaf0 at 0.00001%"}) {
    EXPECT_THAT(refusal(small(), text), HasSubstr("fault \"")) << text;
  }
  EXPECT_THAT(refusal(small(), "plan=3"), HasSubstr("did you mean \"plane\""));
  EXPECT_THAT(refusal(small(), "switch=leaf0 at 500 Gbps"),
              AllOf(HasSubstr("500 Gbps"), HasSubstr("nominal 400 Gbps")));
}

}  // namespace
}  // namespace polyplane::topology
