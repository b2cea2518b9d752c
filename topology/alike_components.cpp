#include "topology/alike_components.h"

#include <algorithm>
#include <map>
#include <span>

#include "base/random.h"

namespace polyplane::topology {
namespace {

using Component = TransitGraph::Component;

std::span<const Vertex> inside(std::span<const Vertex> sorted, const Component& component) {
  const auto begin = std::lower_bound(sorted.begin(), sorted.end(), component.first);
  return {begin, std::lower_bound(begin, sorted.end(), component.first + component.num_vertices)};
}

bool same_places(std::span<const Vertex> sorted, const Component& a, const Component& b) {
  const auto in_a = inside(sorted, a), in_b = inside(sorted, b);
  return std::equal(in_a.begin(), in_a.end(), in_b.begin(), in_b.end(),
                    [&](Vertex x, Vertex y) { return x - a.first == y - b.first; });
}

bool same_slopes(const TransitGraph& graph, const Component& a, const Component& b) {
  const std::uint32_t shift = edges_of(graph, b).begin - edges_of(graph, a).begin;  // modulo 2^32
  for (std::uint32_t v = 0; v < a.num_vertices; ++v) {
    for (const Slope slope : kSlopes) {
      if (graph.out_end(a.first + v, slope) + shift != graph.out_end(b.first + v, slope)) return false;
    }
  }
  return true;
}

bool alike(const Topology& topology, const TransitGraph& graph, const Component& a, const Component& b) {
  if (a.num_vertices != b.num_vertices || a.num_edges != b.num_edges || !same_slopes(graph, a, b)) return false;
  if (!same_places(graph.origins(), a, b) || !same_places(graph.targets(), a, b)) return false;
  const auto edges = graph.edges();
  const std::uint32_t in_a = edges_of(graph, a).begin, in_b = edges_of(graph, b).begin;
  for (std::uint32_t e = 0; e < a.num_edges; ++e) {
    const TransitGraph::Edge &x = edges[in_a + e], &y = edges[in_b + e];
    if (x.from - a.first != y.from - b.first || x.to - a.first != y.to - b.first) return false;
    if (x.link.index() - edges[in_a].link.index() != y.link.index() - edges[in_b].link.index()) return false;
    if (topology.link(x.link).tier != topology.link(y.link).tier) return false;
  }
  return true;
}

/// Of a few edges that all alike components have in common: to keep most others apart without a full comparison.
std::uint64_t glance(const TransitGraph& graph, const Component& component) {
  constexpr std::uint32_t kSamples = 64;
  const EdgeRange range = edges_of(graph, component);
  std::uint64_t hash = mix64((std::uint64_t{component.num_vertices} << 32U) | component.num_edges);
  for (std::uint32_t i = 0; i < std::min(kSamples, component.num_edges); ++i) {
    const auto step = static_cast<std::uint32_t>(mix64(i) % component.num_edges);
    const TransitGraph::Edge& edge = graph.edges()[range.begin + step];
    hash = mix64(hash ^ (std::uint64_t{edge.from - component.first} << 32U) ^ (edge.to - component.first));
  }
  return hash;
}

}  // namespace

EdgeRange edges_of(const TransitGraph& graph, const Component& component) {
  const Vertex last = component.first + component.num_vertices - 1;
  return {graph.out_begin(component.first, Slope::up), graph.out_end(last, Slope::down)};
}

std::vector<std::uint32_t> first_alike(const Topology& topology, const TransitGraph& graph) {
  // Those that look alike at a glance and are not are rare: the first ones of each kind are compared, the rest given up.
  constexpr std::size_t kMostKinds = 8;
  std::map<std::uint64_t, std::vector<std::uint32_t>> kinds;
  std::vector<std::uint32_t> first(graph.components().size());
  for (std::uint32_t c = 0; c < first.size(); ++c) {
    const Component& component = graph.components()[c];
    std::vector<std::uint32_t>& seen = kinds[glance(graph, component)];
    const auto same = std::find_if(seen.begin(), seen.end(), [&](std::uint32_t other) {
      return alike(topology, graph, graph.components()[other], component);
    });
    first[c] = same == seen.end() ? c : *same;
    if (same == seen.end() && seen.size() < kMostKinds) seen.push_back(c);
  }
  return first;
}

}  // namespace polyplane::topology
