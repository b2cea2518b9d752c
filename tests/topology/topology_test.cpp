#include "topology/topology.h"

#include "base/check.h"
#include "base/error.h"
#include "tests/topology/expect_error.h"

namespace polyplane::topology {
namespace {

using namespace literals;
using testing::ElementsAre;
using testing::HasSubstr;

Device card(std::string name, std::int32_t node) {
  Device device;
  device.name = std::move(name);
  device.node = node;
  return device;
}

Device a_switch(std::string name) {
  Device device;
  device.name = std::move(name);
  device.kind = DeviceKind::network_switch;
  device.forwards = true;
  return device;
}

TEST(Topology, RowsHoldLinksByAscendingIdAndParallelCablesStayApart) {
  TopologyBuilder builder("two");
  const DeviceId a = builder.add_device(card("a", 0));
  const DeviceId s = builder.add_device(a_switch("s"));
  const DeviceId b = builder.add_device(card("b", 1));
  const LinkId first = builder.add_cable(a, s, 100_Gbps, 5_ns, LinkKind::scale_out, "gpu-leaf", 0);
  builder.add_cable(s, b, 100_Gbps, 5_ns, LinkKind::scale_out, "gpu-leaf", 0);
  builder.add_cable(a, s, 50_Gbps, 6_ns, LinkKind::scale_out, "slow", 0);
  const LinkId lone = builder.add_link(b, a, 10_Gbps, 7_ns, LinkKind::scale_out, "slow", "shortcut");
  const Topology topology = std::move(builder).build();

  ASSERT_EQ(topology.links().size(), 7U);
  EXPECT_THAT(topology.out_links(a), ElementsAre(LinkId(0), LinkId(4)));
  EXPECT_THAT(topology.in_links(a), ElementsAre(LinkId(1), LinkId(5), LinkId(6)));
  EXPECT_THAT(topology.out_links(s), ElementsAre(LinkId(1), LinkId(2), LinkId(5)));
  EXPECT_THAT(topology.in_links(s), ElementsAre(LinkId(0), LinkId(3), LinkId(4)));
  EXPECT_THAT(topology.tier_names(), ElementsAre("gpu-leaf", "slow"));
  EXPECT_EQ(topology.link(first).reverse, LinkId(1));
  EXPECT_EQ(topology.link(LinkId(1)).reverse, first);
  EXPECT_EQ(topology.link(LinkId(1)).from, s);
  EXPECT_EQ(topology.link(LinkId(4)).nominal_rate, 50_Gbps);
  EXPECT_FALSE(topology.link(lone).reverse.valid());
  EXPECT_EQ(topology.link(lone).name, "shortcut");
  EXPECT_EQ(topology.num_planes(), 1);
  EXPECT_EQ(topology.num_nodes(), 2);
}

TEST(Topology, AcceleratorsStandInNodeOrderWhateverTheOrderOfAdding) {
  TopologyBuilder builder("order");
  const DeviceId late = builder.add_device(card("late", 1));
  builder.add_device(a_switch("s"));
  const DeviceId early = builder.add_device(card("early", 0));
  const DeviceId second = builder.add_device(card("second", 0));
  const Topology topology = std::move(builder).build();
  EXPECT_THAT(topology.accelerators(), ElementsAre(early, second, late));
  EXPECT_EQ(topology.num_planes(), 0);
}

TEST(Topology, DomainsAreComponentsOfScaleUpLinksThatAreUp) {
  TopologyBuilder builder("domains");
  std::vector<DeviceId> cards;
  for (int i = 0; i < 5; ++i) cards.push_back(builder.add_device(card("c" + std::to_string(i), 0)));
  const auto join = [&](int a, int b, LinkKind kind) {
    return builder.add_cable(cards[static_cast<std::size_t>(a)], cards[static_cast<std::size_t>(b)], 1_Gbps, 1_ns, kind,
                             "t");
  };
  join(0, 3, LinkKind::scale_up);
  const LinkId broken = join(1, 2, LinkKind::scale_up);
  join(1, 4, LinkKind::scale_out);
  const Topology healthy = std::move(builder).build();
  EXPECT_THAT(healthy.scaleup_domain(), ElementsAre(0, 1, 1, 0, 2));

  TopologyBuilder copy = TopologyBuilder::copy_of(healthy);
  copy.link(broken).up = false;
  copy.link(healthy.link(broken).reverse).up = false;
  const Topology cut = std::move(copy).build();
  EXPECT_THAT(cut.scaleup_domain(), ElementsAre(0, 1, 2, 0, 3));
  EXPECT_TRUE(healthy.link(broken).up) << "the copy must not touch the original";
}

TEST(Topology, FindsDevicesByName) {
  TopologyBuilder builder("names");
  builder.add_device(card("a", 0));
  const DeviceId b = builder.add_device(card("b", 0));
  const Topology topology = std::move(builder).build();
  EXPECT_EQ(topology.find_device("b"), b);
  EXPECT_FALSE(topology.find_device("c").valid());
  EXPECT_EQ(std::move(TopologyBuilder::copy_of(topology)).build().find_device("b"), b);
}

TEST(Topology, FindsEachOfManyDevicesAndNoneTwice) {
  TopologyBuilder builder("many");
  const auto name = [](int i) { return "device" + std::to_string(i); };
  for (int i = 0; i < 3000; ++i) builder.add_device(card(name(i), i));
  for (int i = 0; i < 3000; i += 7) EXPECT_THROW(builder.add_device(card(name(i), i)), InputError) << i;
  ASSERT_EQ(builder.num_devices(), 3000U) << "a device that was refused must leave no trace";
  const Topology topology = std::move(builder).build();
  for (int i = 0; i < 3000; ++i) ASSERT_EQ(topology.find_device(name(i)), DeviceId(static_cast<std::uint32_t>(i)));
  for (int i = 3000; i < 4000; ++i) ASSERT_FALSE(topology.find_device(name(i)).valid()) << i;
  EXPECT_FALSE(topology.find_device("").valid());
}

TEST(Topology, RoomForMoreOrFewerPartsThanComeChangesNothing) {
  TopologyBuilder builder("room");
  builder.reserve(1, 0);
  const DeviceId a = builder.add_device(card("a", 0));
  const DeviceId b = builder.add_device(card("b", 1));
  builder.add_cable(a, b, 1_Gbps, 1_ns, LinkKind::scale_out, "t");
  builder.reserve(100, 100);
  builder.add_cable(b, a, 2_Gbps, 1_ns, LinkKind::scale_out, "t");
  const Topology topology = std::move(builder).build();
  EXPECT_EQ(topology.links().size(), 4U);
  EXPECT_EQ(topology.find_device("a"), a);
  EXPECT_EQ(topology.find_device("b"), b);
}

TEST(Topology, RefusesANameThatExistsTwice) {
  TopologyBuilder builder("twice");
  builder.add_device(card("a\n", 0));
  EXPECT_THAT(message_of<InputError>([&] { builder.add_device(card("a\n", 1)); }), HasSubstr("exists twice"));
}

TEST(Topology, LinksOfAFailedDeviceAreDown) {
  TopologyBuilder builder("down");
  const DeviceId a = builder.add_device(card("a", 0));
  const DeviceId s = builder.add_device(a_switch("s"));
  const DeviceId b = builder.add_device(card("b", 1));
  builder.add_cable(a, s, 1_Gbps, 1_ns, LinkKind::scale_out, "t");
  builder.add_cable(b, a, 1_Gbps, 1_ns, LinkKind::scale_out, "t");
  builder.device(s).up = false;
  const Topology topology = std::move(builder).build();
  EXPECT_FALSE(topology.link(LinkId(0)).up);
  EXPECT_FALSE(topology.link(LinkId(1)).up);
  EXPECT_TRUE(topology.link(LinkId(2)).up);
}

TEST(Topology, BrokenBuildersAreBugs) {
  TopologyBuilder builder("bugs");
  const DeviceId a = builder.add_device(card("a", 0));
  const DeviceId b = builder.add_device(card("b", 0));
  EXPECT_THROW(builder.add_cable(a, DeviceId(7), 1_Gbps, 1_ns, LinkKind::scale_out, "t"), InternalError);
  EXPECT_THROW(builder.add_cable(a, a, 1_Gbps, 1_ns, LinkKind::scale_out, "t"), InternalError);
  builder.add_cable(a, b, BitRate(), 1_ns, LinkKind::scale_out, "t");
  EXPECT_THROW((void)std::move(builder).build(), InternalError);
}

}  // namespace
}  // namespace polyplane::topology
