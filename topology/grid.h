// Vertices by coordinates, line by line: what dimension-order routing walks. A line is all vertices that agree in every
// coordinate but one; on it a route takes the fewest links, whatever joins the line: a mesh, a ring, a full mesh, parallel
// cables, what faults have left. Dimensions are corrected in order, first to last, each to the end.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "topology/channel_order.h"
#include "topology/transit_graph.h"

namespace polyplane::topology {

/// The grids among the components of one layer. Keeps references.
class Grids {
 public:
  /// Throws InputError when two vertices of a component have the same coordinates.
  Grids(const Topology& topology, const TransitGraph& graph);

  [[nodiscard]] bool is_grid(std::uint32_t component) const { return grids_[component].lines > 0; }
  /// Why a component with edges is none: a sentence without a subject.
  [[nodiscard]] const std::string& defect(std::uint32_t component) const { return grids_[component].defect; }

  /// Edges that lead nearer to `target` in the first dimension that is not yet right; empty at the target and where its line
  /// is cut. Two ways round a ring that are equally short are both there, the one with rising coordinates first. REQUIRES:
  /// one grid.
  std::span<const std::uint32_t> next_hops(Vertex at, Vertex target, std::vector<std::uint32_t>& buffer) const;
  /// Which of several equal next hops a flow takes: the sum of the coordinates and the lane decide, so that neighbours on a
  /// ring go opposite ways round and each way has half of them.
  [[nodiscard]] std::uint32_t pick(Vertex at, std::uint32_t entropy, std::size_t count) const;
  /// Links of the way from `from` to `target`; none where it is cut.
  [[nodiscard]] std::optional<std::uint32_t> hops(Vertex from, Vertex target) const;

  /// Places by dimension, width of the largest number of channels on any line: one, or two where rings close. Exact on each
  /// line, hence for all routes. Only edges of grids have places.
  [[nodiscard]] const ChannelOrder& order() const { return order_; }

 private:
  struct Grid {
    std::uint32_t dimensions = 0, lines = 0;
    std::string defect;
  };
  struct Line {
    std::vector<Vertex> members;           // by coordinate
    std::vector<std::uint32_t> position;   // by coordinate: into members, or kNone
    std::vector<std::uint16_t> distances;  // from x to y at [x * members + y], or kCut
  };
  static constexpr std::uint32_t kNone = 0xffffffffU;
  static constexpr std::uint16_t kCut = 0xffff;

  [[nodiscard]] std::span<const std::int32_t> coordinates(Vertex v) const {
    return topology_.coordinates(graph_.device(v));
  }
  [[nodiscard]] std::string find_defect(const TransitGraph::Component& component) const;
  [[noreturn]] void refuse_twins(Vertex a, Vertex b) const;
  void lay_lines(std::uint32_t number);
  void lay_dimension(const TransitGraph::Component& component, std::uint32_t dimension);
  void measure(Line& line, std::uint32_t dimension) const;
  [[nodiscard]] std::uint32_t channels_of(const Line& line, std::uint32_t dimension) const;
  [[nodiscard]] std::uint32_t position_on(const Line& line, Vertex v, std::uint32_t dimension) const;
  /// Visits the edges of `v` in a dimension.
  template <class Visit>
  void for_each_edge(Vertex v, std::uint32_t dimension, Visit&& visit) const;

  const Topology& topology_;
  const TransitGraph& graph_;
  std::vector<Grid> grids_;  // by component
  std::vector<Line> lines_;
  std::vector<std::uint32_t> first_line_;  // by vertex: into line_of_
  std::vector<std::uint32_t> line_of_;     // of each vertex and dimension
  ChannelOrder order_;
};

}  // namespace polyplane::topology
