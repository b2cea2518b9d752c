// What each fault selector does to time: a healthy run and a faulty one, both by hand.
//
// Latencies of the clusters (tests/topology/clusters.h): card to leaf 600 + 10 + 200 ns, leaf to card 610 ns, so 1420 ns
// over one switch; leaf to spine and spine to leaf 250 ns each, so 1920 ns over a spine; NVLink 1000 ns. A megabyte is
// 8 Mbit: 20 us at 400 Gbps, 40 us at 200 Gbps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "sim/experiment_topology.h"
#include "tests/sim/small_runs.h"
#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using topology::ClusterSpec;
using topology::nvlink_cluster;
using topology::plain_cluster;
using topology::PlaneMode;

constexpr Bytes kMegabyte = Bytes(1'000'000);

constexpr TimePoint at(Duration since_start) { return TimePoint{} + since_start; }

Experiment with_faults(Experiment experiment, std::vector<std::string> faults) {
  experiment.faults = std::move(faults);
  return experiment;
}

/// Cards 0 and 1 on leaf0, 2 and 3 on leaf1, one 400 Gbps cable from each leaf to each of two spines.
ClusterSpec two_leaves() { return plain_cluster(4, 4, "fat_tree", {"tiers=2", "spines=2"}); }

/// Two flows of a megabyte from leaf0 to leaf1: as much as both uplinks carry.
Experiment across(ClusterSpec spec, std::string routing = "spray") {
  Experiment experiment = on_cluster(std::move(spec), std::move(routing));
  experiment.flows = {flow_job("node0/gpu0", "node2/gpu0", kMegabyte), flow_job("node1/gpu0", "node3/gpu0", kMegabyte)};
  return experiment;
}

/// Both flows have 400 Gbps when all is well, 200 Gbps when one of two uplinks is gone.
constexpr TimePoint kHealthy = at(20_us + 1920_ns), kHalved = at(40_us + 1920_ns);

/// Four cards on one switch, in a ring: 2 (n - 1) = 6 steps that send a quarter of 12 MB, 24 Mbit, over 1420 ns.
Experiment ring_of_four(ClusterSpec spec) {
  Experiment experiment = on_cluster(std::move(spec), "spray");
  experiment.collectives = {plain_ring(Bytes(12'000'000))};
  return experiment;
}

ClusterSpec one_switch() { return plain_cluster(4, 4, "single_switch", {}); }

/// Two nodes of two cards behind an NVSwitch, on one switch or on a plane for each card.
ClusterSpec two_pairs(PlaneMode planes) {
  ClusterSpec spec = nvlink_cluster(2, "single_switch", {}, planes);
  spec.node.accelerators = spec.node.nics = 2;
  return spec;
}

TEST(FaultTimes, HealthyRuns) {
  EXPECT_THAT(flow_ends(across(two_leaves())), Each(kHealthy));
  EXPECT_THAT(flow_ends(across(two_leaves(), "static")), Each(kHealthy));
  // 24 Mbit at 400 Gbps: 60 us.
  EXPECT_EQ(collective_time(ring_of_four(one_switch())), 6 * (60_us + 1420_ns));
}

// Whatever takes one of the two ways from leaf0 to leaf1 halves both flows.
TEST(FaultTimes, OneOfTwoUplinksDownHalvesTheTrunk) {
  for (const char* fault : {"switch=spine1", "device=spine0", "switch=spine[1-9]", "device=spin?0", "link=leaf0.spine1",
                            "link=spine1.leaf0", "link=leaf1.spine0", "link=leaf*.spine1", "link=leaf0.spine1#0",
                            "1 of leaf-spine", "25% of leaf-spine"}) {
    SCOPED_TRACE(fault);
    for (const char* routing : {"spray", "static"}) {
      EXPECT_THAT(flow_ends(with_faults(across(two_leaves(), routing), {fault})), Each(kHalved)) << routing;
    }
  }
}

// Two parallel cables between a leaf and the only spine.
TEST(FaultTimes, OneOfTwoParallelCables) {
  const ClusterSpec spec = plain_cluster(4, 4, "fat_tree", {"tiers=2", "spines=1"});
  EXPECT_THAT(flow_ends(across(spec)), Each(kHealthy));
  for (const char* fault : {"link=leaf0.spine0#0", "link=leaf0.spine0#1", "link=spine0.leaf1#1"}) {
    EXPECT_THAT(flow_ends(with_faults(across(spec), {fault})), Each(kHalved)) << fault;
  }
}

