// Ideal spraying as a fluid: at each vertex a flow splits evenly over all next hops on shortest paths, and evenly over
// equal ports (striped planes, several NICs) and equal peer cards. What per-packet or per-flowlet adaptive routing
// approaches; reordering and short-term imbalance are left out.
#include <algorithm>
#include <memory>
#include <utility>

#include "topology/deadlock.h"
#include "topology/path_finder.h"
#include "topology/router.h"
#include "topology/stretch_cache.h"
#include "topology/switch_routes.h"

namespace polyplane::topology {
namespace {

class SprayRouter final : public Router {
 public:
  explicit SprayRouter(const Topology& topology)
      : finder_(topology),
        trunks_(merged_trunks(topology, finder_.paths(Layer::scale_up), finder_.paths(Layer::scale_out))),
        scale_up_(finder_.paths(Layer::scale_up), trunks_),
        scale_out_(finder_.paths(Layer::scale_out), trunks_),
        switch_routes_(topology) {}

  [[nodiscard]] std::span<const Trunk> trunks() const override { return trunks_.trunks; }
  [[nodiscard]] std::span<const TrunkMember> members(TrunkId trunk) const override { return trunks_.members_of(trunk); }
  void route(const FlowKey& key, Route& route) override;
  [[nodiscard]] std::vector<std::pair<LinkId, double>> links(const FlowKey& key) override;
  [[nodiscard]] std::vector<Duration> latency_by_tier(const FlowKey& key) override;
  [[nodiscard]] bool follows_shape() const override { return true; }
  [[nodiscard]] ChannelNeed channel_need(Layer layer, std::uint32_t have) override;
  [[nodiscard]] std::vector<LinkId> dependency_cycle(Layer layer) override {
    return find_dependency_cycle(finder_.topology(), finder_.paths(layer));
  }

 private:
  void add_access(const Access& access, Route& route) const {
    for (std::uint32_t i = 0; i < access.num_links; ++i) {
      route.hops.push_back({trunks_.trunk_of_link[access.links[i].index()], 1.0});
    }
  }
  void fill(const PlainPlan& plan, Route& route);
  [[nodiscard]] StretchCache& cache(Layer layer) { return layer == Layer::scale_up ? scale_up_ : scale_out_; }
  [[nodiscard]] Duration latency_of(Layer layer, const Passage& passage);
  [[nodiscard]] Duration latency_of(const Plan& plan, const Way& way);
  /// Calls visit(layer, passage, depth, weight) for all that a flow splits over; weights are per stretch and sum to 1.
  template <class Visit>
  static void for_each_passage(const Plan& plan, Visit&& visit);

