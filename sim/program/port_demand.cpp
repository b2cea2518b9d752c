#include "sim/program/port_demand.h"

#include <algorithm>

namespace polyplane::sim {

namespace {

using topology::DeviceKind;
using topology::Link;
using topology::LinkKind;
using topology::Topology;

/// Links of one port in one direction, together.
struct Port {
  double bytes = 0, bits_per_second = 0;
  [[nodiscard]] double busy(double seconds) const {
    return bits_per_second > 0 ? bytes * 8.0 / (bits_per_second * seconds) : 0.0;
  }
};

class Ports {
 public:
  Ports(const Topology& topology, std::span<const double> link_bytes) : topology_(topology), link_bytes_(link_bytes) {}

  void add(DeviceId device, bool out) {
    for (const LinkId id : out ? topology_.out_links(device) : topology_.in_links(device)) {
      const Link& link = topology_.link(id);
      if (!link.up) continue;
      if (link.kind == LinkKind::scale_up) {
        count(scale_up, id);
      } else if (topology_.device(device).kind == DeviceKind::nic) {
        if (link.kind == LinkKind::scale_out) count(nics, id);
      } else {
        count(scale_out, id);
        const DeviceId peer = out ? link.to : link.from;
        if (link.kind == LinkKind::host && topology_.device(peer).kind == DeviceKind::nic) add(peer, out);
      }
    }
  }

  /// Behind the card's own links.
  void add_processor(DeviceId card, std::string_view tier) {
    for (const LinkId id : topology_.out_links(card)) {
      const Link& own = topology_.link(id);
      if (own.kind != LinkKind::scale_up) continue;
      for (const LinkId behind : topology_.out_links(own.to)) {
        const Link& link = topology_.link(behind);
        if (link.up && topology_.tier_names()[link.tier] == tier) count(processor, behind);
      }
    }
  }

  Port scale_up, scale_out, nics, processor;

 private:
  void count(Port& port, LinkId id) {
    port.bytes += link_bytes_[id.index()];
    port.bits_per_second += static_cast<double>(topology_.link(id).rate.bps());
  }
  const Topology& topology_;
  std::span<const double> link_bytes_;
};

std::uint32_t millionths(double busy) { return static_cast<std::uint32_t>(std::min(busy, 1.0) * kWholePort + 0.5); }

}  // namespace

Demand port_demand(const Topology& topology, std::span<const DeviceId> cards, std::span<const double> link_bytes,
                   Duration time, std::string_view processors) {
  Demand demand{};
  if (time <= Duration()) return demand;
  const double seconds = time.seconds();
  for (const DeviceId card : cards) {
    Ports behind(topology, link_bytes);
    if (!processors.empty()) behind.add_processor(card, processors);
    const std::uint32_t processor = millionths(behind.processor.busy(seconds));
    for (const bool out : {true, false}) {
      Ports ports(topology, link_bytes);
      ports.add(card, out);
      const double outside = std::max(ports.scale_out.busy(seconds), ports.nics.busy(seconds));
      std::uint32_t& up_port = demand[out ? kUpOut : kUpIn];
      std::uint32_t& out_port = demand[out ? kOutOut : kOutIn];
      up_port = std::max({up_port, millionths(ports.scale_up.busy(seconds)), processor});
      out_port = std::max(out_port, millionths(outside));
    }
  }
  return demand;
}

}  // namespace polyplane::sim
