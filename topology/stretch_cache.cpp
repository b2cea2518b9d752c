#include "topology/stretch_cache.h"

#include <algorithm>

namespace polyplane::topology {

void StretchCache::make(Vertex x, Vertex y) {
  if (bytes_ > kMaxBytes) forget();
  const TransitGraph& graph = paths_.graph();
  const TransitGraph::Component& component = graph.components()[graph.component_of(y)];
  Row& row = rows_[y];
  if (row.index.empty()) {
    row = {component.first, 0, std::vector<std::uint32_t>(component.num_vertices, kNone)};
    bytes_ += component.num_vertices * sizeof(std::uint32_t);
  }
  if (++row.made == kManyOrigins) {
    make_row(y);
    if (kept(x, y)) return;
  }
  const std::size_t begin = parts_.size();
  std::uint32_t hops = 0;
  for (const EdgeShare& e : flow_.spread(x, y)) {
    const LinkId link = graph.edges()[e.edge].link;
    parts_.push_back({trunks_.trunk_of_link[link.index()].index(), e.depth, e.share});
    hops = e.depth + 1;
  }
  merge_parts(parts_, begin);
  add_entry(x, y, begin, hops, flow_.latency());
}

void StretchCache::make_row(Vertex y) {
  if (!sweep_) sweep_.emplace(paths_, trunks_);
  sweep_->sweep(y);
  const TransitGraph& graph = paths_.graph();
  const TransitGraph::Component& component = graph.components()[graph.component_of(y)];
  const auto origins = graph.origins();
  for (auto x = std::lower_bound(origins.begin(), origins.end(), component.first);
       x != origins.end() && *x < component.first + component.num_vertices; ++x) {
    if (kept(*x, y) || !sweep_->in_line(*x)) continue;
    const std::size_t begin = parts_.size();
    std::uint32_t hops = 0;
    sweep_->for_each_trunk(*x, [&](TrunkId trunk) { parts_.push_back({trunk.index(), hops++, 1.0}); });
    add_entry(*x, y, begin, hops, sweep_->latency(*x));
  }
}

void StretchCache::add_entry(Vertex x, Vertex y, std::size_t begin, std::uint32_t hops, Duration latency) {
  const auto count = static_cast<std::uint32_t>(parts_.size() - begin);
  rows_[y].index[x - rows_[y].first] = static_cast<std::uint32_t>(entries_.size());
  entries_.push_back({static_cast<std::uint32_t>(begin), count, hops, latency});
  bytes_ += sizeof(Entry) + count * sizeof(WeightedPart);
}

void StretchCache::forget() {
  for (Row& row : rows_) row = {};
  entries_.clear();
  parts_.clear();
  bytes_ = 0;
}

}  // namespace polyplane::topology
