// Dimension-order routing (e-cube; Sullivan and Bashkow, 1977; Dally and Seitz, 1987): coordinates are corrected one
// dimension after another, in every dimension by the fewest links. One path a flow. Where both ways round a ring are equally
// short, neighbours take opposite ones and lanes alternate (Grids::pick()).
//
// For layers whose vertices have coordinates: torus, mesh, HyperX, full meshes in several dimensions. Next to such a layer
// may stand one without level links between cards or network switches (a fat tree, a scale-up switch or two tiers of them);
// there, flows take a shortest path by hash, as ecmp. Not a minimal path of the graph where the grid has holes.
#include <algorithm>
#include <memory>
#include <string>

#include "base/error.h"
#include "topology/deadlock.h"
#include "topology/minimal_walk.h"
#include "topology/single_path_router.h"

namespace polyplane::topology {
namespace {

class DimensionOrderRouter final : public SinglePathRouter {
 public:
  DimensionOrderRouter(const Topology& topology, const RoutingSpec& spec)
      : SinglePathRouter(topology),
        scale_up_(topology, finder().paths(Layer::scale_up), table(Layer::scale_up), spec.seed),
        scale_out_(topology, finder().paths(Layer::scale_out), table(Layer::scale_out), spec.seed) {
    const bool any = check(Layer::scale_up) + check(Layer::scale_out) > 0;
    if (any) return;
    throw InputError("routing \"dimension_order\" needs switches or cards with coordinates, and \"" + topology.name() +
                     "\" has none; a torus, a mesh, a HyperX and an nd_full_mesh have them");
  }

  [[nodiscard]] ChannelNeed channel_need(Layer layer, std::uint32_t have) override {
    return walk_of(layer).need(have, Legs::one);
  }
  [[nodiscard]] std::vector<LinkId> dependency_cycle(Layer layer) override;

 private:
  [[nodiscard]] MinimalWalk& walk_of(Layer layer) { return layer == Layer::scale_up ? scale_up_ : scale_out_; }

  /// How many components are grids. Throws InputError for those that should be and are not.
  int check(Layer layer) {
    const Topology& topology = finder().topology();
    const TransitGraph& graph = finder().paths(layer).graph();
    const Grids& grids = walk_of(layer).grids();
    int found = 0;
    for (std::uint32_t c = 0; c < graph.components().size(); ++c) {
      const TransitGraph::Component& component = graph.components()[c];
      if (component.num_edges == 0) continue;
      found += grids.is_grid(c) ? 1 : 0;
      const auto kind = topology.device(graph.device(component.first)).kind;
      if (grids.is_grid(c) || !component.level || kind == DeviceKind::scaleup_switch) continue;
      throw InputError("routing \"dimension_order\" cannot be used on \"" + topology.name() + "\": its " +
                       (layer == Layer::scale_up ? "scale-up" : "scale-out") + " network " + grids.defect(c) +
                       "; a torus, a mesh, a HyperX and an nd_full_mesh have coordinates");
    }
    return found;
  }

  [[nodiscard]] std::uint32_t pick_at_source(const FlowKey& key, std::size_t count) const override {
    return static_cast<std::uint32_t>(scale_out_.hash(key, key.src) % count);
  }
  [[nodiscard]] std::uint32_t pick_next_hop(const FlowKey& key, const TransitGraph& graph, const Access& /*exit*/,
                                            Vertex at, const NextHops& hops) const override {
    return static_cast<std::uint32_t>(scale_out_.hash(key, graph.device(at)) % hops.size());
  }
  void connect(const FlowKey& key, Layer layer, Vertex from, const Access& exit) override {
    edges_.clear();
    walk_of(layer).append(key, from, exit.vertex, edges_);
    for (const std::uint32_t e : edges_) append(e, layer);
  }

  MinimalWalk scale_up_, scale_out_;
  std::vector<std::uint32_t> edges_;
};

std::vector<LinkId> DimensionOrderRouter::dependency_cycle(Layer layer) {
  const TransitGraph& graph = finder().paths(layer).graph();
  const Grids& grids = walk_of(layer).grids();
  ChannelDependencies dependencies(finder().topology());
  std::vector<std::uint32_t> here, further;
  for (Vertex from = 0; from < graph.num_vertices(); ++from) {
    const TransitGraph::Component& component = graph.components()[graph.component_of(from)];
    if (!grids.is_grid(graph.component_of(from))) continue;
    for (Vertex to = component.first; to < component.first + component.num_vertices; ++to) {
      for (const std::uint32_t edge : grids.next_hops(from, to, here)) {
        for (const std::uint32_t next : grids.next_hops(graph.heads()[edge], to, further)) {
          dependencies.add(graph.edges()[edge].link, graph.edges()[next].link);
        }
      }
    }
  }
  return dependencies.cycle();
}

[[maybe_unused]] const bool kRegistered = [] {
  routings().add("dimension_order",
                 "One dimension after another, one path per flow: deterministic routing for torus, mesh, HyperX and "
                 "full meshes in several dimensions.",
                 [](const Topology& topology, const RoutingSpec& spec) {
                   return std::make_unique<DimensionOrderRouter>(topology, spec);
                 });
  return true;
}();

}  // namespace
}  // namespace polyplane::topology
