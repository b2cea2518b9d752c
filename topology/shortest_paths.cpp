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
  const auto scan = [&](Slope slope, const std::vector<std::uint16_t>& distances, std::uint32_t length) {
    const std::uint16_t* const distance = distances.data();
    const std::uint32_t end = graph_.out_end(s.vertex, slope);
    for (std::uint32_t e = graph_.out_begin(s.vertex, slope); e < end; ++e) {  // without a branch: half of them match
      *found = e;
      found += distance[heads[e] - field.first_] + length == here ? 1 : 0;
    }
  };
  const std::vector<std::uint16_t>& same_phase = s.descending ? field.falling_ : field.climbing_;
  if (!s.descending) scan(Slope::up, field.climbing_, 1);
  scan(Slope::level, same_phase, 1);
  scan(Slope::global, same_phase, DistanceField::kGlobalLength + 1);
  scan(Slope::down, field.falling_, 1);
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
  field.hops_mask_ = component.global ? DistanceField::kGlobalLength - 1 : 0xffff;
  order.clear();
  const auto reach = [&](PathState s, std::uint32_t distance) {
    std::uint16_t& known =
        s.descending ? field.falling_[s.vertex - field.first_] : field.climbing_[s.vertex - field.first_];
    if (known != kUnreachable) return;
    if (distance > DistanceField::kMaxHops || (distance & field.hops_mask_) == field.hops_mask_) {
      throw LimitError(
          "a path would need more than 65,534 hops in a row, or where links are global more than 510 hops");
    }
    known = static_cast<std::uint16_t>(distance);
    order.push_back(s);
  };
  if (component.tiered) reach({target, true}, 0);
  reach({target, false}, 0);
  std::vector<Seed> seeds;  // nearest first, as all that follow from states in order
  std::size_t next_seed = 0;
  for (std::size_t i = 0; i < order.size() || next_seed < seeds.size();) {
    if (next_seed < seeds.size() && (i == order.size() || seeds[next_seed].distance <= field.at(order[i]))) {
      reach(seeds[next_seed].state, seeds[next_seed].distance);
      ++next_seed;
      continue;
    }
    const PathState s = order[i++];
    const std::uint32_t distance = field.at(s) + 1;
    for (const Vertex v : graph_.sources(s.vertex, Slope::level)) reach({v, s.descending}, distance);
    for (const Vertex v : graph_.sources(s.vertex, Slope::global)) {
      seeds.push_back({{v, s.descending}, distance + DistanceField::kGlobalLength});
    }
    if (s.descending) {
      for (const Vertex v : graph_.sources(s.vertex, Slope::down)) {
        reach({v, true}, distance);
        reach({v, false}, distance);
      }
    } else {
      for (const Vertex v : graph_.sources(s.vertex, Slope::up)) reach({v, false}, distance);
    }
  }
}

}  // namespace polyplane::topology
