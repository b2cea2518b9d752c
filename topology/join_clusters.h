// Several clusters in one graph: members of any make, each as it was built, and an interconnect between them.
//
// Names get the member in front: "a0/node3/gpu1", "a0/plane2/spine1". Nodes and pods are numbered through, member after
// member; planes keep their numbers, so plane 2 of one member and plane 2 of another are the same plane.
//
// What may not meet inside a member does not meet through the interconnect either: each set of switches that cables join
// (a plane; one rail of a rail-only fabric) has a gateway of its own, with an equal share of the member's rate. When all
// members have the same number of such sets, set i of all members meets in exchange i; else one exchange joins all of
// them. Without an interconnect the members are islands.
//   gateway   "a0/gateway" (several: "a0/gateway0", ...), a switch of a tier above all of members. Its cables to the
//             set's switches of the highest tier have the gateway's share as rate and no latency. Where switches of that
//             tier are joined among themselves (dragonfly, torus), one switch, the first, is the border: a gateway at
//             all of them would be a short cut through the member. A member without switches has one gateway that its
//             NICs meet, or, where NICs are no devices, its cards.
//   exchange  "interconnect" (several: "interconnect0", ...), non-blocking, of a tier above the gateways.
// Links of gateways and exchanges are of tier "gateway" and "interconnect". Up and down by tiers as in a fat tree, so
// nothing that was free of cyclic waits becomes less so, and no route between cards of a member leaves it but where
// faults have cut every way of the tree inside.
// Left out: how the interconnect is built (a ring of sites, a mesh of leased lines), rates that differ by pair.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/units.h"
#include "topology/topology.h"

namespace polyplane::topology {

struct InterconnectSpec {
  BitRate rate;      // of one member, per direction, over all its gateways
  Duration latency;  // one way, from the border of one member to that of another, all boxes on the way included
};

struct JoinedMember {
  const Topology* topology = nullptr;  // may stand for several members; not kept
  std::string name;                    // "a0"
  // Of a member without switches: its cards' (or NICs') ports. No rate: as wide as the gateway.
  std::optional<BitRate> port_rate;
  Duration port_latency;  // added once at each end
};

/// Of links.
inline constexpr std::string_view kGatewayLinks = "gateway";
inline constexpr std::string_view kInterconnectLinks = "interconnect";
/// Device::tier, which no generator reaches.
inline constexpr std::int32_t kGatewayTier = 100;
inline constexpr std::int32_t kExchangeTier = 101;

/// The joined cluster never drops when one of its members does not, and its links have the fewest virtual channels of
/// all. Islands keep their coordinates; what an interconnect joins is no grid any more and has none. Throws InputError: a
/// rate that its gateways cannot share (below 1 bps each), two members of one name; LimitError: over the limits of
/// cluster_spec.h. CHECKs that there is a member and that members are not joined themselves.
[[nodiscard]] Topology join_clusters(const std::string& name, std::span<const JoinedMember> members,
                                     const std::optional<InterconnectSpec>& interconnect);

}  // namespace polyplane::topology
