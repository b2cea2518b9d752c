#include "topology/channel_need.h"

#include <algorithm>
#include <vector>

#include "base/union_find.h"
#include "topology/alike_components.h"
#include "topology/vertex_groups.h"

namespace polyplane::topology {
namespace {

using Component = TransitGraph::Component;

std::uint64_t work_of(const Component& component) {
  return std::uint64_t{component.num_vertices} * component.num_edges;
}

struct Bounds {
  std::uint32_t whole = 0, inside = 0;  // any route; one inside a group
};

/// Counts channels over all shortest paths to one target after another.
class ChannelCount {
 public:
  ChannelCount(const ShortestPaths& paths, const ChannelOrder& order)
      : paths_(paths), order_(order), is_origin_(paths.graph().num_vertices(), 0), list_of_(2 * is_origin_.size()) {
    for (const Vertex v : paths.graph().origins()) is_origin_[v] = 1;
  }

  /// Of routes from where traffic enters, or from anywhere; and of those of them that stay inside the group of the target.
  Bounds to(Vertex target, const VertexGroups& groups, bool from_anywhere) {
    paths_.fill(target, field_, states_);
    hops_.clear();
    Bounds most{1, 1};
    for (const PathState s : states_) {  // nearest first
      List& list = list_of_[slot(s)];
      list.first = static_cast<std::uint32_t>(hops_.size());
      for (const std::uint32_t edge : paths_.next_hops(field_, s, buffer_)) {
        const List& further = list_of_[slot(paths_.after(s, edge))];
        std::uint32_t channels = 1;
        for (std::uint32_t h = further.first; h < further.end; ++h) {
          channels = std::max(channels, hops_[h].channels + order_.next(0, edge, hops_[h].edge));
        }
        hops_.push_back({edge, channels});
        if (s.descending || !(from_anywhere || is_origin_[s.vertex] != 0)) continue;
        most.whole = std::max(most.whole, channels);
        if (groups.of(s.vertex) == groups.of(target)) most.inside = std::max(most.inside, channels);
      }
      list.end = static_cast<std::uint32_t>(hops_.size());
    }
    return most;
  }

 private:
  struct Hop {
    std::uint32_t edge = 0, channels = 1;  // from here on
  };
  struct List {
    std::uint32_t first = 0, end = 0;
  };
  static std::size_t slot(PathState s) { return 2 * std::size_t{s.vertex} + (s.descending ? 1 : 0); }

  const ShortestPaths& paths_;
  const ChannelOrder& order_;
  std::vector<std::uint8_t> is_origin_;
  DistanceField field_;
  std::vector<PathState> states_;
  std::vector<Hop> hops_;
  std::vector<List> list_of_;
  std::vector<std::uint32_t> buffer_;
};

/// Hops are channels at most.
std::uint32_t product(std::uint32_t a, std::uint32_t b) {
  const std::uint64_t product = std::uint64_t{a} * b;
  return product > VertexGroups::kUnbounded ? VertexGroups::kUnbounded : static_cast<std::uint32_t>(product);
}

Bounds bounds_of(const TransitGraph& graph, std::uint32_t number, const VertexGroups& groups) {
  // Where tiers and level links mix: no path meets a vertex twice in one phase.
  const std::uint32_t longest = 2 * graph.components()[number].num_vertices;
  const std::uint32_t inside = std::min(groups.most_hops_inside(), longest);
  const std::uint32_t globals = groups.most_globals();
  const std::uint32_t segments = globals == VertexGroups::kUnbounded ? globals : globals + 1;
  return {std::min(product(segments, inside), longest), inside};
}

}  // namespace

ChannelNeed need_of_component(const ShortestPaths& paths, const ChannelOrder& order, std::uint32_t number,
                              std::uint32_t have, Legs legs) {
  const TransitGraph& graph = paths.graph();
  const Component& component = graph.components()[number];
  if (!component.level) return {};
  const VertexGroups groups(graph, number);
  const bool enters_groups = component.global && !component.tiered;
  const auto sum = [&](const Bounds& b) {
    if (legs == Legs::one) return b.whole;
    return (enters_groups ? b.inside : b.whole) + b.whole;
  };
  ChannelNeed need{.rule = component.global ? "the next one after each global link and wherever else the order breaks"
                                            : "the next one wherever the order of links breaks"};
  const Bounds bounds = bounds_of(graph, number, groups);
  if (sum(bounds) <= have || work_of(component) > kMaxChannelWork) {
    need.channels = sum(bounds);
    need.exact = false;
    return need;
  }
  ChannelCount count(paths, order);
  Bounds exact{1, 1};
  // Places of detours may be any vertex; with tiers they are leaves.
  const bool anywhere = legs == Legs::two && !component.tiered;
  const auto targets = graph.targets();
  for (Vertex v = component.first; v < component.first + component.num_vertices; ++v) {
    if (!anywhere && !std::binary_search(targets.begin(), targets.end(), v)) continue;
    const Bounds here = count.to(v, groups, anywhere);
    exact.whole = std::max(exact.whole, here.whole);
    exact.inside = std::max(exact.inside, here.inside);
  }
  need.channels = sum(exact);
  return need;
}

ChannelNeed need_of_shortest_paths(const Topology& topology, const ShortestPaths& paths, std::uint32_t have) {
  const TransitGraph& graph = paths.graph();
  const auto is_level = [](const Component& component) { return component.level; };
  if (std::none_of(graph.components().begin(), graph.components().end(), is_level)) return {};
  const ChannelOrder order = ChannelOrder::for_shortest_paths(topology, graph);
  const std::vector<std::uint32_t> model = first_alike(topology, graph);
  ChannelNeed most;
  for (std::uint32_t c = 0; c < model.size(); ++c) {
    if (model[c] != c || !graph.components()[c].level) continue;
    ChannelNeed need = need_of_component(paths, order, c, have, Legs::one);
    if (need.channels >= most.channels) most = std::move(need);
  }
  return most;
}

bool has_escape(const Topology& topology, const TransitGraph& graph) {
  UnionFind sets(graph.num_vertices());
  for (const TransitGraph::Edge& edge : graph.edges()) {
    const LinkId back = topology.link(edge.link).reverse;
    if (back.valid() && usable(topology, back)) sets.join(edge.from, edge.to);
  }
  for (const Component& component : graph.components()) {
    if (!component.level) continue;
    for (Vertex v = component.first; v < component.first + component.num_vertices; ++v) {
      if (sets.root(v) != sets.root(component.first)) return false;
    }
  }
  return true;
}

bool affordable(const TransitGraph& graph) {
  std::uint64_t work = 0;
  for (const Component& component : graph.components()) {
    if (component.level) work += work_of(component);
  }
  return work <= kMaxChannelWork;
}

}  // namespace polyplane::topology
