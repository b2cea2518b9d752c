#include "topology/alike_components.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/topology/clusters.h"
#include "tests/topology/net.h"
#include "topology/faults.h"

namespace polyplane::topology {
namespace {

using testing::Each;
using testing::ElementsAre;

std::vector<std::uint32_t> first_alike_of(const Topology& topology) {
  return first_alike(topology, TransitGraph(topology, Layer::scale_out));
}

Topology planes() { return build_cluster(nvlink_cluster(64, "fat_tree", {"tiers=2"}, PlaneMode::per_nic)); }

TEST(AlikeComponents, PlanesAreAlikeButForTheFaultyOne) {
  const Topology healthy = planes();
  EXPECT_THAT(first_alike_of(healthy), ElementsAre(0, 0, 0, 0, 0, 0, 0, 0));
  // Planes 2 and 5 lose a cable each, at other places.
  const Topology faulty =
      apply_faults(healthy, {"link=plane2/leaf0.plane2/spine0#0", "link=plane5/leaf1.plane5/spine0#7"}, 0);
  EXPECT_THAT(first_alike_of(faulty), ElementsAre(0, 0, 2, 0, 0, 5, 0, 0));
  // A rate is no shape.
  EXPECT_THAT(first_alike_of(apply_faults(healthy, {"link=plane2/leaf0.plane2/spine0 at 50%"}, 0)), Each(0));
}

TEST(AlikeComponents, APlaneThatFewerCardsReachIsNotAlike) {
  Net net;
  for (const char* p : {"a", "b"}) {
    for (int i = 0; i < 2; ++i) net.leaf(p + std::to_string(i));
    net.cable(p + std::string("0"), p + std::string("1"));
  }
  for (int i = 0; i < 3; ++i) net.card("g" + std::to_string(i), i);
  net.access("g0", "a0");
  net.access("g1", "a1");
  net.access("g2", "b0");
  EXPECT_THAT(first_alike_of(std::move(net).build()), ElementsAre(0, 1));
}

TEST(AlikeComponents, TiersAndTheOrderOfLinksCount) {
  for (const bool other_tier : {false, true}) {
    Net net;
    for (const char* p : {"a", "b", "c"}) {
      for (int i = 0; i < 3; ++i) net.flat(p + std::to_string(i));
    }
    net.cable("a0", "a1", "wire");
    net.cable("a1", "a2", "wire");
    net.cable("b0", "b1", "wire");
    net.cable("b1", "b2", other_tier ? "other" : "wire");
    net.cable("c1", "c2", "wire");  // the other way round
    net.cable("c0", "c1", "wire");
    const Topology topology = std::move(net).build();
    EXPECT_THAT(first_alike_of(topology), ElementsAre(0, other_tier ? 1 : 0, 2));
  }
}

/// What the trunks carry, unfolded over their members, is what the links carry.
void expect_trunks_unfold(const Topology& topology, std::size_t step) {
  const auto router = make_router(topology, {.name = "spray"});
  for (std::uint32_t t = 0; t < router->trunks().size(); ++t) {
    const auto members = router->members(TrunkId(t));
    for (const TrunkMember& m : members) {
      ASSERT_EQ(topology.link(m.link).plane, topology.link(members[0].link).plane) << "a trunk spans planes";
    }
  }
  const auto cards = topology.accelerators();
  Route route;
  for (std::size_t i = 0; i < cards.size(); i += step) {
    for (std::size_t j = 0; j < cards.size(); j += step) {
      if (i == j) continue;
      router->route({cards[i], cards[j]}, route);
      std::map<LinkId, double> unfolded;
      for (const Hop& hop : route.hops) {
        for (const TrunkMember& m : router->members(hop.trunk)) unfolded[m.link] += hop.weight * m.share;
      }
      const auto links = router->links({cards[i], cards[j]});
      ASSERT_EQ(unfolded.size(), links.size());
      for (const auto& [link, weight] : links) EXPECT_NEAR(unfolded.at(link), weight, 1e-12);
    }
  }
}

TEST(AlikeComponents, TrunksOfCopiesCarryWhatTheirLinksCarry) {
  expect_trunks_unfold(planes(), 37);
  expect_trunks_unfold(
      apply_faults(planes(), {"link=plane2/leaf0.plane2/spine0#0", "link=plane5/leaf1.plane5/spine0#7"}, 0), 37);
}

TEST(AlikeComponents, EqualPlanesHaveEqualTrunks) {
  const auto router = make_router(planes(), {.name = "spray"});
  std::map<std::pair<std::uint32_t, std::int64_t>, int> kinds;  // members, capacity
  for (const Trunk& trunk : router->trunks()) {
    if (trunk.num_members > 1) ++kinds[{trunk.num_members, trunk.capacity.bps()}];
  }
  // Each of 8 planes: 64 ports on 2 leaves under one spine, 32 cables from each leaf up and 32 down.
  EXPECT_THAT(kinds, ElementsAre(testing::Pair(std::pair(32U, 32 * 400'000'000'000), 8 * 2 * 2)));
}

}  // namespace
}  // namespace polyplane::topology
