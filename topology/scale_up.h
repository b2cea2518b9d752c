// The seam for scale-up guests: one file each under topology/scale_up/, self-registered. A guest joins the cards of one
// domain: it is given them and adds cables and switches. Which nodes make a domain, and NICs, are the house's work.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/options.h"
#include "base/registry.h"
#include "topology/cluster_spec.h"
#include "topology/topology.h"

namespace polyplane::topology {

/// Nodes of one domain, and cards of each.
struct DomainShape {
  std::int64_t nodes = 1, cards_per_node = 1;
  [[nodiscard]] std::int64_t cards() const { return nodes * cards_per_node; }
};

/// What a guest adds to one domain, exactly, before building: for limits.
struct DomainSize {
  int128 switches = 0, cables = 0;
  std::int64_t joined = 0;          // most cards that reach each other; all of the domain but for bridges
  std::int64_t links_per_card = 0;  // most that a card has, where link_rate is theirs; else 0
};

struct DomainContext {
  TopologyBuilder& builder;
  const ScaleUpSpec& spec;
  DomainShape shape;
  std::vector<DeviceId> cards;  // by node, then by number in the node
  std::int32_t first_node = 0;  // of the cluster's nodes

  [[nodiscard]] DeviceId card(std::int64_t index) const { return cards[static_cast<std::size_t>(index)]; }
};

/// `size` and `build` throw InputError, with what would fit, when a domain of this shape cannot be joined with these
/// options. Both may rely on: two cards or more, rates and latencies in range, a rate of at least 1 bps for each card.
struct ScaleUp {
  std::vector<OptionSpec> options;
  bool cards_forward = false;    // may traffic of others pass through a card, inside its domain?
  bool takes_peer_rate = false;  // ScaleUpSpec::peer_rate means something to it
  bool takes_link_rate = false;  // ScaleUpSpec::link_rate does
  std::function<DomainSize(const ScaleUpSpec&, const Options&, const DomainShape&)> size;
  std::function<void(DomainContext&, const Options&)> build;
};

[[nodiscard]] Registry<ScaleUp>& scale_ups();

/// The domains that a node belongs to, and what `size` of its kind says of one. Throws InputError: unknown kind, options.
[[nodiscard]] DomainShape domain_shape(const NodeSpec& node);
[[nodiscard]] DomainSize domain_size(const NodeSpec& node);

/// rate / parts, rounded down. Throws InputError when nothing is left.
[[nodiscard]] BitRate part_of(BitRate rate, std::int64_t parts);
/// So many links side by side: each has the stated link_rate, or else its share of the rate of a card with
/// `links_per_card`. Throws InputError when the sum is out of range.
[[nodiscard]] BitRate link_group_rate(const ScaleUpSpec& spec, std::int64_t links, std::int64_t links_per_card);

/// Lays one cable between two cards with the latency of the spec.
LinkId join_cards(DomainContext& domain, DeviceId a, DeviceId b, BitRate rate);
/// A switch of the domain: "node12/NAME" where the domain is that node alone, else "domain3/NAME".
DeviceId add_domain_switch(DomainContext& domain, std::string_view name);
/// A switch inside a node of the domain, counted from 0: "node12/NAME".
DeviceId add_node_switch(DomainContext& domain, std::int64_t node, std::string_view name);
/// Lays the cable of a card to a switch. A way over one switch takes the latency of the spec: half of it on each side.
LinkId attach_card(DomainContext& domain, DeviceId card, DeviceId to, BitRate rate);
/// "nvswitch" for the tier "nvlink": what switches are called.
[[nodiscard]] std::string switch_name(const ScaleUpSpec& spec);

}  // namespace polyplane::topology
