#include "sim/graph_topology.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"

namespace polyplane::sim {

topology::Topology build_graph(const GraphSpec& spec) {
  topology::TopologyBuilder builder(spec.name);
  builder.set_lossless(spec.lossless);
  builder.set_virtual_channels(spec.virtual_channels);
  std::map<std::string, DeviceId> ids;
  std::vector<std::string> names;
  for (const topology::Device& device : spec.devices) {
    ids.emplace(device.name, builder.add_device(device));
    names.push_back(device.name);
  }
  std::sort(names.begin(), names.end());
  std::set<std::string> link_names;
  const auto end_of = [&](const GraphSpec::Edge& edge, const std::string& name) {
    const auto place = ids.find(name);
    if (place == ids.end()) {
      throw InputError("link \"" + printable(edge.name) + "\": " + unknown_name("device", name, names));
    }
    return place->second;
  };
  const auto claim = [&](const std::string& name) {
    if (!name.empty() && !link_names.insert(name).second) {
      throw InputError("link \"" + printable(name) + "\" exists twice");
    }
  };
  for (const GraphSpec::Edge& edge : spec.edges) {
    if (edge.rate.bps() <= 0)
      throw InputError("link \"" + printable(edge.name) + "\": the rate must be more than zero");
    const DeviceId from = end_of(edge, edge.from), to = end_of(edge, edge.to);
    if (from == to) throw InputError("link \"" + printable(edge.name) + "\" joins a device to itself");
    claim(edge.name);
    const LinkId there = builder.add_link(from, to, edge.rate, edge.latency, edge.kind, edge.tier, edge.name);
    builder.link(there).plane = edge.plane;
    if (!edge.two_way) continue;
    const std::string back_name = edge.name.empty() ? "" : edge.name + "~";
    claim(back_name);
    const LinkId back = builder.add_link(to, from, edge.rate, edge.back_latency.value_or(edge.latency), edge.kind,
                                         edge.tier, back_name);
    builder.link(back).plane = edge.plane;
    builder.link(there).reverse = back;
    builder.link(back).reverse = there;
  }
  return std::move(builder).build();
}

}  // namespace polyplane::sim
