#include "topology/deadlock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/topology/clusters.h"
#include "tests/topology/expect_error.h"
#include "tests/topology/net.h"

namespace polyplane::topology {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

/// A ring of `n` switches with a card on every `step`-th.
Net ring(int n, int step = 1) {
  Net net("ring");
  for (int i = 0; i < n; ++i) {
    net.flat("x" + std::to_string(i));
    if (i % step != 0) continue;
    net.card("g" + std::to_string(i), i);
    net.access("g" + std::to_string(i), "x" + std::to_string(i));
  }
  for (int i = 0; i < n; ++i) net.cable("x" + std::to_string(i), "x" + std::to_string((i + 1) % n));
  return net;
}

TEST(ChannelDependencies, FindsTheRingAndNothingElse) {
  const Topology t = ring(3).build();
  // Cables after 6 access links: x0-x1 = 6/7, x1-x2 = 8/9, x2-x0 = 10/11; even ids turn one way round.
  ChannelDependencies dependencies(t);
  dependencies.add(LinkId(6), LinkId(8));
  dependencies.add(LinkId(8), LinkId(10));
  dependencies.add(LinkId(7), LinkId(11));
  EXPECT_THAT(dependencies.cycle(), IsEmpty());
  dependencies.add(LinkId(10), LinkId(6));
  EXPECT_THAT(dependencies.cycle(), ElementsAre(LinkId(6), LinkId(8), LinkId(10)));
  EXPECT_EQ(describe_cycle(t, dependencies.cycle()),
            "x0 -> x1 waits for x1 -> x2 waits for x2 -> x0 waits for x0 -> x1");
}

TEST(ChannelDependencies, APlantedTurnUpAtALeafClosesARing) {
  // Two leaves, two spines. Up-down: l0-s0-l1, l1-s1-l0. A turn down-up at l1 and one at l0 close a ring of four.
  Net net;
  for (const auto* leaf : {"l0", "l1"}) net.leaf(leaf);
  for (const auto* spine : {"s0", "s1"}) net.spine(spine);
  const LinkId l0s0 = net.cable("l0", "s0"), l0s1 = net.cable("l0", "s1");
  const LinkId l1s0 = net.cable("l1", "s0"), l1s1 = net.cable("l1", "s1");
  const Topology t = std::move(net).build();
  const auto back = [&](LinkId l) { return t.link(l).reverse; };
  ChannelDependencies dependencies(t);
  dependencies.add(l0s0, back(l1s0));
  dependencies.add(l1s1, back(l0s1));
  dependencies.add(back(l1s0), l1s1);
  EXPECT_THAT(dependencies.cycle(), IsEmpty());
  dependencies.add(back(l0s1), l0s0);
  EXPECT_EQ(dependencies.cycle().size(), 4U);
  EXPECT_THAT(describe_cycle(t, dependencies.cycle()), HasSubstr("s0 -> l1 waits for l1 -> s1"));
}

TEST(ChannelDependencies, ASecondChannelOpensTheRing) {
  // The dateline: who passes x2 -> x0 is on channel 1 from there on.
  const Topology t = ring(3).build();
  ChannelDependencies dependencies(t, 2);
  dependencies.add(LinkId(6), LinkId(8));
  dependencies.add(LinkId(8), LinkId(10));
  dependencies.add(LinkId(10), LinkId(6), 0, 1);
  EXPECT_THAT(dependencies.cycle(), IsEmpty());
  dependencies.add(LinkId(6), LinkId(8), 1, 0);
  EXPECT_THAT(dependencies.cycle(), ElementsAre(LinkId(6), LinkId(8), LinkId(10)));
  EXPECT_THROW(dependencies.add(LinkId(6), LinkId(8), 2, 0), InternalError);
}

TEST(ChannelDependencies, LinksThatDoNotMeetAreABug) {
  const Topology t = ring(4).build();
  ChannelDependencies dependencies(t);
  EXPECT_THROW(dependencies.add(LinkId(8), LinkId(12)), InternalError);
}

TEST(Deadlock, LongRingsOfSwitchesAreRefusedWhenLosslessWithOneChannel) {
  // Of 5 switches, shortest paths have two hops and turn both ways: x0-x1-x2, x1-x2-x3, ... wait for each other.
  for (const auto* name : {"ecmp", "spray"}) {
    Net net = ring(5);
    net.builder().set_lossless(true);
    net.builder().set_virtual_channels(1);
    const Topology t = std::move(net).build();
    const std::string message = message_of<InputError>([&] { (void)make_router(t, {.name = name}); });
    EXPECT_THAT(message, HasSubstr("can deadlock on the lossless fabric of \"ring\""));
    EXPECT_THAT(message, HasSubstr("x0 -> x1 waits for x1 -> x2"));
    EXPECT_THAT(message, HasSubstr("2 virtual channels a link would do"));
    EXPECT_THAT(message, HasSubstr("and there is 1; set virtual_channels"));
  }
  const Topology lossy = ring(5).build();
  EXPECT_NO_THROW((void)make_router(lossy, {.name = "ecmp"}));
}

TEST(Deadlock, ATriangleIsFree) {
  // Every pair is one hop apart: no switch passes anything on.
  Net net = ring(3);
  net.builder().set_lossless(true);
  net.builder().set_virtual_channels(1);
  const Topology t = std::move(net).build();
  EXPECT_NO_THROW((void)make_router(t, {.name = "spray"}));
}

TEST(Deadlock, OnlyRoutesThatExistCount) {
  // Cards on x0, x3 and x6 of a ring of 8: routes end there, so no link into x0, x3 or x6 is ever waited for by the next
  // one. Routes from every switch would close the ring: towards x0 over x5, x6, x7, towards x3 over x0, x1, x2, ...
  Net net = ring(8, 3);
  net.builder().set_lossless(true);
  net.builder().set_virtual_channels(1);
  const Topology t = std::move(net).build();
  EXPECT_NO_THROW((void)make_router(t, {.name = "spray"}));
}

TEST(Deadlock, StaticTablesMayBeFreeWhereHashingIsNot) {
  // Ring of 4: opposite switches have two ways. Hashing uses both for all pairs, which closes both rings. Static tables
  // take the first way for even exits and the second for odd ones (here: the lower or the higher neighbour).
  Net net = ring(4);
  net.builder().set_lossless(true);
  net.builder().set_virtual_channels(1);
  const Topology t = std::move(net).build();
  EXPECT_THROW((void)make_router(t, {.name = "ecmp"}), InputError);
  // Exits 0..3 on x0..x3. To 0 from x2: neighbours x1, x3; 0 mod 2 = 0 takes x1. To 2 from x0: x1. To 1 from x3:
  // neighbours x0, x2, 1 mod 2 = 1 takes x2. To 3 from x1: x2. Turns: 2-1-0, 0-1-2, 3-2-1, 1-2-3: none at x0 and x3.
  const auto router = make_router(t, {.name = "static"});
  EXPECT_EQ(path_of(t, *router, "g2", "g0"), "g2 x2 x1 x0 g0");
  EXPECT_EQ(path_of(t, *router, "g3", "g1"), "g3 x3 x2 x1 g1");
}

TEST(Deadlock, TreesAreFreeWhateverFails) {
  Net net;
  for (int l = 0; l < 4; ++l) {
    net.leaf("l" + std::to_string(l));
    net.card("g" + std::to_string(l), l);
    net.access("g" + std::to_string(l), "l" + std::to_string(l));
  }
  for (int s = 0; s < 4; ++s) net.spine("s" + std::to_string(s));
  for (int l = 0; l < 4; ++l) {
    for (int s = 0; s < 4; ++s) {
      const LinkId cable = net.cable("l" + std::to_string(l), "s" + std::to_string(s));
      if (s != l && s != (l + 1) % 4) net.cut(cable);  // a ring of leaves and spines
    }
  }
  net.builder().set_lossless(true);
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "spray"});
  // All dependencies of all routes that exist, from the routes themselves: l0 to l2 would have to turn up at a leaf.
  ChannelDependencies dependencies(t);
  int routed = 0;
  for (const DeviceId src : t.accelerators()) {
    for (const DeviceId dst : t.accelerators()) {
      if (src == dst) continue;
      try {
        const auto links = router->links({src, dst, 0});
        ++routed;
        for (std::size_t i = 1; i < links.size(); ++i) dependencies.add(links[i - 1].first, links[i].first);
      } catch (const InputError&) {}
    }
  }
  EXPECT_EQ(routed, 8);  // each leaf meets its two neighbours in the ring
  EXPECT_THAT(dependencies.cycle(), IsEmpty());
}

