#include "topology/next_hop_table.h"

namespace polyplane::topology {

NextHopTable::NextHopTable(ShortestPaths& paths) : paths_(paths), rows_(paths.graph().num_vertices()) {
  std::map<Duration, std::uint32_t> codes;
  steps_.reserve(paths.graph().edges().size());
  for (const TransitGraph::Edge& edge : paths.graph().edges()) {
    const auto [code, fresh] = codes.try_emplace(edge.latency, static_cast<std::uint32_t>(latencies_.size()));
    if (fresh) latencies_.push_back(edge.latency);
    steps_.push_back({edge.to, edge.link, code->second});
  }
}

std::uint16_t NextHopTable::code_of(Run run) {
  if (runs_.size() == kScattered) return kScattered;
  const auto [place, fresh] = code_of_.try_emplace(run, static_cast<std::uint16_t>(runs_.size()));
  if (fresh) runs_.push_back(run);
  return place->second;
}

NextHops NextHopTable::search(Vertex target, PathState s) {
  const auto hops = paths_.next_hops(paths_.field(target), s, buffer_);
  if (hops.empty()) return NextHops(hops);
  const TransitGraph& graph = paths_.graph();
  Row& row = rows_[target];
  auto& codes = s.descending ? row.falling : row.climbing;
  const TransitGraph::Component& component = graph.components()[graph.component_of(target)];
  if (codes.empty()) codes.assign(component.num_vertices, kUnknown);
  row.first = component.first;
  const auto count = static_cast<std::uint32_t>(hops.size());
  const bool neighbours = hops.back() - hops[0] + 1 == count;
  codes[s.vertex - row.first] =
      neighbours ? code_of({hops[0] - graph.out_begin(s.vertex, Slope::up), count}) : kScattered;
  return NextHops(hops);
}

}  // namespace polyplane::topology
