// Maps of a topology onto itself that change nothing but which device is which.
//
// An automorphism takes devices to devices and links to links, one to one: a device to one of the same kind, rail, plane,
// tier, and the same answer to "forwards" and "up"; a link to one between the images of its ends with the same rates,
// latency, kind, tier, plane and the same "up". Names, nodes, pods and parts may differ. Where rails may move, rails and
// planes are permuted as wholes: all of one rail go to one rail, all of one plane to one plane.
//
// Ideal spraying commutes with it: the route of the image of a pair is the image of the route of the pair.
//   - What a route may pass through (TransitGraph) is decided by kinds, `forwards`, links and `up`; scale-up domains are
//     components of links; the slope of a link comes from the tiers of its ends.
//   - Distances are counted in links, and next hops are all those that are one link nearer. The flow splits over them
//     evenly, likewise over equally short passages and equally good ways: sets, each member with the same weight.
//   - A way over a peer card is preferred for being on an equal rail, then for being short; never for coming first. Which
//     rail that is does not matter, nor does the number of a plane.
//   - Latency is the sum or the largest of latencies of links.
//   - Links are merged into trunks by rows of weights, which commute too, but within limits that are counted from the
//     lowest link: whoever needs trunks to be mapped to trunks has to look (sim/folding.h does).
// What ids do decide is the order of hops that are equally far from the source, the last bit of a weight that is a sum of
// unequal parts, and which of several longest paths is named when a latency is split by tier.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/ids.h"
#include "topology/topology.h"

namespace polyplane::topology {

struct Automorphism {
  std::vector<DeviceId> device;  // image, by DeviceId
  std::vector<LinkId> link;      // by LinkId
};

/// Completes the images of some cards to an automorphism. The rest is guessed by colour refinement: devices that look
/// alike from the given cards are matched by id, parallel links too. The guess is checked link by link, so what is found
/// is an automorphism; one that a lucky choice among look-alikes would have found may be missed.
/// Not thread-safe. Keeps a reference to the topology.
class AutomorphismFinder {
 public:
  enum class Rails : std::uint8_t { stay, may_move };
  /// REQUIRES: different devices.
  AutomorphismFinder(const Topology& topology, std::span<const DeviceId> cards, Rails rails = Rails::stay);

  /// `images`: of each card; REQUIRES: a permutation of the cards. O(links) a call, less when it fails.
  [[nodiscard]] std::optional<Automorphism> find(std::span<const DeviceId> images);

 private:
  using Colours = std::vector<std::uint64_t>;  // by DeviceId; alike: equal, else different but for a chance of 2^-64

  void classify_devices();
  void compile_links();
  void colour_cards(std::span<const DeviceId> places, Colours& colours) const;
  void refine(Colours& colours);
  [[nodiscard]] std::vector<DeviceId> others_by_colour(const Colours& colours) const;
  [[nodiscard]] std::uint64_t sum_of(const Colours& colours) const;
  [[nodiscard]] bool keeps_domains(std::span<const DeviceId> images);
  [[nodiscard]] bool match_devices(std::span<const DeviceId> images, const Colours& colours, Automorphism& map) const;
  [[nodiscard]] bool match_links(Automorphism& map);
  [[nodiscard]] bool moves_whole_rails(const Automorphism& map) const;

  const Topology& topology_;
  Rails rails_;
  std::vector<DeviceId> cards_;
  std::vector<std::uint8_t> is_card_;        // by DeviceId
  std::vector<std::int32_t> domain_;         // by DeviceId; -1: no accelerator
  std::vector<std::int32_t> domain_image_;   // by domain; workspace
  std::vector<std::uint32_t> device_class_;  // by DeviceId: equal attributes, equal class
  // Links that leave each device, by (far end, class of attributes, id).
  std::vector<std::uint32_t> first_;  // by DeviceId, and the end
  std::vector<std::uint32_t> to_, link_class_, link_;
  std::vector<std::uint64_t> salt_;  // by class of links
  // Refined from the cards in their own places.
  Colours colours_;
  std::vector<std::uint64_t> sums_;  // after each round
  std::vector<DeviceId> others_;     // all but the cards, by colour, then by id
  // Workspaces.
  Colours image_colours_, next_;
  std::vector<std::uint32_t> cursor_;  // by DeviceId
};

}  // namespace polyplane::topology
