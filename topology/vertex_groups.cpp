#include "topology/vertex_groups.h"

#include <algorithm>

#include "base/union_find.h"

namespace polyplane::topology {
namespace {

constexpr std::uint32_t kNotReached = 0xffffffffU;

}  // namespace

VertexGroups::VertexGroups(const TransitGraph& graph, std::uint32_t number) : graph_(graph), number_(number) {
  const Vertex first = component().first;
  UnionFind sets(component().num_vertices);
  for_each_edge([&](std::uint32_t e, Slope slope) {
    const TransitGraph::Edge& edge = graph.edges()[e];
    if (slope != Slope::global) sets.join(edge.from - first, edge.to - first);
    has_local_edges_ = has_local_edges_ || slope == Slope::level;
  });
  group_.assign(component().num_vertices, 0);
  for (std::uint32_t v = 0; v < component().num_vertices; ++v) {
    const std::uint32_t root = sets.root(v);
    if (root == v) {
      group_[v] = size();
      first_.push_back(v);
      members_.push_back(0);
    }
    group_[v] = group_[root];
    ++members_[group_[v]];
  }
  for_each_edge([&](std::uint32_t e, Slope slope) {
    const std::uint32_t from = of(graph.edges()[e].from), to = of(graph.edges()[e].to);
    if (slope == Slope::global && from != to) meetings_.push_back({from, to, e});
  });
  std::sort(meetings_.begin(), meetings_.end());
  for (const Meeting& meeting : meetings_) edges_.push_back(meeting.edge);
  origins_.resize(size());
  const auto all = graph.origins();
  for (auto v = std::lower_bound(all.begin(), all.end(), first);
       v != all.end() && *v < first + component().num_vertices; ++v) {
    origins_[of(*v)].push_back(*v);
  }
}

template <class Visit>
void VertexGroups::for_each_edge(Visit&& visit) const {
  for (Vertex v = component().first; v < component().first + component().num_vertices; ++v) {
    for (const Slope slope : kSlopes) {
      for (std::uint32_t e = graph_.out_begin(v, slope); e < graph_.out_end(v, slope); ++e) visit(e, slope);
    }
  }
}

std::span<const std::uint32_t> VertexGroups::between(std::uint32_t from, std::uint32_t to) const {
  const auto begin = std::lower_bound(meetings_.begin(), meetings_.end(), Meeting{from, to, 0});
  const auto end = std::lower_bound(begin, meetings_.end(), Meeting{from, to + 1, 0});
  return std::span(edges_).subspan(static_cast<std::size_t>(begin - meetings_.begin()),
                                   static_cast<std::size_t>(end - begin));
}

/// Level hops from (or to) the first vertex of a group to the farthest.
std::uint32_t VertexGroups::reach(std::uint32_t group, bool forth) const {
  const Vertex first = component().first;
  std::vector<std::uint32_t> queue{first_[group]}, hops(component().num_vertices, kNotReached);
  hops[queue[0]] = 0;
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const auto visit = [&](Vertex to) {
      std::uint32_t& known = hops[to - first];
      if (known != kNotReached) return;
      known = hops[queue[i]] + 1;
      queue.push_back(to - first);
    };
    const Vertex v = first + queue[i];
    if (forth) {
      for (std::uint32_t e = graph_.out_begin(v, Slope::level); e < graph_.out_end(v, Slope::level); ++e) {
        visit(graph_.heads()[e]);
      }
    } else {
      for (const Vertex source : graph_.sources(v, Slope::level)) visit(source);
    }
  }
  return queue.size() == members_[group] ? hops[queue.back()] : kUnbounded;
}

std::uint32_t VertexGroups::most_hops_inside() const {
  if (!has_local_edges_) return 1;
  std::uint32_t most = 1;
  for (std::uint32_t group = 0; group < size(); ++group) {
    const std::uint32_t there = reach(group, true), back = reach(group, false);
    if (there == kUnbounded || back == kUnbounded) return kUnbounded;
    most = std::max(most, there + back);
  }
  return most;
}

std::uint32_t VertexGroups::most_globals() const {
  if (size() == 1) return 0;
  for (std::uint32_t group = 0; group < size(); ++group) {
    for (std::uint32_t other = 0; other < size(); ++other) {
      if (other != group && between(group, other).empty()) return kUnbounded;
    }
  }
  return 1;
}

}  // namespace polyplane::topology
