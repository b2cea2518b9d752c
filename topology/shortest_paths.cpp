#include "topology/shortest_paths.h"

#include "base/error.h"

namespace polyplane::topology {

std::uint32_t ShortestPaths::distance(Vertex x, Vertex y) {
  if (x == y) return 0;
  if (graph_.component_of(x) != graph_.component_of(y)) return DistanceField::kUnreachable;
  return field(y).from(x);
}

std::span<const std::uint32_t> ShortestPaths::next_hops(const DistanceField& field, PathState s,
                                                        std::vector<std::uint32_t>& buffer) const {
  const std::uint32_t here = field.at(s);
  if (here == 0 || here == DistanceField::kUnreachable) return {};
  const std::uint32_t degree = graph_.out_end(s.vertex, Slope::down) - graph_.out_begin(s.vertex, Slope::up);
  if (buffer.size() < degree) buffer.resize(degree);
  std::uint32_t* found = buffer.data();
  const Vertex* const heads = graph_.heads().data();
  const auto scan = [&](Slope slope, const std::vector<std::uint16_t>& distances) {
    const std::uint16_t* const distance = distances.data();
    const std::uint32_t end = graph_.out_end(s.vertex, slope);
    for (std::uint32_t e = graph_.out_begin(s.vertex, slope); e < end; ++e) {  // without a branch: half of them match
      *found = e;
      found += distance[heads[e] - field.first_] + 1U == here ? 1 : 0;
    }
  };
  if (!s.descending) scan(Slope::up, field.climbing_);
  scan(Slope::level, s.descending ? field.falling_ : field.climbing_);
  scan(Slope::down, field.falling_);
  return {buffer.data(), found};
}

void ShortestPaths::make_field(Vertex target) {
  fields_[target] = std::make_unique<DistanceField>();
  std::vector<PathState> order;
  fill(target, *fields_[target], order);
}

void ShortestPaths::fill(Vertex target, DistanceField& field, std::vector<PathState>& order) const {
  const TransitGraph::Component& component = graph_.components()[graph_.component_of(target)];
  constexpr auto kUnreachable = static_cast<std::uint16_t>(DistanceField::kUnreachable);
  field.first_ = component.first;
  field.climbing_.assign(component.num_vertices, kUnreachable);
  field.falling_.assign(component.tiered ? component.num_vertices : 0, kUnreachable);
  order.clear();
  std::uint32_t hops = 0;
  const auto reach = [&](Vertex v, bool descending) {
    std::uint16_t& distance = descending ? field.falling_[v - field.first_] : field.climbing_[v - field.first_];
    if (distance != kUnreachable) return;
    if (hops > DistanceField::kMaxHops) throw LimitError("a path would need more than 65,534 hops in a row");
    distance = static_cast<std::uint16_t>(hops);
    order.push_back({v, descending});
  };
  if (component.tiered) reach(target, true);
  reach(target, false);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const PathState s = order[i];
    hops = field.at(s) + 1;
    for (const Vertex v : graph_.sources(s.vertex, Slope::level)) reach(v, s.descending);
    if (s.descending) {
      for (const Vertex v : graph_.sources(s.vertex, Slope::down)) {
        reach(v, true);
        reach(v, false);
      }
    } else {
      for (const Vertex v : graph_.sources(s.vertex, Slope::up)) reach(v, false);
    }
  }
}

}  // namespace polyplane::topology
