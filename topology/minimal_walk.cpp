#include "topology/minimal_walk.h"

#include <algorithm>

#include "base/error.h"
#include "topology/alike_components.h"

namespace polyplane::topology {

MinimalWalk::MinimalWalk(const Topology& topology, ShortestPaths& paths, NextHopTable& table, std::uint64_t seed)
    : topology_(topology),
      paths_(paths),
      table_(table),
      grids_(topology, paths.graph()),
      hash_(flow_hashes().at("mix")),
      seed_(seed) {}

void MinimalWalk::append(const FlowKey& key, Vertex from, Vertex to, std::vector<std::uint32_t>& edges) {
  const TransitGraph& graph = paths_.graph();
  if (grids_.is_grid(graph.component_of(from))) return append_by_dimension(key, from, to, edges);
  for (PathState here{from, false}; here.vertex != to;) {
    const NextHops hops = table_.towards(to, here);
    const std::uint32_t e = hops.size() == 1
                                ? hops.front()
                                : hops[static_cast<std::uint32_t>(hash(key, graph.device(here.vertex)) % hops.size())];
    edges.push_back(e);
    here = paths_.after(here, e);
  }
}

void MinimalWalk::append_by_dimension(const FlowKey& key, Vertex from, Vertex to, std::vector<std::uint32_t>& edges) {
  const TransitGraph& graph = paths_.graph();
  for (Vertex at = from; at != to;) {
    const auto hops = grids_.next_hops(at, to, buffer_);
    if (hops.empty()) {
      const auto name = [&](Vertex v) { return topology_.device(graph.device(v)).name; };
      throw InputError("no way by dimensions from " + name(from) + " to " + name(to) + ": the line of " + name(at) +
                       " is cut by faults; choose a routing over shortest paths");
    }
    const std::uint32_t e = hops[hops.size() == 1 ? 0 : grids_.pick(at, key.entropy, hops.size())];
    edges.push_back(e);
    at = graph.heads()[e];
  }
}

bool MinimalWalk::reaches(Vertex from, Vertex to) {
  if (from == to) return true;
  if (grids_.is_grid(paths_.graph().component_of(from))) return grids_.hops(from, to).has_value();
  return table_.towards(to, {from, false}).size() > 0;
}

ChannelNeed MinimalWalk::need(std::uint32_t have, Legs legs) const {
  const TransitGraph& graph = paths_.graph();
  const ChannelOrder order = ChannelOrder::for_shortest_paths(topology_, graph);
  const std::vector<std::uint32_t> model = first_alike(topology_, graph);
  ChannelNeed most;
  for (std::uint32_t c = 0; c < model.size(); ++c) {
    if (!graph.components()[c].level) continue;
    ChannelNeed need;
    if (grids_.is_grid(c)) {
      need.channels = grids_.order().width() * (legs == Legs::two ? 2 : 1);
      need.rule = legs == Legs::two ? "the next one at the dateline of a ring, others for the second leg"
                                    : "the next one at the dateline of a ring";
    } else if (model[c] == c) {
      need = need_of_component(paths_, order, c, have, legs);
    }
    if (need.channels > most.channels || (most.channels == 1 && need.channels == 1)) most = std::move(need);
  }
  return most;
}

}  // namespace polyplane::topology
