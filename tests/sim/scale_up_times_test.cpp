// What each kind of scale-up domain gives a pair of cards and all of them together, in the flow model, by hand. Packets
// are sprayed over the shortest ways; software costs nothing; 1 us from card to card, or a hop where cards forward.
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/sim/small_runs.h"

namespace polyplane::sim {
namespace {

using namespace literals;

topology::ClusterSpec domain(const std::string& kind, std::vector<std::string> options, std::int32_t nodes,
                             std::int32_t cards, BitRate rate) {
  topology::ClusterSpec spec;
  spec.name = "domain";
  spec.nodes = nodes;
  spec.node.accelerators = cards;
  spec.node.scale_up.kind = kind;
  spec.node.scale_up.options = std::move(options);
  spec.node.scale_up.domain_nodes = nodes;
  spec.node.scale_up.rate = rate;
  spec.node.scale_up.latency = 1_us;
  return spec;
}

struct Pair {
  std::string src, dst;
};

/// Ends of messages of `size` that start together.
std::vector<TimePoint> ends(const topology::ClusterSpec& spec, const std::vector<Pair>& pairs, Bytes size) {
  Experiment experiment = on_cluster(spec, "spray");
  for (const Pair& pair : pairs) experiment.flows.push_back(flow_job(pair.src, pair.dst, size));
  return flow_ends(experiment);
}

Duration pair_time(const topology::ClusterSpec& spec, const std::string& src, const std::string& dst, Bytes size) {
  return ends(spec, {{src, dst}}, size).at(0).since_start();
}

/// From card 0 of the first node to the others of it.
std::vector<TimePoint> one_to_all(const topology::ClusterSpec& spec, Bytes size) {
  std::vector<Pair> pairs;
  for (std::int32_t i = 1; i < spec.node.accelerators; ++i)
    pairs.push_back({"node0/gpu0", "node0/gpu" + std::to_string(i)});
  return ends(spec, pairs, size);
}

void expect_all(const std::vector<TimePoint>& ends, Duration time) {
  for (const TimePoint end : ends) EXPECT_EQ(end.since_start(), time);
}

// H100: 9 MB are 72 Mbit, 20 us at 450 GB/s. One peer gets all of it, seven share it.
TEST(ScaleUpTimes, SwitchedGivesAPeerTheWholeRate) {
  const auto h100 = domain("switched", {}, 1, 8, 450_GBps);
  EXPECT_EQ(pair_time(h100, "node0/gpu0", "node0/gpu5", Bytes(9'000'000)), 21_us);
  expect_all(one_to_all(h100, Bytes(9'000'000)), 141_us);
  const auto nvl72 = domain("switched", {}, 18, 4, 900_GBps);
  EXPECT_EQ(pair_time(nvl72, "node0/gpu0", "node17/gpu3", Bytes(9'000'000)), 11_us);
}

// MI300X: 1 MB over one link group of 64 GB/s takes 15.625 us, whether there are two cards or eight, and to one or to all
// seven, each of which has a group of its own. Nothing goes by way of others.
TEST(ScaleUpTimes, FullMeshGivesAPeerOneLinkGroup) {
  auto mi300x = domain("full_mesh", {}, 1, 8, 448_GBps);
  mi300x.node.scale_up.peer_rate = 64_GBps;
  const Duration group = Duration::from_ps(16'625'000);
  EXPECT_EQ(pair_time(mi300x, "node0/gpu0", "node0/gpu5", Bytes(1'000'000)), group);
  expect_all(one_to_all(mi300x, Bytes(1'000'000)), group);
  mi300x.node.accelerators = 2;
  EXPECT_EQ(pair_time(mi300x, "node0/gpu0", "node0/gpu1", Bytes(1'000'000)), group);
  // Gaudi 3: three ports of 200 Gbps to each peer; 6 MB are 48 Mbit, 80 us at 600 Gbps.
  const auto gaudi3 = domain("full_mesh", {}, 1, 8, 525_GBps);
  expect_all(one_to_all(gaudi3, Bytes(6'000'000)), 81_us);
  // Ascend 910B: one HCCS link of 28 GB/s a pair; 2.8 MB take 100 us.
  const auto ascend = domain("full_mesh", {}, 1, 8, 196_GBps);
  EXPECT_EQ(pair_time(ascend, "node0/gpu3", "node0/gpu4", Bytes(2'800'000)), 101_us);
}

// 3 MB are 24 Mbit, 10 us at 300 GB/s. In an island of four a peer has a third of it.
TEST(ScaleUpTimes, BridgeJoinsItsIslandOnly) {
  const auto pairs = domain("bridge", {}, 1, 4, 300_GBps);
  EXPECT_EQ(pair_time(pairs, "node0/gpu2", "node0/gpu3", Bytes(3'000'000)), 11_us);
  EXPECT_THROW((void)pair_time(pairs, "node0/gpu1", "node0/gpu2", Bytes(1)), InputError);
  const auto fours = domain("bridge", {"island=4"}, 1, 8, 300_GBps);
  EXPECT_EQ(pair_time(fours, "node0/gpu4", "node0/gpu7", Bytes(3'000'000)), 31_us);
}

// 1 MB at 50 GB/s, half of the rate, takes 20 us. Half way round, both ways are as long: 10 us and two hops.
TEST(ScaleUpTimes, RingHasTwoNeighbours) {
  const auto ring = domain("ring", {}, 1, 4, 100_GBps);
  EXPECT_EQ(pair_time(ring, "node0/gpu0", "node0/gpu3", Bytes(1'000'000)), 21_us);
  EXPECT_EQ(pair_time(ring, "node0/gpu0", "node0/gpu2", Bytes(1'000'000)), 12_us);
}

// 300 GB/s over six links of 50: 4 MB are 32 Mbit, 80 us on one link.
TEST(ScaleUpTimes, TorusUsesAsManyLinksAsShortWaysBegin) {
  const auto torus = domain("torus", {"dims=4x4x4"}, 1, 64, 300_GBps);
  const auto time = [&](const std::string& dst) { return pair_time(torus, "node0/gpu0", dst, Bytes(4'000'000)); };
  EXPECT_EQ(time("node0/gpu1"), 81_us);   // (0, 0, 1): one link
  EXPECT_EQ(time("node0/gpu3"), 81_us);   // (0, 0, 3): the wrap
  EXPECT_EQ(time("node0/gpu5"), 42_us);   // (0, 1, 1): y first or z first
  EXPECT_EQ(time("node0/gpu2"), 42_us);   // (0, 0, 2): either way round
  EXPECT_EQ(time("node0/gpu10"), 24_us);  // (0, 2, 2): four links, four hops
  // The mesh has no wrap: (0, 0, 3) is three hops on one way; its cards have at most four links in two dimensions.
  const auto mesh = domain("mesh", {"dims=4x4"}, 1, 16, 200_GBps);
  EXPECT_EQ(pair_time(mesh, "node0/gpu0", "node0/gpu3", Bytes(4'000'000)), 83_us);
  EXPECT_EQ(pair_time(mesh, "node0/gpu0", "node0/gpu5", Bytes(4'000'000)), 42_us);
}

// 392 GB/s in seven planes of 56: 3.92 MB are 31.36 Mbit, 10 us over all of them, inside a node and outside.
TEST(ScaleUpTimes, TwoLevelsSpreadOverSubPlanes) {
  const auto cloudmatrix = domain("two_level", {"upper_latency=600 ns"}, 6, 8, 392_GBps);
  EXPECT_EQ(pair_time(cloudmatrix, "node0/gpu0", "node0/gpu7", Bytes(3'920'000)), 11_us);
  EXPECT_EQ(pair_time(cloudmatrix, "node0/gpu0", "node5/gpu1", Bytes(3'920'000)), 11_us + 600_ns);
  // Eight cards to eight of another node: not blocking. Over half as many uplinks of the same rate, twice as long.
  std::vector<Pair> pairs;
  for (std::int32_t i = 0; i < 8; ++i) {
    pairs.push_back({"node0/gpu" + std::to_string(i), "node4/gpu" + std::to_string(i)});
  }
  expect_all(ends(cloudmatrix, pairs, Bytes(3'920'000)), 11_us + 600_ns);
  auto tapered = domain("two_level", {"upper_latency=600 ns", "upper=8"}, 6, 8, 392_GBps);
  tapered.node.scale_up.link_rate = 28_GBps;
  expect_all(ends(tapered, pairs, Bytes(3'920'000)), 21_us + 600_ns);
  // One plane broken: six of seven are left.
  Experiment broken = on_cluster(cloudmatrix, "spray");
  broken.faults = {"switch=node*/l1-2"};
  broken.flows = {flow_job("node0/gpu0", "node3/gpu0", Bytes(3'360'000))};  // 26.88 Mbit, 10 us at 336 GB/s
  EXPECT_EQ(flow_ends(broken).at(0).since_start(), 11_us + 600_ns);
}

// 175 GB/s over 14 links of 12.5: 1 MB takes 80 us on one; two hops have two ways.
TEST(ScaleUpTimes, FullMeshInEveryDimension) {
  const auto rack = domain("nd_full_mesh", {"dims=8x8"}, 8, 8, 175_GBps);
  EXPECT_EQ(pair_time(rack, "node0/gpu0", "node0/gpu6", Bytes(1'000'000)), 81_us);
  EXPECT_EQ(pair_time(rack, "node0/gpu0", "node5/gpu0", Bytes(1'000'000)), 81_us);
  EXPECT_EQ(pair_time(rack, "node0/gpu0", "node5/gpu6", Bytes(1'000'000)), 42_us);
}

// Ten links of 16 GB/s: 64 on the rung, 48 on the rail. 960 kB are 7.68 Mbit: 15 us and 20 us. Across and along, two ways
// share the message in halves: 480 kB on a rail take 10 us.
TEST(ScaleUpTimes, LadderHasRungsAndRails) {
  const auto ladder = domain("ladder", {"rung=4", "rail=3"}, 4, 4, 160_GBps);
  EXPECT_EQ(pair_time(ladder, "node0/gpu0", "node0/gpu1", Bytes(960'000)), 16_us);
  EXPECT_EQ(pair_time(ladder, "node0/gpu0", "node0/gpu2", Bytes(960'000)), 21_us);
  EXPECT_EQ(pair_time(ladder, "node0/gpu0", "node0/gpu3", Bytes(960'000)), 12_us);
}

// Groq: eleven links of 15 GB/s. 1.5 MB take 100 us inside a node; the global link of nodes 0 and 1 ends in some card of
// each, and the others come by it: one way of up to three hops.
TEST(ScaleUpTimes, DragonflyGoesByOneGlobalLink) {
  const auto groq = domain("dragonfly", {}, 33, 8, 165_GBps);
  EXPECT_EQ(pair_time(groq, "node7/gpu0", "node7/gpu6", Bytes(1'500'000)), 101_us);
  // "absolute": port 0 of node 0, of its card 0, leads to node 1; port 0 of node 1, of its card 0, to node 0.
  EXPECT_EQ(pair_time(groq, "node0/gpu0", "node1/gpu0", Bytes(1'500'000)), 101_us);
  EXPECT_EQ(pair_time(groq, "node0/gpu0", "node1/gpu5", Bytes(1'500'000)), 102_us);
  EXPECT_EQ(pair_time(groq, "node0/gpu6", "node1/gpu5", Bytes(1'500'000)), 103_us);
  // Eight cards to the node next door share the one link.
  std::vector<Pair> pairs;
  for (std::int32_t i = 0; i < 8; ++i) {
    pairs.push_back({"node0/gpu" + std::to_string(i), "node1/gpu" + std::to_string(i)});
  }
  Duration last;
  for (const TimePoint end : ends(groq, pairs, Bytes(1'500'000))) last = std::max(last, end.since_start());
  EXPECT_GE(last, 801_us);
  EXPECT_LE(last, 803_us);
}

// MI250X: 350 GB/s over seven links of 50. 2 MB take 10 us on four, 40 us on one, 20 us on two.
TEST(ScaleUpTimes, WiredGroupsAreUneven) {
  const auto node = domain("wired", {"links=0-1*4+0-2*2+0-3+1-2+1-3*2+2-3*4"}, 1, 4, 350_GBps);
  EXPECT_EQ(pair_time(node, "node0/gpu0", "node0/gpu1", Bytes(2'000'000)), 11_us);
  EXPECT_EQ(pair_time(node, "node0/gpu0", "node0/gpu2", Bytes(2'000'000)), 21_us);
  EXPECT_EQ(pair_time(node, "node0/gpu0", "node0/gpu3", Bytes(2'000'000)), 41_us);
}

// Alltoall of N MB on N chips of six links of 50 GB/s: a chip sends 1 MB to each, over as many links as it is away.
// 4 x 4 x 8: along the ring of eight the mean way is 16 / 8 = 2 hops, half of them each way round, so a link carries N MB:
// 128 MB / 50 GB/s = 2,560 us, the bound 8 b / max(d) of a torus. Twisted, chips are 440 hops away in all, spread evenly
// over the six links: 128 x 440 / 128 / 6 = 73.33 MB, 1,466.67 us. Ratio 1.745.
// 4 x 8 x 8: 256 MB, 5,120 us against 1,104 hops: 256 x 1,104 / 256 / 6 = 184 MB, 3,680 us. Ratio 1.391.
// The last message ends no earlier than one hop and no later than the diameter after that.
TEST(ScaleUpTimes, ATwistedTorusBeatsTheRegularOne) {
  const auto alltoall = [](const std::string& dims, const std::string& twist, std::int32_t chips) {
    Experiment experiment =
        on_cluster(domain("torus", {"dims=" + dims, "twist=" + twist}, chips / 4, 4, 300_GBps), "spray");
    experiment.collectives = {
        collective_job(collectives::CollectiveKind::alltoall, "direct", Bytes(std::int64_t{chips} * 1'000'000))};
    return collective_time(experiment);
  };
  const auto expect_near = [](Duration time, Duration wire, Duration diameter) {
    EXPECT_GE(time, wire + 1_us);
    EXPECT_LE(time, wire + diameter);
  };
  const Duration regular = alltoall("4x4x8", "no", 128), twisted = alltoall("4x4x8", "yes", 128);
  expect_near(regular, 2560_us, 8_us);
  expect_near(twisted, Duration::from_ps(1'466'666'666), 6_us);
  EXPECT_GT(1000 * regular.ps(), 1740 * twisted.ps());
  const Duration wide = alltoall("4x8x8", "no", 256), wide_twisted = alltoall("4x8x8", "yes", 256);
  expect_near(wide, 5120_us, 10_us);
  expect_near(wide_twisted, 3680_us, 6_us);
  EXPECT_GT(1000 * wide.ps(), 1385 * wide_twisted.ps());
}

// Four planes that do not meet, two racks of three nodes of four: over the fabric from rail 0 to rail 2 goes by the card
// on rail 2 of the own node, at one NIC's rate, and all cards of a node do so at once without sharing.
TEST(ScaleUpTimes, PeersOfTheOwnNodeAreTakenOverPlanes) {
  auto racks = domain("switched", {}, 6, 4, 900_GBps);
  racks.node.scale_up.domain_nodes = 3;
  racks.node.nics = 4;
  racks.node.nic_rate = 400_Gbps;
  racks.fabric.generator = "single_switch";
  racks.fabric.planes = topology::PlaneMode::per_nic;
  racks.fabric.switch_radix = 64;
  racks.fabric.port_rate = 400_Gbps;
  std::vector<Pair> pairs;
  for (std::int32_t node = 0; node < 3; ++node) {
    for (std::int32_t card = 0; card < 4; ++card) {
      const std::string from = std::to_string(card), to = std::to_string((card + 2) % 4);
      pairs.push_back({"node" + std::to_string(node) + "/gpu" + from, "node" + std::to_string(5 - node) + "/gpu" + to});
    }
  }
  // 5 MB are 40 Mbit, 100 us at 400 Gbps; 1 us to the peer.
  expect_all(ends(racks, pairs, Bytes(5'000'000)), 101_us);
}

struct Kind {
  std::string name;
  std::vector<std::string> options;
  std::int32_t nodes, cards;
};

class EveryKind : public testing::TestWithParam<Kind> {};

// Ring all-reduce, and alltoall, in both models under every routing, as domains in a cluster: within the bound (run()
// CHECKs that), the same with and without symmetry.
TEST_P(EveryKind, RunsCollectives) {
  const Kind& kind = GetParam();
  auto spec = domain(kind.name, kind.options, kind.nodes, kind.cards, 800_Gbps);
  spec.nodes *= 2;
  spec.node.nics = kind.cards;
  spec.node.nic_rate = 100_Gbps;
  spec.fabric.generator = "single_switch";
  spec.fabric.switch_radix = 256;
  spec.fabric.port_rate = 100_Gbps;
  // Islands inside a node have different rails, which the hierarchical algorithms refuse.
  const bool whole_nodes = kind.name != "bridge" && kind.name != "none";
  for (const char* model : {"analytic", "flow"}) {
    for (const char* routing : {"ecmp", "spray", "static"}) {
      SCOPED_TRACE(std::string(model) + " " + routing);
      Experiment experiment = on_cluster(spec, routing, model);
      using collectives::CollectiveKind;
      experiment.collectives = {collective_job(CollectiveKind::all_reduce, "ring", Bytes(1'000'000)),
                                collective_job(CollectiveKind::alltoall, "direct", Bytes(960'000))};
      if (whole_nodes) {
        experiment.collectives.push_back(collective_job(CollectiveKind::all_reduce, "hierarchical", Bytes(1'000'000)));
        experiment.collectives.push_back(collective_job(CollectiveKind::alltoall, "hierarchical", Bytes(960'000)));
      }
      const Report report = run(experiment, {});
      const Report slow = run(experiment, {.symmetry = false});
      ASSERT_EQ(report.collectives.size(), experiment.collectives.size());
      for (std::size_t i = 0; i < report.collectives.size(); ++i) {
        EXPECT_GE(report.collectives[i].time, report.collectives[i].lower_bound);
        EXPECT_EQ(report.collectives[i].time, slow.collectives[i].time);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EveryKind,
                         testing::Values(Kind{"switched", {}, 2, 4}, Kind{"full_mesh", {}, 2, 4},
                                         Kind{"ring", {}, 2, 4}, Kind{"torus", {"dims=2x4"}, 2, 4},
                                         Kind{"torus", {"dims=2x2x4", "twist=yes"}, 4, 4},
                                         Kind{"mesh", {"dims=2x4"}, 2, 4}, Kind{"two_level", {"planes=3"}, 2, 4},
                                         Kind{"nd_full_mesh", {"dims=2x4"}, 2, 4}, Kind{"ladder", {}, 2, 4},
                                         Kind{"bridge", {}, 1, 4}, Kind{"dragonfly", {"h=1"}, 3, 2},
                                         Kind{"wired", {"links=0-1*2+1-2+2-3+3-0"}, 1, 4}, Kind{"none", {}, 1, 4}),
                         [](const auto& param) {
                           return param.param.name + (param.param.options.size() > 1 ? "_twisted" : "");
                         });

}  // namespace
}  // namespace polyplane::sim
