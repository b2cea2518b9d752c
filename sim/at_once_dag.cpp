#include "sim/at_once_dag.h"

namespace polyplane::sim {

void Dag::open(const topology::ShortestPaths& paths, const Islands& islands, topology::Layer layer,
               topology::Vertex target) {
  const topology::TransitGraph& graph = paths.graph();
  const auto& component = graph.components()[graph.component_of(target)];
  first_ = component.first;
  paths.fill(target, field_, order_);
  place_.assign(component.num_vertices, kNoIndex);
  falling_place_.assign(component.num_vertices, kNoIndex);
  first_hop_.clear();
  hops_.clear();
  for (std::uint32_t i = 0; i < order_.size(); ++i) {
    const topology::PathState here = order_[i];
    (here.descending ? falling_place_ : place_)[here.vertex - first_] = i;
    first_hop_.push_back(static_cast<std::uint32_t>(hops_.size()));
    for (const std::uint32_t edge : paths.next_hops(field_, here, buffer_)) {
      const topology::PathState next = paths.after(here, edge);
      const std::uint32_t slot = layer == topology::Layer::scale_out ? edge : islands.slot_of(graph.edges()[edge].link);
      hops_.push_back({slot, (next.descending ? falling_place_ : place_)[next.vertex - first_]});
    }
  }
  first_hop_.push_back(static_cast<std::uint32_t>(hops_.size()));
}

}  // namespace polyplane::sim
