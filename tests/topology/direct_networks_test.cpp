// HyperX, torus, full mesh and random regular graphs of switches, and rail-only.
#include <map>

#include "base/error.h"
#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"
#include "tests/topology/switch_graph.h"
#include "topology/faults.h"
#include "topology/metrics.h"

namespace polyplane::topology {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string refusal(std::int32_t nodes, std::int32_t radix, std::string generator, std::vector<std::string> options) {
  return message_of<InputError>(
      [&] { (void)build_cluster(plain_cluster(nodes, radix, std::move(generator), std::move(options))); });
}

/// Cables between two switches, by tier.
std::map<std::string, int> cables_between(const Topology& topology, std::string_view a, std::string_view b) {
  std::map<std::string, int> cables;
  for (const LinkId id : topology.out_links(topology.find_device(a))) {
    if (topology.device(topology.link(id).to).name == b) ++cables[topology.tier_names()[topology.link(id).tier]];
  }
  return cables;
}

using Cables = std::map<std::string, int>;

TEST(HyperX, LinksOfEachDimension) {
  // 2 x 3 x 4, last dimension fastest: switch 0 at (0, 0, 0), 4 at (0, 1, 0), 12 at (1, 0, 0). With links=3x1x2 a switch has
  // 1 x 3 + 2 x 1 + 3 x 2 = 11 network ports.
  const Topology topology = build_cluster(plain_cluster(24, 12, "hyperx", {"dims=2x3x4", "links=3x1x2"}));
  EXPECT_EQ(cables_between(topology, "switch0", "switch12"), (Cables{{"dim0", 3}}));
  EXPECT_EQ(cables_between(topology, "switch0", "switch8"), (Cables{{"dim1", 1}}));
  EXPECT_EQ(cables_between(topology, "switch0", "switch3"), (Cables{{"dim2", 2}}));
  EXPECT_EQ(cables_between(topology, "switch0", "switch5"), Cables{});
  EXPECT_EQ(count_parts(topology).links, 24 * 11 / 2);
  EXPECT_EQ(SwitchGraph(topology).measure().diameter, 3);
  const auto place = topology.coordinates(topology.find_device("switch23"));
  EXPECT_EQ(std::vector<std::int32_t>(place.begin(), place.end()), (std::vector<std::int32_t>{1, 2, 3}));
  EXPECT_TRUE(topology.coordinates(topology.find_device("node0/gpu0")).empty());
}

TEST(HyperX, RefusalsSayWhatWouldFit) {
  EXPECT_THAT(refusal(8, 64, "hyperx", {}), HasSubstr("dims"));
  EXPECT_THAT(refusal(8, 64, "hyperx", {"dims=4x"}), HasSubstr("no list of sizes"));
  EXPECT_THAT(refusal(8, 64, "hyperx", {"dims=4,4"}), HasSubstr("no list of sizes"));
  EXPECT_THAT(refusal(8, 64, "hyperx", {"dims=0x4"}), HasSubstr("no list of sizes"));
  EXPECT_THAT(refusal(8, 64, "hyperx", {"dims=1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1x1"}), HasSubstr("1 to 16"));
  EXPECT_THAT(refusal(8, 64, "hyperx", {"dims=4x4", "links=1x2x3"}), HasSubstr("3 numbers and dims has 2"));
  EXPECT_THAT(refusal(33, 64, "hyperx", {"dims=4x4", "p=2"}), AllOf(HasSubstr("at most 32 ports"), HasSubstr("p=3")));
  EXPECT_THAT(refusal(33, 8, "hyperx", {"dims=4x4"}), AllOf(HasSubstr("at most 2 fit"), HasSubstr("a radix of 9")));
  EXPECT_THROW((void)build_cluster(plain_cluster(8, 100000, "hyperx", {"dims=3000x3000"})), LimitError);
}

TEST(Torus, RingsAndLines) {
  const Topology torus = build_cluster(plain_cluster(24, 8, "torus", {"dims=2x3x4"}));
  // A dimension of two has one cable a line: 12 + 24 + 24.
  EXPECT_EQ(count_parts(torus).links, 60);
  EXPECT_EQ(cables_between(torus, "switch0", "switch12"), (Cables{{"dim0", 1}}));
  EXPECT_EQ(cables_between(torus, "switch0", "switch8"), (Cables{{"dim1", 1}}));  // the wrap
  EXPECT_EQ(cables_between(torus, "switch0", "switch3"), (Cables{{"dim2", 1}}));
  EXPECT_EQ(SwitchGraph(torus).measure().diameter, 1 + 1 + 2);
  const Topology mesh = build_cluster(plain_cluster(24, 8, "torus", {"dims=2x3x4", "wrap=no"}));
  EXPECT_EQ(count_parts(mesh).links, 12 + 16 + 18);
  EXPECT_EQ(SwitchGraph(mesh).measure().diameter, 1 + 2 + 3);
}

TEST(Torus, PortsArePackedOrSpread) {
  const auto switch_of = [](const Topology& topology, const std::string& card) {
    return topology.device(topology.link(topology.out_links(topology.find_device(card))[0]).to).name;
  };
  const Topology packed = build_cluster(plain_cluster(6, 8, "torus", {"dims=4", "p=3"}));
  EXPECT_EQ(switch_of(packed, "node3/gpu0"), "switch1");
  EXPECT_EQ(switch_of(packed, "node5/gpu0"), "switch1");
  const Topology spread = build_cluster(plain_cluster(6, 8, "torus", {"dims=4"}));  // 0 0 1 2 2 3
  EXPECT_EQ(switch_of(spread, "node1/gpu0"), "switch0");
  EXPECT_EQ(switch_of(spread, "node2/gpu0"), "switch1");
  EXPECT_EQ(switch_of(spread, "node5/gpu0"), "switch3");
}

TEST(Torus, RefusalsSayWhatWouldFit) {
  EXPECT_THAT(refusal(9, 64, "torus", {"dims=2x4", "p=1"}), AllOf(HasSubstr("at most 8 ports"), HasSubstr("p=2")));
  EXPECT_THAT(refusal(8, 3, "torus", {"dims=2x4"}), HasSubstr("none fits"));
  EXPECT_THAT(refusal(8, 3, "torus", {"dims=2x4", "wrap=maybe"}), HasSubstr("\"maybe\""));
}

TEST(FullMesh, LinksOfEachPair) {
  const Topology topology = build_cluster(plain_cluster(20, 11, "full_mesh", {"p=5", "links=2"}));
  EXPECT_THAT(count_parts(topology).switches_by_tier, testing::ElementsAre(testing::Pair("switch", 4)));
  EXPECT_EQ(cables_between(topology, "switch0", "switch3"), (Cables{{"mesh", 2}}));
  EXPECT_EQ(SwitchGraph(topology).measure().diameter, 1);
  // Half of the first 10 cards' traffic can cross: 2 x 2 pairs x 2 cables = 8.
  EXPECT_EQ(measure_bisection(topology)->bps(), 8 * 400'000'000'000);
  // By default half of the radix is for endpoints.
  EXPECT_EQ(count_parts(build_cluster(plain_cluster(20, 11, "full_mesh", {}))).switches, 4);
  EXPECT_THAT(refusal(20, 10, "full_mesh", {"p=5", "links=2"}),
              AllOf(HasSubstr("at most 4"), HasSubstr("radix of 11")));
  EXPECT_THAT(refusal(20, 10, "full_mesh", {"links=0"}), HasSubstr("from 1"));
}

TEST(RandomRegular, IsRegularInOnePieceAndOfItsSeed) {
  for (const int degree : {2, 3, 4, 7, 11}) {
    for (const int switches : {2, 3, 5, 12, 40}) {
      if (degree >= switches || degree * switches % 2 != 0) continue;
      for (const std::string seed : {"0", "1", "2"}) {
        SCOPED_TRACE(testing::Message() << degree << " of " << switches << ", seed " << seed);
        const std::vector<std::string> options{"switches=" + std::to_string(switches),
                                               "degree=" + std::to_string(degree), "seed=" + seed};
        const SwitchGraph graph(build_cluster(plain_cluster(switches, 64, "random_regular", options)));
        EXPECT_GE(graph.measure().diameter, 1);
        for (std::size_t i = 0; i < graph.size(); ++i) {
          ASSERT_EQ(static_cast<int>(graph.neighbours(i).size()), degree);
        }
      }
    }
  }
  const auto neighbours = [](const std::string& seed) {
    return SwitchGraph(
               build_cluster(plain_cluster(40, 64, "random_regular", {"switches=40", "degree=4", "seed=" + seed})))
        .neighbours(0);
  };
  EXPECT_EQ(neighbours("7"), neighbours("7"));
  EXPECT_NE(neighbours("7"), neighbours("8"));
}

TEST(RandomRegular, EveryPairIsAsLikely) {
  // 8 switches of degree 3: a pair is joined in 3 / 7 of the graphs. 2,000 seeds: 857 +- 22; five sigma are 111.
  std::map<std::pair<std::size_t, std::size_t>, int> joined;
  for (int seed = 0; seed < 2000; ++seed) {
    const SwitchGraph graph(build_cluster(
        plain_cluster(8, 64, "random_regular", {"switches=8", "degree=3", "seed=" + std::to_string(seed)})));
    for (std::size_t a = 0; a < 8; ++a) {
      for (const std::size_t b : graph.neighbours(a)) ++joined[{a, b}];
    }
  }
  ASSERT_EQ(joined.size(), 56U);
  for (const auto& [pair, times] : joined) EXPECT_NEAR(times, 857, 111) << pair.first << " " << pair.second;
}

TEST(RandomRegular, IsNearTheBoundOfMeanDistance) {
  // 100 switches of degree 6: 6 at one hop, at most 30 at two, the other 63 at three or more: mean >= 2.576 (Moore).
  const SwitchGraph::Distances distances =
      SwitchGraph(build_cluster(plain_cluster(100, 64, "random_regular", {"switches=100", "degree=6"}))).measure();
  EXPECT_GT(distances.mean, 2.576);
  EXPECT_LT(distances.mean, 1.1 * 2.576);
}

TEST(RandomRegular, TheRadixGivesTheDegree) {
  // Radix 64: 16 endpoints a switch, 63 switches for 1,000 ports, 48 ports left.
  const Topology topology = build_cluster(plain_cluster(1000, 64, "random_regular", {}));
  EXPECT_EQ(count_parts(topology).switches, 63);
  EXPECT_EQ(count_parts(topology).links, 63 * 48 / 2);
  // An odd number of switches takes an even degree: radix 13 has 10 left for 3 endpoints; with 7 switches at most 6.
  EXPECT_EQ(count_parts(build_cluster(plain_cluster(21, 13, "random_regular", {}))).links, 7 * 6 / 2);
  EXPECT_EQ(count_parts(build_cluster(plain_cluster(9, 64, "random_regular", {}))).links, 0);
}

TEST(RandomRegular, RefusalsSayWhatWouldFit) {
  EXPECT_THAT(refusal(8, 64, "random_regular", {"switches=8", "degree=8"}), HasSubstr("7 others"));
  EXPECT_THAT(refusal(7, 64, "random_regular", {"switches=7", "degree=3"}), HasSubstr("degree=2 or degree=4"));
  EXPECT_THAT(refusal(8, 64, "random_regular", {"switches=8", "degree=1"}), HasSubstr("degree=2 or more"));
  EXPECT_THAT(refusal(8, 64, "random_regular", {"p=8", "degree=3"}), HasSubstr("does not fit 1 switches"));
  EXPECT_THAT(refusal(80, 10, "random_regular", {"p=8", "degree=3"}), HasSubstr("at most 7 fit"));
  EXPECT_THAT(refusal(80, 10, "random_regular", {"p=10"}), HasSubstr("too few ports left"));
}

TEST(RailOnly, RailsMeetInTheNodeOnly) {
  const Topology topology = build_cluster(nvlink_cluster(64, "rail_only", {"tiers=2"}));
  // 8 rails of 64 ports: 2 leaves and a spine each.
  const Counts counts = count_parts(topology);
  EXPECT_EQ(counts.switches, 24);
  for (const Link& link : topology.links()) {
    if (link.kind != LinkKind::scale_out) continue;
    const std::string& from = topology.device(link.from).name;
    const std::string& to = topology.device(link.to).name;
    if (topology.device(link.from).kind == DeviceKind::network_switch &&
        topology.device(link.to).kind == DeviceKind::network_switch) {
      EXPECT_EQ(from.substr(0, from.find('/')), to.substr(0, to.find('/')));
    }
  }
  const DeviceId card = topology.find_device("node40/gpu5");
  for (const LinkId id : topology.out_links(card)) {
    if (topology.link(id).kind != LinkKind::scale_out) continue;
    EXPECT_EQ(topology.device(topology.link(id).to).name, "rail5/leaf1");
    EXPECT_EQ(topology.device(topology.link(id).to).rail, 5);
  }
  // Same rail: 4 links over a spine; another rail: 2 more over the peer's NVSwitch.
  const std::optional<Hops> hops = measure_hops(topology);
  ASSERT_TRUE(hops.has_value());
  EXPECT_EQ(hops->unreachable_pairs, 0);
  EXPECT_EQ(hops->diameter, 6);
}

TEST(RailOnly, SharedSwitches) {
  const Topology topology = build_cluster(nvlink_cluster(20, "rail_only", {"tiers=1", "rails_per_switch=3"}));
  EXPECT_EQ(count_parts(topology).switches, 3);
  EXPECT_TRUE(topology.find_device("rail3-5/leaf0").valid());
  EXPECT_TRUE(topology.find_device("rail6-7/leaf0").valid());
  EXPECT_EQ(topology.in_links(topology.find_device("rail6-7/leaf0")).size(), 40U);
}

TEST(RailOnly, RefusalsSayWhatWouldFit) {
  const auto refused = [](std::int32_t nodes, std::vector<std::string> options) {
    return message_of<InputError>([&] { (void)build_cluster(nvlink_cluster(nodes, "rail_only", std::move(options))); });
  };
  EXPECT_THAT(refused(2049, {"tiers=2"}), AllOf(HasSubstr("the tree of one rail"), HasSubstr("at most 2048 ports")));
  EXPECT_THAT(refused(65, {"tiers=1"}), HasSubstr("tiers=2"));
  EXPECT_THAT(refused(20, {"tiers=1", "rails_per_switch=4"}), HasSubstr("at most 3 would fit"));
  EXPECT_THAT(refused(20, {"tiers=2", "rails_per_switch=2"}), HasSubstr("needs tiers=1"));
}

TEST(Faults, ReachTheLinksOfEveryTier) {
  const auto down = [](const ClusterSpec& spec, const std::string& selector) {
    const Topology broken = apply_faults(build_cluster(spec), {selector}, 1);
    std::map<std::string, int> cables;
    for (std::uint32_t i = 0; i < broken.links().size(); ++i) {
      if (!broken.links()[i].up && LinkId(i) < broken.links()[i].reverse)
        ++cables[broken.tier_names()[broken.links()[i].tier]];
    }
    return cables;
  };
  const ClusterSpec dragonfly = plain_cluster(72, 7, "dragonfly", {"p=2", "a=4", "h=2"});
  EXPECT_EQ(down(dragonfly, "50% of global"), (Cables{{"global", 18}}));
  EXPECT_EQ(down(dragonfly, "3 of local"), (Cables{{"local", 3}}));
  EXPECT_EQ(down(dragonfly, "link=switch0.switch1"), (Cables{{"local", 1}}));
  EXPECT_EQ(down(dragonfly, "switch=switch0"), (Cables{{"gpu-leaf", 2}, {"local", 3}, {"global", 2}}));
  EXPECT_EQ(down(plain_cluster(50, 11, "slim_fly", {"q=5"}), "1 of rack-rack"), (Cables{{"rack-rack", 1}}));
  EXPECT_EQ(down(plain_cluster(16, 11, "hyperx", {"dims=4x4"}), "2 of dim1"), (Cables{{"dim1", 2}}));
  EXPECT_EQ(down(plain_cluster(16, 11, "torus", {"dims=4x4"}), "link=switch0.switch1"), (Cables{{"dim1", 1}}));
  EXPECT_EQ(down(plain_cluster(16, 11, "full_mesh", {"p=4", "links=2"}), "link=switch0.switch1#1"),
            (Cables{{"mesh", 1}}));
  EXPECT_EQ(down(plain_cluster(16, 11, "random_regular", {"p=2", "degree=3"}), "1 of switch-switch"),
            (Cables{{"switch-switch", 1}}));
  EXPECT_EQ(down(plain_cluster(20, 4, "dragonfly_plus", {}), "switch=spine0"), (Cables{{"local", 2}, {"global", 2}}));
  EXPECT_EQ(down(nvlink_cluster(64, "rail_only", {}), "link=rail3/leaf0.rail3/spine0#5"), (Cables{{"leaf-spine", 1}}));
}

TEST(PathDiversity, OfDirectNetworks) {
  const auto paths = [](const ClusterSpec& spec) { return measure_path_diversity(build_cluster(spec)); };
  // 5 x 5 torus, from (0, 0) to (4, 4): one wrap each way, in two orders. HyperX 3 x 3: two orders.
  EXPECT_EQ(paths(plain_cluster(25, 8, "torus", {"dims=5x5"})), 2);
  EXPECT_EQ(paths(plain_cluster(9, 8, "hyperx", {"dims=3x3"})), 2);
  EXPECT_EQ(paths(plain_cluster(9, 8, "hyperx", {"dims=3x3", "links=1x2"})), 4);
  EXPECT_EQ(paths(plain_cluster(20, 11, "full_mesh", {"p=5", "links=2"})), 2);
  // MegaFly, radix 4: one cable joins two groups, one leaf - spine cable at each end.
  EXPECT_EQ(paths(plain_cluster(20, 4, "dragonfly_plus", {})), 1);
}

}  // namespace
}  // namespace polyplane::topology
