// The ports by which a card reaches the fabric: its own, and those of its NICs.
#pragma once

#include "topology/topology.h"

namespace polyplane::sim {

/// Calls `visit(port, host)` for each scale-out link that leaves the card, or a NIC that it is joined to, whether up or
/// not; `host` is the link to that NIC, or null for ports of the card. In order of the links: own ports first.
template <class Visit>
void for_each_port(const topology::Topology& topology, DeviceId card, const Visit& visit) {
  const auto visit_ports = [&](DeviceId device, const topology::Link* host) {
    for (const LinkId id : topology.out_links(device)) {
      const topology::Link& link = topology.link(id);
      if (link.kind == topology::LinkKind::scale_out) visit(link, host);
    }
  };
  visit_ports(card, nullptr);
  for (const LinkId id : topology.out_links(card)) {
    const topology::Link& link = topology.link(id);
    if (link.kind != topology::LinkKind::host) continue;
    if (topology.device(link.to).kind == topology::DeviceKind::nic) visit_ports(link.to, &link);
  }
}

}  // namespace polyplane::sim
