// Routes with an end at a switch: what reduction and multicast in the network travel by (agents, collectives/schedule.h).
// From a card to a switch of its scale-up domain or to a leaf of its NICs, from switches of one tier to those of the next,
// and back.
//
// A switch of a scale-up domain stands for itself, and so does a leaf, which is a network switch beside a card or NIC. Any
// other network switch stands for its *stripe set*: all of its plane, tier and pod (and member of joined clusters) that are
// whole, each with an equal part of the data, as when every spine is the root of a SHARP tree of its own. Whole is a switch
// that is up with all its links: one with a fault has no part (a subnet manager would not build trees over it). So a route
// between a leaf and its spines takes each spine's part over the links to that spine, in equal shares; links that all sprayed
// routes use alike are one trunk, used in proportion. Left out: routes to part of a stripe set.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "topology/trunk_table.h"

namespace polyplane::topology {

/// Not thread-safe. Keeps a reference to the topology.
class SwitchRoutes {
 public:
  explicit SwitchRoutes(const Topology& topology) : topology_(topology) {}

  [[nodiscard]] static bool is_switch(const Device& device) {
    return device.kind == DeviceKind::scaleup_switch || device.kind == DeviceKind::network_switch;
  }

  /// Those that a switch stands for, ascending; empty when none of them is whole.
  [[nodiscard]] const std::vector<DeviceId>& stripe_set(DeviceId of_switch);
  /// Links with their fraction of the flow, in order of travel; empty when the two are not joined as above.
  [[nodiscard]] std::vector<std::pair<LinkId, double>> links_between(DeviceId src, DeviceId dst);

  /// As Router says. REQUIRES: two ends, of which one is a switch, and the other a card or a switch. Throws InputError when the
  /// two are not joined.
  void route(const FlowKey& key, const TrunkTable& trunks, Route& route);
  [[nodiscard]] std::vector<std::pair<LinkId, double>> links(const FlowKey& key);
  [[nodiscard]] std::vector<Duration> latency_by_tier(const FlowKey& key);

 private:
  void find_stripe_sets();
  [[nodiscard]] bool is_leaf(DeviceId id) const;
  [[nodiscard]] bool is_whole(DeviceId id) const;
  /// Over a card and its NICs; `up`: from the card.
  [[nodiscard]] std::vector<std::pair<LinkId, double>> access(DeviceId card, DeviceId beside, bool up) const;
  [[nodiscard]] std::vector<std::pair<LinkId, double>> between_tiers(DeviceId src, DeviceId dst);

  const Topology& topology_;
  // Made when first asked for: set_of_ by device, stripe_sets_[0] that of all that are no switch.
  std::vector<std::uint32_t> set_of_;
  std::vector<std::vector<DeviceId>> stripe_sets_;
  std::map<std::pair<DeviceId, DeviceId>, Route> routes_;
};

}  // namespace polyplane::topology
