// How a route takes virtual channels, so that routes never wait for each other in a circle.
//
// Links stand in an order of places. A route starts on channel 0 and keeps its channel while it moves on to later links;
// where the next link is not later, it takes the next channel. So the pair (channel, place) only rises along any route,
// and a dependency graph whose edges all rise has no cycle (Dally and Seitz, 1987). Each link and each channel of it is one
// vertex there; what counts is that no pair is ever reached from itself.
//
// With all places equal this is the hop scheme (Guenther, 1981): a channel a hop. Places save most of them:
//   shortest paths  links up by tier, then level, then global, then down; level and global links those that lead to a later
//                   vertex, by vertex, before those that lead back, the other way round. A fat tree needs one channel, a
//                   ring two, a dragonfly two: local and global on the first, local on the second.
//   grids           by dimension. A later dimension begins on the first channel of its phase again, and inside one the
//                   channel changes at the dateline, where a ring closes (Dally and Seitz). A phase is `width` channels; a
//                   route that comes back to an earlier dimension, as Valiant's do, begins the next phase.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "topology/transit_graph.h"

namespace polyplane::topology {

/// Place of a link. Within a dimension a rank that rises keeps the channel.
struct ChannelPlace {
  std::uint32_t dimension = 0;
  std::uint64_t rank = 0;
};

class ChannelOrder {
 public:
  /// Places by edge of a graph; all of dimension 0.
  static ChannelOrder for_shortest_paths(const Topology& topology, const TransitGraph& graph);
  ChannelOrder() = default;
  /// REQUIRES: `width` at least 1.
  ChannelOrder(std::vector<ChannelPlace> places, std::uint32_t width) : places_(std::move(places)), width_(width) {}

  [[nodiscard]] const ChannelPlace& place(std::uint32_t edge) const { return places_[edge]; }
  [[nodiscard]] ChannelPlace& place(std::uint32_t edge) { return places_[edge]; }
  [[nodiscard]] std::uint32_t width() const { return width_; }
  void set_width(std::uint32_t width) { width_ = width; }

  /// The channel on `after` of a route that was on `channel` of `before` just now.
  [[nodiscard]] std::uint32_t next(std::uint32_t channel, std::uint32_t before, std::uint32_t after) const {
    const ChannelPlace &x = places_[before], &y = places_[after];
    if (x.dimension == y.dimension) return x.rank < y.rank ? channel : channel + 1;
    const std::uint32_t phase = channel / width_;
    return (x.dimension < y.dimension ? phase : phase + 1) * width_;
  }

 private:
  std::vector<ChannelPlace> places_;  // by edge
  std::uint32_t width_ = 1;
};

/// Rank of a step of a line or of any numbered vertices: those to a later vertex by vertex, then those back.
[[nodiscard]] constexpr std::uint64_t step_rank(std::uint32_t from, std::uint32_t to) {
  return from < to ? from : (std::uint64_t{1} << 33U) - from;
}

}  // namespace polyplane::topology
