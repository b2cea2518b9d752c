#include "topology/deadlock.h"

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <utility>

#include "base/check.h"
#include "topology/alike_components.h"

namespace polyplane::topology {
namespace {

using DependencyGraph = boost::compressed_sparse_row_graph<boost::directedS>;
constexpr std::uint32_t kNone = 0xffffffffU;

/// The shortest cycle through `start` inside its strong component.
std::vector<LinkId> cycle_through(const DependencyGraph& graph, const std::vector<std::uint32_t>& component,
                                  std::uint32_t start) {
  std::vector<std::uint32_t> before(component.size(), kNone);
  std::vector<std::uint32_t> queue{start};
  for (std::size_t i = 0; i < queue.size(); ++i) {
    const auto [begin, end] = boost::adjacent_vertices(std::size_t{queue[i]}, graph);
    for (auto next = begin; next != end; ++next) {
      const auto link = static_cast<std::uint32_t>(*next);
      if (component[link] != component[start] || before[link] != kNone) continue;
      before[link] = queue[i];
      if (link == start) {
        std::vector<LinkId> cycle;
        for (std::uint32_t l = before[start]; l != start; l = before[l]) cycle.emplace_back(l);
        cycle.emplace_back(start);
        std::reverse(cycle.begin(), cycle.end());
        return cycle;
      }
      queue.push_back(link);
    }
  }
  CHECK(false, "a strong component without a cycle");
  return {};
}

/// Adds what routes towards one exit (or, without a pick, towards all exits at `target`) make wait for what.
class TargetWalk {
 public:
  TargetWalk(const ShortestPaths& paths, ChannelDependencies& dependencies)
      : paths_(paths), dependencies_(dependencies), reached_(2 * paths.graph().num_vertices(), 0) {
    is_origin_.resize(paths.graph().num_vertices(), 0);
    for (const Vertex v : paths.graph().origins()) is_origin_[v] = 1;
  }

  void enter(Vertex target) { paths_.fill(target, field_, order_); }

  /// `choose(hops)` gives those of the next hops that a route may take.
  template <class Choose>
  void add(Choose&& choose) {
    const auto edges = paths_.graph().edges();
    std::fill(reached_.begin(), reached_.end(), std::uint8_t{0});
    for (auto s = order_.rbegin(); s != order_.rend(); ++s) {  // farthest first
      if (reached(*s) == 0 && (s->descending || is_origin_[s->vertex] == 0)) continue;
      for (const std::uint32_t edge : choose(paths_.next_hops(field_, *s, buffer_))) {
        const PathState after = paths_.after(*s, edge);
        reached(after) = 1;
        for (const std::uint32_t next : choose(paths_.next_hops(field_, after, further_))) {
          dependencies_.add(edges[edge].link, edges[next].link);
        }
      }
    }
  }

 private:
  std::uint8_t& reached(PathState s) { return reached_[2 * std::size_t{s.vertex} + (s.descending ? 1 : 0)]; }

