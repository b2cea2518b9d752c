#include "sim/flow_names.h"

#include <set>

#include "base/error.h"
#include "base/suggest.h"
#include "sim/placed_error.h"

namespace polyplane::sim {

using topology::Link;
using topology::Topology;

std::string by_ends(const Topology& topology, const Link& link) {
  return topology.device(link.from).name + "." + topology.device(link.to).name;
}

FlowNames::FlowNames(const Topology& topology) : topology_(topology) {
  for (std::uint32_t i = 0; i < topology.links().size(); ++i) {
    const std::string& name = topology.links()[i].name;
    if (!name.empty()) links_.emplace(name, LinkId(i));
  }
}

LinkId FlowNames::link(const std::string& where, const std::string& name) const {
  const auto place = links_.find(name);
  if (place != links_.end()) return place->second;
  const std::vector<LinkId> links = links_between(name);
  if (links.size() == 1) return links.front();
  if (links.size() > 1) {
    throw InputError(where + ": \"" + printable(name) + "\" is " + std::to_string(links.size()) +
                     " parallel links; one of them is needed, and only the name of a link in a graph tells them apart");
  }
  std::set<std::string> names;
  for (const auto& [known, id] : links_) names.insert(known);
  for (const Link& link : topology_.links()) names.insert(by_ends(topology_, link));
  throw InputError(where + ": " + unknown_name("link", name, {names.begin(), names.end()}));
}

std::vector<LinkId> FlowNames::links_between(const std::string& ends) const {
  std::vector<LinkId> links;
  const std::size_t dot = ends.find('.');
  if (dot == std::string::npos) return links;
  const DeviceId from = topology_.find_device(ends.substr(0, dot)), to = topology_.find_device(ends.substr(dot + 1));
  if (!from.valid() || !to.valid()) return links;
  for (const LinkId id : topology_.out_links(from)) {
    if (topology_.link(id).to == to) links.push_back(id);
  }
  return links;
}

DeviceId FlowNames::device(const std::string& where, const std::string& name) const {
  const DeviceId id = topology_.find_device(name);
  if (id.valid()) return id;
  std::vector<std::string> names;
  for (const topology::Device& device : topology_.devices()) names.push_back(device.name);
  throw InputError(where + ": " + unknown_name("device", name, names));
}

std::string words_of(const FlowJob& flow) { return "flow \"" + printable(flow.name) + "\""; }

void check_flow_names(const Experiment& experiment, const Topology& topology) {
  const FlowNames names(topology);
  for (std::size_t i = 0; i < experiment.flows.size(); ++i) {
    const FlowJob& flow = experiment.flows[i];
    at_entry("flows", static_cast<int>(i), [&] {
      for (const std::string& end : {flow.src, flow.dst}) {
        if (!end.empty()) static_cast<void>(names.device(words_of(flow), end));
      }
      for (const std::string& link : flow.route) static_cast<void>(names.link(words_of(flow), link));
    });
  }
  for (std::size_t i = 0; i < experiment.capacity_events.size(); ++i) {
    at_entry("capacity_events", static_cast<int>(i),
             [&] { static_cast<void>(names.link(kCapacityEvent, experiment.capacity_events[i].link)); });
  }
}

}  // namespace polyplane::sim
