// What a cluster file says, in our own types: value structs with good defaults. build_cluster() makes the graph of it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "topology/topology.h"

namespace polyplane::topology {

/// How the accelerators of one scale-up domain are joined.
///   switched   every accelerator has `rate` into one non-blocking crossbar (NVSwitch): one vertex a domain, half of
///   the
///              latency on each side of it
///   full_mesh  a link group to each peer: one pair gets rate / (n-1), rounded down; the accelerators do not forward
///   ring       two neighbours, rate / 2 to each (a ring of two: two cables); accelerators forward
struct ScaleUpSpec {
  enum class Kind { none, switched, full_mesh, ring };
  Kind kind = Kind::none;
  BitRate rate;                      // per accelerator, per direction, over all its links
  Duration latency;                  // accelerator to accelerator, one way
  std::string tier_name = "nvlink";  // names the links; the switch is "nvswitch": "link" at the end becomes "switch"
  std::string switch_part;
};

struct NodeSpec {
  std::string accelerator_part;
  std::int32_t accelerators = 1;  // per node = size of the scale-up domain
  ScaleUpSpec scale_up;
  std::string nic_part;
  // Per node: a multiple of `accelerators` (each owns its NICs: no vertex), or a divisor (shared: a vertex). Without a
  // fabric, NICs are left out of the graph.
  std::int32_t nics = 0;
  BitRate nic_rate;      // per NIC, per direction, over all its ports
  Duration nic_latency;  // added once at each end
  BitRate host_rate;     // accelerator to a shared NIC (PCIe), per direction
  Duration host_latency;
};

/// How NICs meet planes. A plane is one copy of the fabric; planes never meet but through a node.
///   single    every NIC on the one plane
///   per_nic   NIC i of every node on plane i (DeepSeek-V3)
///   striped   every NIC has a port of rate / planes on every plane; packets are spread over the planes
enum class PlaneMode { single, per_nic, striped };

struct FabricSpec {
  std::string generator;             // name in the registry of generators, e.g. "fat_tree"; "" = no scale-out fabric
  std::vector<std::string> options;  // "name=value", declared by the generator
  PlaneMode planes = PlaneMode::single;
  std::int32_t num_planes = 1;    // striped only; per_nic has one per NIC of a node
  std::string switch_part;        // default of every tier
  std::int32_t switch_radix = 0;  // ports
  BitRate port_rate;
  Duration switch_latency;        // per traversal
  Duration cable_latency;         // propagation per cable, switch to switch
  Duration access_cable_latency;  // accelerator (NIC) to leaf
  bool lossless = true;
};

struct ClusterSpec {
  std::string name;
  std::string description;
  std::int32_t nodes = 1;
  NodeSpec node;
  FabricSpec fabric;
  std::string default_routing = "ecmp";  // name of a routing, see topology/router.h
  std::vector<std::string> assumed;      // what no public source states; every report that uses the cluster repeats it
};

/// Most devices and directed links that a cluster may have.
inline constexpr std::int64_t kMaxDevices = 8'000'000;
inline constexpr std::int64_t kMaxLinks = 64'000'000;
/// Most that one rate or one latency of a cluster may be; sums over any route then fit.
inline constexpr BitRate kMaxRate = BitRate::from_bps(1'000'000'000'000'000);
inline constexpr Duration kMaxLatency = Duration::from_ps(1'000'000'000'000);

/// Devices and directed links that a spec would have.
struct ClusterSize {
  int128 devices = 0, links = 0;
};

/// Counts without building. Throws InputError as build_cluster() does, LimitError when a count is over its limit.
[[nodiscard]] ClusterSize cluster_size(const ClusterSpec& spec);

/// Throws InputError (radix that cannot be met, nics that do not divide, ...) and LimitError (counts over the limits,
/// computed in 128 bits before anything is allocated).
[[nodiscard]] Topology build_cluster(const ClusterSpec& spec);

}  // namespace polyplane::topology
