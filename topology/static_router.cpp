// Static destination-based tables, as OpenSM's ftree engine writes them: D-mod-k (Zahavi, "D-Mod-K routing providing
// non-blocking traffic for shift permutations on real life fat trees", 2010). The exits of a plane are numbered leaf by
// leaf, port by port. Towards exit d a leaf with k ways up takes number d mod k, a spine takes the next digit of d, and
// so on; parallel cables on the way down are picked by the same digits, so that no two exits of a full fat tree share a
// link downwards and any shift permutation of the exits is free of contention.
#include <algorithm>
#include <memory>
#include <vector>

#include "topology/deadlock.h"
#include "topology/single_path_router.h"

namespace polyplane::topology {
namespace {

/// What to divide an exit's number by to get the digit of a vertex: the product of the ways up of the tiers below.
std::vector<std::uint64_t> digit_divisors(const Topology& topology, const TransitGraph& graph) {
  constexpr std::uint64_t kMax = std::uint64_t{1} << 32U;  // beyond any exit number
  std::vector<Vertex> by_tier(graph.num_vertices());
  for (Vertex v = 0; v < by_tier.size(); ++v) by_tier[v] = v;
  std::stable_sort(by_tier.begin(), by_tier.end(), [&](Vertex a, Vertex b) {
    return topology.device(graph.device(a)).tier < topology.device(graph.device(b)).tier;
  });
  std::vector<std::uint64_t> divisors(graph.num_vertices(), 1);
  for (const Vertex v : by_tier) {
    const std::uint32_t begin = graph.out_begin(v, Slope::up), end = graph.out_end(v, Slope::up);
    for (std::uint32_t e = begin; e < end; ++e) {
      std::uint64_t& above = divisors[graph.edges()[e].to];
      above = std::max(above, std::min(kMax, divisors[v] * (end - begin)));
    }
  }
  return divisors;
}

class StaticRouter final : public SinglePathRouter {
 public:
  explicit StaticRouter(const Topology& topology)
      : SinglePathRouter(topology),
        scale_up_divisors_(digit_divisors(topology, finder().paths(Layer::scale_up).graph())),
        scale_out_divisors_(digit_divisors(topology, finder().paths(Layer::scale_out).graph())) {}

  [[nodiscard]] std::vector<LinkId> dependency_cycle(Layer layer) override {
    ShortestPaths& paths = finder().paths(layer);
    return find_dependency_cycle(finder().topology(), paths,
                                 [&](const Access& exit, std::span<const std::uint32_t> hops) {
                                   return pick(paths.graph(), exit, NextHops(hops));
                                 });
  }

 private:
  [[nodiscard]] std::uint32_t pick_at_source(const FlowKey& key, std::size_t count) const override {
    return static_cast<std::uint32_t>(finder().position(key.dst) % count);
  }
  [[nodiscard]] std::uint32_t pick_next_hop(const FlowKey& /*key*/, const TransitGraph& graph, const Access& exit,
                                            Vertex /*at*/, const NextHops& hops) const override {
    return pick(graph, exit, hops);
  }
  /// The digit belongs to the lower end of the links to choose from.
  [[nodiscard]] std::uint32_t pick(const TransitGraph& graph, const Access& exit, const NextHops& hops) const {
    const auto& divisors =
        &graph == &finder().paths(Layer::scale_up).graph() ? scale_up_divisors_ : scale_out_divisors_;
    const TransitGraph::Edge& edge = graph.edges()[hops.front()];
    const std::uint64_t divisor = std::min(divisors[edge.from], divisors[edge.to]);
    return static_cast<std::uint32_t>(exit.number / divisor % hops.size());
  }

  std::vector<std::uint64_t> scale_up_divisors_, scale_out_divisors_;
};

[[maybe_unused]] const bool kRegistered = [] {
  routings().add("static",
                 "Destination-based tables (D-mod-k, as OpenSM's ftree): no collisions for shifts on a full fat tree.",
                 [](const Topology& topology, const RoutingSpec&) { return std::make_unique<StaticRouter>(topology); });
  return true;
}();

}  // namespace
}  // namespace polyplane::topology
