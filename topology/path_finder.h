// Which way from one accelerator to another, before any hashing or spraying: inside the scale-up domain; else straight
// through the scale-out fabric; else over a peer card of the source node, of the destination node, or of both (PXN).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "topology/shortest_paths.h"

namespace polyplane::topology {

/// From one accelerator to another inside one layer: by an entry, the shortest paths between two vertices, and an exit;
/// or by one or two links that meet no vertex (`head` only: a direct cable, or a NIC that both cards share).
struct Passage {
  Access head, tail;  // vertices are kNoVertex when no vertex is met
  std::uint32_t num_links = 0;
};

/// Equally short passages between the same two accelerators.
struct Stretch {
  Layer layer = Layer::scale_out;
  DeviceId from, to;
  std::uint32_t first = 0, count = 0;  // into Plan::passages
};

/// Stretches in order of travel; where two meet, a card takes the data in and sends it on.
struct Way {
  std::array<Stretch, 3> stretches;
  std::uint32_t num_stretches = 0;
  std::uint32_t num_links = 0;
};

/// Equally good ways. Reused from pair to pair: valid until the next one is asked for.
struct Plan {
  std::vector<Passage> passages;
  std::vector<Way> ways;  // at least one
  bool scale_out = false;
};

/// One passage of a plan, as pointers.
struct Leg {
  Layer layer = Layer::scale_out;
  const Access* head = nullptr;
  const Access* tail = nullptr;
};

/// A plan of one way only, with one passage a stretch.
struct PlainPlan {
  std::array<Leg, 2> legs;  // in order of travel
  std::uint32_t num_legs = 0;
  bool scale_out = false;
};

/// Not thread-safe. Keeps a reference to the topology.
class PathFinder {
 public:
  explicit PathFinder(const Topology& topology);

  /// REQUIRES: two different accelerators. Throws InputError that names both when no way is left. Preferences: within
  /// the domain before all; a straight passage before a peer; a peer of the source before one of the destination before
  /// both; among peers those on the rail of the far end (both: the same rail), and of these the one of the own node, where
  /// a domain spans several; then the fewest links.
  /// With a `plane` of the fabric the passages that are in it, where a straight passage is.
  [[nodiscard]] const Plan& plan(DeviceId src, DeviceId dst, std::int32_t plane = -1);
  /// The same plan at a tenth of the cost for pairs as they mostly are: cards with one port into each layer, and at most
  /// one peer card, on the rail of the destination, in between. False where it takes plan() to say. `reaches(layer, x, y)`
  /// says whether two vertices of a component are joined.
  template <class Reaches>
  [[nodiscard]] bool plan_plainly(DeviceId src, DeviceId dst, PlainPlan& plan, Reaches&& reaches) const {
    if (!sketch(src, dst, plan)) return false;
    for (std::uint32_t l = 0; l < plan.num_legs; ++l) {
      const Vertex x = plan.legs[l].head->vertex, y = plan.legs[l].tail->vertex;
      if (x != y && !reaches(plan.legs[l].layer, x, y)) return false;
    }
    return true;
  }

  [[nodiscard]] const ShortestPaths& paths(Layer layer) const {
    return layer == Layer::scale_up ? scale_up_ : scale_out_;
  }
  [[nodiscard]] ShortestPaths& paths(Layer layer) { return layer == Layer::scale_up ? scale_up_ : scale_out_; }
  [[nodiscard]] bool is_card(DeviceId device) const { return position_[device.index()] < cards_.size(); }
  /// Index into Topology::accelerators().
  [[nodiscard]] std::uint32_t position(DeviceId accelerator) const { return position_[accelerator.index()]; }
  [[nodiscard]] const Topology& topology() const { return topology_; }

 private:
  /// How a card meets a layer.
  struct Side {
    std::uint32_t component = kNoSide;
    const Access* entry = nullptr;
    const Access* exit = nullptr;
  };
  static constexpr std::uint32_t kNoSide = 0xffffffffU;   // not at all
  static constexpr std::uint32_t kOddSide = 0xfffffffeU;  // by several accesses, by doors, or one way only
  struct Card {
    Side scale_up, scale_out;
    std::int32_t rail = -1, node = -1;
    std::uint32_t domain = 0;
    std::uint32_t mates = 0;  // into mates_
  };
  [[nodiscard]] static Side side_of(const TransitGraph& graph, std::uint32_t accelerator);
  /// plan_plainly() as if all vertices of a component were joined.
  [[nodiscard]] bool sketch(DeviceId src, DeviceId dst, PlainPlan& plan) const;
  /// Of the only stretch.
  void keep_plane(Way& way, std::int32_t plane);
  [[nodiscard]] bool add_stretch(Way& way, Layer layer, std::uint32_t src, std::uint32_t dst);
  /// How good a way over peers is before its links are counted.
  enum class Fit : std::uint8_t { any, on_rail, own_node };
  /// Of `peer` in the domain of `end`, when the card across the fabric is on `rail`.
  [[nodiscard]] Fit fit_of(std::uint32_t peer, std::uint32_t end, std::int32_t rail) const {
    if (cards_[peer].rail != rail) return Fit::any;
    return cards_[peer].node == cards_[end].node ? Fit::own_node : Fit::on_rail;
  }
  void offer(Fit fit, std::uint32_t src, std::uint32_t p, std::uint32_t q, std::uint32_t dst);
  void plan_over_peers(std::uint32_t src, std::uint32_t dst);
  [[nodiscard]] std::span<const std::uint32_t> domain_of(std::uint32_t accelerator) const {
    return domains_[cards_[accelerator].domain];
  }
  [[noreturn]] void throw_cut_off(std::uint32_t src, std::uint32_t dst) const;

  const Topology& topology_;
  ShortestPaths scale_up_, scale_out_;
  /// Cards of one domain in one node.
  struct Mates {
    std::vector<std::uint32_t> members;  // by accelerator
    bool in_rail_order = true;           // member i is on rail i
  };
  std::vector<std::uint32_t> position_;              // by DeviceId
  std::vector<Card> cards_;                          // by accelerator
  std::vector<std::vector<std::uint32_t>> domains_;  // members by accelerator
  std::vector<Mates> mates_;
  Plan plan_;
  Fit plan_fit_ = Fit::any;
};

}  // namespace polyplane::topology
