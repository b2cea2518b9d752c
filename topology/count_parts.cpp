#include <algorithm>
#include <map>

#include "topology/join_clusters.h"
#include "topology/metrics.h"

namespace polyplane::topology {

namespace {

void count_devices(const Topology& topology, Counts& counts) {
  std::map<std::int32_t, std::int64_t> by_tier;
  std::vector<bool> alive(static_cast<std::size_t>(topology.num_nodes()), false);
  for (const Device& device : topology.devices()) {
    if (!device.up) continue;
    if (device.node >= 0) alive[static_cast<std::size_t>(device.node)] = true;
    switch (device.kind) {
      case DeviceKind::accelerator:
        ++counts.endpoints;
        break;
      case DeviceKind::nic:
        break;
      case DeviceKind::scaleup_switch:
        ++counts.scaleup_switches;
        break;
      case DeviceKind::network_switch:
        ++counts.switches;
        ++by_tier[device.tier];
        break;
    }
  }
  counts.nodes = std::count(alive.begin(), alive.end(), true);
  for (const auto& [tier, count] : by_tier) counts.switches_by_tier.emplace_back(switch_tier_name(tier), count);
}

void count_cables(const Topology& topology, Counts& counts) {
  for (std::uint32_t i = 0; i < topology.links().size(); ++i) {
    const Link& link = topology.links()[i];
    if (!link.up || (link.reverse.valid() && link.reverse < LinkId(i))) continue;
    switch (link.kind) {
      case LinkKind::scale_up:
        ++counts.scaleup_links;
        break;
      case LinkKind::host:
        ++counts.host_links;
        break;
      case LinkKind::scale_out: {
        const bool inner = topology.device(link.from).kind == DeviceKind::network_switch &&
                           topology.device(link.to).kind == DeviceKind::network_switch;
        ++(inner ? counts.links : counts.access_links);
        break;
      }
    }
  }
}

/// Most cards of one node that have a scale-out link which is up.
std::int64_t count_rails(const Topology& topology) {
  std::vector<std::int64_t> cards(static_cast<std::size_t>(topology.num_nodes()), 0);
  for (std::uint32_t i = 0; i < topology.devices().size(); ++i) {
    const Device& device = topology.devices()[i];
    if (device.node < 0) continue;
    const auto out = topology.out_links(DeviceId(i));
    const bool has_port = std::any_of(out.begin(), out.end(), [&](LinkId id) {
      return topology.link(id).up && topology.link(id).kind == LinkKind::scale_out;
    });
    if (has_port) ++cards[static_cast<std::size_t>(device.node)];
  }
  return cards.empty() ? 0 : *std::max_element(cards.begin(), cards.end());
}

/// Planes with a link that is up.
std::int64_t count_planes(const Topology& topology) {
  std::vector<bool> alive(static_cast<std::size_t>(topology.num_planes()), false);
  for (const Link& link : topology.links()) {
    if (link.up && link.kind == LinkKind::scale_out) alive[static_cast<std::size_t>(std::max(link.plane, 0))] = true;
  }
  return std::count(alive.begin(), alive.end(), true);
}

}  // namespace

std::string switch_tier_name(std::int32_t tier) {
  switch (tier) {
    case 1:
      return "leaf";
    case 2:
      return "spine";
    case 3:
      return "core";
    case kGatewayTier:
      return "gateway";
    case kExchangeTier:
      return "exchange";
    default:
      return "switch";
  }
}

Counts count_parts(const Topology& topology) {
  Counts counts;
  count_devices(topology, counts);
  count_cables(topology, counts);
  // Switches of one tier that are joined to one another are no leaves of anything: a dragonfly, a torus.
  if (counts.switches_by_tier.size() == 1 && counts.links > 0) counts.switches_by_tier.front().first = "switch";
  counts.planes = count_planes(topology);
  counts.rails = count_rails(topology);
  return counts;
}

}  // namespace polyplane::topology
