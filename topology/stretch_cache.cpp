#include "topology/stretch_cache.h"

namespace polyplane::topology {

void StretchCache::make(Vertex x, Vertex y) {
  if (bytes_ > kMaxBytes) {
    for (auto& row : rows_) row = {};
    entries_.clear();
    parts_.clear();
    bytes_ = 0;
  }
  const TransitGraph& graph = paths_.graph();
  const TransitGraph::Component& component = graph.components()[graph.component_of(y)];
  if (rows_[y].index.empty()) {
    rows_[y] = {component.first, std::vector<std::uint32_t>(component.num_vertices, kNone)};
    bytes_ += component.num_vertices * sizeof(std::uint32_t);
  }
  const std::size_t begin = parts_.size();
  std::uint32_t hops = 0;
  for (const EdgeShare& e : flow_.spread(x, y)) {
    const LinkId link = graph.edges()[e.edge].link;
    parts_.push_back({trunks_.trunk_of_link[link.index()].index(), e.depth, e.share});
    hops = e.depth + 1;
  }
  merge_parts(parts_, begin);
  const auto count = static_cast<std::uint32_t>(parts_.size() - begin);
  rows_[y].index[x - component.first] = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({static_cast<std::uint32_t>(begin), count, hops, flow_.latency()});
  bytes_ += sizeof(Entry) + count * sizeof(WeightedPart);
}

}  // namespace polyplane::topology