  const ShortestPaths& paths_;
  ChannelDependencies& dependencies_;
  std::vector<std::uint8_t> reached_, is_origin_;
  DistanceField field_;
  std::vector<PathState> order_;
  std::vector<std::uint32_t> buffer_, further_;
};

}  // namespace

ChannelDependencies::ChannelDependencies(const Topology& topology, std::uint32_t channels)
    : topology_(topology),
      channels_(channels),
      out_index_(topology.links().size()),
      next_(topology.links().size() * channels) {
  for (std::uint32_t d = 0; d < topology.devices().size(); ++d) {
    std::uint32_t index = 0;
    for (const LinkId l : topology.out_links(DeviceId(d))) out_index_[l.index()] = index++;
  }
}

void ChannelDependencies::add(LinkId first, LinkId next, std::uint32_t first_channel, std::uint32_t next_channel) {
  const DeviceId middle = topology_.link(first).to;
  CHECK(topology_.link(next).from == middle, "a dependency between links that do not meet");
  CHECK(first_channel < channels_ && next_channel < channels_, "a channel that the links do not have");
  std::vector<std::uint64_t>& bits = next_[std::size_t{first.index()} * channels_ + first_channel];
  if (bits.empty()) bits.assign((topology_.out_links(middle).size() * channels_ + 63) / 64, 0);
  const std::size_t bit = std::size_t{out_index_[next.index()]} * channels_ + next_channel;
  bits[bit / 64] |= std::uint64_t{1} << (bit % 64);
}

std::vector<LinkId> ChannelDependencies::cycle() const {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  for (std::uint32_t first = 0; first < next_.size(); ++first) {
    if (next_[first].empty()) continue;
    const auto out = topology_.out_links(topology_.links()[first / channels_].to);
    for (std::uint32_t i = 0; i < out.size() * channels_; ++i) {
      if ((next_[first][i / 64] >> (i % 64) & 1U) == 0) continue;
      edges.emplace_back(first, out[i / channels_].index() * channels_ + i % channels_);
    }
  }
  if (edges.empty()) return {};
  const DependencyGraph graph(boost::edges_are_sorted, edges.begin(), edges.end(), next_.size());
  std::vector<std::uint32_t> component(next_.size());
  boost::strong_components(graph,
                           boost::make_iterator_property_map(component.begin(), get(boost::vertex_index, graph)));
  for (const auto& [first, next] : edges) {
    if (component[first] != component[next]) continue;
    std::vector<LinkId> links = cycle_through(graph, component, first);
    for (LinkId& link : links) link = LinkId(link.index() / channels_);
    return links;
  }
  return {};
}

std::vector<LinkId> find_dependency_cycle(const Topology& topology, ShortestPaths& paths, const NextHopPick& pick) {
  const TransitGraph& graph = paths.graph();
  const std::vector<std::uint32_t> model = first_alike(topology, graph);
  const auto suspect = [&](Vertex v) {
    const std::uint32_t component = graph.component_of(v);
    return graph.components()[component].level && (pick || model[component] == component);
  };
  if (std::none_of(graph.targets().begin(), graph.targets().end(), suspect)) return {};

  ChannelDependencies dependencies(topology);
  TargetWalk walk(paths, dependencies);
  // A fabric that can deadlock mostly shows it after a few targets; looking now and then costs little.
  constexpr std::size_t kPatience = 8;
  std::vector<LinkId> cycle;
  std::size_t done = 0, look_at = kPatience;
  const auto cycle_so_far = [&] {
    if (++done < look_at) return false;
    look_at *= kPatience;
    return !(cycle = dependencies.cycle()).empty();
  };
  if (!pick) {
    for (const Vertex target : graph.targets()) {
      if (!suspect(target)) continue;
      walk.enter(target);
      walk.add([](std::span<const std::uint32_t> hops) { return hops; });
      if (cycle_so_far()) return cycle;
    }
    return dependencies.cycle();
  }
  std::vector<const Access*> exits;
  for (std::uint32_t i = 0; i < topology.accelerators().size(); ++i) {
    for (const Access& exit : graph.exits(i)) {
      if (suspect(exit.vertex)) exits.push_back(&exit);
    }
  }
  std::stable_sort(exits.begin(), exits.end(), [](const Access* a, const Access* b) { return a->vertex < b->vertex; });
  Vertex entered = kNoVertex;
  for (const Access* exit : exits) {
    if (exit->vertex != entered) walk.enter(entered = exit->vertex);
    walk.add([&](std::span<const std::uint32_t> hops) {
      return hops.size() > 1 ? hops.subspan(pick(*exit, hops), 1) : hops;
    });
    if (cycle_so_far()) return cycle;
  }
  return dependencies.cycle();
}

ChannelNeed one_channel_if_enough(Router& router, Layer layer, std::uint32_t have, const TransitGraph& graph,
                                  ChannelNeed need) {
  if (need.channels == 1 || need.channels <= have || (have == 0 && !affordable(graph))) return need;
  if (!router.dependency_cycle(layer).empty()) return need;
  return {1, true, "no two links of one layer wait for each other"};
}

std::string describe_cycle(const Topology& topology, std::span<const LinkId> cycle) {
  constexpr std::size_t kShown = 8;
  const auto name = [&](LinkId l) {
    return topology.device(topology.link(l).from).name + " -> " + topology.device(topology.link(l).to).name;
  };
  std::string text = name(cycle.front());
  for (std::size_t i = 1; i <= cycle.size(); ++i) {
    if (i == kShown && cycle.size() > kShown + 1) {
      text += " waits for ... (" + std::to_string(cycle.size() - kShown) + " more)";
      i = cycle.size();
    }
    text += " waits for " + name(cycle[i % cycle.size()]);
  }
  return text;
}

}  // namespace polyplane::topology
