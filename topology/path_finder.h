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

/// Not thread-safe. Keeps a reference to the topology.
class PathFinder {
 public:
  explicit PathFinder(const Topology& topology);

  /// REQUIRES: two different accelerators. Throws InputError that names both when no way is left. Preferences: within
  /// the domain before all; a straight passage before a peer; a peer of the source before one of the destination before
  /// both; among peers the one on the rail of the far end (both: the same rail); then the fewest links.
  [[nodiscard]] const Plan& plan(DeviceId src, DeviceId dst);

  [[nodiscard]] const ShortestPaths& paths(Layer layer) const {
    return layer == Layer::scale_up ? scale_up_ : scale_out_;
  }
  [[nodiscard]] ShortestPaths& paths(Layer layer) { return layer == Layer::scale_up ? scale_up_ : scale_out_; }
  /// Index into Topology::accelerators().
  [[nodiscard]] std::uint32_t position(DeviceId accelerator) const { return position_[accelerator.index()]; }
  [[nodiscard]] const Topology& topology() const { return topology_; }

 private:
  [[nodiscard]] bool add_stretch(Way& way, Layer layer, std::uint32_t src, std::uint32_t dst);
  void offer(bool on_rail, std::uint32_t src, std::uint32_t p, std::uint32_t q, std::uint32_t dst);
  void plan_over_peers(std::uint32_t src, std::uint32_t dst);
  [[nodiscard]] std::span<const std::uint32_t> domain_of(std::uint32_t accelerator) const {
    return domains_[static_cast<std::size_t>(domain_[accelerator])];
  }
  [[noreturn]] void throw_cut_off(std::uint32_t src, std::uint32_t dst) const;

  const Topology& topology_;
  ShortestPaths scale_up_, scale_out_;
  std::vector<std::uint32_t> position_;              // by DeviceId
  std::vector<std::int32_t> rail_, domain_;          // by accelerator
  std::vector<std::vector<std::uint32_t>> domains_;  // members by accelerator
  Plan plan_;
  bool plan_on_rail_ = false;
};

}  // namespace polyplane::topology