// Both uplinks at half rate, 200 + 200 Gbps for two flows. An even spray is held by its slower half: with one uplink at
// 200 Gbps and half of each flow on it, both have 200 Gbps as well.
TEST(FaultTimes, UplinksAtHalfRate) {
  for (const char* fault : {"link=leaf0.spine* at 200 Gbps", "link=leaf0.spine? at 50%", "100% of leaf-spine at 50%",
                            "4 of leaf-spine at 50%", "switch=spine* at 50%", "link=leaf0.spine1 at 50%",
                            "1 of leaf-spine at 200 Gbps", "25% of leaf-spine at 50%"}) {
    EXPECT_THAT(flow_ends(with_faults(across(two_leaves()), {fault})), Each(kHalved)) << fault;
  }
  // One uplink down and the other at 200 Gbps: 100 Gbps each, 80 us. The lower of two rates stays.
  EXPECT_THAT(flow_ends(with_faults(across(two_leaves()), {"link=leaf0.spine0 at 50%", "link=leaf0.spine1"})),
              Each(at(80_us + 1920_ns)));
  EXPECT_THAT(flow_ends(with_faults(across(two_leaves()), {"link=leaf0.spine* at 25%", "link=leaf0.spine* at 50%"})),
              Each(at(80_us + 1920_ns)));
}

// Hashed flows have a spine each or meet on one; with one spine left they always meet.
TEST(FaultTimes, HashedFlowsMeetOnTheSpineThatIsLeft) {
  int apart = 0, together = 0;
  for (std::uint64_t seed = 0; seed < 16; ++seed) {
    Experiment experiment = across(two_leaves(), "ecmp");
    experiment.seed = seed;
    const std::vector<TimePoint> healthy = flow_ends(experiment);
    if (healthy.at(0) == kHealthy) {
      EXPECT_THAT(healthy, Each(kHealthy)) << seed;
      ++apart;
    } else {
      EXPECT_THAT(healthy, Each(kHalved)) << seed;
      ++together;
    }
    EXPECT_THAT(flow_ends(with_faults(experiment, {"switch=spine1"})), Each(kHalved)) << seed;
  }
  EXPECT_GT(apart, 0);
  EXPECT_GT(together, 0);
}

// A ring goes at the pace of its slowest card: at every step that card sends, and waits for nobody.
// 24 Mbit: 120 us at 200 Gbps, 240 us at 100 Gbps.
TEST(FaultTimes, ADegradedCardSetsThePaceOfARing) {
  for (const char* fault :
       {"nic=node1/gpu0 at 50%", "nic=node1/gpu0 at 200 Gbps", "node=1 at 50%", "device=node1/gpu0 at 50%",
        "nic=node[12]/gpu0 at 50%", "link=node1/gpu0.leaf0 at 50%", "1 of gpu-leaf at 50%",
        "25% of gpu-leaf at 200 Gbps", "switch=leaf0 at 50%", "plane=0 at 50%"}) {
    EXPECT_EQ(collective_time(with_faults(ring_of_four(one_switch()), {fault})), 6 * (120_us + 1420_ns)) << fault;
  }
  EXPECT_EQ(collective_time(with_faults(ring_of_four(one_switch()), {"nic=node*/gpu0 at 25%"})),
            6 * (240_us + 1420_ns));
  EXPECT_EQ(collective_time(with_faults(ring_of_four(one_switch()), {"node=0 at 50%", "node=3 at 100 Gbps"})),
            6 * (240_us + 1420_ns));
}

// Four planes of 100 Gbps a card. Three left: 300 Gbps, 80 us. One at half rate holds an even spray at 4 x 50 Gbps.
TEST(FaultTimes, StripedPlanes) {
  ClusterSpec spec = one_switch();
  spec.fabric.planes = PlaneMode::striped;
  spec.fabric.num_planes = 4;
  EXPECT_EQ(collective_time(ring_of_four(spec)), 6 * (60_us + 1420_ns));
  for (const char* fault : {"plane=3", "switch=plane0/leaf0", "device=plane2/*"}) {
    EXPECT_EQ(collective_time(with_faults(ring_of_four(spec), {fault})), 6 * (80_us + 1420_ns)) << fault;
  }
  EXPECT_EQ(collective_time(with_faults(ring_of_four(spec), {"plane=0", "plane=1"})), 6 * (120_us + 1420_ns));
  EXPECT_EQ(collective_time(with_faults(ring_of_four(spec), {"plane=2 at 50%"})), 6 * (120_us + 1420_ns));
  // One card with a port less: its flows are striped over three planes, the others' over four.
  EXPECT_EQ(collective_time(with_faults(ring_of_four(spec), {"link=node1/gpu0.plane0/leaf0"})), 6 * (80_us + 1420_ns));
}

