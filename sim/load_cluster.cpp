#include "sim/load_cluster.h"

#include <algorithm>
#include <set>
#include <string>

#include "base/error.h"
#include "base/suggest.h"
#include "configs/schema/hardware.pb.h"
#include "sim/load_arithmetic.h"
#include "sim/load_cables.h"
#include "sim/load_graph.h"
#include "sim/load_scale_up.h"
#include "sim/part_lookup.h"
#include "topology/generator.h"
#include "topology/router.h"

namespace polyplane::sim {
namespace {

using topology::FabricSpec;
using topology::NodeSpec;
using topology::PlaneMode;

std::int32_t whole(const v1::Number& figure) { return static_cast<std::int32_t>(figure.value()); }

class ClusterLoader {
 public:
  ClusterLoader(const configs::Source& source, const v1::Cluster& cluster, const Parts& parts)
      : source_(source), cluster_(cluster), parts_(source, parts), catalogue_(parts) {}

  ClusterChoice load(const std::string& fallback_name) {
    spec_.name = cluster_.has_name() ? cluster_.name() : fallback_name;
    spec_.description = cluster_.description();
    if (cluster_.has_routing()) spec_.default_routing = cluster_.routing();
    if (!topology::routings().contains(spec_.default_routing)) {
      source_.fail(cluster_, "routing", unknown_name("routing", spec_.default_routing, topology::routings().names()));
    }
    if (cluster_.members_size() > 0) source_.fail(cluster_, "members", "are in a member; members have none themselves");
    if (cluster_.has_interconnect()) source_.fail(cluster_, "interconnect", "joins members, and there are none");
    ClusterChoice choice;
    if (cluster_.has_graph()) {
      refuse_recipe();
      choice.graph = load_graph(source_, cluster_.graph(), spec_.name);
      load_arithmetic_of(*choice.graph);
    } else {
      load_recipe();
    }
    spec_.assumed = parts_.assumed();
    for (const std::string& assumed : cluster_.assumed()) spec_.assumed.push_back(assumed);
    choice.spec = std::move(spec_);
    choice.arithmetic = arithmetic_;
    return choice;
  }

 private:
  void refuse_recipe() const {
    for (const char* field : {"nodes", "node", "fabric"}) {
      const auto* descriptor = cluster_.GetDescriptor()->FindFieldByName(field);
      if (cluster_.GetReflection()->HasField(cluster_, descriptor)) {
        source_.fail(cluster_, field, "contradicts graph: a cluster is either a recipe or a graph");
      }
    }
  }

  /// By the parts of cards and switches that the catalogue has: other names are free.
  void load_arithmetic_of(const GraphSpec& graph) {
    std::set<std::string> cards, switches;
    bool in_domains = false;
    for (const topology::Device& device : graph.devices) {
      in_domains |= device.reduces && device.kind == topology::DeviceKind::scaleup_switch;
      if (device.kind == topology::DeviceKind::accelerator) cards.insert(device.part);
      if (device.reduces && device.kind == topology::DeviceKind::network_switch) switches.insert(device.part);
    }
    if (in_domains) {
      for (const std::string& name : catalogue_.accelerators()) {
        if (!cards.contains(name)) continue;
        arithmetic_.domains &= load_arithmetic(name, catalogue_.accelerator(name).scale_up().in_network_arithmetic());
      }
    }
    if (switches.empty()) return;
    for (const std::string& name : catalogue_.switches()) {
      if (!switches.contains(name)) continue;
      arithmetic_.fabric &= load_arithmetic(name, catalogue_.network_switch(name).in_network_arithmetic());
    }
  }

  void load_recipe() {
    if (!cluster_.has_nodes()) source_.fail(cluster_, "nodes", "is missing; a cluster has nodes or a graph");
    if (!cluster_.has_node()) source_.fail(cluster_, "node", "is missing; say what one node is made of");
    spec_.nodes = cluster_.nodes();
    load_node(cluster_.node());
    if (cluster_.has_fabric()) {
      load_fabric(cluster_.fabric());
    } else if (spec_.nodes > spec_.node.scale_up.domain_nodes) {
      source_.fail(cluster_, "fabric", "is missing; " + std::to_string(spec_.nodes) + " nodes need one to meet");
    }
  }

