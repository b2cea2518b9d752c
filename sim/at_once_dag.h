// The shortest paths to one vertex as a directed acyclic graph, opened for passes over it in both directions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/at_once_algebra.h"
#include "sim/at_once_islands.h"
#include "topology/shortest_paths.h"

namespace polyplane::sim {

/// Reusable: open() forgets what was.
class Dag {
 public:
  void open(const topology::ShortestPaths& paths, const Islands& islands, topology::Layer layer,
            topology::Vertex target);

  /// From a vertex before any descent; DistanceField::kUnreachable where cut or in another component.
  [[nodiscard]] std::uint32_t distance(topology::Vertex v) const {
    return v - first_ < place_.size() ? field_.from(v) : topology::DistanceField::kUnreachable;
  }
  /// Of paths that start at `v`, among traces and loads. REQUIRES: distance(v) is not kUnreachable.
  [[nodiscard]] std::uint32_t place(topology::Vertex v) const { return place_[v - first_]; }
  [[nodiscard]] std::size_t num_places() const { return order_.size(); }

  /// Fills `traces`, by place, from those of the links, by slot.
  template <class Trace>
  void collect(std::span<const Trace> slots, const Inverses& inverses, std::vector<Trace>& traces) const {
    traces.assign(order_.size(), Trace{});
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const std::uint32_t begin = first_hop_[i], end = first_hop_[i + 1];
      if (begin == end) continue;
      typename Trace::Sum sum;
      for (std::uint32_t h = begin; h < end; ++h) sum.add(slots[hops_[h].slot], traces[hops_[h].to]);
      traces[i] = sum.split(end - begin, inverses);
    }
  }
  /// Adds what enters at places to the loads of links, by slot; `loads` is used up.
  template <class Load>
  void spread(std::vector<Load>& loads, const Inverses& inverses, std::span<Load> slots) const {
    for (std::size_t i = order_.size(); i-- > 0;) {
      const std::uint32_t begin = first_hop_[i], end = first_hop_[i + 1];
      if (begin == end) continue;
      const Load each = part(loads[i], end - begin, inverses);
      for (std::uint32_t h = begin; h < end; ++h) {
        slots[hops_[h].slot] += each;
        loads[hops_[h].to] += each;
      }
    }
  }

 private:
  struct Hop {
    std::uint32_t slot, to;
  };
  topology::Vertex first_ = 0;
  topology::DistanceField field_;
  std::vector<topology::PathState> order_;  // nearest first
  std::vector<std::uint32_t> first_hop_;    // of each place, and the end
  std::vector<Hop> hops_;
  std::vector<std::uint32_t> place_, falling_place_;  // by vertex of the component
  std::vector<std::uint32_t> buffer_;
};

}  // namespace polyplane::sim
