#include "topology/automorphism.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "base/random.h"
#include "tests/topology/clusters.h"
#include "tests/topology/net.h"
#include "topology/faults.h"

namespace polyplane::topology {
namespace {

std::vector<DeviceId> cards_of(const Topology& topology) {
  return {topology.accelerators().begin(), topology.accelerators().end()};
}

std::vector<DeviceId> rotated(std::vector<DeviceId> cards, std::size_t by) {
  std::rotate(cards.begin(), cards.begin() + static_cast<std::ptrdiff_t>(by), cards.end());
  return cards;
}

/// "" when the map is what the header promises, else what is wrong with it.
std::string defect(const Topology& topology, const Automorphism& map) {
  const auto device = [](const Device& d) { return std::tuple(d.kind, d.plane, d.rail, d.tier, d.forwards, d.up); };
  const auto link = [](const Link& l) {
    return std::tuple(l.rate.bps(), l.nominal_rate.bps(), l.latency.ps(), l.kind, l.tier, l.plane, l.up);
  };
  std::set<DeviceId> devices;
  for (std::uint32_t d = 0; d < topology.devices().size(); ++d) {
    if (!devices.insert(map.device[d]).second) return "two devices go to " + topology.device(map.device[d]).name;
    if (device(topology.device(DeviceId(d))) != device(topology.device(map.device[d]))) {
      return topology.device(DeviceId(d)).name + " goes to an unlike device";
    }
  }
  std::set<LinkId> links;
  for (std::uint32_t l = 0; l < topology.links().size(); ++l) {
    const Link &from = topology.link(LinkId(l)), &to = topology.link(map.link[l]);
    if (!links.insert(map.link[l]).second) return "two links go to " + std::to_string(map.link[l].index());
    const bool ends = map.device[from.from.index()] == to.from && map.device[from.to.index()] == to.to;
    if (!ends || link(from) != link(to)) return "link " + std::to_string(l) + " goes astray";
  }
  return "";
}

/// Whether there is one, checked.
bool found(const Topology& topology, const std::vector<DeviceId>& cards, const std::vector<DeviceId>& images) {
  AutomorphismFinder finder(topology, cards);
  const std::optional<Automorphism> map = finder.find(images);
  if (!map) return false;
  EXPECT_EQ(defect(topology, *map), "");
  for (std::size_t i = 0; i < cards.size(); ++i) EXPECT_EQ(map->device[cards[i].index()], images[i]);
  return true;
}

// 128 nodes of 8 cards, 8 planes of 4 leaves (32 nodes each) and spines.
TEST(Automorphism, CardsMoveByNodesInALeafAndByWholeLeaves) {
  const Topology topology =
      build_cluster(nvlink_cluster(128, "fat_tree", {"tiers=2", "placement=rail_optimised"}, PlaneMode::per_nic));
  const std::vector<DeviceId> cards = cards_of(topology);
  EXPECT_TRUE(found(topology, cards, cards));
  for (const std::size_t by : {1U, 4U, 8U, 128U, 255U, 257U, 264U})
    EXPECT_FALSE(found(topology, cards, rotated(cards, by)));
  for (const std::size_t by : {256U, 512U, 768U}) EXPECT_TRUE(found(topology, cards, rotated(cards, by)));
  // Nodes of one leaf in any order, others in their places.
  std::vector<DeviceId> turned = cards;
  std::rotate(turned.begin(), turned.begin() + 24, turned.begin() + 256);
  EXPECT_TRUE(found(topology, cards, turned));
}

// Cards that no image is given for move with the others, or stay.
TEST(Automorphism, CardsThatAreNotGivenFollow) {
  const Topology topology =
      build_cluster(nvlink_cluster(128, "fat_tree", {"tiers=2", "placement=rail_optimised"}, PlaneMode::per_nic));
  const std::vector<DeviceId> all = cards_of(topology);
  const std::vector<DeviceId> two_leaves(all.begin(), all.begin() + 512);
  EXPECT_TRUE(found(topology, two_leaves, rotated(two_leaves, 256)));
  // Every other node of two leaves: the nodes between are free and all alike.
  std::vector<DeviceId> every_other;
  for (std::size_t i = 0; i < 512; ++i) {
    if (i / 8 % 2 == 0) every_other.push_back(all[i]);
  }
  EXPECT_TRUE(found(topology, every_other, rotated(every_other, 128)));
  EXPECT_FALSE(found(topology, every_other, rotated(every_other, 64)));
  // One card of each node.
  std::vector<DeviceId> first_cards;
  for (std::size_t i = 0; i < 1024; i += 8) first_cards.push_back(all[i]);
  EXPECT_TRUE(found(topology, first_cards, rotated(first_cards, 32)));
}

// 3 tiers: 128 plain cards on switches of 8 ports: pods of 4 leaves of 4 cards.
TEST(Automorphism, PodsOfAThreeTierTree) {
  const Topology topology = build_cluster(plain_cluster(128, 8, "fat_tree", {"tiers=3"}));
  const std::vector<DeviceId> cards = cards_of(topology);
  for (const std::size_t by : {1U, 4U, 8U}) EXPECT_FALSE(found(topology, cards, rotated(cards, by)));
  for (const std::size_t by : {16U, 32U, 64U}) EXPECT_TRUE(found(topology, cards, rotated(cards, by)));
  const auto exchanged = [&](std::size_t by) {
    std::vector<DeviceId> images;
    for (std::size_t i = 0; i < cards.size(); ++i) images.push_back(cards[i ^ by]);
    return images;
  };
  for (std::size_t by = 1; by < 128; by *= 2) EXPECT_TRUE(found(topology, cards, exchanged(by))) << by;
}

TEST(Automorphism, FaultsLeaveWhatIsEven) {
  const Topology whole =
      build_cluster(nvlink_cluster(128, "fat_tree", {"tiers=2", "placement=rail_optimised"}, PlaneMode::per_nic));
  const auto after = [&](const std::vector<std::string>& faults, std::size_t by) {
    const Topology topology = apply_faults(whole, faults, 1);
    const std::vector<DeviceId> cards = cards_of(topology);
    return found(topology, cards, rotated(cards, by));
  };
  EXPECT_TRUE(after({"plane=3"}, 256));
  EXPECT_TRUE(after({"switch=plane2/spine1"}, 256));
  EXPECT_FALSE(after({"switch=plane2/leaf1"}, 256));
  EXPECT_FALSE(after({"1 of leaf-spine"}, 512));
}

// Two cards behind two switches each; which of two parallel cables is the slow one decides nothing, that there is one does.
TEST(Automorphism, ParallelLinksAreMatchedByWhatTheyAre) {
  const auto net = [](std::int64_t second_of_b) {
    Net n;
    for (const char* card : {"a", "b"}) n.card(card, 0);
    for (const char* leaf : {"x", "y", "s"}) n.flat(leaf);
    n.access("a", "x");
    n.access("b", "y");
    n.cable("x", "s", "up", LinkKind::scale_out, 100);
    n.cable("x", "s", "up", LinkKind::scale_out, 400);
    n.cable("y", "s", "up", LinkKind::scale_out, 400);
    n.cable("y", "s", "up", LinkKind::scale_out, second_of_b);
    return std::move(n).build();
  };
  const Topology even = net(100), uneven = net(200);
  EXPECT_TRUE(found(even, cards_of(even), rotated(cards_of(even), 1)));
  EXPECT_FALSE(found(uneven, cards_of(uneven), rotated(cards_of(uneven), 1)));
}

// A ring of one-way links turns, but does not mirror.
TEST(Automorphism, OneWayLinksHaveADirection) {
  Net n;
  for (const char* card : {"a", "b", "c", "d"}) n.card(card, 0, 0, true);
  for (const auto& [from, to] : {std::pair("a", "b"), std::pair("b", "c"), std::pair("c", "d"), std::pair("d", "a")}) {
    n.builder().add_link(n.id(from), n.id(to), BitRate::from_bps(1'000'000'000), Duration::from_ps(1),
                         LinkKind::scale_out, "ring", std::string(from) + to);
  }
  const Topology topology = std::move(n).build();
  const std::vector<DeviceId> cards = cards_of(topology);
  for (std::size_t by = 0; by < 4; ++by) EXPECT_TRUE(found(topology, cards, rotated(cards, by)));
  EXPECT_FALSE(found(topology, cards, {cards[0], cards[3], cards[2], cards[1]}));
}

TEST(Automorphism, DevicesMustBeAlike) {
  const auto pair_on_rails = [](std::int32_t second) {
    Net n;
    n.card("a", 0, 0);
    n.card("b", 1, second);
    n.leaf("x");
    n.access("a", "x");
    n.access("b", "x");
    return std::move(n).build();
  };
  const Topology alike = pair_on_rails(0), unlike = pair_on_rails(1);
  EXPECT_TRUE(found(alike, cards_of(alike), rotated(cards_of(alike), 1)));
  EXPECT_FALSE(found(unlike, cards_of(unlike), rotated(cards_of(unlike), 1)));
}

// Random graphs of 6 cards and 4 switches, against trying all ways to place the switches. With the cards given, what is
// found is one; what is missed is none where all switches can be told apart from the cards (here by a cable to each of a
// set of cards that no other switch has).
TEST(Automorphism, RandomGraphsAgainstAllPermutations) {
  int some = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    RandomStream random(seed, 0);
    Net n;
    for (int c = 0; c < 6; ++c) n.card("c" + std::to_string(c), c);
    for (int s = 0; s < 4; ++s) n.flat("s" + std::to_string(s));
    std::set<std::uint64_t> sets;
    for (int s = 0; s < 4; ++s) {
      std::uint64_t cards = 1 + random.below(63);
      while (!sets.insert(cards).second) cards = 1 + random.below(63);
      for (int c = 0; c < 6; ++c) {
        if ((cards >> c & 1U) != 0) n.access("c" + std::to_string(c), "s" + std::to_string(s));
      }
      for (int t = 0; t < s; ++t) {
        if (random.below(2) == 0) n.cable("s" + std::to_string(s), "s" + std::to_string(t));
      }
    }
    const Topology topology = std::move(n).build();
    const std::vector<DeviceId> cards = cards_of(topology);
    std::vector<DeviceId> images = cards;
    if (seed % 2 == 0) {
      std::swap(images[random.below(6)], images[random.below(6)]);
    } else {
      images = rotated(images, 1 + random.below(5));
    }
    // The slow way: all 24 placements of the switches.
    std::vector<std::uint32_t> places = {6, 7, 8, 9};
    bool any = false;
    do {
      std::multiset<std::pair<std::uint32_t, std::uint32_t>> wanted, there;
      const auto image = [&](DeviceId d) { return d.index() < 6 ? images[d.index()].index() : places[d.index() - 6]; };
      for (const Link& link : topology.links()) {
        wanted.emplace(image(link.from), image(link.to));
        there.emplace(link.from.index(), link.to.index());
      }
      any = any || wanted == there;
    } while (std::next_permutation(places.begin(), places.end()));
    EXPECT_EQ(found(topology, cards, images), any) << "seed " << seed;
    some += any ? 1 : 0;
  }
  EXPECT_GT(some, 20);
}

}  // namespace
}  // namespace polyplane::topology
