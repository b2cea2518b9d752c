#include "topology/channel_need.h"

#include <algorithm>
#include <vector>

#include "base/union_find.h"
#include "topology/alike_components.h"

namespace polyplane::topology {
namespace {

using Component = TransitGraph::Component;
constexpr std::uint32_t kUnbounded = 0xffffffffU;
constexpr std::uint32_t kNotReached = 0xffffffffU;

std::uint64_t work_of(const Component& component) {
  return std::uint64_t{component.num_vertices} * component.num_edges;
}

/// Counts channels over all shortest paths to one target after another.
class ChannelCount {
 public:
  ChannelCount(const ShortestPaths& paths, const ChannelOrder& order)
      : paths_(paths), order_(order), list_of_(2 * paths.graph().num_vertices()) {}

  std::uint32_t to(Vertex target) {
    paths_.fill(target, field_, states_);
    hops_.clear();
    std::uint32_t most = 1;
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
        most = std::max(most, channels);
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
  DistanceField field_;
  std::vector<PathState> states_;
  std::vector<Hop> hops_;
  std::vector<List> list_of_;
  std::vector<std::uint32_t> buffer_;
};

/// The parts of a component between its global edges, and how they lie: for a bound on channels in a moment.
class Groups {
 public:
  Groups(const TransitGraph& graph, const Component& component) : graph_(graph), component_(component) {
    UnionFind sets(component.num_vertices);
    for_each_edge([&](const TransitGraph::Edge& edge, bool global) {
      if (!global) sets.join(edge.from - component.first, edge.to - component.first);
    });
    group_.assign(component.num_vertices, kNotReached);
    for (std::uint32_t v = 0; v < component.num_vertices; ++v) {
      const std::uint32_t root = sets.root(v);
      if (root == v) {
        group_[v] = static_cast<std::uint32_t>(first_.size());
        first_.push_back(v);
      }
      group_[v] = group_[root];
    }
    between_.resize(first_.size());
    for_each_edge([&](const TransitGraph::Edge& edge, bool global) {
      const std::uint32_t from = group_[edge.from - component.first], to = group_[edge.to - component.first];
      if (global && from != to) between_[from].push_back(to);
    });
    for (auto& list : between_) {
      std::sort(list.begin(), list.end());
      list.erase(std::unique(list.begin(), list.end()), list.end());
    }
  }

  /// Hops inside a group are channels at most; each global edge begins anew.
  [[nodiscard]] std::uint32_t bound() const {
    std::uint32_t inside = 1;
    for (const std::uint32_t v : first_) {
      const std::uint32_t there = reach(v, true), back = reach(v, false);
      if (there == kUnbounded || back == kUnbounded) return kUnbounded;
      inside = std::max(inside, there + back);
    }
    const std::uint32_t globals = between();
    return globals == kUnbounded ? kUnbounded : (globals + 1) * inside;
  }

 private:
  template <class Visit>
  void for_each_edge(Visit&& visit) const {
    for (Vertex v = component_.first; v < component_.first + component_.num_vertices; ++v) {
      for (const Slope slope : kSlopes) {
        for (std::uint32_t e = graph_.out_begin(v, slope); e < graph_.out_end(v, slope); ++e) {
          visit(graph_.edges()[e], slope == Slope::global);
        }
      }
    }
  }

  /// Level hops from (or to) the first vertex of a group to the farthest; groups without level edges have none.
  [[nodiscard]] std::uint32_t reach(std::uint32_t first, bool forth) const {
    std::vector<std::uint32_t> queue{first}, hops(component_.num_vertices, kNotReached);
    hops[first] = 0;
    for (std::size_t i = 0; i < queue.size(); ++i) {
      const Vertex v = component_.first + queue[i];
      const auto visit = [&](Vertex to) {
        std::uint32_t& known = hops[to - component_.first];
        if (known != kNotReached) return;
        known = hops[queue[i]] + 1;
        queue.push_back(to - component_.first);
      };
      if (forth) {
        for (std::uint32_t e = graph_.out_begin(v, Slope::level); e < graph_.out_end(v, Slope::level); ++e) {
          visit(graph_.heads()[e]);
        }
      } else {
        for (const Vertex source : graph_.sources(v, Slope::level)) visit(source);
      }
    }
    const auto members = std::count(group_.begin(), group_.end(), group_[first]);
    if (queue.size() == static_cast<std::size_t>(members)) return hops[queue.back()];
    return component_.tiered && queue.size() == 1 && !has_level_edges() ? 0 : kUnbounded;
  }

  [[nodiscard]] bool has_level_edges() const {
    for (Vertex v = component_.first; v < component_.first + component_.num_vertices; ++v) {
      if (graph_.out_begin(v, Slope::level) != graph_.out_end(v, Slope::level)) return true;
    }
    return false;
  }

  /// Most global edges of a path, 1 when every group meets every other.
  [[nodiscard]] std::uint32_t between() const {
    const std::size_t groups = first_.size();
    if (groups == 1) return 0;
    const auto meets_all = [&](const auto& list) { return list.size() + 1 == groups; };
    if (std::all_of(between_.begin(), between_.end(), meets_all)) return 1;
    return kUnbounded;
  }

  const TransitGraph& graph_;
  const Component& component_;
  std::vector<std::uint32_t> group_, first_;         // by vertex of the component; first vertex of each group
  std::vector<std::vector<std::uint32_t>> between_;  // groups that a group meets
};

}  // namespace

ChannelNeed need_of_component(const ShortestPaths& paths, const ChannelOrder& order, std::uint32_t number,
                              std::uint32_t have) {
  const TransitGraph& graph = paths.graph();
  const Component& component = graph.components()[number];
  if (!component.level) return {};
  ChannelNeed need{.rule = component.global
                               ? "the next one after each global link, or where the order of links is broken"
                               : "the next one where the order of links is broken"};
  // By hops, even where tiers and level links mix: no path repeats a vertex in one phase.
  const std::uint32_t bound = std::min(Groups(graph, component).bound(), 2 * component.num_vertices);
  if (bound <= have || work_of(component) > kMaxChannelWork) {
    need.channels = bound;
    need.exact = false;
    return need;
  }
  ChannelCount count(paths, order);
  for (Vertex v = component.first; v < component.first + component.num_vertices; ++v) {
    need.channels = std::max(need.channels, count.to(v));
  }
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
    ChannelNeed need = need_of_component(paths, order, c, have);
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
