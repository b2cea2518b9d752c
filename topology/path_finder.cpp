#include "topology/path_finder.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/check.h"
#include "base/error.h"

namespace polyplane::topology {
namespace {

constexpr std::uint32_t kNoPosition = 0xffffffffU;

/// A cable between two cards, or a NIC that both use.
void find_doors(const Topology& topology, const TransitGraph& graph, std::uint32_t src, std::uint32_t dst,
                std::vector<Passage>& found) {
  const auto add = [&](std::uint32_t num_links, LinkId first, LinkId second) {
    Passage passage{.head = {.links = {first, second}, .num_links = num_links}, .tail = {}, .num_links = num_links};
    for (std::uint32_t i = 0; i < num_links; ++i) passage.head.latency += topology.link(passage.head.links[i]).latency;
    found.push_back(passage);
  };
  for (const Door& out : graph.doors_out(src)) {
    if (out.neighbour == topology.accelerators()[dst]) add(1, out.link, LinkId{});
    if (!topology.device(out.neighbour).forwards) continue;
    for (const Door& in : graph.doors_in(dst)) {
      if (in.neighbour == out.neighbour) add(2, out.link, in.link);
    }
  }
}

}  // namespace

PathFinder::PathFinder(const Topology& topology)
    : topology_(topology),
      scale_up_(topology, Layer::scale_up),
      scale_out_(topology, Layer::scale_out),
      position_(topology.devices().size(), kNoPosition) {
  const auto domains = topology.scaleup_domain();
  std::map<std::pair<std::int32_t, std::int32_t>, std::uint32_t> mates_of;  // by domain and node
  for (std::uint32_t i = 0; i < topology.accelerators().size(); ++i) {
    const DeviceId card = topology.accelerators()[i];
    position_[card.index()] = i;
    CHECK(domains[i] >= 0, "an accelerator without a scale-up domain: " + topology.device(card).name);
    domains_.resize(std::max(domains_.size(), static_cast<std::size_t>(domains[i]) + 1));
    cards_.push_back({.scale_up = side_of(scale_up_.graph(), i),
                      .scale_out = side_of(scale_out_.graph(), i),
                      .rail = topology.device(card).rail,
                      .node = topology.device(card).node,
                      .domain = static_cast<std::uint32_t>(domains[i])});
    Card& added = cards_.back();
    domains_[added.domain].push_back(i);
    const auto fresh = static_cast<std::uint32_t>(mates_.size());
    added.mates = mates_of.try_emplace({domains[i], added.node}, fresh).first->second;
    if (added.mates == fresh) mates_.emplace_back();
    Mates& mates = mates_[added.mates];
    if (added.rail != static_cast<std::int32_t>(mates.members.size())) mates.in_rail_order = false;
    mates.members.push_back(i);
  }
}

PathFinder::Side PathFinder::side_of(const TransitGraph& graph, std::uint32_t accelerator) {
  const auto entries = graph.entries(accelerator), exits = graph.exits(accelerator);
  if (!graph.doors_out(accelerator).empty() || !graph.doors_in(accelerator).empty()) return {.component = kOddSide};
  if (entries.empty() && exits.empty()) return {};
  if (entries.size() != 1 || exits.size() != 1 || entries[0].component != exits[0].component) {
    return {.component = kOddSide};
  }
  return {entries[0].component, entries.data(), exits.data()};
}

bool PathFinder::sketch(DeviceId src_device, DeviceId dst_device, PlainPlan& plan) const {
  const std::uint32_t src = position(src_device), dst = position(dst_device);
  if (src == kNoPosition || dst == kNoPosition || src == dst) return false;
  const auto odd = [](const Side& side) { return side.component == kOddSide; };
  const auto meet = [](const Side& a, const Side& b) { return a.component == b.component && a.component != kNoSide; };
  const auto add = [&](Layer layer, const Side& a, const Side& b) {
    plan.legs[plan.num_legs++] = {layer, a.entry, b.exit};
    return true;
  };
  const Card &from = cards_[src], &to = cards_[dst];
  if (odd(from.scale_up) || odd(to.scale_up)) return false;
  plan.num_legs = 0;
  plan.scale_out = false;
  if (meet(from.scale_up, to.scale_up)) return add(Layer::scale_up, from.scale_up, to.scale_up);
  if (odd(from.scale_out) || odd(to.scale_out)) return false;
  plan.scale_out = true;
  if (meet(from.scale_out, to.scale_out)) return add(Layer::scale_out, from.scale_out, to.scale_out);
  const Mates& near = mates_[from.mates];
  if (!near.in_rail_order || static_cast<std::size_t>(to.rail) >= near.members.size()) return false;  // of rail -1 too
  const std::uint32_t peer = near.members[static_cast<std::size_t>(to.rail)];
  const Card& via = cards_[peer];
  return peer != src && peer != dst && !odd(via.scale_up) && !odd(via.scale_out) && meet(from.scale_up, via.scale_up) &&
         meet(via.scale_out, to.scale_out) && add(Layer::scale_up, from.scale_up, via.scale_up) &&
         add(Layer::scale_out, via.scale_out, to.scale_out);
}

/// Appends the shortest passages of a layer to the way; false (and nothing changed) when there is none.
bool PathFinder::add_stretch(Way& way, Layer layer, std::uint32_t src, std::uint32_t dst) {
  ShortestPaths& shortest = paths(layer);
  const TransitGraph& graph = shortest.graph();
  std::vector<Passage>& passages = plan_.passages;
  const std::size_t first = passages.size();
  if (!graph.doors_out(src).empty() && !graph.doors_in(dst).empty()) find_doors(topology_, graph, src, dst, passages);
  for (const Access& head : graph.entries(src)) {
    for (const Access& tail : graph.exits(dst)) {
      if (head.component != tail.component) continue;
      const std::uint32_t hops = shortest.distance(head.vertex, tail.vertex);
      if (hops == DistanceField::kUnreachable) continue;
      passages.push_back({.head = head, .tail = tail, .num_links = head.num_links + hops + tail.num_links});
    }
  }
  if (passages.size() == first) return false;
  std::uint32_t fewest = passages[first].num_links;
  for (std::size_t i = first + 1; i < passages.size(); ++i) fewest = std::min(fewest, passages[i].num_links);
  const auto longer = [fewest](const Passage& p) { return p.num_links > fewest; };
  passages.erase(std::remove_if(passages.begin() + static_cast<std::ptrdiff_t>(first), passages.end(), longer),
                 passages.end());
  way.stretches[way.num_stretches++] = {layer, topology_.accelerators()[src], topology_.accelerators()[dst],
                                        static_cast<std::uint32_t>(first),
                                        static_cast<std::uint32_t>(passages.size() - first)};
  way.num_links += fewest;
  return true;
}

/// Weighs the way src - p - q - dst (p may be src, q may be dst) against those found so far.
void PathFinder::offer(Fit fit, std::uint32_t src, std::uint32_t p, std::uint32_t q, std::uint32_t dst) {
  if (!plan_.ways.empty() && plan_fit_ > fit) return;
  const std::size_t passages_before = plan_.passages.size();
  Way way;
  const bool whole = (p == src || add_stretch(way, Layer::scale_up, src, p)) &&
                     add_stretch(way, Layer::scale_out, p, q) &&
                     (q == dst || add_stretch(way, Layer::scale_up, q, dst));
  const bool first = plan_.ways.empty();
  const bool better = whole && (first || fit > plan_fit_ || way.num_links < plan_.ways[0].num_links);
  if (!better && (!whole || way.num_links > plan_.ways[0].num_links)) {
    plan_.passages.resize(passages_before);
    return;
  }
  if (better) plan_.ways.clear();
  plan_fit_ = fit;
  plan_.ways.push_back(way);
}

void PathFinder::plan_over_peers(std::uint32_t src, std::uint32_t dst) {
  const auto near = domain_of(src);
  const auto far = domain_of(dst);
  // The best fit first: then the others are not even looked at.
  const auto for_each = [](std::span<const std::uint32_t> members, auto&& fit_of, auto&& visit) {
    for (const Fit round : {Fit::own_node, Fit::on_rail, Fit::any}) {
      for (const std::uint32_t member : members) {
        if (fit_of(member) == round) visit(member, round);
      }
    }
  };
  for_each(
      near, [&](std::uint32_t p) { return fit_of(p, src, cards_[dst].rail); },
      [&](std::uint32_t p, Fit fit) {
        if (p != src && p != dst) offer(fit, src, p, dst, dst);
      });
  if (!plan_.ways.empty()) return;
  for_each(
      far, [&](std::uint32_t q) { return fit_of(q, dst, cards_[src].rail); },
      [&](std::uint32_t q, Fit fit) {
        if (q != src && q != dst) offer(fit, src, src, q, dst);
      });
  if (!plan_.ways.empty()) return;
  for (const std::uint32_t p : near) {
    if (p == src || p == dst) continue;
    const bool own_node = cards_[p].node == cards_[src].node;
    for_each(
        far,
        [&](std::uint32_t q) {
          return std::min(fit_of(q, dst, cards_[p].rail), own_node ? Fit::own_node : Fit::on_rail);
        },
        [&](std::uint32_t q, Fit fit) {
          if (q != dst && q != src && q != p) offer(fit, src, p, q, dst);
        });
  }
}

void PathFinder::keep_plane(Way& way, std::int32_t plane) {
  const auto is_in = [&](const Passage& passage) {
    return topology_.link(passage.head.links[passage.head.num_links - 1]).plane == plane;
  };
  if (std::ranges::none_of(plan_.passages, is_in)) return;
  std::erase_if(plan_.passages, [&](const Passage& passage) { return !is_in(passage); });
  way.stretches[0].count = static_cast<std::uint32_t>(plan_.passages.size());
}

const Plan& PathFinder::plan(DeviceId src_device, DeviceId dst_device, std::int32_t plane) {
  const std::uint32_t src = position(src_device);
  const std::uint32_t dst = position(dst_device);
  CHECK(src != kNoPosition && dst != kNoPosition && src != dst, "a route joins two different accelerators");
  plan_.passages.clear();
  plan_.ways.clear();
  plan_.scale_out = false;
  Way way;
  if (add_stretch(way, Layer::scale_up, src, dst)) {
    plan_.ways.push_back(way);
    return plan_;
  }
  plan_.scale_out = true;
  if (add_stretch(way, Layer::scale_out, src, dst)) {
    if (plane >= 0) keep_plane(way, plane);
    plan_.ways.push_back(way);
    return plan_;
  }
  plan_over_peers(src, dst);
  if (plan_.ways.empty()) throw_cut_off(src, dst);
  return plan_;
}

void PathFinder::throw_cut_off(std::uint32_t src, std::uint32_t dst) const {
  std::size_t down = 0;
  for (std::uint32_t l = 0; l < topology_.links().size(); ++l) down += usable(topology_, LinkId(l)) ? 0U : 1U;
  const auto name = [&](std::uint32_t i) { return topology_.device(topology_.accelerators()[i]).name; };
  const std::string pair = name(src) + " cannot reach " + name(dst) + ": ";
  if (down == 0) throw InputError(pair + "no path of links joins them in \"" + topology_.name() + "\"");
  throw InputError(pair + "faults cut them off (" + std::to_string(down) + " of " +
                   std::to_string(topology_.links().size()) +
                   " links are down); no path is left, neither straight nor over another card of either node");
}

}  // namespace polyplane::topology
