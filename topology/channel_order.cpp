#include "topology/channel_order.h"

namespace polyplane::topology {

ChannelOrder ChannelOrder::for_shortest_paths(const Topology& topology, const TransitGraph& graph) {
  constexpr std::uint64_t kSlope = std::uint64_t{1} << 34U;  // beyond any step_rank()
  std::vector<ChannelPlace> places(graph.edges().size());
  for (Vertex v = 0; v < graph.num_vertices(); ++v) {
    const auto tier = static_cast<std::uint64_t>(topology.device(graph.device(v)).tier);
    for (const Slope slope : kSlopes) {
      for (std::uint32_t e = graph.out_begin(v, slope); e < graph.out_end(v, slope); ++e) {
        const std::uint64_t inside = slope == Slope::up     ? tier
                                     : slope == Slope::down ? kSlope - tier
                                                            : step_rank(v, graph.edges()[e].to);
        places[e].rank = (static_cast<std::uint64_t>(slope) * 2 * kSlope) + inside;
      }
    }
  }
  return {std::move(places), 1};
}

}  // namespace polyplane::topology
