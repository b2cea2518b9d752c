#include "sim/view/fabric_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "sim/view/columns.h"
#include "sim/view/name_table.h"
#include "tests/topology/clusters.h"
#include "topology/faults.h"
#include "topology/topology.h"

namespace polyplane::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using topology::Topology;

v1::FabricView view_of(const Topology& topology) {
  v1::FabricView view;
  write_fabric(topology, view);
  return view;
}

/// Every device and link of the graph against what a reader of the view has.
void expect_same(const Topology& topology, const v1::FabricView& view) {
  const v1::DeviceTable& devices = view.devices();
  ASSERT_EQ(devices.count(), topology.devices().size());
  const std::size_t count = devices.count();
  const std::vector<std::string> names = read_names(devices.names());
  const auto node = read_delta(devices.node_delta(), count), plane = read_delta(devices.plane_delta(), count);
  const auto pod = read_delta(devices.pod_delta(), count), rail = read_delta(devices.rail_delta(), count);
  const auto tier = read_delta(devices.tier_delta(), count), domain = read_delta(devices.domain_delta(), count);
  const auto part = read_delta(devices.part_delta(), count);
  for (std::size_t i = 0; i < count; ++i) {
    const topology::Device& device = topology.devices()[i];
    EXPECT_EQ(names[i], device.name);
    EXPECT_EQ(devices.kind(static_cast<int>(i)), static_cast<int>(device.kind));
    EXPECT_EQ(node[i], device.node);
    EXPECT_EQ(plane[i], device.plane);
    EXPECT_EQ(pod[i], device.pod);
    EXPECT_EQ(rail[i], device.rail);
    EXPECT_EQ(tier[i], device.tier);
    EXPECT_EQ(part[i] < 0 ? "" : devices.parts(part[i]), device.part);
    EXPECT_EQ(std::ranges::count(devices.down(), i), device.up ? 0 : 1);
  }
  for (std::size_t i = 0; i < topology.accelerators().size(); ++i) {
    EXPECT_EQ(domain[topology.accelerators()[i].index()], topology.scaleup_domain()[i]);
  }
  const v1::LinkTable& links = view.links();
  ASSERT_EQ(links.count(), topology.links().size());
  const LinkEnds ends = read_link_ends(links);
  for (std::size_t i = 0; i < links.count(); ++i) {
    const topology::Link& link = topology.links()[i];
    EXPECT_EQ(static_cast<std::uint32_t>(ends.from[i]), link.from.index());
    EXPECT_EQ(static_cast<std::uint32_t>(ends.to[i]), link.to.index());
    const v1::LinkClass& one = links.classes(static_cast<int>(links.class_(static_cast<int>(i))));
    EXPECT_EQ(one.tier(), link.tier);
    EXPECT_EQ(one.plane(), link.plane);
    EXPECT_EQ(one.kind(), static_cast<int>(link.kind));
    EXPECT_EQ(one.rate_bps(), static_cast<double>(link.rate.bps()));
    EXPECT_EQ(one.nominal_rate_bps(), static_cast<double>(link.nominal_rate.bps()));
    EXPECT_EQ(one.latency_ps(), static_cast<double>(link.latency.ps()));
    EXPECT_EQ(std::ranges::count(links.down(), i), link.up ? 0 : 1);
  }
}

TEST(FabricView, IsTheGraph) {
  const Topology planes = build_cluster(
      topology::nvlink_cluster(4, "fat_tree", {"tiers=2", "placement=rail_optimised"}, topology::PlaneMode::per_nic));
  expect_same(planes, view_of(planes));
  EXPECT_EQ(view_of(planes).planes(), 8U);
  EXPECT_EQ(view_of(planes).nodes(), 4U);
  const Topology pods = build_cluster(topology::plain_cluster(32, 8, "fat_tree", {"tiers=3"}));
  expect_same(pods, view_of(pods));
}

TEST(FabricView, ShowsFaults) {
  const Topology whole = build_cluster(topology::plain_cluster(16, 8, "fat_tree", {"tiers=2"}));
  const Topology faulty = topology::apply_faults(whole, {"device=spine0", "link=leaf0.spine1 at 50%"}, 0, nullptr);
  const v1::FabricView view = view_of(faulty);
  expect_same(faulty, view);
  EXPECT_THAT(view.devices().down(), SizeIs(1));
  EXPECT_GT(view.links().down_size(), 0);
  EXPECT_TRUE(std::ranges::any_of(
      view.links().classes(), [](const v1::LinkClass& one) { return one.rate_bps() == one.nominal_rate_bps() / 2; }));
}

TEST(FabricView, LinksThatLeadOneWay) {
  topology::TopologyBuilder builder("user");
  const DeviceId a = builder.add_device({.name = "a"}), b = builder.add_device({.name = "b"});
  const DeviceId c = builder.add_device({.name = "c"});
  const BitRate rate = BitRate::from_bps(8'000'000'000);
  const Duration latency = Duration::from_ps(1000);
  const auto kind = topology::LinkKind::scale_out;
  static_cast<void>(builder.add_link(a, b, rate, latency, kind, "link", "ab"));
  static_cast<void>(builder.add_cable(b, c, rate, latency, kind, "link"));
  static_cast<void>(builder.add_link(c, a, rate, latency, kind, "link", "ca"));
  const Topology topology = std::move(builder).build();
  const v1::FabricView view = view_of(topology);
  expect_same(topology, view);
  // Cables 0 and 2 of 3 have one link: 1 + 2 + 1 links.
  EXPECT_THAT(view.links().one_way(), ElementsAre(0, 2));
  EXPECT_THAT(read_names(view.links().names()), ElementsAre("ab", "", "", "ca"));
}

TEST(FabricView, ColumnsWithoutMeaningAreLeftOut) {
  const Topology topology = build_cluster(topology::plain_cluster(4, 8, "single_switch", {}));
  EXPECT_THAT(view_of(topology).devices().member_delta(), IsEmpty());
  EXPECT_FALSE(view_of(topology).links().has_names());
}

TEST(FabricView, RefusesCablesThatDoNotHoldTogether) {
  const v1::FabricView good = view_of(build_cluster(topology::plain_cluster(4, 8, "single_switch", {})));
  v1::LinkTable links = good.links();
  links.set_count(links.count() + 1);
  EXPECT_THROW(static_cast<void>(read_link_ends(links)), InputError);
  links = good.links();
  links.add_from_delta(0);
  EXPECT_THROW(static_cast<void>(read_link_ends(links)), InputError);
  links = good.links();
  links.add_one_way(99);
  EXPECT_THROW(static_cast<void>(read_link_ends(links)), InputError);
  links = good.links();
  links.set_from_delta(0, INT32_MAX);
  links.set_from_delta(1, INT32_MAX);
  EXPECT_THROW(static_cast<void>(read_link_ends(links)), InputError);
}

}  // namespace
}  // namespace polyplane::sim
