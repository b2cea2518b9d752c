// What a cluster file says, in our own types: value structs with good defaults. build_cluster() makes the graph of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/length.h"
#include "base/units.h"
#include "topology/topology.h"

namespace polyplane::topology {

/// What a kind of link is made of, for the bill of materials; latencies stand beside it.
struct CableSpec {
  std::string part;  // catalogue name; may be empty
  std::optional<Length> length;
};

/// How the accelerators of one scale-up domain are joined. Rates are per direction.
struct ScaleUpSpec {
  std::string kind = "none";         // name in the registry scale_ups() (topology/scale_up.h)
  std::vector<std::string> options;  // "name=value", declared by that kind
  std::int32_t domain_nodes = 1;  // nodes of one domain: a divisor of all nodes; node i is in domain i / domain_nodes
  BitRate rate;                   // per accelerator, over all its links
  BitRate peer_rate;              // most that one peer can be reached with over direct links; 0: no bound of its own
  BitRate link_rate;              // of one link; 0: not stated, kinds that need it then share out `rate`
  Duration latency;               // accelerator to accelerator, one way; where others forward: for each hop
  std::string tier_name = "nvlink";  // names the links; the switch is "nvswitch": "link" at the end becomes "switch"
  std::string switch_part;
  std::int32_t switches = 0;  // chips that make up the crossbar of a domain of kind switched; 0: not stated
  bool reduces = false;       // kind switched: the crossbar can add up and multicast (NVLink SHARP)
  CableSpec cable;            // of links that leave a node

  [[nodiscard]] bool joins() const { return kind != "none"; }
};

struct NodeSpec {
  std::string accelerator_part;
  std::int32_t accelerators = 1;  // per node
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
  bool reduces = false;          // its switches can add up and multicast (InfiniBand SHARP)
  bool reduces_unasked = false;  // the cluster says so itself: they are set up to, not just able
  std::uint32_t virtual_channels = kDefaultVirtualChannels;  // of each link
  CableSpec cable, access_cable;

  /// Other cables, and their propagation, for the links between switches of one tier.
  struct TierCable {
    std::string tier;
    CableSpec cable;
    Duration latency;
  };
  std::vector<TierCable> tier_cables;
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
