#include <map>

#include "base/error.h"
#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"
#include "tests/topology/switch_graph.h"
#include "topology/generators/group_wiring.h"
#include "topology/metrics.h"

namespace polyplane::topology {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string refusal(std::int32_t nodes, std::int32_t radix, std::string generator, std::vector<std::string> options) {
  return message_of<InputError>(
      [&] { (void)build_cluster(plain_cluster(nodes, radix, std::move(generator), std::move(options))); });
}

/// Cables between pods, by pair, and global cables of each switch.
struct Wiring {
  std::map<std::pair<std::int32_t, std::int32_t>, int> pairs;
  std::map<std::string, int> of_switch;
};

Wiring wiring_of(const Topology& topology) {
  Wiring wiring;
  for (const Link& link : topology.links()) {
    if (topology.tier_names()[link.tier] != "global") continue;
    const Device& from = topology.device(link.from);
    const Device& to = topology.device(link.to);
    EXPECT_NE(from.pod, to.pod);
    ++wiring.of_switch[from.name];
    if (from.pod < to.pod) ++wiring.pairs[{from.pod, to.pod}];
  }
  return wiring;
}

TEST(Dragonfly, TheRadixGivesTheBalancedOne) {
  // Radix 64: p = h = 65 / 4 = 16, a = 32, as in DeepSeek's Table 3. 1,025 ports: 512 a group, 3 groups; all 512 global
  // ports of a group in use, so 256 to each of the two others.
  const Topology topology = build_cluster(plain_cluster(1025, 64, "dragonfly", {}));
  const Counts counts = count_parts(topology);
  EXPECT_EQ(counts.switches, 96);
  EXPECT_EQ(counts.links, 3 * (32 * 31 / 2) + 3 * 512 / 2);
  const Wiring wiring = wiring_of(topology);
  ASSERT_EQ(wiring.pairs.size(), 3U);
  for (const auto& [pair, cables] : wiring.pairs) EXPECT_EQ(cables, 256);
  for (const auto& [name, cables] : wiring.of_switch) EXPECT_EQ(cables, 16) << name;
}

TEST(Dragonfly, GlobalLinksSayHowManyAPairHas) {
  // Frontier: groups of 32 switches x 16 endpoints, 4 cables a pair; here 9 groups: 32 global ports of a group in use,
  // one a switch.
  const Topology topology =
      build_cluster(plain_cluster(9 * 512, 64, "dragonfly", {"p=16", "a=32", "h=16", "global_links=4"}));
  const Wiring wiring = wiring_of(topology);
  EXPECT_EQ(wiring.pairs.size(), 36U);
  for (const auto& [pair, cables] : wiring.pairs) EXPECT_EQ(cables, 4);
  EXPECT_EQ(wiring.of_switch.size(), 9U * 32U);
  for (const auto& [name, cables] : wiring.of_switch) EXPECT_EQ(cables, 1) << name;
}

TEST(Dragonfly, FrontierAndAuroraInFull) {
  // 74 groups of 32: 74 x 496 local, 74 x 73 / 2 x 4 global. 9,408 nodes of 4 = 37,632 ports, 73.5 groups.
  ClusterSize size = cluster_size(plain_cluster(37632, 64, "dragonfly", {"p=16", "a=32", "h=16", "global_links=4"}));
  EXPECT_TRUE(size.devices == 37632 + 74 * 32);
  EXPECT_TRUE(size.links == 2 * (37632 + 74 * 496 + 74 * 73 / 2 * 4));
  // 166 groups of 32 switches with 512 ports, 2 cables a pair: 330 global ports of a group, 11 on some switches.
  size = cluster_size(plain_cluster(84992, 64, "dragonfly", {"p=16", "a=32", "h=11", "global_links=2"}));
  EXPECT_TRUE(size.devices == 84992 + 166 * 32);
  EXPECT_TRUE(size.links == 2 * (84992 + 166 * 496 + 166 * 165 / 2 * 2));
}

TEST(Dragonfly, PodsAreGroupsAndPortsFillSwitches) {
  const Topology topology = build_cluster(plain_cluster(17, 7, "dragonfly", {"p=2", "a=4", "h=2"}));
  EXPECT_EQ(topology.device(topology.find_device("switch7")).pod, 1);
  EXPECT_EQ(topology.device(topology.find_device("node15/gpu0")).pod, 1);
  EXPECT_EQ(topology.device(topology.find_device("node16/gpu0")).pod, 2);  // 8 a group
  const DeviceId card = topology.find_device("node3/gpu0");
  EXPECT_EQ(topology.device(topology.link(topology.out_links(card)[0]).to).name, "switch1");
  const std::vector<std::string> tiers(topology.tier_names().begin(), topology.tier_names().end());
  EXPECT_THAT(tiers, testing::ElementsAre("gpu-leaf", "local", "global"));
}

TEST(Dragonfly, EveryWiringIsBalanced) {
  for (const Arrangement arrangement : {Arrangement::absolute, Arrangement::relative, Arrangement::circulant}) {
    for (std::int64_t groups = 1; groups <= 12; ++groups) {
      for (const std::int64_t owners : {1, 3, 4}) {
        for (std::int64_t ports = std::max<std::int64_t>(1, groups - 1); ports <= 30; ++ports) {
          for (const std::int64_t per_pair : {0, 1, 2}) {
            if (per_pair * (groups - 1) > ports) continue;
            SCOPED_TRACE(testing::Message() << static_cast<int>(arrangement) << ": " << groups << " groups, " << owners
                                            << " owners, " << ports << " ports, " << per_pair << " a pair");
            const GroupWiring wiring(groups, owners, ports, per_pair, arrangement);
            std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> pairs, owned;
            std::map<std::int64_t, std::int64_t> used;
            std::int64_t cables = 0;
            wiring.for_each([&](const GlobalCable& cable) {
              ASSERT_LT(cable.group_a, cable.group_b);
              ++cables;
              ++pairs[{cable.group_a, cable.group_b}];
              for (const auto& [group, owner] :
                   {std::pair(cable.group_a, cable.switch_a), std::pair(cable.group_b, cable.switch_b)}) {
                ASSERT_LT(owner, owners);
                ++owned[{group, owner}];
                ++used[group];
              }
            });
            ASSERT_EQ(cables, wiring.cables());
            if (groups == 1) continue;
            ASSERT_EQ(static_cast<std::int64_t>(pairs.size()), groups * (groups - 1) / 2);
            const std::int64_t least = per_pair > 0 ? per_pair : ports / (groups - 1);
            for (const auto& [pair, count] : pairs) {
              ASSERT_GE(count, least);
              ASSERT_LE(count, per_pair > 0 ? least : least + 1);
            }
            for (const auto& [group, count] : used) {
              ASSERT_EQ(count, wiring.used());
              if (per_pair == 0) { ASSERT_GE(count, ports - (ports % 2 != 0 && groups % 2 != 0 ? 1 : 0)); }
            }
            for (const auto& [owner, count] : owned) {
              ASSERT_LE(count, (wiring.used() + owners - 1) / owners);
              ASSERT_GE(count, wiring.used() / owners);
            }
          }
        }
      }
    }
  }
}

TEST(Dragonfly, ArrangementsByHand) {
  // 5 groups, one cable a pair, 2 owners of 2 ports. Group 1: absolute 0 2 | 3 4, relative 2 3 | 4 0, circulant 2 0 | 3 4.
  const auto owners_in_group_1 = [](Arrangement arrangement) {
    std::map<std::int64_t, std::int64_t> owner;
    GroupWiring(5, 2, 4, 1, arrangement).for_each([&](const GlobalCable& cable) {
      if (cable.group_a == 1) owner[cable.group_b] = cable.switch_a;
      if (cable.group_b == 1) owner[cable.group_a] = cable.switch_b;
    });
    return owner;
  };
  using Owners = std::map<std::int64_t, std::int64_t>;
  EXPECT_EQ(owners_in_group_1(Arrangement::absolute), (Owners{{0, 0}, {2, 0}, {3, 1}, {4, 1}}));
  EXPECT_EQ(owners_in_group_1(Arrangement::relative), (Owners{{2, 0}, {3, 0}, {4, 1}, {0, 1}}));
  EXPECT_EQ(owners_in_group_1(Arrangement::circulant), (Owners{{2, 0}, {0, 0}, {3, 1}, {4, 1}}));
}

TEST(Dragonfly, ArrangementsOfTheLargestDifferInMeanDistance) {
  // p2a4h2, 9 groups, by an independent enumeration: absolute 2.3524, relative 2.3429, circulant 2.3286.
  const auto mean = [](const std::string& arrangement) {
    return SwitchGraph(
               build_cluster(plain_cluster(72, 7, "dragonfly", {"p=2", "a=4", "h=2", "arrangement=" + arrangement})))
        .measure()
        .mean;
  };
  EXPECT_NEAR(mean("absolute"), 2.3524, 0.00005);
  EXPECT_NEAR(mean("relative"), 2.3429, 0.00005);
  EXPECT_NEAR(mean("circulant"), 2.3286, 0.00005);
}

TEST(Dragonfly, RefusalsSayWhatWouldFit) {
  EXPECT_THAT(refusal(73, 7, "dragonfly", {"p=2", "a=4", "h=2"}),
              AllOf(HasSubstr("at most 9 groups"), HasSubstr("hold 72 ports"), HasSubstr("73 are needed")));
  EXPECT_THAT(refusal(20, 7, "dragonfly", {"p=2", "a=4", "h=2", "groups=2"}), HasSubstr("from 3 to 9"));
  EXPECT_THAT(refusal(20, 7, "dragonfly", {"p=2", "a=4", "h=2", "groups=10"}), HasSubstr("from 3 to 9"));
  EXPECT_THAT(refusal(20, 7, "dragonfly", {"p=2", "a=4", "h=2", "groups=6", "global_links=2"}),
              HasSubstr("from 3 to 5"));
  EXPECT_THAT(refusal(72, 6, "dragonfly", {"p=2", "a=4", "h=2"}),
              AllOf(HasSubstr("radix 6"), HasSubstr("at most 1 fit"), HasSubstr("a radix of 7 would do")));
  EXPECT_THAT(refusal(8, 7, "dragonfly", {"arrangement=absolut"}), HasSubstr("absolute"));
  EXPECT_THAT(refusal(8, 7, "dragonfly", {"q=5"}), HasSubstr("\"q\""));
  EXPECT_THROW((void)build_cluster(plain_cluster(8, 100000, "dragonfly", {"p=1", "a=90000", "h=1"})), LimitError);
}

TEST(DragonflyPlus, LeavesHaveEndpointsAndSpinesGlobalCables) {
  // Radix 8: 4 leaves and 4 spines a group, 16 ports a group; 5 groups of 80 ports. 16 global ports, 4 to each other group.
  const Topology topology = build_cluster(plain_cluster(80, 8, "dragonfly_plus", {}));
  const Counts counts = count_parts(topology);
  EXPECT_THAT(counts.switches_by_tier, testing::ElementsAre(testing::Pair("leaf", 20), testing::Pair("spine", 20)));
  EXPECT_EQ(counts.links, 5 * 16 + 5 * 16 / 2);
  const Wiring wiring = wiring_of(topology);
  EXPECT_EQ(wiring.pairs.size(), 10U);
  for (const auto& [pair, cables] : wiring.pairs) EXPECT_EQ(cables, 4);
  for (const auto& [name, cables] : wiring.of_switch) {
    EXPECT_EQ(cables, 4) << name;
    EXPECT_TRUE(name.starts_with("spine")) << name;
  }
  // Endpoint, leaf, spine, spine, leaf, endpoint.
  const std::optional<Hops> hops = measure_hops(topology);
  ASSERT_TRUE(hops.has_value());
  EXPECT_EQ(hops->diameter, 5);
  EXPECT_EQ(topology.device(topology.find_device("node16/gpu0")).pod, 1);
}

TEST(DragonflyPlus, RefusalsSayWhatWouldFit) {
  // Radix 4: groups of 2 x 2 endpoints, at most 5 of them.
  EXPECT_THAT(refusal(21, 4, "dragonfly_plus", {}), AllOf(HasSubstr("at most 5 groups"), HasSubstr("hold 20 ports")));
  EXPECT_THAT(refusal(8, 4, "dragonfly_plus", {"h=3"}), HasSubstr("h=2 or fewer leaves"));
  EXPECT_THAT(refusal(8, 4, "dragonfly_plus", {"leaves=4"}), HasSubstr("fewer leaves would fit"));
  EXPECT_THAT(refusal(8, 4, "dragonfly_plus", {"spines=3"}), HasSubstr("at most 1 fit"));
  EXPECT_THAT(refusal(8, 4, "dragonfly_plus", {"groups=1"}), HasSubstr("from 2 to 5"));
  EXPECT_THAT(refusal(8, 1, "dragonfly_plus", {}), HasSubstr("at least 2"));
}

}  // namespace
}  // namespace polyplane::topology
