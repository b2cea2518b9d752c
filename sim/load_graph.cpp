#include "sim/load_graph.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/check.h"
#include "base/suggest.h"

namespace polyplane::sim {
namespace {

topology::DeviceKind kind_of(v1::Graph::Device::Kind kind) {
  switch (kind) {
    case v1::Graph::Device::accelerator:
      return topology::DeviceKind::accelerator;
    case v1::Graph::Device::nic:
      return topology::DeviceKind::nic;
    case v1::Graph::Device::scaleup_switch:
      return topology::DeviceKind::scaleup_switch;
    case v1::Graph::Device::network_switch:
      return topology::DeviceKind::network_switch;
    default:
      check_failed("kind", "a kind of device without a meaning");
  }
}

topology::LinkKind kind_of(v1::Graph::Link::Kind kind) {
  switch (kind) {
    case v1::Graph::Link::scale_out:
      return topology::LinkKind::scale_out;
    case v1::Graph::Link::scale_up:
      return topology::LinkKind::scale_up;
    case v1::Graph::Link::host:
      return topology::LinkKind::host;
    default:
      check_failed("kind", "a kind of link without a meaning");
  }
}

class GraphLoader {
 public:
  GraphLoader(const configs::Source& source, const v1::Graph& graph) : source_(source), graph_(graph) {}

  GraphSpec load(const std::string& name) {
    spec_.name = name;
    spec_.lossless = graph_.lossless();
    if (graph_.has_virtual_channels()) spec_.virtual_channels = static_cast<std::uint32_t>(graph_.virtual_channels());
    if (graph_.devices_size() == 0) source_.fail(graph_, "devices", "there is none; a graph needs at least one");
    add_devices();
    add_links();
    return std::move(spec_);
  }

 private:
  void add_devices() {
    std::int32_t next_node = 0;
    for (const v1::Graph::Device& device : graph_.devices()) {
      if (device.has_node()) next_node = std::max(next_node, device.node() + 1);
    }
    std::map<std::int32_t, std::int32_t> next_rail;  // by node
    for (const v1::Graph::Device& from : graph_.devices()) {
      if (from.name().find('.') != std::string::npos) {
        source_.fail(from, "name", "\"" + printable(from.name()) + "\" holds a '.', which joins the ends of a link");
      }
      if (!devices_.insert(from.name()).second) {
        source_.fail(from, "name", "a device \"" + printable(from.name()) + "\" exists already");
      }
      topology::Device device;
      device.name = from.name();
      device.kind = kind_of(from.kind());
      const bool card = device.kind == topology::DeviceKind::accelerator;
      device.forwards = from.has_forwards() ? from.forwards() : !card;
      if (from.has_plane()) device.plane = from.plane();
      if (from.has_node()) device.node = from.node();
      if (from.has_tier()) device.tier = from.tier();
      if (from.has_pod()) device.pod = from.pod();
      device.part = from.part();
      device.reduces = device.reduces_unasked = from.in_network_reduction();
      if (device.reduces && (card || device.kind == topology::DeviceKind::nic)) {
        source_.fail(from, "in_network_reduction", "is about switches, and this is none");
      }
      if (card && !from.has_node()) device.node = next_node++;
      if (card) device.rail = next_rail[device.node]++;
      if (from.has_rail()) device.rail = from.rail();
      spec_.devices.push_back(device);
    }
  }

  void add_links() {
    for (const v1::Graph::Link& from : graph_.links()) {
      check_end(from, "from", from.from());
      check_end(from, "to", from.to());
      if (from.from() == from.to()) source_.fail(from, "to", "a link from a device to itself carries nothing");
      if (from.has_name()) add_name(from, from.name());
      if (from.one_way() && from.has_back_latency()) {
        source_.fail(from, "back_latency", "contradicts one_way: there is no link back");
      }
      if (!from.one_way() && from.has_name()) add_name(from, from.name() + "~");
      GraphSpec::Edge edge;
      edge.name = from.name();
      edge.from = from.from();
      edge.to = from.to();
      edge.rate = parse_bit_rate(from.rate());
      if (from.has_latency()) edge.latency = parse_duration(from.latency());
      if (from.has_back_latency()) edge.back_latency = parse_duration(from.back_latency());
      edge.two_way = !from.one_way();
      edge.shared = !from.fatpipe();
      edge.kind = kind_of(from.kind());
      if (from.has_tier()) edge.tier = from.tier();
      if (from.has_plane()) edge.plane = from.plane();
      spec_.edges.push_back(edge);
    }
  }

  void check_end(const v1::Graph::Link& link, std::string_view field, const std::string& device) const {
    if (devices_.contains(device)) return;
    source_.fail(link, field, unknown_name("device", device, {devices_.begin(), devices_.end()}));
  }

  void add_name(const v1::Graph::Link& link, const std::string& name) {
    if (links_.insert(name).second) return;
    source_.fail(link, "name", "a link \"" + printable(name) + "\" exists already");
  }

  const configs::Source& source_;
  const v1::Graph& graph_;
  GraphSpec spec_;
  std::set<std::string> devices_, links_;
};

}  // namespace

GraphSpec load_graph(const configs::Source& source, const v1::Graph& graph, const std::string& name) {
  return GraphLoader(source, graph).load(name);
}

}  // namespace polyplane::sim
