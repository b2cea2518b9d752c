#include "topology/import/host_network.h"

#include <string>

namespace polyplane::topology {

std::vector<OptionSpec> HostNetwork::options() {
  std::vector<OptionSpec> options = LinkLatencies::options();
  options.push_back({.name = "nodes",
                     .kind = OptionSpec::Kind::integer,
                     .default_text = "1",
                     .sentence = "copies of what the file holds, joined by a non-blocking network",
                     .min = 1,
                     .max = 100'000,
                     .words = {}});
  return options;
}

HostNetwork::HostNetwork(const Options& options, FabricBuilder& builder)
    : builder_(builder), latencies_(options), copies_(options.integer("nodes")) {}

ImportedFabric::Edge& HostNetwork::join(std::uint32_t nic, std::int32_t plane, BitRate rate, int line) {
  const std::string name = "plane" + std::to_string(plane) + "/network";
  std::optional<std::uint32_t> middle = builder_.find(name);
  if (!middle) {
    middle = builder_.add_device({.name = name, .kind = DeviceKind::network_switch, .plane = plane, .part = ""}, 0);
  }
  ImportedFabric::Edge& edge = builder_.add_edge(nic, *middle, rate, LinkKind::scale_out, line);
  latencies_.set_access(edge);
  return edge;
}

void HostNetwork::finish() {
  number_switches(builder_.fabric());
  latencies_.say_assumed(builder_);
  builder_.assume("the network behind the NICs is not in the file: one non-blocking switch a plane");
}

}  // namespace polyplane::topology
