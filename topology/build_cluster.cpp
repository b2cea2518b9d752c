#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "topology/cluster_check.h"
#include "topology/cluster_spec.h"
#include "topology/generator.h"

namespace polyplane::topology {

namespace {

std::string decimal(int128 n) {
  std::string digits;
  for (; n > 0 || digits.empty(); n /= 10) digits.push_back(static_cast<char>('0' + static_cast<int>(n % 10)));
  std::reverse(digits.begin(), digits.end());
  return digits;
}

void check_limits(const ClusterSpec& spec, const ClusterSize& size) {
  if (size.devices <= kMaxDevices && size.links <= kMaxLinks) return;
  throw LimitError("cluster \"" + printable(spec.name) + "\" would have " + decimal(size.devices) + " devices and " +
                   decimal(size.links) + " directed links; the limits are " + decimal(kMaxDevices) + " and " +
                   decimal(kMaxLinks));
}

ClusterSize node_size(const NodeSpec& node, bool with_nics) {
  const int128 n = node.accelerators;
  ClusterSize size{.devices = n, .links = 0};
  switch (node.scale_up.kind) {
    case ScaleUpSpec::Kind::none:
      break;
    case ScaleUpSpec::Kind::switched:
      size.devices += 1;
      size.links += 2 * n;
      break;
    case ScaleUpSpec::Kind::full_mesh:
      size.links += n * (n - 1);
      break;
    case ScaleUpSpec::Kind::ring:
      size.links += 2 * n;
      break;
  }
  if (with_nics && nic_layout(node).shared) {
    size.devices += node.nics;
    size.links += 2 * n;
  }
  return size;
}

BitRate part_of(BitRate rate, std::int64_t parts) { return BitRate::from_bps(rate.bps() / parts); }

std::string scale_up_switch_name(std::string tier) {
  constexpr std::string_view kLink = "link";
  if (tier.ends_with(kLink)) tier.resize(tier.size() - kLink.size());
  return tier + "switch";
}

/// Lays nodes and planes in one pass over a spec that is checked and within the limits.
class ClusterBuilder {
 public:
  ClusterBuilder(const ClusterSpec& spec, const ClusterSize& size)
      : spec_(spec), node_(spec.node), builder_(spec.name) {
    builder_.reserve(static_cast<std::size_t>(size.devices), static_cast<std::size_t>(size.links));
  }

  Topology build() && {
    const bool has_fabric = !spec_.fabric.generator.empty();
    for (std::int32_t node = 0; node < spec_.nodes; ++node) {
      add_accelerators(node);
      join_scale_up(node);
      if (has_fabric) add_nics(node);
    }
    if (has_fabric) {
      builder_.set_lossless(spec_.fabric.lossless);
      add_planes();
      spread_pods();
    }
    return std::move(builder_).build();
  }

 private:
  Device on_node(std::int32_t node, std::string_view role, DeviceKind kind, std::int32_t rail,
                 const std::string& part) const {
    return Device{.name = "node" + std::to_string(node) + "/" + std::string(role),
                  .kind = kind,
                  .node = node,
                  .plane = -1,
                  .rail = rail,
                  .tier = 0,
                  .pod = -1,
                  .part = part,
                  .forwards = kind != DeviceKind::accelerator || node_.scale_up.kind == ScaleUpSpec::Kind::ring,
                  .up = true};
  }

  void add_accelerators(std::int32_t node) {
    peers_.clear();
    for (std::int32_t i = 0; i < node_.accelerators; ++i) {
      peers_.push_back(builder_.add_device(
          on_node(node, "gpu" + std::to_string(i), DeviceKind::accelerator, i, node_.accelerator_part)));
    }
  }

  void join_scale_up(std::int32_t node) {
    const ScaleUpSpec& up = node_.scale_up;
    const std::size_t n = peers_.size();
    switch (up.kind) {
      case ScaleUpSpec::Kind::none:
        return;
      case ScaleUpSpec::Kind::switched:
        return join_by_switch(node);
      case ScaleUpSpec::Kind::full_mesh:
        for (std::size_t a = 0; a < n; ++a) {
          for (std::size_t b = a + 1; b < n; ++b) {
            join_peers(peers_[a], peers_[b], part_of(up.rate, static_cast<std::int64_t>(n) - 1));
          }
        }
        return;
      case ScaleUpSpec::Kind::ring:
        for (std::size_t a = 0; a < n; ++a) join_peers(peers_[a], peers_[(a + 1) % n], part_of(up.rate, 2));
        return;
    }
  }

  void join_peers(DeviceId a, DeviceId b, BitRate rate) {
    builder_.add_cable(a, b, rate, node_.scale_up.latency, LinkKind::scale_up, node_.scale_up.tier_name);
  }

  void join_by_switch(std::int32_t node) {
    const ScaleUpSpec& up = node_.scale_up;
    const DeviceId crossbar = builder_.add_device(
        on_node(node, scale_up_switch_name(up.tier_name), DeviceKind::scaleup_switch, -1, up.switch_part));
    const Duration way_in = Duration::from_ps(up.latency.ps() / 2);
    for (const DeviceId peer : peers_) {
      const LinkId in = builder_.add_cable(peer, crossbar, up.rate, way_in, LinkKind::scale_up, up.tier_name);
      builder_.link(builder_.link(in).reverse).latency = up.latency - way_in;
    }
  }

