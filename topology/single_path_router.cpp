#include "topology/single_path_router.h"

#include "topology/deadlock.h"

namespace polyplane::topology {

void SinglePathRouter::cross(const FlowKey& key, Layer layer, const Access& head, const Access& tail) {
  latency_ += head.latency + tail.latency;
  for (std::uint32_t i = 0; i < head.num_links; ++i) path_.push_back(head.links[i]);
  if (head.vertex != tail.vertex) connect(key, layer, head.vertex, tail);
  for (std::uint32_t i = 0; i < tail.num_links; ++i) path_.push_back(tail.links[i]);
}

void SinglePathRouter::connect(const FlowKey& key, Layer layer, Vertex from, const Access& exit) {
  const TransitGraph& graph = finder_.paths(layer).graph();
  NextHopTable& next_hops = table(layer);
  for (PathState here{from, false}; here.vertex != exit.vertex;) {
    const NextHops hops = next_hops.towards(exit.vertex, here);
    const std::uint32_t e = hops.size() == 1 ? hops.front() : hops[pick_next_hop(key, graph, exit, here.vertex, hops)];
    const NextHopTable::Step& step = next_hops.step(e);
    path_.push_back(step.link);
    latency_ += next_hops.latency_of(step);
    here = {step.to, here.descending || e >= graph.out_begin(here.vertex, Slope::down)};
  }
}

ChannelNeed SinglePathRouter::channel_need(Layer layer, std::uint32_t have) {
  return one_channel_if_enough(*this, layer, have, finder_.paths(layer).graph(),
                               need_of_shortest_paths(finder_.topology(), finder_.paths(layer), have));
}

bool SinglePathRouter::walk(const FlowKey& key) {
  path_.clear();
  latency_ = Duration{};
  const auto reaches = [this](Layer layer, Vertex x, Vertex y) {
    return table(layer).towards(y, {x, false}).size() > 0;
  };
  if (PlainPlan plan; finder_.plan_plainly(key.src, key.dst, plan, reaches)) {
    for (std::uint32_t i = 0; i < plan.num_legs; ++i) {
      cross(key, plan.legs[i].layer, *plan.legs[i].head, *plan.legs[i].tail);
    }
    return plan.scale_out;
  }
  const Plan& plan = finder_.plan(key.src, key.dst, key.plane);
  const auto pick = [&](std::size_t count) { return count == 1 ? 0U : pick_at_source(key, count); };
  const Way& way = plan.ways[pick(plan.ways.size())];
  for (std::uint32_t s = 0; s < way.num_stretches; ++s) {
    const Stretch& stretch = way.stretches[s];
    const Passage& passage = plan.passages[stretch.first + pick(stretch.count)];
    cross(key, stretch.layer, passage.head, passage.tail);
  }
  return plan.scale_out;
}

void SinglePathRouter::route(const FlowKey& key, Route& route) {
  if (!finder_.is_card(key.src) || !finder_.is_card(key.dst)) return switch_routes_.route(key, trunks_, route);
  route.scale_out = walk(key);
  route.hops.resize(path_.size());
  for (std::size_t i = 0; i < path_.size(); ++i) route.hops[i] = {TrunkId(path_[i].index()), 1.0};
  route.latency = latency_;
  route.num_links = static_cast<std::uint32_t>(path_.size());
}

std::vector<std::pair<LinkId, double>> SinglePathRouter::links(const FlowKey& key) {
  if (!finder_.is_card(key.src) || !finder_.is_card(key.dst)) return switch_routes_.links(key);
  walk(key);
  std::vector<std::pair<LinkId, double>> links;
  for (const LinkId link : path_) links.emplace_back(link, 1.0);
  return links;
}

std::vector<Duration> SinglePathRouter::latency_by_tier(const FlowKey& key) {
  if (!finder_.is_card(key.src) || !finder_.is_card(key.dst)) return switch_routes_.latency_by_tier(key);
  walk(key);
  const Topology& topology = finder_.topology();
  std::vector<Duration> tiers(topology.tier_names().size());
  for (const LinkId link : path_) tiers[topology.link(link).tier] += topology.link(link).latency;
  return tiers;
}

}  // namespace polyplane::topology