// Plane 1 is down: card 1 of node 0 goes over NVLink to its peer, whose NIC both share, and over NVLink again in node 1:
// 1000 + 1420 + 1000 ns. The peer's own flow starts 2 us later, so that both drain from 3.42 us on, at 200 Gbps.
TEST(FaultTimes, WithoutItsPlaneACardSharesThePeersNic) {
  Experiment experiment = on_cluster(two_pairs(PlaneMode::per_nic), "spray");
  experiment.flows = {flow_job("node0/gpu0", "node1/gpu0", kMegabyte, at(2_us)),
                      flow_job("node0/gpu1", "node1/gpu1", kMegabyte)};
  EXPECT_THAT(flow_ends(experiment), ElementsAre(at(2_us + 20_us + 1420_ns), at(20_us + 1420_ns)));
  for (const char* routing : {"spray", "ecmp", "static"}) {
    experiment.routing.name = routing;
    EXPECT_THAT(flow_ends(with_faults(experiment, {"plane=1"})), Each(at(40_us + 3420_ns))) << routing;
  }
}

// Eight planes, one down: the card without a plane spreads over seven peers, a seventh of its rate on each NIC beside the
// rate of the peer itself, r + r / 7 = 400 Gbps. 8 Mbit at 350 Gbps: 22,857,142.9 ps.
TEST(FaultTimes, SevenPeersCarryTheEighth) {
  Experiment experiment = on_cluster(nvlink_cluster(2, "single_switch", {}, PlaneMode::per_nic), "spray");
  for (int card = 0; card < 8; ++card) {
    const std::string name = "/gpu" + std::to_string(card);
    experiment.flows.push_back(flow_job("node0" + name, "node1" + name, kMegabyte, card == 3 ? TimePoint{} : at(2_us)));
  }
  EXPECT_EQ(flow_ends(experiment).at(0), at(2_us + 20_us + 1420_ns));
  EXPECT_THAT(flow_ends(with_faults(experiment, {"plane=3"})), Each(at(3420_ns + Duration::from_ps(22'857'143))));
}

// One plane: the NIC of card 1 is down, its flow goes over the peer of its node, straight to card 1 of the other.
TEST(FaultTimes, WithoutItsNicACardSharesThePeersNic) {
  Experiment experiment = on_cluster(two_pairs(PlaneMode::single), "spray");
  experiment.flows = {flow_job("node0/gpu0", "node1/gpu0", kMegabyte, at(1_us)),
                      flow_job("node0/gpu1", "node1/gpu1", kMegabyte)};
  EXPECT_THAT(flow_ends(experiment), ElementsAre(at(1_us + 20_us + 1420_ns), at(20_us + 1420_ns)));
  for (const char* fault : {"nic=node0/gpu1", "nic=*/gpu1", "link=node0/gpu1.leaf0", "nic=node1/gpu1"}) {
    const auto ends = flow_ends(with_faults(experiment, {fault}));
    const bool both_ends =
        std::string(fault) == "nic=*/gpu1";  // NVLink at both ends: drains 1 us after the peer's flow
    if (both_ends) {
      // The peer's flow drains alone from 2.42 to 3.42 us, 0.4 Mbit; then both at 200 Gbps until its 7.6 Mbit are through at
      // 41.42 us; then 0.4 Mbit at 400 Gbps.
      EXPECT_THAT(ends, ElementsAre(at(41'420_ns), at(42'420_ns))) << fault;
    } else {
      EXPECT_THAT(ends, Each(at(40_us + 2420_ns))) << fault;
    }
  }
}

// Planes per NIC: card 0 reaches card 1 of the other node over its neighbour on the right plane. Without that neighbour the
// flow takes the wrong plane, beside another flow of card 0, and changes cards in the other node. Either way 2420 ns.
TEST(FaultTimes, WithoutTheForwardingCardFlowsShareAPlane) {
  Experiment experiment = on_cluster(two_pairs(PlaneMode::per_nic), "spray");
  experiment.flows = {flow_job("node0/gpu0", "node1/gpu0", kMegabyte, at(1_us)),
                      flow_job("node0/gpu0", "node1/gpu1", kMegabyte)};
  EXPECT_THAT(flow_ends(experiment), ElementsAre(at(1_us + 20_us + 1420_ns), at(20_us + 2420_ns)));
  for (const char* fault : {"device=node0/gpu1", "device=*0/gpu1", "nic=node0/gpu1"}) {
    EXPECT_THAT(flow_ends(with_faults(experiment, {fault})), Each(at(40_us + 2420_ns))) << fault;
  }
}

