#include "topology/detours.h"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/random.h"

namespace polyplane::topology {

Detours::Detours(const Topology& topology, ShortestPaths& paths, NextHopTable& table, std::uint64_t seed)
    : graph_(paths.graph()),
      minimal_(topology, paths, table, seed),
      groups_(graph_.components().size()),
      places_(graph_.components().size()) {
  for (std::uint32_t c = 0; c < groups_.size(); ++c) {
    const TransitGraph::Component& component = graph_.components()[c];
    if (!component.level) continue;
    if (component.global) {
      groups_[c].emplace(graph_, c);
    } else if (component.tiered) {
      const auto all = graph_.origins();
      const auto begin = std::lower_bound(all.begin(), all.end(), component.first);
      places_[c].assign(begin, std::lower_bound(begin, all.end(), component.first + component.num_vertices));
    } else {
      places_[c].resize(component.num_vertices);
      std::iota(places_[c].begin(), places_[c].end(), component.first);
    }
  }
}

std::uint64_t Detours::draw(const FlowKey& key, std::uint64_t what) const {
  return mix64(minimal_.hash(key, key.src) ^ mix64(what + 1));
}

bool Detours::append(const FlowKey& key, Vertex from, Vertex to, std::vector<std::uint32_t>& edges) {
  const std::uint32_t component = graph_.component_of(from);
  if (!graph_.components()[component].level) return false;
  std::vector<std::uint32_t> detour;
  const bool found = groups_[component] ? append_over_group(key, from, to, detour)
                                        : append_over_one_of(key, places_[component], from, to, detour);
  if (!found) return false;
  cut_loops(from, detour);
  edges.insert(edges.end(), detour.begin(), detour.end());
  return true;
}

bool Detours::append_over_group(const FlowKey& key, Vertex from, Vertex to, std::vector<std::uint32_t>& edges) {
  const VertexGroups& groups = *groups_[graph_.component_of(from)];
  const std::uint32_t home = groups.of(from), goal = groups.of(to);
  if (home == goal) return false;
  const std::uint32_t others = groups.size() - 2;
  for (std::uint32_t i = 0; i < others; ++i) {  // where the one drawn will not do, the next
    auto group = static_cast<std::uint32_t>((draw(key, 0) + i) % others);
    for (const std::uint32_t end : {std::min(home, goal), std::max(home, goal)}) group += group >= end ? 1 : 0;
    if (graph_.components()[graph_.component_of(from)].tiered) {
      if (append_over_one_of(key, groups.origins(group), from, to, edges)) return true;
    } else if (append_over_link(key, groups.between(home, group), from, to, edges)) {
      return true;
    }
  }
  return false;
}

bool Detours::append_over_link(const FlowKey& key, std::span<const std::uint32_t> links, Vertex from, Vertex to,
                               std::vector<std::uint32_t>& edges) {
  for (std::size_t i = 0; i < links.size(); ++i) {
    const std::uint32_t link = links[(draw(key, 1) + i) % links.size()];
    const TransitGraph::Edge& edge = graph_.edges()[link];
    if (!minimal_.reaches(from, edge.from) || !minimal_.reaches(edge.to, to)) continue;
    minimal_.append(key, from, edge.from, edges);
    edges.push_back(link);
    minimal_.append(key, edge.to, to, edges);
    return true;
  }
  return false;
}

bool Detours::append_over_one_of(const FlowKey& key, std::span<const Vertex> places, Vertex from, Vertex to,
                                 std::vector<std::uint32_t>& edges) {
  std::array<std::size_t, 2> ends{};  // where the two stand among the places, if they do
  std::size_t num_ends = 0;
  for (const Vertex end : {std::min(from, to), std::max(from, to)}) {
    const auto at = std::lower_bound(places.begin(), places.end(), end);
    if (at != places.end() && *at == end) ends[num_ends++] = static_cast<std::size_t>(at - places.begin());
  }
  const std::size_t others = places.size() - num_ends;
  for (std::size_t i = 0; i < others; ++i) {
    std::size_t index = (draw(key, 2) + i) % others;
    for (std::size_t e = 0; e < num_ends; ++e) index += index >= ends[e] ? 1 : 0;
    const Vertex place = places[index];
    if (!minimal_.reaches(from, place) || !minimal_.reaches(place, to)) continue;
    minimal_.append(key, from, place, edges);
    minimal_.append(key, place, to, edges);
    return true;
  }
  return false;
}

void Detours::cut_loops(Vertex from, std::vector<std::uint32_t>& edges) const {
  std::vector<Vertex> met{from};  // edges[i] leads from met[i] to met[i + 1]
  for (const std::uint32_t e : edges) {
    const auto before = std::find(met.begin(), met.end(), graph_.heads()[e]);
    if (before != met.end()) {
      met.erase(before + 1, met.end());
    } else {
      edges[met.size() - 1] = e;
      met.push_back(graph_.heads()[e]);
    }
  }
  edges.resize(met.size() - 1);
}

}  // namespace polyplane::topology
