// All routings on whole clusters as the generators build them.
#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "tests/topology/clusters.h"
#include "tests/topology/net.h"

namespace polyplane::topology {
namespace {

TEST(Clusters, DeepSeekPlanesHaveOneTrunkUpAndOneDownALeaf) {
  const Topology t = build_cluster(deepseek_v3());
  const auto router = make_router(t, {.name = "spray"});
  std::size_t merged = 0;
  for (std::uint32_t i = 0; i < router->trunks().size(); ++i) {
    const Trunk& trunk = router->trunks()[i];
    if (trunk.num_members == 1) continue;
    ++merged;
    // 32 cables of a leaf, 4 spines x 8: 32 x 400 Gbps = 12.8 Tbps.
    EXPECT_EQ(trunk.num_members, 32U);
    EXPECT_EQ(trunk.capacity, BitRate::from_bps(12'800'000'000'000));
    for (const TrunkMember& m : router->members(TrunkId(i))) EXPECT_EQ(m.share, 1.0 / 32);
  }
  EXPECT_EQ(merged, 8U * 8U * 2U);  // planes x leaves x directions
  std::set<std::int32_t> planes;
  for (const auto& [link, fraction] : router->links({t.accelerators()[0], t.accelerators()[2047], 0})) {
    if (t.link(link).kind == LinkKind::scale_out) planes.insert(t.link(link).plane);
  }
  EXPECT_EQ(planes, std::set<std::int32_t>{7});  // 2047 is on rail 7: over the peer on plane 7, nothing else
}

TEST(Clusters, ThreeTiersMergeByPod) {
  // 8 pods of 4 leaves and 4 spines, 16 cores. Up: a trunk a leaf (4 links), a trunk a pod (16 links); down the same.
  const Topology t = build_cluster(plain_cluster(128, 8, "fat_tree", {"tiers=3", "placement=packed"}));
  const auto router = make_router(t, {.name = "spray"});
  EXPECT_EQ(router->trunks().size(), 256U + 2U * 32U + 2U * 8U);
  Route route;
  router->route({t.accelerators()[0], t.accelerators()[127], 0}, route);
  ASSERT_EQ(route.hops.size(), 6U);
  for (const Hop& hop : route.hops) EXPECT_EQ(hop.weight, 1.0);
  EXPECT_EQ(router->trunks()[route.hops[2].trunk.index()].capacity, BitRate::from_bps(16 * 400'000'000'000));
}

TEST(Clusters, RoutesAreSoundWithAndWithoutFaults) {
  const std::vector<ClusterSpec> specs = {
      nvlink_cluster(8, "fat_tree", {"tiers=2", "placement=rail_optimised"}),
      nvlink_cluster(4, "fat_tree", {"tiers=2", "placement=packed"}, PlaneMode::per_nic),
      plain_cluster(32, 8, "fat_tree", {"tiers=3", "placement=packed"}),
  };
  for (std::size_t s = 0; s < specs.size(); ++s) {
    const Topology healthy = build_cluster(specs[s]);
    for (const std::uint64_t seed : {0ULL, 1ULL, 2ULL, 3ULL}) {
      SCOPED_TRACE("spec " + std::to_string(s) + " seed " + std::to_string(seed));
      TopologyBuilder builder = TopologyBuilder::copy_of(healthy);
      RandomStream random(seed, 0);
      for (std::uint64_t i = 0; i < 2 * seed; ++i) {  // seed 0: healthy
        const LinkId link(static_cast<std::uint32_t>(random.below(healthy.links().size())));
        if (healthy.link(link).kind != LinkKind::scale_out) continue;
        builder.link(link).up = false;
        builder.link(healthy.link(link).reverse).up = false;
      }
      const Topology t = std::move(builder).build();
      for (const auto* name : {"spray", "ecmp", "static"}) {
        const auto router = make_router(t, {.name = name});
        Route route;
        for (int pair = 0; pair < 200; ++pair) {
          const auto cards = t.accelerators();
          const DeviceId src = cards[random.below(cards.size())];
          const DeviceId dst = cards[random.below(cards.size())];
          if (src == dst) continue;
          try {
            router->route({src, dst, 0}, route);
          } catch (const InputError&) {
            EXPECT_GT(seed, 0U) << "a healthy pair is cut off";
            continue;
          }
          expect_sound_route(t, *router, {src, dst, static_cast<std::uint32_t>(pair)});
        }
      }
    }
  }
}

}  // namespace
}  // namespace polyplane::topology