  void load_node(const v1::Node& from) {
    NodeSpec& node = spec_.node;
    node.accelerators = from.accelerators();
    v1::Accelerator card;
    if (from.has_accelerator()) {
      card = parts_.part(from, "accelerator", from.accelerator(), &Parts::accelerator);
      arithmetic_.domains = load_arithmetic(card.name(), card.scale_up().in_network_arithmetic());
      node.accelerator_part = from.accelerator();
    }
    if (from.has_scale_up()) node.scale_up = load_scale_up(source_, cluster_, card, parts_);
    if (from.has_nics()) node.nics = from.nics();
    if (node.nics == 0) {
      for (const char* field : {"nic", "nic_rate", "nic_latency", "host_rate", "host_latency"}) {
        const auto* descriptor = from.GetDescriptor()->FindFieldByName(field);
        if (from.GetReflection()->HasField(from, descriptor)) {
          source_.fail(from, field, "contradicts a node without NICs; set nics");
        }
      }
      return;
    }
    load_nics(from, card);
  }

  void load_nics(const v1::Node& from, const v1::Accelerator& card) {
    NodeSpec& node = spec_.node;
    v1::Nic nic;
    if (from.has_nic()) {
      nic = parts_.part(from, "nic", from.nic(), &Parts::nic);
      node.nic_part = from.nic();
    }
    node.nic_rate = parts_.rate_of(from, "nic_rate", from.has_nic_rate(), from.nic_rate(), nic.name(),
                                   nic.has_rate() ? &nic.rate() : nullptr);
    if (from.has_nic_latency()) {
      node.nic_latency = parse_duration(from.nic_latency());
    } else if (nic.has_latency()) {
      node.nic_latency = Duration::from_ps((parts_.latency_of(nic.name(), "latency", nic.latency()).ps() + 1) / 2);
    } else {
      parts_.fail_missing(from, "nic_latency", nic.name());
    }
    if (node.nics % node.accelerators != 0 && node.accelerators % node.nics != 0) {
      const std::string cards = std::to_string(node.accelerators);
      source_.fail(from, "nics",
                   std::to_string(node.nics) + " do not divide over " + cards + " accelerators; a divisor of " + cards +
                       " (shared) or a multiple of it (each owns its NICs) would");
    }
    const bool shared = node.nics < node.accelerators;
    if (!shared && (from.has_host_rate() || from.has_host_latency())) {
      source_.fail(from, from.has_host_rate() ? "host_rate" : "host_latency",
                   "contradicts nics: each accelerator owns its NICs, so no host link is modelled");
    }
    if (!shared) return;
    node.host_rate = parts_.rate_of(from, "host_rate", from.has_host_rate(), from.host_rate(), card.name(),
                                    card.has_host_rate() ? &card.host_rate() : nullptr);
    if (!from.has_host_latency()) parts_.fail_missing(from, "host_latency", "");
    node.host_latency = parse_duration(from.host_latency());
  }

  void load_fabric(const v1::Fabric& from) {
    FabricSpec& fabric = spec_.fabric;
    if (spec_.node.nics == 0) source_.fail(cluster_.node(), "nics", "is missing; a fabric needs NICs to join");
    fabric.generator = from.generator();
    fabric.options.assign(from.options().begin(), from.options().end());
    check_options(from);
    load_planes(from);
    load_switch(from);
    load_fabric_cables(source_, from, parts_, fabric);
    fabric.lossless = !from.has_lossless() || from.lossless();
    if (from.has_virtual_channels()) fabric.virtual_channels = static_cast<std::uint32_t>(from.virtual_channels());
  }

  void check_options(const v1::Fabric& from) const {
    if (!topology::generators().contains(from.generator())) {
      source_.fail(from, "generator",
                   unknown_name("topology generator", from.generator(), topology::generators().names()));
    }
    try {
      (void)Options::parse(from.generator(), topology::generators().at(from.generator()).options, spec_.fabric.options);
    } catch (const OptionError& error) {
      const bool missing = error.index() == OptionError::kNoText;
      source_.fail(from, missing ? "generator" : "options", error.what(),
                   missing ? -1 : static_cast<int>(error.index()));
    }
  }

