#include "topology/validate_route.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

#include "topology/transit_graph.h"

namespace polyplane::topology {
namespace {

constexpr double kTolerance = 1e-9;

struct Balance {
  double in = 0, out = 0;
  std::uint32_t links_in = 0;
  bool in_scale_up = false, in_scale_out = false, out_scale_up = false, out_scale_out = false;
};

std::string link_name(const Topology& topology, LinkId id) {
  const Link& link = topology.link(id);
  const std::string ends = topology.device(link.from).name + " -> " + topology.device(link.to).name;
  return link.name.empty() ? ends : "\"" + link.name + "\" (" + ends + ")";
}

std::string device_defect(const Topology& topology, DeviceId src, DeviceId dst, DeviceId id, const Balance& b) {
  const Device& device = topology.device(id);
  if (id == src) {
    if (b.in > 0) return "the route comes back to its source " + device.name;
    return std::abs(b.out - 1) > kTolerance ? "the links that leave " + device.name + " do not carry the whole flow"
                                            : "";
  }
  if (id == dst) {
    if (b.out > 0) return "the route leaves its destination " + device.name;
    return std::abs(b.in - 1) > kTolerance ? "the links that enter " + device.name + " do not carry the whole flow"
                                           : "";
  }
  if (std::abs(b.in - b.out) > kTolerance) return "the route breaks at " + device.name + ": what enters does not leave";
  if (device.forwards) return "";
  const bool changes_layer = (b.in_scale_up && !b.in_scale_out && b.out_scale_out && !b.out_scale_up) ||
                             (b.in_scale_out && !b.in_scale_up && b.out_scale_up && !b.out_scale_out);
  if (device.kind == DeviceKind::accelerator && changes_layer) return "";
  return "the route passes through " + device.name + ", which does not forward";
}

/// Takes devices away while nothing enters them any more; what stays is on a circle or behind one.
bool has_circle(const Topology& topology, std::span<const std::pair<LinkId, double>> links,
                std::map<DeviceId, Balance> balances) {
  std::multimap<DeviceId, DeviceId> next;
  for (const auto& [link, fraction] : links) next.emplace(topology.link(link).from, topology.link(link).to);
  std::vector<DeviceId> free;
  for (const auto& [device, balance] : balances) {
    if (balance.links_in == 0) free.push_back(device);
  }
  std::size_t removed = 0;
  for (; removed < free.size(); ++removed) {
    const auto [begin, end] = next.equal_range(free[removed]);
    for (auto to = begin; to != end; ++to) {
      if (--balances[to->second].links_in == 0) free.push_back(to->second);
    }
  }
  return removed < balances.size();
}

}  // namespace

std::string route_defect(const Topology& topology, DeviceId src, DeviceId dst,
                         std::span<const std::pair<LinkId, double>> links) {
  if (links.empty()) return "the route has no links";
  std::map<DeviceId, Balance> balances;
  std::vector<LinkId> seen;
  for (const auto& [id, fraction] : links) {
    if (!id.valid() || id.index() >= topology.links().size()) return "the route names a link that does not exist";
    const Link& link = topology.link(id);
    if (!usable(topology, id)) return "the route uses " + link_name(topology, id) + ", which is down";
    if (!(fraction > 0 && fraction <= 1 + kTolerance)) {
      return "the fraction of the flow on " + link_name(topology, id) + " is not in (0, 1]";
    }
    seen.push_back(id);
    Balance& from = balances[link.from];
    Balance& to = balances[link.to];
    from.out += fraction;
    to.in += fraction;
    ++to.links_in;
    (link.kind == LinkKind::scale_up ? from.out_scale_up : from.out_scale_out) = true;
    (link.kind == LinkKind::scale_up ? to.in_scale_up : to.in_scale_out) = true;
  }
  std::sort(seen.begin(), seen.end());
  if (const auto twice = std::adjacent_find(seen.begin(), seen.end()); twice != seen.end()) {
    return "the route uses " + link_name(topology, *twice) + " twice";
  }
  for (const DeviceId end : {src, dst}) {
    if (!balances.contains(end)) return "the route does not touch " + topology.device(end).name;
  }
  for (const auto& [device, balance] : balances) {
    if (std::string defect = device_defect(topology, src, dst, device, balance); !defect.empty()) return defect;
  }
  return has_circle(topology, links, balances) ? "the route goes in a circle" : "";
}

}  // namespace polyplane::topology
