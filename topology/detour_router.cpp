#include "topology/detour_router.h"

#include "topology/deadlock.h"

namespace polyplane::topology {

std::vector<LinkId> DetourRouter::dependency_cycle(Layer layer) {
  return find_dependency_cycle(finder().topology(), finder().paths(layer));
}

std::uint32_t DetourRouter::pick_at_source(const FlowKey& key, std::size_t count) const {
  return static_cast<std::uint32_t>(scale_out_.minimal().hash(key, key.src) % count);
}

std::uint32_t DetourRouter::pick_next_hop(const FlowKey& key, const TransitGraph& graph, const Access& /*exit*/,
                                          Vertex at, const NextHops& hops) const {
  return static_cast<std::uint32_t>(scale_out_.minimal().hash(key, graph.device(at)) % hops.size());
}

}  // namespace polyplane::topology