  void add_nics(std::int32_t node) {
    const NicLayout layout = nic_layout(node_);
    for (std::int32_t nic = 0; nic < node_.nics; ++nic) {
      if (!layout.shared) {
        nic_devices_.push_back(peers_[static_cast<std::size_t>(layout.accelerator_of(nic))]);
        continue;
      }
      const DeviceId card =
          builder_.add_device(on_node(node, "nic" + std::to_string(nic), DeviceKind::nic, nic, node_.nic_part));
      nic_devices_.push_back(card);
      for (std::int32_t i = 0; i < layout.group; ++i) {
        const std::int32_t accelerator = layout.accelerator_of(nic) + i;
        builder_.add_cable(peers_[static_cast<std::size_t>(accelerator)], card, node_.host_rate, node_.host_latency,
                           LinkKind::host, "pcie");
      }
    }
  }

  std::vector<Port> ports_on(std::int32_t plane) const {
    std::vector<Port> ports;
    for (std::int32_t node = 0; node < spec_.nodes; ++node) {
      for (std::int32_t nic = 0; nic < node_.nics; ++nic) {
        if (spec_.fabric.planes == PlaneMode::per_nic && nic != plane) continue;
        const auto index =
            static_cast<std::size_t>(node) * static_cast<std::size_t>(node_.nics) + static_cast<std::size_t>(nic);
        ports.push_back({.device = nic_devices_[index], .node = node, .rail = nic, .rate = nic_port_rate(spec_)});
      }
    }
    return ports;
  }

  void add_planes() {
    const Generator& generator = generators().at(spec_.fabric.generator);
    const Options options = Options::parse(spec_.fabric.generator, generator.options, spec_.fabric.options);
    const std::int32_t planes = num_planes(spec_);
    for (std::int32_t plane = 0; plane < planes; ++plane) {
      PlaneContext context{.builder = builder_,
                           .fabric = spec_.fabric,
                           .ports = ports_on(plane),
                           .plane = plane,
                           .prefix = planes > 1 ? "plane" + std::to_string(plane) + "/" : "",
                           .access_latency = node_.nic_latency + spec_.fabric.access_cable_latency};
      generator.build(context, options);
    }
  }

  /// The generator marks the devices of the ports; the rest of a node follows when its ports agree.
  void spread_pods() {
    const auto nics = static_cast<std::size_t>(node_.nics);
    std::vector<std::int32_t> pods;
    for (std::size_t first = 0; first < nic_devices_.size(); first += nics) {
      const std::int32_t pod = builder_.device(nic_devices_[first]).pod;
      const bool agree = std::all_of(nic_devices_.begin() + static_cast<std::ptrdiff_t>(first),
                                     nic_devices_.begin() + static_cast<std::ptrdiff_t>(first + nics),
                                     [&](DeviceId id) { return builder_.device(id).pod == pod; });
      pods.push_back(agree ? pod : -1);
    }
    for (std::uint32_t index = 0; index < builder_.num_devices(); ++index) {
      Device& device = builder_.device(DeviceId(index));
      if (device.node >= 0 && device.pod < 0) device.pod = pods[static_cast<std::size_t>(device.node)];
    }
  }

  const ClusterSpec& spec_;
  const NodeSpec& node_;
  TopologyBuilder builder_;
  std::vector<DeviceId> peers_;        // accelerators of the node at hand
  std::vector<DeviceId> nic_devices_;  // by node, then NIC: the NIC vertex or the accelerator that owns it
};

}  // namespace

ClusterSize cluster_size(const ClusterSpec& spec) {
  check_cluster(spec);
  const bool has_fabric = !spec.fabric.generator.empty();
  const ClusterSize node = node_size(spec.node, has_fabric);
  ClusterSize size{.devices = spec.nodes * node.devices, .links = spec.nodes * node.links};
  check_limits(spec, size);
  if (!has_fabric) return size;
  const Generator& generator = generators().at(spec.fabric.generator);
  const Options options = Options::parse(spec.fabric.generator, generator.options, spec.fabric.options);
  const int128 ports = static_cast<int128>(spec.nodes) * ports_per_node(spec);
  const int128 planes = num_planes(spec);
  check_limits(spec, {.devices = size.devices, .links = size.links + 2 * ports * planes});
  const PlaneSize plane = generator.size(spec.fabric, options, static_cast<std::int64_t>(ports), spec.nodes);
  size.devices += planes * plane.switches;
  size.links += 2 * planes * plane.cables;
  check_limits(spec, size);
  return size;
}

Topology build_cluster(const ClusterSpec& spec) {
  const ClusterSize size = cluster_size(spec);
  Topology topology = ClusterBuilder(spec, size).build();
  CHECK(size.devices == static_cast<int128>(topology.devices().size()) &&
            size.links == static_cast<int128>(topology.links().size()),
        "the counts of generator \"" + spec.fabric.generator + "\" differ from what it built");
  return topology;
}

}  // namespace polyplane::topology