TEST(Deadlock, CardsThatForwardCountWhateverTheFabric) {
  for (const std::uint32_t channels : {1U, 2U}) {
    Net net;
    for (int i = 0; i < 5; ++i) net.card("g" + std::to_string(i), 0, i, true);
    for (int i = 0; i < 5; ++i) net.nvlink("g" + std::to_string(i), "g" + std::to_string((i + 1) % 5));
    net.builder().set_virtual_channels(channels);  // scale-up links never drop, be the fabric lossy or not there
    const Topology t = std::move(net).build();
    if (channels == 2) {
      EXPECT_NO_THROW((void)make_router(t, {.name = "ecmp"}));
      continue;
    }
    const std::string message = message_of<InputError>([&] { (void)make_router(t, {.name = "ecmp"}); });
    EXPECT_THAT(message, HasSubstr("can deadlock on the scale-up links, which never drop, of \"net\""));
    EXPECT_THAT(message, HasSubstr("g0 -> g1 waits for g1 -> g2"));
  }
}

TEST(Deadlock, LosslessClustersPass) {
  ClusterSpec spec = deepseek_v3();
  spec.fabric.lossless = true;
  const Topology t = build_cluster(spec);
  for (const auto* name : {"spray", "ecmp", "static"}) EXPECT_NO_THROW((void)make_router(t, {.name = name}));
}

}  // namespace
}  // namespace polyplane::topology
