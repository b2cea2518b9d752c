#include <sstream>

#include "tests/import/imports.h"
#include "topology/cluster_spec.h"
#include "topology/exports.h"
#include "topology/faults.h"

namespace polyplane::topology {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

std::string exported(const Topology& topology) {
  std::ostringstream out;
  write_graphml(out, topology, "spray");
  return std::move(out).str();
}

/// Everything that the store of a device or link holds.
std::string all_of(const Device& d) {
  std::ostringstream text;
  text << d.name << ' ' << static_cast<int>(d.kind) << ' ' << d.node << ' ' << d.plane << ' ' << d.rail << ' ' << d.tier
       << ' ' << d.pod << ' ' << d.part << ' ' << d.forwards << d.up << d.reduces << d.reduces_unasked;
  return std::move(text).str();
}

/// The links that the edges of a fabric stand for, as Topology has them, against those of the graph.
void expect_same(const ImportedFabric& fabric, const Topology& topology) {
  EXPECT_EQ(fabric.name, topology.name());
  EXPECT_EQ(fabric.lossless, topology.lossless());
  ASSERT_EQ(fabric.devices.size(), topology.devices().size());
  for (std::size_t i = 0; i < fabric.devices.size(); ++i) {
    EXPECT_EQ(all_of(fabric.devices[i]), all_of(topology.devices()[i]));
  }
  std::vector<std::string> links;
  const auto add = [&](std::uint32_t from, std::uint32_t to, const ImportedFabric::Edge& edge, Duration latency,
                       const std::string& name) {
    links.push_back(std::to_string(from) + " " + std::to_string(to) + " " + std::to_string(edge.rate.bps()) + " " +
                    std::to_string(latency.ps()) + " " + std::to_string(static_cast<int>(edge.kind)) + " " + edge.tier +
                    " " + std::to_string(edge.plane) + " " + name);
  };
  for (const ImportedFabric::Edge& edge : fabric.edges) {
    add(edge.from, edge.to, edge, edge.latency, edge.name);
    if (edge.two_way) add(edge.to, edge.from, edge, edge.back_latency, edge.name.empty() ? "" : edge.name + "~");
  }
  ASSERT_EQ(links.size(), topology.links().size());
  for (std::size_t i = 0; i < links.size(); ++i) {
    const Link& link = topology.links()[i];
    ImportedFabric::Edge same{
        .rate = link.rate, .kind = link.kind, .tier = topology.tier_names()[link.tier], .plane = link.plane};
    const std::string read = links[i];
    add(link.from.index(), link.to.index(), same, link.latency, link.name);
    EXPECT_EQ(read, links.back());
    links.pop_back();
  }
}

ClusterSpec cluster(PlaneMode planes, std::int32_t nics) {
  ClusterSpec spec;
  spec.name = "a <cluster> & \"more\"";
  spec.nodes = 8;
  spec.node.accelerators = 4;
  spec.node.accelerator_part = "card";
  spec.node.scale_up.kind = "switched";
  spec.node.scale_up.rate = BitRate::from_bps(3'600'000'000'000);
  spec.node.scale_up.latency = Duration::from_ps(300'001);
  spec.node.scale_up.reduces = true;
  spec.node.nics = nics;
  spec.node.nic_rate = BitRate::from_bps(400'000'000'000);
  spec.node.nic_latency = Duration::from_ps(250'000);
  spec.node.host_rate = BitRate::from_bps(504'000'000'000);
  spec.fabric.generator = "fat_tree";
  spec.fabric.options = {"tiers=2"};
  spec.fabric.planes = planes;
  spec.fabric.num_planes = planes == PlaneMode::striped ? 2 : 1;
  spec.fabric.switch_radix = 8;
  spec.fabric.port_rate = BitRate::from_bps(planes == PlaneMode::striped ? 200'000'000'000 : 400'000'000'000);
  spec.fabric.switch_latency = Duration::from_ps(130'000);
  return spec;
}

TEST(Graphml, ReadsItsOwnExportBack) {
  for (const auto& [planes, nics] : {std::pair(PlaneMode::single, 4), std::pair(PlaneMode::per_nic, 4),
                                     std::pair(PlaneMode::striped, 4), std::pair(PlaneMode::single, 2)}) {
    const Topology topology = build_cluster(cluster(planes, nics));
    const std::string text = exported(topology);
    const ImportedFabric fabric = import_fabric("graphml", "file.graphml", text, {});
    expect_same(fabric, topology);
    EXPECT_EQ(fabric.routing, "spray");
    EXPECT_THAT(fabric.warnings, testing::IsEmpty());
    EXPECT_THAT(fabric.assumed, testing::IsEmpty());
  }
}

TEST(Graphml, AwkwardNamesOneWayLinksAndAsymmetry) {
  TopologyBuilder builder("odd \\ name\x01");
  const auto device = [&](const std::string& name, DeviceKind kind, bool forwards) {
    return builder.add_device({.name = name,
                               .kind = kind,
                               .node = kind == DeviceKind::accelerator ? 3 : -1,
                               .part = "",
                               .forwards = forwards});
  };
  const DeviceId a = device("a\n<&>\\x41\"", DeviceKind::accelerator, true);
  const DeviceId b = device("\xc3\xa4", DeviceKind::network_switch, false);
  const DeviceId c = device("c", DeviceKind::nic, true);
  builder.add_link(a, b, BitRate::from_bps(7), Duration::from_ps(1), LinkKind::scale_out, "t 1", "one");
  const LinkId there =
      builder.add_cable(b, c, BitRate::from_bps(9), Duration::from_ps(2), LinkKind::scale_out, "t\t2", 5);
  builder.link(builder.link(there).reverse).latency = Duration::from_ps(77);
  builder.link(there).name = "n";
  builder.link(builder.link(there).reverse).name = "n~";
  builder.add_cable(a, c, BitRate::from_bps(11), Duration::from_ps(0), LinkKind::host, "pcie");
  builder.set_lossless(false);
  const Topology topology = std::move(builder).build();
  expect_same(import_fabric("graphml", "file", exported(topology), {}), topology);
}

TEST(Graphml, WhatIsDownIsLeftOut) {
  const Topology topology =
      apply_faults(build_cluster(cluster(PlaneMode::single, 4)), {"node=1", "nic=node0/gpu0 at 50%"}, 0);
  const ImportedFabric fabric = import_fabric("graphml", "file", exported(topology), {});
  std::size_t up = 0;
  for (const Device& device : topology.devices()) up += device.up ? 1 : 0;
  EXPECT_EQ(fabric.devices.size(), up);
  std::size_t links = 0;
  for (const Link& link : topology.links()) links += link.up ? 1 : 0;
  EXPECT_EQ(2 * fabric.edges.size(), links);
  EXPECT_THAT(warnings_of(fabric), Contains(HasSubstr("a device that is down is left out")));
  EXPECT_THAT(warnings_of(fabric), Contains(HasSubstr("a degraded link is read at the rate that it has left")));
}

TEST(Graphml, GraphsOfOthers) {
  const ImportedFabric fabric = import_input("graphml", "zoo.graphml", {"latency=1 ms"});
  EXPECT_THAT(names_of(fabric), ElementsAre("Bern", "Basel", "2", "3"));  // a label that comes twice is no name
  EXPECT_THAT(edges_of(fabric),
              ElementsAre("Bern -- 3 10 Gbps 1 ms gpu-leaf plane 0", "Basel -- 3 1 Gbps 1 ms gpu-leaf plane 0",
                          "2 -- 3 400 Gbps 1 ms gpu-leaf plane 0"));
  EXPECT_EQ(device_of(fabric, "3").kind, DeviceKind::network_switch);
  EXPECT_EQ(device_of(fabric, "2").node, 2);
  EXPECT_EQ(device_of(fabric, "2").rail, 0);
  EXPECT_THAT(fabric.assumed,
              ElementsAre("routing ecmp, since the file names none", "links without a rate have 400 Gbps",
                          "a node without a kind is an accelerator when it has one neighbour, else a switch"));
  EXPECT_THAT(warnings_of(fabric), ElementsAre("5: key \"Latitude\" of nodes is not known and not read"));
}

TEST(Graphml, RoutingIsReadOrAssumed) {
  const auto graph = [](const std::string& data) {
    return "<graphml><key id='r' for='graph' attr.name='routing'/><key id='s' for='node' "
           "attr.name='in_network_reduction'/>"
           "<graph edgedefault='directed'>" +
           data + "</graph></graphml>";
  };
  const std::string nodes = "<node id='a'/><node id='b'/><edge source='a' target='b'/>";
  EXPECT_EQ(import_fabric("graphml", "file", graph("<data key='r'>spray</data>" + nodes), {}).routing, "spray");
  const ImportedFabric silent = import_fabric("graphml", "file", graph(nodes), {});
  EXPECT_EQ(silent.routing, "ecmp");
  EXPECT_THAT(silent.assumed, Contains("routing ecmp, since the file names none"));
  EXPECT_THAT(refusal("graphml", graph("<data key='r'>spay</data>" + nodes)),
              HasSubstr("file:1: routing: unknown routing \"spay\""));
  EXPECT_THAT(refusal("graphml", graph("<node id='a'><data key='s'>true</data></node><node id='b'/>"
                                       "<edge source='a' target='b'/>")),
              HasSubstr("in_network_reduction: is about switches, and this is none"));
}

TEST(Graphml, OppositeLinksOfADirectedGraphAreOneCable) {
  const std::string text =
      "<graphml><key id='r' for='edge' attr.name='rate'/><key id='l' for='edge' attr.name='latency_ns'/>"
      "<graph edgedefault='directed'><node id='a'/><node id='b'/><node id='c'/>"
      "<edge source='a' target='b'><data key='r'>1 Gbps</data><data key='l'>1</data></edge>"
      "<edge source='b' target='a'><data key='r'>1 Gbps</data><data key='l'>2</data></edge>"
      "<edge source='b' target='c'><data key='r'>1 Gbps</data><data key='l'>3</data></edge>"
      "<edge source='c' target='b'><data key='r'>2 Gbps</data><data key='l'>4</data></edge></graph></graphml>";
  EXPECT_THAT(edges_of(import_fabric("graphml", "file", text, {})),
              ElementsAre("a -- b 1 Gbps 1 ns / 2 ns gpu-leaf plane 0", "b -> c 1 Gbps 3 ns gpu-leaf plane 0",
                          "c -> b 2 Gbps 4 ns gpu-leaf plane 0"));
}

TEST(Graphml, RefusesWithLineAndField) {
  const std::string text = input("graphml/zoo.graphml");
  const auto with = [&](const std::string& from, const std::string& to) {
    return refusal("graphml", replaced(text, from, to));
  };
  EXPECT_EQ(with("source=\"1\" target=\"3\"", "source=\"1\" target=\"7\""),
            "file:12: edge@target: \"7\" is the id of no node");
  EXPECT_EQ(with("1e9", "fast"), "file:12: rate_bps: \"fast\" is not a number");
  EXPECT_EQ(with("node id=\"1\"", "node id=\"0\""), "file:8: node@id: \"0\" is there twice");
  EXPECT_EQ(with("<data key=\"d2\">Bern", "<data key=\"d9\">Bern"),
            "file:7: data@key: \"d9\" is no key of nodes; none is declared");
  EXPECT_EQ(with("undirected", "sideways"),
            "file:6: graph@edgedefault: unknown value \"sideways\". Allowed: directed, undirected");
  EXPECT_EQ(with("<desc>hub</desc>", "<graph id=\"g\"/>"), "file:10: node: holds a graph; nested graphs are not read");
  EXPECT_EQ(with("<edge source=\"2\" target=\"3\"/>", "<hyperedge/>"),
            "file:13: hyperedge: is not read: a link has two ends");
  EXPECT_EQ(refusal("graphml", "<graphml/>"), "file:1: graph: is missing");
}

}  // namespace
}  // namespace polyplane::topology
