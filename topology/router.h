// From two accelerators to a route. A route is a list of (trunk, weight): the network models know nothing else.
//
// A *trunk* is a set of links that every route of this routing uses in the same proportion, so that one capacity
// constraint stands for all of them (the 32 equal uplinks of a leaf under ideal spraying). Under per-flow hashing each
// link is a trunk of its own. Flow f puts rate x_f * weight on a trunk; a member link carries `share` of what its trunk
// carries. Exact by construction: links are merged only when their rows of weights over all pairs are proportional.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/registry.h"
#include "base/units.h"
#include "topology/channel_need.h"
#include "topology/topology.h"

namespace polyplane::topology {

struct TrunkMember {
  LinkId link;
  double share = 1.0;  // bytes on this link = share * (weighted bytes on the trunk)
};

struct Trunk {
  BitRate capacity;                                 // at weight 1
  std::uint32_t tier = 0;                           // of its links
  std::uint32_t first_member = 0, num_members = 0;  // into Router::members()
  BitRate lost;                                     // to faults of its links
  /// As built.
  [[nodiscard]] BitRate nominal() const { return BitRate::from_bps(capacity.bps() + lost.bps()); }
};

struct Hop {
  TrunkId trunk;
  double weight = 1.0;  // > 0; 1.0 unless a failure makes spraying uneven
};

struct Route {
  std::vector<Hop> hops;        // each trunk once, in order of travel; ends with equal order for equal arguments
  Duration latency;             // sum over links; of the longest path where paths differ
  bool scale_out = false;       // leaves the scale-up domain
  std::uint32_t num_links = 0;  // links in series
};

/// Identity of a flow for hashing: same key, same path (one queue pair keeps its source port).
struct FlowKey {
  DeviceId src, dst;
  std::uint32_t entropy = 0;  // lane or channel
  /// The plane to keep to, where a shortest way lies in it; -1: any.
  std::int32_t plane = -1;
  friend bool operator==(const FlowKey&, const FlowKey&) = default;
};

/// What trunks carry at this moment, as a network model tells it.
class TrunkLoads {
 public:
  virtual ~TrunkLoads() = default;
  /// Flows with bytes to send that have started and not ended; always 0 where nothing is shared.
  [[nodiscard]] virtual std::uint32_t flows(TrunkId /*trunk*/) const { return 0; }
};

/// Not thread-safe (routes are cached as they are asked for): one Router a thread. Keeps a reference to the topology.
class Router {
 public:
  virtual ~Router() = default;
  [[nodiscard]] virtual std::span<const Trunk> trunks() const = 0;
  [[nodiscard]] virtual std::span<const TrunkMember> members(TrunkId trunk) const = 0;
  /// Fills `route` (its vector is reused). REQUIRES: src != dst, both accelerators. Throws InputError that names the
  /// pair when faults cut it. Within a scale-up domain the route stays inside. Between planes that never meet, it
  /// crosses a peer card of the source node (PXN), and of the destination node when that is the only way.
  /// One end may be a switch beside the other, or both switches: see switch_routes.h.
  virtual void route(const FlowKey& key, Route& route) = 0;
  /// Does the route of a flow depend on loads? Then route() gives it for a network without any.
  [[nodiscard]] virtual bool adaptive() const { return false; }
  /// route() of a flow that starts now. With an adaptive routing links() and latency_by_tier() tell of this choice, too,
  /// while they are asked for the same flow.
  virtual void route_by_load(const FlowKey& key, const TrunkLoads& /*loads*/, Route& route) { this->route(key, route); }
  /// The same route as links with the fraction of the flow on each (sprayed paths unfolded), for validation and
  /// metrics.
  [[nodiscard]] virtual std::vector<std::pair<LinkId, double>> links(const FlowKey& key) = 0;
  /// Latency of the route split by tier of link (index = Topology::tier_names()); sums to Route::latency.
  [[nodiscard]] virtual std::vector<Duration> latency_by_tier(const FlowKey& key) = 0;
  /// True when routes depend on the shape of the graph alone (rates, latencies, kinds, rails, what is up): an automorphism
  /// of the topology then maps the route of a pair, hop by hop, to the route of the image of the pair. False where names,
  /// ids or hashes decide.
  [[nodiscard]] virtual bool follows_shape() const { return false; }
  /// Virtual channels with which routes of one layer never wait for each other in a circle where links never drop. Where
  /// what a link has is known to be enough, that may be a bound: `have`; 0 asks for the number itself.
  [[nodiscard]] virtual ChannelNeed channel_need(Layer /*layer*/, std::uint32_t /*have*/) { return {}; }
  /// Links of one layer that could wait for each other in a ring if they never drop and have one channel each; empty when
  /// free of deadlock. See topology/deadlock.h for what counts.
  [[nodiscard]] virtual std::vector<LinkId> dependency_cycle(Layer /*layer*/) { return {}; }
};

/// `hash`: a name in flow_hashes(), used by "ecmp" only.
struct RoutingSpec {
  std::string name = "ecmp";  // a name in routings()
  std::string hash = "mix";   // mix | crc32 | xor
  std::uint64_t seed = 0;
};

using RoutingFactory = std::function<std::unique_ptr<Router>(const Topology&, const RoutingSpec&)>;
[[nodiscard]] Registry<RoutingFactory>& routings();
using FlowHash = std::function<std::uint64_t(const FlowKey&, DeviceId at, std::uint64_t seed)>;
[[nodiscard]] Registry<FlowHash>& flow_hashes();

/// Looks the routing up and returns the router. Throws InputError when its routes need more virtual channels than links
/// have to be free of deadlock (topology/deadlock.h): on the fabric where that is lossless, and among the links of a
/// scale-up domain, which never drop.
[[nodiscard]] std::unique_ptr<Router> make_router(const Topology& topology, const RoutingSpec& spec);

}  // namespace polyplane::topology
