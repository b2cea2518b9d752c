#include "topology/exports.h"

#include <array>
#include <boost/graph/graphml.hpp>
#include <boost/graph/graphviz.hpp>
#include <boost/property_map/dynamic_property_map.hpp>
#include <boost/property_map/function_property_map.hpp>
#include <functional>
#include <string>

#include "topology/graph.h"
#include "topology/text_escape.h"

namespace polyplane::topology {

namespace {

using Vertex = boost::graph_traits<BoostGraph>::vertex_descriptor;
using Edge = boost::graph_traits<BoostGraph>::edge_descriptor;

std::string_view name_of(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::accelerator:
      return "accelerator";
    case DeviceKind::nic:
      return "nic";
    case DeviceKind::scaleup_switch:
      return "scaleup_switch";
    case DeviceKind::network_switch:
      return "network_switch";
  }
  return "";
}

std::string_view name_of(LinkKind kind) {
  switch (kind) {
    case LinkKind::scale_up:
      return "scale_up";
    case LinkKind::host:
      return "host";
    case LinkKind::scale_out:
      return "scale_out";
  }
  return "";
}

std::string_view truth(bool value) { return value ? "true" : "false"; }

/// Quoted for DOT: what text_escape leaves are quotes.
std::string dot_string(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : escape_controls(text)) {
    if (c == '"') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

void write_json_device(std::ostream& out, const Device& device) {
  out << "{\"name\": " << json_string(device.name) << ", \"kind\": \"" << name_of(device.kind)
      << "\", \"node\": " << device.node << ", \"plane\": " << device.plane << ", \"rail\": " << device.rail
      << ", \"tier\": " << device.tier << ", \"pod\": " << device.pod << ", \"part\": " << json_string(device.part)
      << ", \"forwards\": " << truth(device.forwards) << ", \"up\": " << truth(device.up) << "}";
}

void write_json_link(std::ostream& out, const Topology& topology, const Link& link) {
  const std::int64_t reverse = link.reverse.valid() ? static_cast<std::int64_t>(link.reverse.index()) : -1;
  out << "{\"from\": " << link.from.index() << ", \"to\": " << link.to.index()
      << ", \"name\": " << json_string(link.name) << ", \"kind\": \"" << name_of(link.kind)
      << "\", \"tier\": " << json_string(topology.tier_names()[link.tier]) << ", \"plane\": " << link.plane
      << ", \"rate_bps\": " << link.rate.bps() << ", \"nominal_rate_bps\": " << link.nominal_rate.bps()
      << ", \"latency_ps\": " << link.latency.ps() << ", \"reverse\": " << reverse << ", \"up\": " << truth(link.up)
      << "}";
}

}  // namespace

void write_dot(std::ostream& out, const Topology& topology) {
  const BoostGraph& edges = topology.graph().boost_graph();
  const auto write_device = [&](std::ostream& to, Vertex vertex) {
    const Device& device = topology.devices()[vertex];
    to << "[label=" << dot_string(device.name) << " kind=" << name_of(device.kind) << " node=" << device.node
       << " plane=" << device.plane << " tier=" << device.tier << " up=" << truth(device.up) << "]";
  };
  const auto write_link = [&](std::ostream& to, const Edge& edge) {
    const Link& link = topology.link(edges[edge]);
    to << "[tier=" << dot_string(topology.tier_names()[link.tier]) << " kind=" << name_of(link.kind)
       << " rate_bps=" << link.rate.bps() << " latency_ps=" << link.latency.ps() << " up=" << truth(link.up);
    if (!link.name.empty()) to << " label=" << dot_string(link.name);
    to << "]";
  };
  const auto write_graph = [&](std::ostream& to) { to << "label=" << dot_string(topology.name()) << "\n"; };
  boost::write_graphviz(out, edges, write_device, write_link, write_graph);
}

void write_graphml(std::ostream& out, const Topology& topology, const std::string& routing) {
  const BoostGraph& edges = topology.graph().boost_graph();
  boost::dynamic_properties keys;
  const auto device_key = [&](const std::string& name, auto value) {
    keys.property(name, boost::make_function_property_map<Vertex>(
                            [&topology, value](Vertex vertex) { return value(topology.devices()[vertex]); }));
  };
  const auto link_key = [&](const std::string& name, auto value) {
    keys.property(name, boost::make_function_property_map<Edge>([&topology, &edges, value](const Edge& edge) {
                    return value(topology.link(edges[edge]));
                  }));
  };
  const auto graph_key = [&](const std::string& name, auto value) {
    keys.property(name, boost::make_function_property_map<BoostGraph*>([value](const BoostGraph*) { return value; }));
  };
  graph_key("schema", std::string(kGraphmlSchema));
  graph_key("graph_name", escape_controls(topology.name()));
  graph_key("lossless", topology.lossless());
  graph_key("virtual_channels", topology.virtual_channels());
  if (!routing.empty()) graph_key("routing", routing);
  device_key("name", [](const Device& device) { return escape_controls(device.name); });
  device_key("kind", [](const Device& device) { return std::string(name_of(device.kind)); });
  device_key("node", [](const Device& device) { return device.node; });
  device_key("plane", [](const Device& device) { return device.plane; });
  device_key("rail", [](const Device& device) { return device.rail; });
  device_key("tier", [](const Device& device) { return device.tier; });
  device_key("pod", [](const Device& device) { return device.pod; });
  device_key("part", [](const Device& device) { return escape_controls(device.part); });
  device_key("forwards", [](const Device& device) { return device.forwards; });
  device_key("up", [](const Device& device) { return device.up; });
  device_key("in_network_reduction", [](const Device& device) { return device.reduces_unasked; });
  link_key("link_index", [&](const Link& link) { return &link - topology.links().data(); });
  link_key("link_reverse", [](const Link& link) {
    return link.reverse.valid() ? static_cast<std::int64_t>(link.reverse.index()) : -1;
  });
  link_key("link_name", [](const Link& link) { return escape_controls(link.name); });
  link_key("link_kind", [](const Link& link) { return std::string(name_of(link.kind)); });
  link_key("link_tier", [&](const Link& link) { return escape_controls(topology.tier_names()[link.tier]); });
  link_key("link_plane", [](const Link& link) { return link.plane; });
  link_key("rate_bps", [](const Link& link) { return link.rate.bps(); });
  link_key("nominal_rate_bps", [](const Link& link) { return link.nominal_rate.bps(); });
  link_key("latency_ps", [](const Link& link) { return link.latency.ps(); });
  link_key("link_up", [](const Link& link) { return link.up; });
  boost::write_graphml(out, edges, keys, true);
}

void write_json(std::ostream& out, const Topology& topology) {
  out << "{\"schema\": \"polyplane/graph/1\", \"name\": " << json_string(topology.name()) << ",\n\"devices\": [";
  std::string_view separator = "\n";
  for (const Device& device : topology.devices()) {
    out << separator;
    write_json_device(out, device);
    separator = ",\n";
  }
  out << "],\n\"links\": [";
  separator = "\n";
  for (const Link& link : topology.links()) {
    out << separator;
    write_json_link(out, topology, link);
    separator = ",\n";
  }
  out << "]}\n";
}

}  // namespace polyplane::topology
