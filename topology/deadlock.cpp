#include "topology/deadlock.h"

#include <algorithm>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <boost/graph/strong_components.hpp>
#include <utility>

#include "base/check.h"

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

ChannelDependencies::ChannelDependencies(const Topology& topology)
    : topology_(topology), out_index_(topology.links().size()), next_(topology.links().size()) {
  for (std::uint32_t d = 0; d < topology.devices().size(); ++d) {
    std::uint32_t index = 0;
    for (const LinkId l : topology.out_links(DeviceId(d))) out_index_[l.index()] = index++;
  }
}

void ChannelDependencies::add(LinkId first, LinkId next) {
  const DeviceId middle = topology_.link(first).to;
  CHECK(topology_.link(next).from == middle, "a dependency between links that do not meet");
  std::vector<std::uint64_t>& bits = next_[first.index()];
  if (bits.empty()) bits.assign((topology_.out_links(middle).size() + 63) / 64, 0);
  bits[out_index_[next.index()] / 64] |= std::uint64_t{1} << (out_index_[next.index()] % 64);
}

std::vector<LinkId> ChannelDependencies::cycle() const {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> edges;
  for (std::uint32_t first = 0; first < next_.size(); ++first) {
    if (next_[first].empty()) continue;
    const auto out = topology_.out_links(topology_.links()[first].to);
    for (std::uint32_t i = 0; i < out.size(); ++i) {
      if ((next_[first][i / 64] >> (i % 64) & 1U) != 0) edges.emplace_back(first, out[i].index());
    }
  }
  if (edges.empty()) return {};
  const DependencyGraph graph(boost::edges_are_sorted, edges.begin(), edges.end(), next_.size());
  std::vector<std::uint32_t> component(next_.size());
  boost::strong_components(graph,
                           boost::make_iterator_property_map(component.begin(), get(boost::vertex_index, graph)));
  for (const auto& [first, next] : edges) {
    if (component[first] == component[next]) return cycle_through(graph, component, first);
  }
  return {};
}

std::vector<LinkId> find_dependency_cycle(const Topology& topology, ShortestPaths& paths, const NextHopPick& pick) {
  const TransitGraph& graph = paths.graph();
  const auto suspect = [&](Vertex v) { return graph.components()[graph.component_of(v)].level; };
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
