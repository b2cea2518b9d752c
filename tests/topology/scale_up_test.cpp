// Kinds of scale-up domain: published counts, the rates of links, and what is refused.
#include <algorithm>
#include <map>
#include <numeric>

#include "base/error.h"
#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"
#include "topology/faults.h"
#include "topology/metrics.h"
#include "topology/scale_up.h"

namespace polyplane::topology {
namespace {

using namespace literals;
using testing::HasSubstr;

/// One domain and nothing else: `nodes` of `cards`, 1 us from card to card.
ClusterSpec domain(const std::string& kind, std::vector<std::string> options, std::int32_t nodes, std::int32_t cards,
                   BitRate rate = 2400_Gbps) {
  ClusterSpec spec;
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

std::string refusal(const ClusterSpec& spec) {
  return message_of<InputError>([&] { (void)build_cluster(spec); });
}

/// Rate of the scale-up link between two devices, 0 without one; parallel links add up.
BitRate rate_between(const Topology& topology, const std::string& a, const std::string& b) {
  BitRate sum;
  for (const LinkId id : topology.out_links(topology.find_device(a))) {
    if (topology.link(id).to == topology.find_device(b)) sum = sum + topology.link(id).rate;
  }
  return sum;
}

struct Published {
  std::string name, kind;
  std::vector<std::string> options;
  std::int32_t nodes, cards;
  std::int64_t switches, cables;
  std::int32_t diameter;
  double mean;  // between cards; 0: not published
};

/// "enumeration": the published construction, built and searched breadth-first by another program (collected 2026-11).
const std::vector<Published>& published() {
  static const std::vector<Published> rows = {
      // Enumeration of tori: 3 N cables; diameter: the sum of halves.
      {"torus_4x4x4", "torus", {"dims=4x4x4"}, 16, 4, 0, 192, 6, 3.0476},
      {"torus_4x4x8", "torus", {"dims=4x4x8", "cubes=4"}, 32, 4, 0, 384, 8, 4.0315},
      {"torus_4x8x8", "torus", {"dims=4x8x8", "block=2x2x1"}, 64, 4, 0, 768, 10, 5.0196},
      {"torus_8x8x8", "torus", {"dims=8x8x8"}, 128, 4, 0, 1536, 12, 6.0117},
      {"torus_8x8x16", "torus", {"dims=8x8x16"}, 256, 4, 0, 3072, 16, 0},
      {"torus_4x4x16", "torus", {"dims=4x4x16"}, 64, 4, 0, 768, 12, 6.0235},
      {"torus_16x16", "torus", {"dims=16x16"}, 32, 8, 0, 512, 16, 8.0314},
      // Enumeration of the twisted torus: wraps of short lines moved by k along every long dimension.
      {"twisted_4x4x8", "torus", {"dims=4x4x8", "twist=yes", "cubes=4"}, 32, 4, 0, 384, 6, 3.4646},
      {"twisted_8x4x4", "torus", {"dims=8x4x4", "twist=yes"}, 32, 4, 0, 384, 6, 3.4646},
      {"twisted_4x8x8", "torus", {"dims=4x8x8", "twist=yes"}, 64, 4, 0, 768, 6, 4.3294},
      {"twisted_8x4x8", "torus", {"dims=8x4x8", "twist=yes"}, 64, 4, 0, 768, 6, 4.3294},
      // TPU v4 (Jouppi et al., ISCA 2023): 4,096 chips, 64 cubes.
      {"tpu_v4_pod", "torus", {"dims=16x16x16", "cubes=4"}, 1024, 4, 0, 12288, 24, 0},
      // CloudMatrix384 (arXiv:2506.12708): 448 chips, 5,376 links between them and 7 x 384 to cards.
      {"cloudmatrix384", "two_level", {"radix=48"}, 48, 8, 448, 5376 + 2688, 4, 0},
      // Groq (Abts et al., ISCA 2022): 264 chips, 3 hops; as enumerated for the dragonfly p=4 a=8 h=4.
      {"groq_264", "dragonfly", {"h=4"}, 33, 8, 0, 33 * 28 + 33 * 32 / 2, 3, 2.6937},
      // UB-Mesh rack of 8 x 8; as enumerated for HyperX 8x8.
      {"ub_mesh_rack", "nd_full_mesh", {"dims=8x8"}, 8, 8, 0, 448, 2, 1.7778},
      {"hyperx_4x4x4", "nd_full_mesh", {"dims=4x4x4"}, 16, 4, 0, 288, 3, 2.2857},
      // Gaudi 3 baseboard: a link group from each of 8 to each of 7.
      {"gaudi3", "full_mesh", {}, 1, 8, 0, 28, 1, 1},
      // Dojo tile, 5 x 5: 2 x 5 x 4 cables.
      {"dojo_tile", "mesh", {"dims=5x5"}, 1, 25, 0, 40, 8, 0},
      // IPU-POD64 as a closed ladder of 32 rows: 32 rungs and 2 x 32 rails; 16 rows away and across.
      {"ipu_pod64", "ladder", {"closed=yes"}, 16, 4, 0, 96, 17, 0},
  };
  return rows;
}

class PublishedDomains : public testing::TestWithParam<Published> {};

TEST_P(PublishedDomains, AreReproduced) {
  const Published& row = GetParam();
  const ClusterSpec spec = domain(row.kind, row.options, row.nodes, row.cards);
  const ClusterSize size = cluster_size(spec);
  const std::int64_t cards = std::int64_t{row.nodes} * row.cards;
  EXPECT_TRUE(size.devices == cards + row.switches);
  EXPECT_TRUE(size.links == 2 * row.cables);
  const Topology topology = build_cluster(spec);
  const auto domains = topology.scaleup_domain();
  EXPECT_TRUE(std::ranges::all_of(domains, [](std::int32_t d) { return d == 0; }));
  const Counts counts = count_parts(topology);
  EXPECT_EQ(counts.scaleup_switches, row.switches);
  EXPECT_EQ(counts.scaleup_links, row.cables);
  const std::optional<Hops> hops = measure_hops(topology);
  ASSERT_TRUE(hops.has_value());
  EXPECT_EQ(hops->diameter, row.diameter);
  EXPECT_EQ(hops->unreachable_pairs, 0);
  if (row.mean > 0) { EXPECT_NEAR(hops->mean, row.mean, 0.00005); }
}

/// No card has more on its links than its rate.
TEST_P(PublishedDomains, LinksOfACardShareItsRate) {
  const ClusterSpec spec = domain(GetParam().kind, GetParam().options, GetParam().nodes, GetParam().cards);
  const Topology topology = build_cluster(spec);
  BitRate most;
  for (const DeviceId card : topology.accelerators()) {
    BitRate sum;
    for (const LinkId id : topology.out_links(card)) sum = sum + topology.link(id).rate;
    EXPECT_LE(sum, spec.node.scale_up.rate);
    most = std::max(most, sum);
  }
  EXPECT_GT(most.bps(), spec.node.scale_up.rate.bps() - 100);  // but for what rounding down leaves
}

INSTANTIATE_TEST_SUITE_P(Rows, PublishedDomains, testing::ValuesIn(published()),
                         [](const auto& param) { return param.param.name; });

TEST(ScaleUp, ADomainSpansNodes) {
  // Two NVL72 of 18 nodes of four: 36 nodes, one switch vertex a domain.
  ClusterSpec spec = nvlink_cluster(36, "fat_tree", {"tiers=1", "radix=256"});
  spec.node.accelerators = spec.node.nics = 4;
  spec.node.scale_up.domain_nodes = 18;
  const Topology topology = build_cluster(spec);
  EXPECT_EQ(topology.num_nodes(), 36);
  const DeviceId second = topology.find_device("domain1/nvswitch");
  ASSERT_TRUE(second.valid());
  EXPECT_EQ(topology.device(second).node, -1);
  EXPECT_EQ(topology.out_links(second).size(), 72U);
  EXPECT_EQ(topology.find_device("node18/nvswitch"), DeviceId());
  EXPECT_EQ(topology.device(topology.find_device("node18/gpu3")).rail, 3);
  EXPECT_EQ(topology.scaleup_domain()[71], 0);
  EXPECT_EQ(topology.scaleup_domain()[72], 1);
  EXPECT_EQ(count_parts(topology).rails, 4);
}

TEST(ScaleUp, NamesOfTwoLevels) {
  const Topology topology = build_cluster(domain("two_level", {"planes=2", "upper=4", "upper_latency=500 ns"}, 4, 8));
  // 2400 Gbps over two planes; eight cards of 1200 share four links upwards.
  EXPECT_EQ(rate_between(topology, "node3/gpu5", "node3/l1-1"), 1200_Gbps);
  EXPECT_EQ(rate_between(topology, "node3/l1-1", "domain0/plane1/l2-3"), 2400_Gbps);
  EXPECT_EQ(rate_between(topology, "node3/l1-1", "domain0/plane0/l2-3"), BitRate());
  EXPECT_EQ(topology.device(topology.find_device("node3/l1-1")).node, 3);
  EXPECT_EQ(topology.tier_names()[1], "nvlink-up");
}

TEST(ScaleUp, APeerHasOneLinkGroup) {
  // MI300X: 448 GB/s over seven groups; two cards still have one of 64.
  ClusterSpec spec = domain("full_mesh", {}, 1, 8, 448_GBps);
  spec.node.scale_up.peer_rate = 64_GBps;
  EXPECT_EQ(rate_between(build_cluster(spec), "node0/gpu0", "node0/gpu7"), 64_GBps);
  spec.node.accelerators = 2;
  EXPECT_EQ(rate_between(build_cluster(spec), "node0/gpu0", "node0/gpu1"), 64_GBps);
  // Nothing is known of the groups: the one peer gets all.
  spec.node.scale_up.peer_rate = {};
  EXPECT_EQ(rate_between(build_cluster(spec), "node0/gpu0", "node0/gpu1"), 448_GBps);
  // A group is never more than its share: ten cards leave 448 / 9.
  spec.node.accelerators = 10;
  spec.node.scale_up.peer_rate = 64_GBps;
  EXPECT_EQ(rate_between(build_cluster(spec), "node0/gpu0", "node0/gpu1").bps(), 448'000'000'000 * 8 / 9);
}

TEST(ScaleUp, BridgesAreIslands) {
  const Topology topology = build_cluster(domain("bridge", {}, 1, 8, 300_GBps));
  EXPECT_EQ(rate_between(topology, "node0/gpu4", "node0/gpu5"), 300_GBps);
  EXPECT_EQ(rate_between(topology, "node0/gpu5", "node0/gpu6"), BitRate());
  EXPECT_EQ(topology.scaleup_domain()[6], 3);
  const Topology fours = build_cluster(domain("bridge", {"island=4"}, 1, 8, 300_GBps));
  EXPECT_EQ(rate_between(fours, "node0/gpu4", "node0/gpu6"), 100_GBps);
  EXPECT_EQ(fours.scaleup_domain()[4], 1);
}

TEST(ScaleUp, LanesOfATorus) {
  // Trainium 2: 640 GB/s over 2 x (1 + 2 + 2) links of 64; z is slow. Nodes of 16 are layers.
  const Topology topology = build_cluster(domain("torus", {"dims=4x4x4", "lanes=1x2x2"}, 4, 16, 640_GBps));
  EXPECT_EQ(rate_between(topology, "node0/gpu0", "node1/gpu0"), 64_GBps);
  EXPECT_EQ(rate_between(topology, "node0/gpu0", "node3/gpu0"), 64_GBps);
  EXPECT_EQ(rate_between(topology, "node0/gpu0", "node0/gpu4"), 128_GBps);
  EXPECT_EQ(rate_between(topology, "node0/gpu0", "node0/gpu3"), 128_GBps);
  EXPECT_EQ(rate_between(topology, "node0/gpu0", "node2/gpu0"), BitRate());
  const auto at = topology.coordinates(topology.find_device("node2/gpu7"));
  EXPECT_EQ(std::vector<std::int32_t>(at.begin(), at.end()), (std::vector<std::int32_t>{2, 1, 3}));
}

TEST(ScaleUp, BlocksOfANode) {
  // A TPU host has 2 x 2 x 1 chips. Host 1 is the next block along z; host 4 starts the next along y.
  const Topology topology = build_cluster(domain("torus", {"dims=4x4x4", "block=2x2x1"}, 16, 4));
  const auto at = [&](const char* name) {
    const auto place = topology.coordinates(topology.find_device(name));
    return std::vector<std::int32_t>(place.begin(), place.end());
  };
  EXPECT_EQ(at("node0/gpu3"), (std::vector<std::int32_t>{1, 1, 0}));
  EXPECT_EQ(at("node1/gpu0"), (std::vector<std::int32_t>{0, 0, 1}));
  EXPECT_EQ(at("node4/gpu1"), (std::vector<std::int32_t>{0, 3, 0}));
  EXPECT_EQ(at("node15/gpu3"), (std::vector<std::int32_t>{3, 3, 3}));
}

TEST(ScaleUp, SlicesOfCubes) {
  const auto cables = [](const std::string& dims, std::int32_t cards) {
    return static_cast<std::int64_t>(cluster_size(domain("torus", {"dims=" + dims, "cubes=4"}, 1, cards)).links / 2);
  };
  EXPECT_EQ(cables("2x2x1", 4), 4);               // a square: nothing wraps inside a cube
  EXPECT_EQ(cables("2x2x4", 16), 4 * 4 + 4 * 4);  // four squares; z, a multiple of 4, closes: four rings of four
  EXPECT_EQ(cables("4x4x4", 64), 192);            // all three wrap
  EXPECT_EQ(cables("4x4x12", 192), 576);          // three cubes
  EXPECT_THAT(refusal(domain("torus", {"dims=4x4x6", "cubes=4"}, 1, 96)),
              HasSubstr("dims=4x4x6 cannot be built of cubes of 4 a side"));
  EXPECT_THAT(refusal(domain("torus", {"dims=2x4x8", "cubes=4"}, 1, 64)), HasSubstr("cannot be built of cubes"));
  EXPECT_THAT(refusal(domain("torus", {"dims=3x4x4", "cubes=4"}, 1, 48)), HasSubstr("cannot be built of cubes"));
  EXPECT_THAT(refusal(domain("torus", {"dims=4x4x4", "cubes=4", "wrap=no"}, 1, 64)),
              HasSubstr("wrap and cubes contradict"));
}

TEST(ScaleUp, WrapsByDimension) {
  // 4 x 4: rings along the last dimension, lines along the first.
  const Topology topology = build_cluster(domain("torus", {"dims=4x4", "wrap=ny"}, 1, 16));
  EXPECT_EQ(count_parts(topology).scaleup_links, 16 + 12);
  EXPECT_EQ(rate_between(topology, "node0/gpu0", "node0/gpu12"), BitRate());
  EXPECT_EQ(rate_between(topology, "node0/gpu0", "node0/gpu3"), 600_Gbps);
  EXPECT_EQ(count_parts(build_cluster(domain("torus", {"dims=4x4", "wrap=no"}, 1, 16))).scaleup_links,
            count_parts(build_cluster(domain("mesh", {"dims=4x4"}, 1, 16))).scaleup_links);
  // A dimension of two is one cable, one of size one none: 3 + 6 cables, at most 3 links a card.
  const Topology flat = build_cluster(domain("torus", {"dims=1x3x2"}, 1, 6));
  EXPECT_EQ(count_parts(flat).scaleup_links, 9);
  EXPECT_EQ(rate_between(flat, "node0/gpu0", "node0/gpu1"), 800_Gbps);
}

TEST(ScaleUp, ATwistedTorusHasNoCoordinates) {
  const Topology topology = build_cluster(domain("torus", {"dims=4x4x8", "twist=yes"}, 32, 4));
  EXPECT_TRUE(topology.coordinates(topology.find_device("node0/gpu0")).empty());
  // The wrap of x from (3, 0, 0) leads to (0, 0, 4).
  EXPECT_GT(rate_between(topology, "node24/gpu0", "node1/gpu0").bps(), 0);
  EXPECT_EQ(rate_between(topology, "node24/gpu0", "node0/gpu0"), BitRate());
}

TEST(ScaleUp, LadderAndWires) {
  // GC200: ten links of 16 GB/s, four on the rung and three each way.
  const Topology ladder = build_cluster(domain("ladder", {"rung=4", "rail=3"}, 16, 4, 160_GBps));
  EXPECT_EQ(rate_between(ladder, "node0/gpu0", "node0/gpu1"), 64_GBps);
  EXPECT_EQ(rate_between(ladder, "node0/gpu2", "node1/gpu0"), 48_GBps);
  EXPECT_EQ(rate_between(ladder, "node0/gpu0", "node15/gpu2"), BitRate());
  // The busiest of four has 7 links: 350 GB/s are 50 a link.
  const Topology wired = build_cluster(domain("wired", {"links=0-1*2+0-2*4+3-0+1-3"}, 1, 4, 350_GBps));
  EXPECT_EQ(rate_between(wired, "node0/gpu0", "node0/gpu2"), 200_GBps);
  EXPECT_EQ(rate_between(wired, "node0/gpu3", "node0/gpu0"), 50_GBps);
  EXPECT_EQ(rate_between(wired, "node0/gpu2", "node0/gpu3"), BitRate());
}

TEST(ScaleUp, FaultsNameItsLinksAndSwitches) {
  const Topology healthy = build_cluster(domain("two_level", {"planes=2", "upper=4"}, 4, 8));
  const auto cables_left = [&](const std::string& fault) {
    return count_parts(apply_faults(healthy, {fault}, 0)).scaleup_links;
  };
  // 2 x 32 cables to cards, 2 x 4 x 4 between chips.
  EXPECT_EQ(count_parts(healthy).scaleup_links, 64 + 32);
  EXPECT_EQ(cables_left("switch=domain0/plane1/l2-3"), 96 - 4);
  EXPECT_EQ(cables_left("switch=domain0/plane1/*"), 96 - 16);
  EXPECT_EQ(cables_left("switch=node*/l1-1"), 96 - 32 - 16);
  EXPECT_EQ(cables_left("link=node2/gpu3.node2/l1-0"), 96 - 1);
  EXPECT_EQ(cables_left("3 of nvlink-up"), 96 - 3);
  EXPECT_EQ(cables_left("node=2"), 96 - 16 - 8);
  // A crossbar of several nodes takes its whole domain along.
  ClusterSpec racks = nvlink_cluster(4, "single_switch", {"radix=64"});
  racks.node.scale_up.domain_nodes = 2;
  const Topology broken = apply_faults(build_cluster(racks), {"switch=domain1/nvswitch"}, 0);
  EXPECT_EQ(broken.scaleup_domain()[15], 0);
  EXPECT_EQ(broken.scaleup_domain()[16], 1);
  EXPECT_EQ(broken.scaleup_domain()[31], 16);
}

TEST(ScaleUp, OnlySomeKindsForward) {
  for (const std::string& kind : scale_ups().names()) {
    const bool forwards = kind == "ring" || kind == "torus" || kind == "mesh" || kind == "nd_full_mesh" ||
                          kind == "ladder" || kind == "dragonfly" || kind == "wired";
    EXPECT_EQ(scale_ups().at(kind).cards_forward, forwards) << kind;
  }
}

TEST(ScaleUp, RefusesWhatDoesNotFit) {
  EXPECT_THAT(refusal(domain("torsu", {}, 1, 8)), HasSubstr("did you mean \"torus\"?"));
  EXPECT_THAT(refusal(domain("torus", {}, 1, 8)), HasSubstr("dims"));
  EXPECT_THAT(refusal(domain("torus", {"dims=4x4"}, 2, 4)),
              HasSubstr("dims=4x4 has 16 points for the 8 cards of a domain (2 nodes of 4)"));
  EXPECT_THAT(refusal(domain("torus", {"dims=8", "lanes=1x2"}, 2, 4)), HasSubstr("lanes=1x2 does not fit dims=8"));
  EXPECT_THAT(refusal(domain("torus", {"dims=8", "lanes=1001"}, 2, 4)), HasSubstr("at most 1000"));
  EXPECT_THAT(refusal(domain("torus", {"dims=2x4", "block=2x1"}, 2, 4)), HasSubstr("block=2x1 does not fit"));
  EXPECT_THAT(refusal(domain("torus", {"dims=2x4", "wrap=yny"}, 2, 4)), HasSubstr("wrap=yny does not fit dims=2x4"));
  EXPECT_THAT(refusal(domain("torus", {"dims=2x4", "twist=yes"}, 2, 4)), HasSubstr("k x k x 2k or k x 2k x 2k"));
  EXPECT_THAT(refusal(domain("torus", {"dims=2x2x4", "twist=yes", "wrap=yyn"}, 4, 4)),
              HasSubstr("twist needs every dimension to wrap"));
  EXPECT_THAT(refusal(domain("bridge", {"island=3"}, 1, 8)), HasSubstr("do not divide into islands of 3"));
  EXPECT_THAT(refusal(domain("bridge", {}, 2, 4)), HasSubstr("no bridge joins cards of several nodes"));
  EXPECT_THAT(refusal(domain("ladder", {}, 1, 5)), HasSubstr("5 cards are no rows of two"));
  EXPECT_THAT(refusal(domain("dragonfly", {"h=1"}, 10, 8)), HasSubstr("at most 9"));
  EXPECT_THAT(refusal(domain("two_level", {"radix=47"}, 48, 8)), HasSubstr("would need 48 ports"));
  EXPECT_THAT(refusal(domain("two_level", {"uplinks=24"}, 48, 8)), HasSubstr("a multiple of it would"));
  EXPECT_THAT(refusal(domain("two_level", {"upper_latency=3"}, 48, 8)), HasSubstr("unit"));
  EXPECT_THAT(refusal(domain("wired", {"links=0-1+1-0"}, 1, 2)), HasSubstr("joined twice"));
  EXPECT_THAT(refusal(domain("wired", {"links=0-1"}, 1, 3)), HasSubstr("card 2 is not joined"));
  EXPECT_THAT(refusal(domain("wired", {"links=0-3"}, 1, 3)), HasSubstr("from 0 to 2"));
  EXPECT_THAT(refusal(domain("wired", {"links=0-1*0+1-2"}, 1, 3)), HasSubstr("from 1 to 1000"));
  EXPECT_THAT(refusal(domain("wired", {"links=0-1,1-2"}, 1, 3)), HasSubstr("is no pair of cards"));
  EXPECT_THAT(refusal(domain("none", {}, 2, 4)), HasSubstr("contradicts kind none"));
  EXPECT_THAT(refusal(domain("torus", {"dims=8", "lanes=1000"}, 2, 4, BitRate::from_bps(1000))),
              HasSubstr("less than 1 bps"));
  ClusterSpec fast = domain("torus", {"dims=8", "lanes=1000"}, 2, 4);
  fast.node.scale_up.link_rate = kMaxRate;
  EXPECT_THAT(refusal(fast), HasSubstr("over the limit"));
  ClusterSpec uneven = domain("switched", {}, 6, 4);
  uneven.node.scale_up.domain_nodes = 4;
  EXPECT_THAT(refusal(uneven), HasSubstr("6 nodes do not divide into domains of 4; one of 1, 2, 3, 6 would fit"));
  ClusterSpec apart = domain("switched", {}, 6, 4);
  apart.node.scale_up.domain_nodes = 3;
  EXPECT_THAT(refusal(apart), HasSubstr("6 nodes need a fabric"));
}

}  // namespace
}  // namespace polyplane::topology
