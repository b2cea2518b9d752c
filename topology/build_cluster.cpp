#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "topology/cluster_check.h"
#include "topology/cluster_spec.h"
#include "topology/generator.h"
#include "topology/scale_up.h"

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

/// Cables of a tier that the generator did not lay are a mistake of the file.
void check_tier_cables(const ClusterSpec& spec, const Topology& topology) {
  std::vector<std::string> between_switches;
  for (const Link& link : topology.links()) {
    if (link.kind != LinkKind::scale_out || topology.device(link.from).kind != DeviceKind::network_switch ||
        topology.device(link.to).kind != DeviceKind::network_switch) {
      continue;
    }
    const std::string& tier = topology.tier_names()[link.tier];
    if (std::find(between_switches.begin(), between_switches.end(), tier) == between_switches.end()) {
      between_switches.push_back(tier);
    }
  }
  for (const FabricSpec::TierCable& other : spec.fabric.tier_cables) {
    if (std::find(between_switches.begin(), between_switches.end(), other.tier) != between_switches.end()) continue;
    throw InputError("cluster \"" + printable(spec.name) + "\": fabric.tiers: " +
                     unknown_name("tier of links between switches", other.tier, between_switches));
  }
}

/// Cards and NICs of one node; what joins the cards of a domain is left out.
ClusterSize node_size(const NodeSpec& node, bool with_nics) {
  const int128 n = node.accelerators;
  ClusterSize size{.devices = n, .links = 0};
  if (with_nics && nic_layout(node).shared) {
    size.devices += node.nics;
    size.links += 2 * n;
  }
  return size;
}

/// Lays nodes and planes in one pass over a spec that is checked and within the limits.
class ClusterBuilder {
 public:
  ClusterBuilder(const ClusterSpec& spec, const ClusterSize& size)
      : spec_(spec),
        node_(spec.node),
        scale_up_(scale_ups().at(spec.node.scale_up.kind)),
        scale_up_options_(Options::parse(spec.node.scale_up.kind, scale_up_.options, spec.node.scale_up.options)),
        builder_(spec.name) {
    builder_.reserve(static_cast<std::size_t>(size.devices), static_cast<std::size_t>(size.links));
  }

  Topology build() && {
    const bool has_fabric = !spec_.fabric.generator.empty();
    const std::int32_t domain_nodes = node_.scale_up.domain_nodes;
    for (std::int32_t first = 0; first < spec_.nodes; first += domain_nodes) {
      cards_.clear();
      for (std::int32_t i = 0; i < domain_nodes; ++i) add_accelerators(first + i);
      join_scale_up(first);
      if (!has_fabric) continue;
      for (std::int32_t i = 0; i < domain_nodes; ++i) add_nics(first + i, i);
    }
    if (has_fabric) {
      builder_.set_lossless(spec_.fabric.lossless);
      builder_.set_virtual_channels(spec_.fabric.virtual_channels);
      add_planes();
      spread_pods();
    }
    mark_reducers();
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
                  .forwards = kind != DeviceKind::accelerator || scale_up_.cards_forward,
                  .up = true};
  }

  void add_accelerators(std::int32_t node) {
    for (std::int32_t i = 0; i < node_.accelerators; ++i) {
      cards_.push_back(builder_.add_device(
          on_node(node, "gpu" + std::to_string(i), DeviceKind::accelerator, i, node_.accelerator_part)));
    }
  }

  void join_scale_up(std::int32_t first_node) {
    DomainContext domain{.builder = builder_,
                         .spec = node_.scale_up,
                         .shape = domain_shape(node_),
                         .cards = cards_,
                         .first_node = first_node};
    scale_up_.build(domain, scale_up_options_);
  }

  void add_nics(std::int32_t node, std::int32_t place_in_domain) {
    const NicLayout layout = nic_layout(node_);
    const auto card_of = [&](std::int32_t accelerator) {
      return cards_[static_cast<std::size_t>(place_in_domain) * static_cast<std::size_t>(node_.accelerators) +
                    static_cast<std::size_t>(accelerator)];
    };
    for (std::int32_t nic = 0; nic < node_.nics; ++nic) {
      if (!layout.shared) {
        nic_devices_.push_back(card_of(layout.accelerator_of(nic)));
        continue;
      }
      const DeviceId card =
          builder_.add_device(on_node(node, "nic" + std::to_string(nic), DeviceKind::nic, nic, node_.nic_part));
      nic_devices_.push_back(card);
      for (std::int32_t i = 0; i < layout.group; ++i) {
        builder_.add_cable(card_of(layout.accelerator_of(nic) + i), card, node_.host_rate, node_.host_latency,
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

  void mark_reducers() {
    const bool in_domains = node_.scale_up.reduces && node_.scale_up.kind == "switched";
    if (!in_domains && !spec_.fabric.reduces) return;
    for (std::uint32_t index = 0; index < builder_.num_devices(); ++index) {
      Device& device = builder_.device(DeviceId(index));
      device.reduces = (in_domains && device.kind == DeviceKind::scaleup_switch) ||
                       (spec_.fabric.reduces && device.kind == DeviceKind::network_switch);
      device.reduces_unasked =
          device.reduces && (spec_.fabric.reduces_unasked || device.kind != DeviceKind::network_switch);
    }
  }

  const ClusterSpec& spec_;
  const NodeSpec& node_;
  const ScaleUp& scale_up_;
  const Options scale_up_options_;
  TopologyBuilder builder_;
  std::vector<DeviceId> cards_;        // of the domain at hand
  std::vector<DeviceId> nic_devices_;  // by node, then NIC: the NIC vertex or the accelerator that owns it
};

}  // namespace

ClusterSize cluster_size(const ClusterSpec& spec) {
  check_cluster(spec);
  const bool has_fabric = !spec.fabric.generator.empty();
  const ClusterSize node = node_size(spec.node, has_fabric);
  const DomainSize domain = domain_size(spec.node);
  const int128 domains = spec.nodes / spec.node.scale_up.domain_nodes;
  ClusterSize size{.devices = spec.nodes * node.devices + domains * domain.switches,
                   .links = spec.nodes * node.links + 2 * domains * domain.cables};
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
        "the counts of scale-up kind \"" + spec.node.scale_up.kind + "\" or generator \"" + spec.fabric.generator +
            "\" differ from what they built");
  if (!spec.fabric.tier_cables.empty()) check_tier_cables(spec, topology);
  return topology;
}

}  // namespace polyplane::topology