// Without the NVSwitch cards of a node talk over their NICs: 8 Mbit take 6.25 us at 1280 Gbps, 20 us at 400 Gbps.
TEST(FaultTimes, WithoutTheScaleUpSwitch) {
  Experiment experiment = on_cluster(two_pairs(PlaneMode::single), "spray");
  experiment.flows = {flow_job("node0/gpu0", "node0/gpu1", kMegabyte)};
  EXPECT_THAT(flow_ends(experiment), ElementsAre(at(6250_ns + 1000_ns)));
  EXPECT_THAT(flow_ends(with_faults(experiment, {"switch=node0/nvswitch at 50%"})),
              ElementsAre(at(12'500_ns + 1000_ns)));
  for (const char* fault : {"switch=node0/nvswitch", "device=*/nvswitch", "link=node0/gpu1.node0/nvswitch"}) {
    EXPECT_THAT(flow_ends(with_faults(experiment, {fault})), ElementsAre(at(20_us + 1420_ns))) << fault;
  }
}

// Two cards share a NIC that is a vertex: PCIe 250 ns + 810 + 610 + PCIe 250 ns = 1920 ns. Without nic1 card 2 goes over
// NVLink to cards 0 and 1, half on each, and shares nic0 with the flow of card 0, which starts 1 us later.
TEST(FaultTimes, WithoutASharedNic) {
  ClusterSpec spec = nvlink_cluster(2, "single_switch", {});
  spec.node.accelerators = 4;
  spec.node.nics = 2;
  spec.node.host_rate = 512_Gbps;
  spec.node.host_latency = 250_ns;
  Experiment experiment = on_cluster(spec, "spray");
  experiment.flows = {flow_job("node0/gpu0", "node1/gpu0", kMegabyte, at(1_us)),
                      flow_job("node0/gpu2", "node1/gpu2", kMegabyte)};
  EXPECT_THAT(flow_ends(experiment), ElementsAre(at(1_us + 20_us + 1920_ns), at(20_us + 1920_ns)));
  for (const char* fault : {"device=node0/nic1", "nic=node0/nic1", "link=node0/nic1.leaf0", "device=node0/nic[1-9]"}) {
    EXPECT_THAT(flow_ends(with_faults(experiment, {fault})), Each(at(40_us + 2920_ns))) << fault;
  }
}

GraphSpec graph(std::string name) {
  GraphSpec spec;
  spec.name = std::move(name);
  return spec;
}

void add_device(GraphSpec& spec, std::string name, topology::DeviceKind kind, std::int32_t node = -1) {
  topology::Device device;
  device.name = std::move(name);
  device.kind = kind;
  device.node = node;
  device.forwards = true;
  spec.devices.push_back(std::move(device));
}

void add_link(GraphSpec& spec, std::string name, std::string from, std::string to, BitRate rate) {
  GraphSpec::Edge edge;
  edge.name = std::move(name);
  edge.from = std::move(from);
  edge.to = std::move(to);
  edge.rate = rate;
  edge.latency = 100_ns;
  spec.edges.push_back(std::move(edge));
}

// A user's graph: two named cables between two switches.
TEST(FaultTimes, NamedLinksOfAGraph) {
  GraphSpec spec = graph("dumbbell");
  for (const char* card : {"a", "b", "c", "d"}) add_device(spec, card, topology::DeviceKind::accelerator);
  for (const char* hub : {"left", "right"}) add_device(spec, hub, topology::DeviceKind::network_switch);
  for (const char* card : {"a", "b"}) add_link(spec, card, card, "left", 400_Gbps);
  for (const char* card : {"c", "d"}) add_link(spec, card, card, "right", 400_Gbps);
  add_link(spec, "north", "left", "right", 400_Gbps);
  add_link(spec, "south.1", "left", "right", 400_Gbps);
  Experiment experiment = on_cluster({}, "spray");
  experiment.cluster.graph = spec;
  experiment.flows = {flow_job("a", "c", kMegabyte), flow_job("b", "d", kMegabyte)};
  // 800 Gbps for both, then 400 Gbps; three links of 100 ns.
  EXPECT_THAT(flow_ends(experiment), Each(at(20_us + 300_ns)));
  for (const char* fault : {"link=north", "link=south.1", "link=north~", "link=left.right#1"}) {
    EXPECT_THAT(flow_ends(with_faults(experiment, {fault})), Each(at(40_us + 300_ns))) << fault;
  }
  EXPECT_THAT(flow_ends(with_faults(experiment, {"link=north at 200 Gbps"})), Each(at(40_us + 300_ns)));
}

// Four cards that forward, in a square, each a node: half of a flow to the far corner goes each way, at 2 x 100 Gbps.
TEST(FaultTimes, ANodeOnTheWay) {
  GraphSpec spec = graph("square");
  for (int i = 0; i < 4; ++i) add_device(spec, "card" + std::to_string(i), topology::DeviceKind::accelerator, i);
  for (int i = 0; i < 4; ++i) {
    add_link(spec, "", "card" + std::to_string(i), "card" + std::to_string((i + 1) % 4), 100_Gbps);
  }
  Experiment experiment = on_cluster({}, "spray");
  experiment.cluster.graph = spec;
  experiment.flows = {flow_job("card0", "card2", kMegabyte)};
  EXPECT_THAT(flow_ends(experiment), ElementsAre(at(40_us + 200_ns)));
  for (const char* fault : {"node=1", "device=card3", "link=card0.card1", "1 of link", "25% of link"}) {
    EXPECT_THAT(flow_ends(with_faults(experiment, {fault})), ElementsAre(at(80_us + 200_ns))) << fault;
  }
}

// The draw depends on the seed, the time does not change when a run is repeated.
TEST(FaultTimes, RandomFaultsAreTheSameForTheSameSeed) {
  Experiment experiment = on_cluster(plain_cluster(16, 8, "fat_tree", {"tiers=2", "spines=4"}), "spray");
  experiment.faults = {"20% of leaf-spine"};
  for (int card = 0; card < 8; ++card) {
    experiment.flows.push_back(
        flow_job("node" + std::to_string(card) + "/gpu0", "node" + std::to_string(card + 8) + "/gpu0", kMegabyte));
  }
  std::set<std::vector<TimePoint>> outcomes;
  for (experiment.seed = 0; experiment.seed < 12; ++experiment.seed) {
    const std::vector<TimePoint> ends = flow_ends(experiment);
    EXPECT_EQ(ends, flow_ends(experiment)) << experiment.seed;
    EXPECT_GT(*std::max_element(ends.begin(), ends.end()), at(20_us + 1920_ns)) << experiment.seed;
    outcomes.insert(ends);
  }
  EXPECT_GT(outcomes.size(), 1U);
}

TEST(FaultTimes, APairThatIsCutOffIsNamed) {
  for (const char* routing : {"spray", "ecmp", "static"}) {
    SCOPED_TRACE(routing);
    const auto refusal = [](const Experiment& experiment) {
      return message_of<InputError>([&] { static_cast<void>(run(experiment, {})); });
    };
    const Experiment flows = across(two_leaves(), routing);
    EXPECT_THAT(refusal(with_faults(flows, {"switch=spine*"})), HasSubstr("node0/gpu0 cannot reach node2/gpu0"));
    EXPECT_THAT(refusal(with_faults(flows, {"link=leaf0.spine0", "link=leaf1.spine1"})),
                HasSubstr("node0/gpu0 cannot reach node2/gpu0"));
    EXPECT_THAT(refusal(with_faults(flows, {"device=node3/gpu0"})), HasSubstr("node1/gpu0 cannot reach node3/gpu0"));

    Experiment ring = ring_of_four(one_switch());
    ring.routing.name = routing;
    EXPECT_THAT(refusal(with_faults(ring, {"nic=node2/gpu0"})), HasSubstr("node1/gpu0 cannot reach node2/gpu0"));
    EXPECT_THAT(refusal(with_faults(ring, {"plane=0"})), HasSubstr("node0/gpu0 cannot reach node1/gpu0"));
    // Each has a port, on planes that never meet.
    ClusterSpec striped = one_switch();
    striped.fabric.planes = PlaneMode::striped;
    striped.fabric.num_planes = 2;
    Experiment planes = ring_of_four(striped);
    planes.routing.name = routing;
    EXPECT_THAT(refusal(with_faults(planes, {"link=node0/gpu0.plane0/leaf0", "link=node1/gpu0.plane1/leaf0"})),
                HasSubstr("node0/gpu0 cannot reach node1/gpu0"));
  }
}

}  // namespace
}  // namespace polyplane::sim