  void load_planes(const v1::Fabric& from) {
    FabricSpec& fabric = spec_.fabric;
    if (from.has_num_planes()) fabric.num_planes = from.num_planes();
    switch (from.planes()) {
      case v1::per_nic:
        fabric.planes = PlaneMode::per_nic;
        if (from.has_num_planes() && from.num_planes() != spec_.node.nics) {
          source_.fail(from, "num_planes",
                       std::to_string(from.num_planes()) + " contradicts planes: per_nic with nics: " +
                           std::to_string(spec_.node.nics) + "; there is one plane for each NIC of a node");
        }
        fabric.num_planes = spec_.node.nics;
        return;
      case v1::striped:
        fabric.planes = PlaneMode::striped;
        if (!from.has_num_planes()) source_.fail(from, "num_planes", "is missing; planes: striped needs their number");
        if (spec_.node.nic_rate.bps() % fabric.num_planes != 0) {
          source_.fail(from, "num_planes",
                       std::to_string(fabric.num_planes) + " does not divide the rate of a NIC, " +
                           to_string(spec_.node.nic_rate));
        }
        return;
      default:
        fabric.planes = PlaneMode::single;
        if (fabric.num_planes != 1) {
          source_.fail(from, "num_planes",
                       std::to_string(fabric.num_planes) + " contradicts planes: single; write per_nic or striped");
        }
    }
  }

  void load_switch(const v1::Fabric& from) {
    FabricSpec& fabric = spec_.fabric;
    v1::Switch box;
    if (from.has_switch_()) {
      box = parts_.part(from, "switch", from.switch_(), &Parts::network_switch);
      fabric.switch_part = from.switch_();
    }
    fabric.port_rate = parts_.rate_of(from, "port_rate", from.has_port_rate(), from.port_rate(), box.name(),
                                      box.has_port_rate() ? &box.port_rate() : nullptr);
    const bool radix_option =
        std::ranges::any_of(fabric.options, [](const std::string& option) { return option.starts_with("radix="); });
    if (from.has_switch_radix()) {
      fabric.switch_radix = from.switch_radix();
    } else if (box.has_ports()) {
      fabric.switch_radix = whole(box.ports());
    } else if (!radix_option) {
      parts_.fail_missing(from, "switch_radix", box.name());
    }
    if (box.has_capacity() && fabric.switch_radix * fabric.port_rate > parse_bit_rate(box.capacity().value())) {
      source_.fail(from, from.has_switch_radix() ? "switch_radix" : "port_rate",
                   std::to_string(fabric.switch_radix) + " ports of " + to_string(fabric.port_rate) + " contradict " +
                       box.name() + ", which switches " + box.capacity().value() + " in all");
    }
    fabric.reduces = from.has_in_network_reduction() ? from.in_network_reduction() : box.in_network_reduction();
    fabric.reduces_unasked = from.in_network_reduction();
    arithmetic_.fabric = load_arithmetic(box.name(), box.in_network_arithmetic());
    if (fabric.reduces && box.has_in_network_reduction() && !box.in_network_reduction()) {
      source_.fail(from, "in_network_reduction", "contradicts " + box.name() + ", which does not reduce");
    }
    if (from.has_switch_latency()) {
      fabric.switch_latency = parse_duration(from.switch_latency());
    } else if (box.has_latency()) {
      fabric.switch_latency = parts_.latency_of(box.name(), "latency", box.latency());
    } else {
      parts_.fail_missing(from, "switch_latency", box.name());
    }
  }

  const configs::Source& source_;
  const v1::Cluster& cluster_;
  PartLookup parts_;
  const Parts& catalogue_;
  topology::ClusterSpec spec_;
  SwitchArithmetic arithmetic_;
};

}  // namespace

ClusterChoice load_cluster(const configs::Source& source, const v1::Cluster& cluster, const Parts& parts,
                           const std::string& fallback_name) {
  return ClusterLoader(source, cluster, parts).load(fallback_name);
}

}  // namespace polyplane::sim
