// What a route may pass through: the forwarding devices of one layer and the links between them, flat and compact.
// Accelerators that do not forward are not vertices here; they reach the graph by their *access*: the link to a leaf or
// to a scale-up switch, or two links where a shared NIC lies between. So 65,536 cards cost nothing per pair and a
// distance field spans switches only. A card of a scale-up ring or mesh forwards inside its domain only; a card without
// scale-up links that forwards (a torus or a server-centric fabric) is a vertex of the scale-out layer. Links and devices that are down do not exist here.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/units.h"
#include "topology/topology.h"

namespace polyplane::topology {

/// The scale-up layer has the links of kind scale_up, the scale-out layer those of kind scale_out and host.
enum class Layer : std::uint8_t { scale_up, scale_out };

/// Where a link between network switches leads by Device::tier; level for any other link. A level link of the tier
/// kGlobalTier is global: it joins two groups (of a dragonfly), and minimal routes take as few of these as they can.
enum class Slope : std::uint8_t { up, level, global, down };
inline constexpr std::array<Slope, 4> kSlopes{Slope::up, Slope::level, Slope::global, Slope::down};
inline constexpr std::string_view kGlobalTier = "global";

/// Whether global links are told from other level links. `hops`: for measures of the graph as such.
enum class Metric : std::uint8_t { fewest_globals, hops };

/// Dense index of a vertex of a TransitGraph; vertices of one component are neighbours in index, by ascending DeviceId.
using Vertex = std::uint32_t;
inline constexpr Vertex kNoVertex = 0xffffffffU;

/// One way between an accelerator and the graph.
struct Access {
  Vertex vertex = kNoVertex;
  std::uint32_t component = 0;
  std::array<LinkId, 2> links{};  // in order of travel
  std::uint32_t num_links = 0;    // 0: the accelerator forwards and is the vertex itself
  std::uint32_t number = 0;       // of an exit: position among the exits of its component, by vertex, then by link
  Duration latency{};
};

/// A link from an accelerator to (or into it from) a neighbour that is no vertex: another card, or a NIC.
struct Door {
  DeviceId neighbour;
  LinkId link;
};

/// Immutable. Keeps no reference to the topology.
class TransitGraph {
 public:
  struct Edge {
    Vertex from, to;
    LinkId link;
    Duration latency;
  };
  /// A maximal set of vertices joined by edges, directions ignored: a plane, a scale-up domain.
  struct Component {
    Vertex first = 0;
    std::uint32_t num_vertices = 0;
    std::uint32_t num_edges = 0;
    bool tiered = false;  // has edges that lead up or down
    bool level = false;   // has level edges, global ones included
    bool global = false;  // has global edges
  };

  TransitGraph(const Topology& topology, Layer layer, Metric metric = Metric::fewest_globals);

  [[nodiscard]] std::size_t num_vertices() const { return devices_.size(); }
  [[nodiscard]] DeviceId device(Vertex v) const { return devices_[v]; }
  [[nodiscard]] std::uint32_t component_of(Vertex v) const { return component_of_[v]; }
  [[nodiscard]] std::span<const Component> components() const { return components_; }

  /// Edges by (from, slope, to, link): parallel links are neighbours.
  [[nodiscard]] std::span<const Edge> edges() const { return edges_; }
  /// edges()[e].to for all e, close together: what a search reads.
  [[nodiscard]] std::span<const Vertex> heads() const { return heads_; }
  /// First and past-the-last index into edges() of those that leave `v` with that slope.
  [[nodiscard]] std::uint32_t out_begin(Vertex v, Slope slope) const { return out_first_[slot(v, slope)]; }
  [[nodiscard]] std::uint32_t out_end(Vertex v, Slope slope) const { return out_first_[slot(v, slope) + 1]; }
  /// Vertices that an edge of that slope joins to `v`; one entry an edge.
  [[nodiscard]] std::span<const Vertex> sources(Vertex v, Slope slope) const {
    return {in_sources_.data() + in_first_[slot(v, slope)], in_sources_.data() + in_first_[slot(v, slope) + 1]};
  }

  /// By index into Topology::accelerators().
  [[nodiscard]] std::span<const Access> entries(std::uint32_t accelerator) const { return entries_.of(accelerator); }
  [[nodiscard]] std::span<const Access> exits(std::uint32_t accelerator) const { return exits_.of(accelerator); }
  [[nodiscard]] std::span<const Door> doors_out(std::uint32_t accelerator) const { return doors_out_.of(accelerator); }
  [[nodiscard]] std::span<const Door> doors_in(std::uint32_t accelerator) const { return doors_in_.of(accelerator); }
  /// Vertices where traffic enters (some accelerator has an entry) and where it leaves, ascending.
  [[nodiscard]] std::span<const Vertex> origins() const { return origins_; }
  [[nodiscard]] std::span<const Vertex> targets() const { return targets_; }

 private:
  template <class T>
  struct Lists {
    std::vector<std::uint32_t> first{0};
    std::vector<T> items;
    void reserve(std::size_t lists) {
      first.reserve(lists + 1);
      items.reserve(lists);
    }
    void close() { first.push_back(static_cast<std::uint32_t>(items.size())); }
    [[nodiscard]] std::span<const T> of(std::uint32_t i) const {
      return {items.data() + first[i], items.data() + first[i + 1]};
    }
  };
  static std::size_t slot(Vertex v, Slope slope) { return kSlopes.size() * v + static_cast<std::size_t>(slope); }
  void find_vertices(const Topology& topology, const std::vector<std::uint8_t>& transit);
  void compile_edges(const Topology& topology, Metric metric);
  void find_access(const Topology& topology);
  void find_side(const Topology& topology, DeviceId card, bool outward, Lists<Access>& accesses, Lists<Door>& doors,
                 std::vector<std::uint8_t>& is_end) const;
  void number_exits();

  Layer layer_;
  std::vector<Vertex> vertex_of_;  // by DeviceId
  std::vector<DeviceId> devices_;
  std::vector<std::uint32_t> component_of_;
  std::vector<Component> components_;
  std::vector<Edge> edges_;
  std::vector<std::uint32_t> out_first_, in_first_;
  std::vector<Vertex> heads_, in_sources_;
  Lists<Access> entries_, exits_;
  Lists<Door> doors_out_, doors_in_;
  std::vector<Vertex> origins_, targets_;
};

/// Up, and both ends up.
[[nodiscard]] bool usable(const Topology& topology, LinkId link);

}  // namespace polyplane::topology
