// Routes with an end at a switch, by hand.
#include "topology/switch_routes.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/topology/clusters.h"
#include "topology/cluster_spec.h"
#include "topology/faults.h"
#include "topology/router.h"

namespace polyplane::topology {
namespace {

using namespace polyplane::literals;

/// Four nodes of two cards with NVLink and a NIC each; switches of four ports: four leaves of two, two spines.
Topology small_tree(const std::vector<std::string>& faults = {}) {
  ClusterSpec spec;
  spec.name = "small-tree";
  spec.nodes = 4;
  spec.node.accelerators = 2;
  spec.node.scale_up.kind = "switched";
  spec.node.scale_up.rate = 100_GBps;
  spec.node.scale_up.latency = 300_ns;
  spec.node.nics = 2;
  spec.node.nic_rate = 50_GBps;
  spec.node.nic_latency = 500_ns;
  spec.fabric.generator = "fat_tree";
  spec.fabric.options = {"tiers=2"};
  spec.fabric.switch_radix = 4;
  spec.fabric.port_rate = 50_GBps;
  spec.fabric.switch_latency = 130_ns;
  spec.fabric.cable_latency = 100_ns;
  spec.fabric.access_cable_latency = 10_ns;
  const Topology healthy = build_cluster(spec);
  return apply_faults(healthy, faults, 0, nullptr);
}

double on(const std::vector<std::pair<LinkId, double>>& links, const Topology& topology, std::string_view from,
          std::string_view to) {
  double sum = 0;
  for (const auto& [link, fraction] : links) {
    const Link& l = topology.link(link);
    if (topology.device(l.from).name == from && topology.device(l.to).name == to) sum += fraction;
  }
  return sum;
}

class EveryRouting : public testing::TestWithParam<const char*> {
 protected:
  static Route route(const Topology& topology, std::string_view from, std::string_view to) {
    const auto router = make_router(topology, {GetParam(), "mix", 0});
    Route found;
    router->route({topology.find_device(from), topology.find_device(to)}, found);
    return found;
  }
};

// A card and its NVSwitch: one link, half of the 300 ns from card to card.
TEST_P(EveryRouting, CardToItsDomainSwitch) {
  const Topology topology = small_tree();
  for (const auto& [from, to] :
       {std::pair("node0/gpu1", "node0/nvswitch"), std::pair("node0/nvswitch", "node0/gpu1")}) {
    const Route found = route(topology, from, to);
    ASSERT_EQ(found.hops.size(), 1U);
    EXPECT_EQ(found.hops[0].weight, 1.0);
    EXPECT_EQ(found.latency, 150_ns);
    EXPECT_FALSE(found.scale_out);
    EXPECT_EQ(found.num_links, 1U);
  }
}

// Up: NIC, cable and switch, 500 + 10 + 130 ns; down: cable and NIC, 510 ns.
TEST_P(EveryRouting, CardToItsLeaf) {
  const Topology topology = small_tree();
  const Route up = route(topology, "node0/gpu0", "leaf0"), down = route(topology, "leaf0", "node0/gpu0");
  EXPECT_EQ(up.latency, 640_ns);
  EXPECT_EQ(down.latency, 510_ns);
  EXPECT_TRUE(up.scale_out);
  EXPECT_EQ(up.hops.size(), 1U);
}

// Either spine has half: by two links of weight a half, or, where they are one trunk of 100 GB/s, by that.
TEST_P(EveryRouting, LeafToItsSpinesIsStriped) {
  const Topology topology = small_tree();
  const auto router = make_router(topology, {GetParam(), "mix", 0});
  for (const char* spine : {"spine0", "spine1"}) {  // each stands for both
    const FlowKey key{topology.find_device("leaf1"), topology.find_device(spine)};
    const auto links = router->links(key);
    EXPECT_EQ(on(links, topology, "leaf1", "spine0"), 0.5);
    EXPECT_EQ(on(links, topology, "leaf1", "spine1"), 0.5);
    Route found;
    router->route(key, found);
    EXPECT_EQ(found.latency, 230_ns);
    double room = 0;  // bit/s that the route lets through
    for (const Hop& hop : found.hops) {
      const double rate = static_cast<double>(router->trunks()[hop.trunk.index()].capacity.bps()) / hop.weight;
      room = room == 0 ? rate : std::min(room, rate);
    }
    EXPECT_EQ(room, 800e9);
    EXPECT_EQ(router->latency_by_tier(key)[topology.link(links[0].first).tier], 230_ns);
  }
}

// A spine with any fault is left out of the stripe set, for all leaves.
TEST_P(EveryRouting, ADamagedSpineHasNoPart) {
  const Topology topology = small_tree({"link=leaf0.spine1"});
  const auto router = make_router(topology, {GetParam(), "mix", 0});
  const auto links = router->links({topology.find_device("spine0"), topology.find_device("leaf2")});
  EXPECT_EQ(on(links, topology, "spine0", "leaf2"), 1.0);
  EXPECT_EQ(on(links, topology, "spine1", "leaf2"), 0.0);
}

TEST_P(EveryRouting, WhatIsNotJoinedIsRefusedByName) {
  const Topology topology = small_tree();
  for (const auto& [from, to] : {std::pair("node0/gpu0", "spine0"), std::pair("leaf0", "leaf1"),
                                 std::pair("node1/gpu0", "node0/nvswitch"), std::pair("leaf0", "node0/nvswitch")}) {
    try {
      route(topology, from, to);
      FAIL() << from << " to " << to;
    } catch (const InputError& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find(from), std::string::npos) << text;
      EXPECT_NE(text.find(to), std::string::npos) << text;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Routings, EveryRouting, testing::Values("spray", "ecmp", "static", "valiant", "ugal"));

// Faults on both spines: none is whole.
TEST(SwitchRoutes, NoWholeSpineLeft) {
  const Topology topology = small_tree({"link=leaf0.spine1", "link=leaf3.spine0"});
  SwitchRoutes routes(topology);
  EXPECT_TRUE(routes.stripe_set(topology.find_device("spine0")).empty());
  EXPECT_TRUE(routes.links_between(topology.find_device("leaf1"), topology.find_device("spine0")).empty());
}

// Two cards on one NIC: over the host link, then the port.
TEST(SwitchRoutes, OverASharedNic) {
  ClusterSpec spec;
  spec.name = "shared-nic";
  spec.nodes = 2;
  spec.node.accelerators = 2;
  spec.node.nics = 1;
  spec.node.nic_rate = 50_GBps;
  spec.node.host_rate = 30_GBps;
  spec.node.host_latency = 200_ns;
  spec.fabric.generator = "single_switch";
  spec.fabric.switch_radix = 4;
  spec.fabric.port_rate = 50_GBps;
  spec.fabric.switch_latency = 100_ns;
  const Topology topology = build_cluster(spec);
  SwitchRoutes routes(topology);
  const auto up = routes.links_between(topology.find_device("node0/gpu1"), topology.find_device("leaf0"));
  ASSERT_EQ(up.size(), 2U);
  EXPECT_EQ(topology.link(up[0].first).kind, LinkKind::host);
  EXPECT_EQ(topology.link(up[1].first).kind, LinkKind::scale_out);
  EXPECT_EQ(up[0].second, 1.0);
  const auto down = routes.links_between(topology.find_device("leaf0"), topology.find_device("node0/gpu1"));
  ASSERT_EQ(down.size(), 2U);
  EXPECT_EQ(topology.link(down[1].first).kind, LinkKind::host);
}

}  // namespace
}  // namespace polyplane::topology
