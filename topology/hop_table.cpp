#include "topology/hop_table.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/error.h"

namespace polyplane::topology {

HopTable::HopTable(const TransitGraph& graph)
    : graph_(graph), place_(graph.num_vertices(), kNone), seen_(graph.num_vertices()), next_(graph.num_vertices()) {}

void HopTable::fill(std::vector<Vertex> targets) {
  for (const Vertex target : targets_) place_[target] = kNone;
  hops_.clear();
  targets_ = std::move(targets);
  std::sort(targets_.begin(), targets_.end());  // components are ranges of vertices
  for (std::size_t first = 0; first < targets_.size();) {
    const TransitGraph::Component& component = graph_.components()[graph_.component_of(targets_[first])];
    std::size_t end = first;
    while (end < targets_.size() && end - first < kBatch && targets_[end] < component.first + component.num_vertices) {
      ++end;
    }
    const std::size_t base = hops_.size();
    hops_.resize(base + kBatch * component.num_vertices, static_cast<std::uint16_t>(kUnreachable));
    for (std::size_t i = first; i < end; ++i) place_[targets_[i]] = base + (i - first);
    search(std::span(targets_).subspan(first, end - first), base);
    first = end;
  }
}

void HopTable::reach(Vertex v, Front front) {
  Front& next = next_[v];
  front.climbing &= ~seen_[v].climbing;
  front.falling &= ~seen_[v].falling;
  if ((front.climbing | front.falling) == 0) return;
  if ((next.climbing | next.falling) == 0) next_active_.push_back(v);
  next.climbing |= front.climbing;
  next.falling |= front.falling;
}

void HopTable::spread(Vertex from, Front front) {
  for (const Vertex v : graph_.sources(from, Slope::level)) reach(v, front);
  if (front.falling != 0) {
    for (const Vertex v : graph_.sources(from, Slope::down)) reach(v, {front.falling, front.falling});
  }
  if (front.climbing != 0) {
    for (const Vertex v : graph_.sources(from, Slope::up)) reach(v, {front.climbing, 0});
  }
}

void HopTable::search(std::span<const Vertex> targets, std::size_t base) {
  const TransitGraph::Component& component = graph_.components()[graph_.component_of(targets.front())];
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const std::uint64_t bit = std::uint64_t{1} << i;
    reach(targets[i], {bit, component.tiered ? bit : 0});
  }
  for (std::uint32_t distance = 0; !next_active_.empty(); ++distance) {
    if (distance >= kUnreachable) throw LimitError("a path would need more than 65,534 hops in a row");
    std::swap(active_, next_active_);
    next_active_.clear();
    std::vector<Front> fronts;
    fronts.reserve(active_.size());
    for (const Vertex v : active_) {
      const Front front = std::exchange(next_[v], Front{});
      fronts.push_back(front);
      seen_[v].climbing |= front.climbing;
      seen_[v].falling |= front.falling;
      std::uint16_t* const row = &hops_[base + (v - component.first) * kBatch];
      for (std::uint64_t bits = front.climbing; bits != 0; bits &= bits - 1) {
        row[std::countr_zero(bits)] = static_cast<std::uint16_t>(distance);
      }
    }
    for (std::size_t i = 0; i < active_.size(); ++i) spread(active_[i], fronts[i]);
  }
  std::fill_n(seen_.begin() + component.first, component.num_vertices, Front{});
}

}  // namespace polyplane::topology