  PathFinder finder_;
  TrunkTable trunks_;
  StretchCache scale_up_, scale_out_;
  SwitchRoutes switch_routes_;
  std::vector<WeightedPart> parts_;  // workspace of route()
};

template <class Visit>
void SprayRouter::for_each_passage(const Plan& plan, Visit&& visit) {
  for (const Way& way : plan.ways) {
    std::uint32_t depth = 0;
    for (std::uint32_t s = 0; s < way.num_stretches; ++s) {
      const Stretch& stretch = way.stretches[s];
      const double weight = 1.0 / static_cast<double>(plan.ways.size() * stretch.count);
      for (std::uint32_t p = 0; p < stretch.count; ++p) {
        visit(stretch.layer, plan.passages[stretch.first + p], depth, weight);
      }
      depth += plan.passages[stretch.first].num_links;
    }
  }
}

void SprayRouter::fill(const PlainPlan& plan, Route& route) {
  route.hops.clear();
  route.latency = Duration{};
  route.num_links = 0;
  for (std::uint32_t l = 0; l < plan.num_legs; ++l) {
    const Leg& leg = plan.legs[l];
    add_access(*leg.head, route);
    if (leg.head->vertex != leg.tail->vertex) {
      StretchCache& stretches = cache(leg.layer);
      const StretchCache::Entry& entry = stretches.entry(leg.head->vertex, leg.tail->vertex);
      for (const WeightedPart& part : stretches.parts(entry)) route.hops.push_back({TrunkId(part.id), part.weight});
      route.latency += entry.latency;
      route.num_links += entry.hops;
    }
    add_access(*leg.tail, route);
    route.latency += leg.head->latency + leg.tail->latency;
    route.num_links += leg.head->num_links + leg.tail->num_links;
  }
  route.scale_out = plan.scale_out;
}

void SprayRouter::route(const FlowKey& key, Route& route) {
  const auto reaches = [this](Layer layer, Vertex x, Vertex y) {
    return cache(layer).kept(x, y) || finder_.paths(layer).distance(x, y) != DistanceField::kUnreachable;
  };
  if (PlainPlan plain; finder_.plan_plainly(key.src, key.dst, plain, reaches)) return fill(plain, route);
  if (!finder_.is_card(key.src) || !finder_.is_card(key.dst)) return switch_routes_.route(key, trunks_, route);
  const Plan& plan = finder_.plan(key.src, key.dst, key.plane);
  parts_.clear();
  std::uint32_t num_passages = 0;
  for_each_passage(plan, [&](Layer layer, const Passage& passage, std::uint32_t depth, double weight) {
    const auto add_access = [&](const Access& access) {
      for (std::uint32_t i = 0; i < access.num_links; ++i) {
        parts_.push_back({trunks_.trunk_of_link[access.links[i].index()].index(), depth++, weight});
      }
    };
    add_access(passage.head);
    if (passage.head.vertex != passage.tail.vertex) {
      const StretchCache::Entry& entry = cache(layer).entry(passage.head.vertex, passage.tail.vertex);
      for (const WeightedPart& part : cache(layer).parts(entry)) {
        parts_.push_back({part.id, depth + part.depth, weight * part.weight});
      }
      depth += passage.num_links - passage.head.num_links - passage.tail.num_links;
    }
    add_access(passage.tail);
    ++num_passages;
  });
  if (num_passages > plan.ways[0].num_stretches) merge_parts(parts_);  // else each trunk came once, in order

  route.hops.clear();
  for (const WeightedPart& part : parts_) route.hops.push_back({TrunkId(part.id), part.weight});
  route.latency = Duration{};
  for (const Way& way : plan.ways) route.latency = std::max(route.latency, latency_of(plan, way));
  route.scale_out = plan.scale_out;
  route.num_links = plan.ways[0].num_links;
}

Duration SprayRouter::latency_of(Layer layer, const Passage& passage) {
  const Duration access = passage.head.latency + passage.tail.latency;
  if (passage.head.vertex == passage.tail.vertex) return access;
  return access + cache(layer).entry(passage.head.vertex, passage.tail.vertex).latency;
}

Duration SprayRouter::latency_of(const Plan& plan, const Way& way) {
  Duration sum;
  for (std::uint32_t s = 0; s < way.num_stretches; ++s) {
    const Stretch& stretch = way.stretches[s];
    Duration longest;
    for (std::uint32_t p = 0; p < stretch.count; ++p) {
      longest = std::max(longest, latency_of(stretch.layer, plan.passages[stretch.first + p]));
    }
    sum += longest;
  }
  return sum;
}

std::vector<std::pair<LinkId, double>> SprayRouter::links(const FlowKey& key) {
  if (!finder_.is_card(key.src) || !finder_.is_card(key.dst)) return switch_routes_.links(key);
  std::vector<WeightedPart> parts;
  for_each_passage(finder_.plan(key.src, key.dst, key.plane), [&](Layer layer, const Passage& passage,
                                                                  std::uint32_t depth, double weight) {
    for (std::uint32_t i = 0; i < passage.head.num_links; ++i) {
      parts.push_back({passage.head.links[i].index(), depth + i, weight});
    }
    if (passage.head.vertex != passage.tail.vertex) {
      const auto edges = finder_.paths(layer).graph().edges();
      for (const EdgeShare& e : cache(layer).flow().spread(passage.head.vertex, passage.tail.vertex)) {
        parts.push_back({edges[e.edge].link.index(), depth + passage.head.num_links + e.depth, weight * e.share});
      }
    }
    for (std::uint32_t i = 0; i < passage.tail.num_links; ++i) {
      parts.push_back({passage.tail.links[i].index(), depth + passage.num_links - passage.tail.num_links + i, weight});
    }
  });
  merge_parts(parts);
  std::vector<std::pair<LinkId, double>> links;
  for (const WeightedPart& part : parts) links.emplace_back(LinkId(part.id), part.weight);
  return links;
}

std::vector<Duration> SprayRouter::latency_by_tier(const FlowKey& key) {
  if (!finder_.is_card(key.src) || !finder_.is_card(key.dst)) return switch_routes_.latency_by_tier(key);
  const Topology& topology = finder_.topology();
  const Plan& plan = finder_.plan(key.src, key.dst, key.plane);
  const Way* longest_way = &plan.ways[0];
  for (const Way& way : plan.ways) {
    if (latency_of(plan, way) > latency_of(plan, *longest_way)) longest_way = &way;
  }
  std::vector<Duration> tiers(topology.tier_names().size());
  const auto add = [&](LinkId link) { tiers[topology.link(link).tier] += topology.link(link).latency; };
  for (std::uint32_t s = 0; s < longest_way->num_stretches; ++s) {
    const Stretch& stretch = longest_way->stretches[s];
    const Passage* longest = &plan.passages[stretch.first];
    for (std::uint32_t p = 1; p < stretch.count; ++p) {
      const Passage& other = plan.passages[stretch.first + p];
      if (latency_of(stretch.layer, other) > latency_of(stretch.layer, *longest)) longest = &other;
    }
    for (std::uint32_t i = 0; i < longest->head.num_links; ++i) add(longest->head.links[i]);
    if (longest->head.vertex != longest->tail.vertex) {
      UnitFlow& flow = cache(stretch.layer).flow();
      flow.spread(longest->head.vertex, longest->tail.vertex);
      for (const LinkId link : flow.longest_path()) add(link);
    }
    for (std::uint32_t i = 0; i < longest->tail.num_links; ++i) add(longest->tail.links[i]);
  }
  return tiers;
}

/// Packets that may take any shortest path may as well take an escape, so two channels are always enough where there is one.
ChannelNeed SprayRouter::channel_need(Layer layer, std::uint32_t have) {
  const ShortestPaths& paths = finder_.paths(layer);
  constexpr std::uint32_t kWithEscape = 2;
  const ChannelNeed escape{kWithEscape, true, "any shortest path on one, a spanning tree to escape to on the other"};
  const bool escapes = has_escape(finder_.topology(), paths.graph());
  const auto is_level = [](const TransitGraph::Component& component) { return component.level; };
  if (have >= kWithEscape && escapes && std::ranges::any_of(paths.graph().components(), is_level)) return escape;
  ChannelNeed need =
      one_channel_if_enough(*this, layer, have, paths.graph(), need_of_shortest_paths(finder_.topology(), paths, have));
  return need.channels > kWithEscape && escapes ? escape : need;
}

[[maybe_unused]] const bool kRegistered = [] {
  routings().add("spray",
                 "Ideal spraying: every flow evenly over all shortest paths; for adaptive routing and packet spraying.",
                 [](const Topology& topology, const RoutingSpec&) { return std::make_unique<SprayRouter>(topology); });
  return true;
}();

}  // namespace
}  // namespace polyplane::topology
