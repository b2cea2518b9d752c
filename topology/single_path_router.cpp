#include "topology/single_path_router.h"

namespace polyplane::topology {

void SinglePathRouter::cross(const FlowKey& key, Layer layer, const Passage& passage) {
  ShortestPaths& paths = finder_.paths(layer);
  const TransitGraph& graph = paths.graph();
  latency_ += passage.head.latency + passage.tail.latency;
  for (std::uint32_t i = 0; i < passage.head.num_links; ++i) path_.push_back(passage.head.links[i]);
  if (passage.head.vertex != passage.tail.vertex) {
    const DistanceField& field = paths.field(passage.tail.vertex);
    for (PathState here{passage.head.vertex, false}; here.vertex != passage.tail.vertex;) {
      const auto hops = paths.next_hops(field, here, buffer_);
      const std::uint32_t e = hops.size() == 1 ? hops[0] : hops[pick_next_hop(key, graph, passage.tail, hops)];
      path_.push_back(graph.edges()[e].link);
      latency_ += graph.edges()[e].latency;
      here = paths.after(here, e);
    }
  }
  for (std::uint32_t i = 0; i < passage.tail.num_links; ++i) path_.push_back(passage.tail.links[i]);
}

void SinglePathRouter::walk(const FlowKey& key, const Plan& plan) {
  path_.clear();
  latency_ = Duration{};
  const auto pick = [&](std::size_t count) { return count == 1 ? 0U : pick_at_source(key, count); };
  const Way& way = plan.ways[pick(plan.ways.size())];
  for (std::uint32_t s = 0; s < way.num_stretches; ++s) {
    const Stretch& stretch = way.stretches[s];
    cross(key, stretch.layer, plan.passages[stretch.first + pick(stretch.count)]);
  }
}

void SinglePathRouter::route(const FlowKey& key, Route& route) {
  const Plan& plan = finder_.plan(key.src, key.dst);
  walk(key, plan);
  route.hops.clear();
  for (const LinkId link : path_) route.hops.push_back({TrunkId(link.index()), 1.0});
  route.latency = latency_;
  route.scale_out = plan.scale_out;
  route.num_links = static_cast<std::uint32_t>(path_.size());
}

std::vector<std::pair<LinkId, double>> SinglePathRouter::links(const FlowKey& key) {
  walk(key, finder_.plan(key.src, key.dst));
  std::vector<std::pair<LinkId, double>> links;
  for (const LinkId link : path_) links.emplace_back(link, 1.0);
  return links;
}

std::vector<Duration> SinglePathRouter::latency_by_tier(const FlowKey& key) {
  walk(key, finder_.plan(key.src, key.dst));
  const Topology& topology = finder_.topology();
  std::vector<Duration> tiers(topology.tier_names().size());
  for (const LinkId link : path_) tiers[topology.link(link).tier] += topology.link(link).latency;
  return tiers;
}

}  // namespace polyplane::topology
