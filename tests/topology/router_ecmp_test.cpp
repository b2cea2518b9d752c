#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/topology/expect_error.h"
#include "tests/topology/net.h"

namespace polyplane::topology {
namespace {

using testing::HasSubstr;

/// 4 ways up at the leaf, then 4 ways up at each of the aggregation switches: 16 paths between a and b.
Topology two_choices() {
  Net net;
  net.card("a", 0);
  net.card("b", 1);
  net.leaf("l0");
  net.leaf("l1");
  net.access("a", "l0");
  net.access("b", "l1");
  for (int m = 0; m < 4; ++m) {
    net.spine("x" + std::to_string(m));
    net.spine("y" + std::to_string(m));
    net.cable("l0", "x" + std::to_string(m));
    net.cable("l1", "y" + std::to_string(m));
    for (int c = 0; c < 4; ++c) {
      const std::string core = "c" + std::to_string(4 * m + c);
      net.device(core, DeviceKind::network_switch, 3, 0);
      net.cable("x" + std::to_string(m), core, "spine-core");
      net.cable("y" + std::to_string(m), core, "spine-core");
    }
  }
  return std::move(net).build();
}

std::map<std::string, int> paths(const RoutingSpec& spec, std::uint32_t flows) {
  const Topology t = two_choices();
  const auto router = make_router(t, spec);
  std::map<std::string, int> seen;
  for (std::uint32_t flow = 0; flow < flows; ++flow) ++seen[path_of(t, *router, "a", "b", flow)];
  return seen;
}

TEST(Ecmp, MixUsesAllPathsEvenly) {
  const auto seen = paths({.name = "ecmp"}, 16'000);
  ASSERT_EQ(seen.size(), 16U);
  for (const auto& [path, count] : seen) {
    EXPECT_NEAR(count, 1000, 160) << path;  // standard deviation 31
  }
}

TEST(Ecmp, UnsaltedHashesPolarise) {
  // The aggregation switch repeats the choice of the leaf: 4 of 16 paths, one a switch.
  EXPECT_EQ(paths({.name = "ecmp", .hash = "crc32"}, 4000).size(), 4U);
  EXPECT_EQ(paths({.name = "ecmp", .hash = "xor"}, 4000).size(), 4U);
}

TEST(Ecmp, TheChoiceOfPortDoesNotPolariseWithTheSwitches) {
  // Four planes of four spines: a card picks the plane by another hash than the leaf the spine, so all 16 are used.
  Net net;
  net.card("a", 0);
  net.card("b", 1);
  for (int p = 0; p < 4; ++p) {
    const std::string plane = "p" + std::to_string(p);
    net.leaf(plane + "a");
    net.leaf(plane + "b");
    net.access("a", plane + "a");
    net.access("b", plane + "b");
    for (int s = 0; s < 4; ++s) {
      net.spine(plane + "s" + std::to_string(s));
      net.cable(plane + "a", plane + "s" + std::to_string(s));
      net.cable(plane + "b", plane + "s" + std::to_string(s));
    }
  }
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "ecmp", .hash = "crc32"});
  std::set<std::string> seen;
  for (std::uint32_t flow = 0; flow < 1000; ++flow) seen.insert(path_of(t, *router, "a", "b", flow));
  EXPECT_EQ(seen.size(), 16U);
}

TEST(Ecmp, TheSeedChangesPathsAndNothingElseDoes) {
  const Topology t = two_choices();
  const auto one = make_router(t, {.name = "ecmp", .seed = 1});
  const auto same = make_router(t, {.name = "ecmp", .seed = 1});
  const auto other = make_router(t, {.name = "ecmp", .seed = 2});
  int differ = 0;
  for (std::uint32_t flow = 0; flow < 100; ++flow) {
    EXPECT_EQ(path_of(t, *one, "a", "b", flow), path_of(t, *same, "a", "b", flow));
    differ += path_of(t, *one, "a", "b", flow) != path_of(t, *other, "a", "b", flow) ? 1 : 0;
  }
  EXPECT_GT(differ, 80);  // 15 of 16 expected
  expect_sound_routes(t, *one);
}

TEST(Ecmp, ParallelLinksCountApart) {
  Net net;
  net.card("a", 0);
  net.card("b", 1);
  net.leaf("l0");
  net.leaf("l1");
  net.access("a", "l0");
  net.access("b", "l1");
  for (int i = 0; i < 3; ++i) net.cable("l0", "l1");
  const Topology t = std::move(net).build();
  const auto router = make_router(t, {.name = "ecmp"});
  std::set<LinkId> used;
  for (std::uint32_t flow = 0; flow < 64; ++flow) used.insert(router->links(key_of(t, "a", "b", flow))[1].first);
  EXPECT_EQ(used.size(), 3U);
}

TEST(Ecmp, EveryLinkIsItsOwnTrunk) {
  const Topology t = two_choices();
  const auto router = make_router(t, {.name = "ecmp"});
  ASSERT_EQ(router->trunks().size(), t.links().size());
  for (std::uint32_t l = 0; l < t.links().size(); ++l) {
    EXPECT_EQ(router->trunks()[l].capacity, t.links()[l].rate);
    ASSERT_EQ(router->members(TrunkId(l)).size(), 1U);
    EXPECT_EQ(router->members(TrunkId(l))[0].link, LinkId(l));
  }
}

TEST(Ecmp, Crc32IsTheStandardOne) {
  // Key bytes 00000001 00000002 00000003 and seed 0: CRC-32 (IEEE 802.3) as zlib.crc32 gives it.
  EXPECT_EQ(flow_hashes().at("crc32")({DeviceId(1), DeviceId(2), 3}, DeviceId(9), 0), 0x8f67d0f6U);
}

TEST(Ecmp, WrongNamesAreRefused) {
  const Topology t = two_choices();
  EXPECT_THAT(message_of<InputError>([&] { (void)make_router(t, {.name = "emcp"}); }), HasSubstr("ecmp"));
  EXPECT_THAT(message_of<InputError>([&] { (void)make_router(t, {.name = "ecmp", .hash = "crc23"}); }),
              HasSubstr("crc32"));
}

}  // namespace
}  // namespace polyplane::topology
