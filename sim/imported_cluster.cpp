#include "sim/imported_cluster.h"

#include <google/protobuf/text_format.h>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/cluster.pb.h"
#include "configs/schema/read_file.h"
#include "configs/schema/write_json.h"

namespace polyplane::sim {
namespace {

using topology::DeviceKind;
using topology::ImportedFabric;
using topology::LinkKind;

v1::Graph::Device::Kind kind_of(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::accelerator:
      return v1::Graph::Device::accelerator;
    case DeviceKind::nic:
      return v1::Graph::Device::nic;
    case DeviceKind::scaleup_switch:
      return v1::Graph::Device::scaleup_switch;
    case DeviceKind::network_switch:
      return v1::Graph::Device::network_switch;
  }
  check_failed("kind", "a kind of device without a meaning");
}

v1::Graph::Link::Kind kind_of(LinkKind kind) {
  switch (kind) {
    case LinkKind::scale_out:
      return v1::Graph::Link::scale_out;
    case LinkKind::scale_up:
      return v1::Graph::Link::scale_up;
    case LinkKind::host:
      return v1::Graph::Link::host;
  }
  check_failed("kind", "a kind of link without a meaning");
}

/// The short form where it says the same, else in base units.
std::string exact(BitRate rate) {
  const std::string text = to_string(rate);
  return parse_bit_rate(text) == rate ? text : std::to_string(rate.bps()) + " bps";
}
std::string exact(Duration duration) {
  const std::string text = to_string(duration);
  return parse_duration(text) == duration ? text : std::to_string(duration.ps()) + " ps";
}

v1::Graph::Device message_of(const topology::Device& device) {
  v1::Graph::Device message;
  message.set_name(device.name);
  message.set_kind(kind_of(device.kind));
  if (device.node >= 0) message.set_node(device.node);
  if (device.plane >= 0) message.set_plane(device.plane);
  if (device.rail >= 0) message.set_rail(device.rail);
  if (device.forwards != (device.kind != DeviceKind::accelerator)) message.set_forwards(device.forwards);
  if (device.tier > 0) message.set_tier(device.tier);
  if (device.pod >= 0) message.set_pod(device.pod);
  if (!device.part.empty()) message.set_part(device.part);
  if (device.reduces_unasked) message.set_in_network_reduction(true);
  return message;
}

v1::Graph::Link message_of(const ImportedFabric& fabric, const ImportedFabric::Edge& edge) {
  v1::Graph::Link message;
  if (!edge.name.empty()) message.set_name(edge.name);
  message.set_from(fabric.devices[edge.from].name);
  message.set_to(fabric.devices[edge.to].name);
  message.set_rate(exact(edge.rate));
  if (edge.latency.ps() > 0) message.set_latency(exact(edge.latency));
  if (edge.two_way && edge.back_latency != edge.latency) message.set_back_latency(exact(edge.back_latency));
  message.set_one_way(!edge.two_way);
  message.set_kind(kind_of(edge.kind));
  message.set_tier(edge.tier);
  if (edge.plane >= 0) message.set_plane(edge.plane);
  return message;
}

/// All but the devices and links.
v1::Cluster frame_of(const ImportedFabric& fabric) {
  v1::Cluster cluster;
  cluster.set_name(fabric.name);
  if (!fabric.description.empty()) cluster.set_description(fabric.description);
  for (const std::string& assumed : fabric.assumed) cluster.add_assumed(assumed);
  cluster.set_routing(fabric.routing);
  return cluster;
}

void check_size(const ImportedFabric& fabric, std::size_t bytes) {
  if (bytes <= static_cast<std::size_t>(configs::kMaxFileBytes)) return;
  throw LimitError("the cluster file of " + printable(fabric.name) + " would pass " +
                   to_string(Bytes(configs::kMaxFileBytes)) + ", the most that polyplane reads; import a part of it");
}

}  // namespace

ClusterChoice cluster_of(const ImportedFabric& fabric) {
  ClusterChoice choice;
  choice.spec.name = fabric.name;
  choice.spec.description = fabric.description;
  choice.spec.assumed = fabric.assumed;
  choice.spec.default_routing = fabric.routing;
  GraphSpec& graph = choice.graph.emplace();
  graph.name = fabric.name;
  graph.lossless = fabric.lossless;
  if (fabric.virtual_channels) graph.virtual_channels = *fabric.virtual_channels;
  graph.devices = fabric.devices;
  for (const ImportedFabric::Edge& from : fabric.edges) {
    GraphSpec::Edge& edge = graph.edges.emplace_back();
    edge.name = from.name;
    edge.from = fabric.devices[from.from].name;
    edge.to = fabric.devices[from.to].name;
    edge.rate = from.rate;
    edge.latency = from.latency;
    if (from.two_way) edge.back_latency = from.back_latency;
    edge.two_way = from.two_way;
    edge.kind = from.kind;
    edge.tier = from.tier;
    edge.plane = from.plane;
  }
  return choice;
}

std::string cluster_text(const ImportedFabric& fabric, const std::string& comment) {
  std::string text = comment, line;
  google::protobuf::TextFormat::PrintToString(frame_of(fabric), &line);
  text += line + "graph {\n";
  google::protobuf::TextFormat::Printer printer;
  printer.SetSingleLineMode(true);
  printer.SetUseUtf8StringEscaping(true);
  const auto add = [&](const char* field, const google::protobuf::Message& message) {
    CHECK(printer.PrintToString(message, &line), "a message does not print: " + message.GetTypeName());
    text += std::string("  ") + field + " { " + line + "}\n";
    check_size(fabric, text.size());
  };
  for (const topology::Device& device : fabric.devices) add("devices", message_of(device));
  for (const ImportedFabric::Edge& edge : fabric.edges) add("links", message_of(fabric, edge));
  if (fabric.lossless) text += "  lossless: true\n";
  if (fabric.virtual_channels) text += "  virtual_channels: " + std::to_string(*fabric.virtual_channels) + "\n";
  return text + "}\n";
}

std::string cluster_json(const ImportedFabric& fabric) {
  v1::Cluster cluster = frame_of(fabric);
  for (const topology::Device& device : fabric.devices) *cluster.mutable_graph()->add_devices() = message_of(device);
  for (const ImportedFabric::Edge& edge : fabric.edges)
    *cluster.mutable_graph()->add_links() = message_of(fabric, edge);
  cluster.mutable_graph()->set_lossless(fabric.lossless);
  if (fabric.virtual_channels) {
    cluster.mutable_graph()->set_virtual_channels(static_cast<std::int32_t>(*fabric.virtual_channels));
  }
  std::string text = configs::to_json(cluster);
  check_size(fabric, text.size());
  return text;
}

}  // namespace polyplane::sim
