#include "topology/cluster_check.h"

#include "base/error.h"
#include "base/suggest.h"
#include "topology/scale_up.h"

namespace polyplane::topology {

namespace {

/// Throws with "cluster NAME: field: sentence".
class Checker {
 public:
  explicit Checker(const ClusterSpec& spec) : where_("cluster \"" + printable(spec.name) + "\": ") {}

  [[noreturn]] void fail(std::string_view field, const std::string& sentence) const {
    throw InputError(where_ + std::string(field) + ": " + sentence);
  }
  void count(std::string_view field, std::int64_t value, std::int64_t min) const {
    if (value < min) fail(field, std::to_string(value) + " is too small; at least " + std::to_string(min));
  }
  void rate(std::string_view field, BitRate value) const {
    if (value.bps() <= 0 || value > kMaxRate) {
      fail(field, to_string(value) + " is out of range; more than 0 and at most " + to_string(kMaxRate));
    }
  }
  void latency(std::string_view field, Duration value) const {
    if (value.ps() < 0 || value > kMaxLatency) {
      fail(field, to_string(value) + " is out of range; from 0 ns to " + to_string(kMaxLatency));
    }
  }

 private:
  std::string where_;
};

/// "1, 2, 4, 8": the divisors of n, all or those below a hundred entries.
std::string divisors(std::int64_t n) {
  std::string text;
  std::int64_t shown = 0;
  for (std::int64_t d = 1; d <= n && shown < 100; ++d) {
    if (n % d != 0) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(d);
    ++shown;
  }
  return text;
}

void check_scale_up(const Checker& check, const ClusterSpec& spec) {
  const ScaleUpSpec& up = spec.node.scale_up;
  if (!scale_ups().contains(up.kind)) {
    check.fail("node.scale_up.kind", unknown_name("kind of scale-up domain", up.kind, scale_ups().names()));
  }
  check.count("node.scale_up.domain_nodes", up.domain_nodes, 1);
  if (spec.nodes % up.domain_nodes != 0) {
    check.fail("node.scale_up.domain_nodes", std::to_string(spec.nodes) + " nodes do not divide into domains of " +
                                                 std::to_string(up.domain_nodes) + "; one of " + divisors(spec.nodes) +
                                                 " would fit");
  }
  if (!up.joins()) {
    if (up.domain_nodes > 1) check.fail("node.scale_up.domain_nodes", "contradicts kind none, which joins nothing");
    return;
  }
  check.rate("node.scale_up.rate", up.rate);
  check.latency("node.scale_up.latency", up.latency);
  if (up.peer_rate.bps() != 0) check.rate("node.scale_up.peer_rate", up.peer_rate);
  if (up.link_rate.bps() != 0) check.rate("node.scale_up.link_rate", up.link_rate);
  if (spec.node.accelerators < 2 && up.domain_nodes < 2) {
    check.fail("node.scale_up", "a domain of one accelerator has no peer to scale up to; use kind none");
  }
  if (up.tier_name.empty() || up.tier_name.find_first_of("./") != std::string::npos) {
    check.fail("node.scale_up.tier_name",
               "\"" + printable(up.tier_name) + "\" is no name for a tier: it is empty or holds '.' or '/'");
  }
  if (up.rate.bps() < static_cast<std::int64_t>(spec.node.accelerators) * up.domain_nodes) {
    check.fail("node.scale_up.rate", to_string(up.rate) + " leaves less than 1 bps for each peer");
  }
}

void check_nics(const Checker& check, const NodeSpec& node) {
  check.count("node.nics", node.nics, 1);
  check.rate("node.nic_rate", node.nic_rate);
  check.latency("node.nic_latency", node.nic_latency);
  if (node.nics % node.accelerators != 0 && node.accelerators % node.nics != 0) {
    check.fail("node.nics", std::to_string(node.nics) + " do not divide over " + std::to_string(node.accelerators) +
                                " accelerators; a multiple of " + std::to_string(node.accelerators) +
                                " (each owns its NICs) or one of " + divisors(node.accelerators) + " would fit");
  }
  if (node.nics < node.accelerators) {
    check.rate("node.host_rate", node.host_rate);
    check.latency("node.host_latency", node.host_latency);
  }
}

void check_planes(const Checker& check, const ClusterSpec& spec) {
  const FabricSpec& fabric = spec.fabric;
  check.count("fabric.num_planes", fabric.num_planes, 1);
  switch (fabric.planes) {
    case PlaneMode::single:
      if (fabric.num_planes != 1) {
        check.fail("fabric.num_planes",
                   std::to_string(fabric.num_planes) + " planes contradict planes: single; use striped or per_nic");
      }
      break;
    case PlaneMode::per_nic:
      if (fabric.num_planes != 1 && fabric.num_planes != spec.node.nics) {
        check.fail("fabric.num_planes", std::to_string(fabric.num_planes) + " planes contradict planes: per_nic with " +
                                            std::to_string(spec.node.nics) + " NICs a node: one plane each");
      }
      break;
    case PlaneMode::striped:
      if (spec.node.nic_rate.bps() % fabric.num_planes != 0) {
        check.fail("fabric.num_planes", to_string(spec.node.nic_rate) + " do not divide over " +
                                            std::to_string(fabric.num_planes) + " planes in whole bits per second");
      }
      break;
  }
}

void check_fabric(const Checker& check, const ClusterSpec& spec) {
  const FabricSpec& fabric = spec.fabric;
  check_nics(check, spec.node);
  check_planes(check, spec);
  check.count("fabric.switch_radix", fabric.switch_radix, 0);
  check.rate("fabric.port_rate", fabric.port_rate);
  check.latency("fabric.switch_latency", fabric.switch_latency);
  check.latency("fabric.cable_latency", fabric.cable_latency);
  check.latency("fabric.access_cable_latency", fabric.access_cable_latency);
  for (const FabricSpec::TierCable& other : fabric.tier_cables)
    check.latency("fabric.tiers.cable_latency", other.latency);
  const BitRate port = nic_port_rate(spec);
  if (port > fabric.port_rate) {
    check.fail("fabric.port_rate", "a NIC port of " + to_string(port) + " does not fit a switch port of " +
                                       to_string(fabric.port_rate) +
                                       "; use faster ports, or planes: striped to split the NIC over several planes");
  }
}

}  // namespace

void check_cluster(const ClusterSpec& spec) {
  const Checker check(spec);
  check.count("nodes", spec.nodes, 1);
  check.count("node.accelerators", spec.node.accelerators, 1);
  check.count("node.nics", spec.node.nics, 0);
  check_scale_up(check, spec);
  if (!spec.fabric.generator.empty()) {
    check_fabric(check, spec);
  } else if (spec.nodes > spec.node.scale_up.domain_nodes) {
    check.fail("fabric.generator",
               std::to_string(spec.nodes) +
                   " nodes need a fabric to join them; name a generator, or join them all in one scale-up domain");
  }
}

NicLayout nic_layout(const NodeSpec& node) {
  if (node.nics >= node.accelerators) return {.shared = false, .group = node.nics / node.accelerators};
  return {.shared = true, .group = node.accelerators / node.nics};
}

std::int32_t num_planes(const ClusterSpec& spec) {
  return spec.fabric.planes == PlaneMode::per_nic ? spec.node.nics : spec.fabric.num_planes;
}

std::int32_t ports_per_node(const ClusterSpec& spec) {
  return spec.fabric.planes == PlaneMode::per_nic ? 1 : spec.node.nics;
}

BitRate nic_port_rate(const ClusterSpec& spec) {
  if (spec.fabric.planes != PlaneMode::striped) return spec.node.nic_rate;
  return BitRate::from_bps(spec.node.nic_rate.bps() / spec.fabric.num_planes);
}

}  // namespace polyplane::topology
