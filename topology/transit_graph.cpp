#include "topology/transit_graph.h"

#include <algorithm>
#include <initializer_list>
#include <tuple>
#include <utility>

#include "base/check.h"
#include "base/union_find.h"

namespace polyplane::topology {
namespace {

bool in_layer(const Link& link, Layer layer) { return (link.kind == LinkKind::scale_up) == (layer == Layer::scale_up); }

Slope slope_of(const Device& from, const Device& to) {
  if (from.kind != DeviceKind::network_switch || to.kind != DeviceKind::network_switch) return Slope::level;
  if (from.tier == to.tier || from.tier <= 0 || to.tier <= 0) return Slope::level;
  return from.tier < to.tier ? Slope::up : Slope::down;
}

/// A NIC that only joins cards of its node to switches is part of their access, not a vertex of its own.
bool is_access_nic(const Topology& topology, DeviceId id) {
  if (topology.device(id).kind != DeviceKind::nic) return false;
  bool serves_card = false;
  const auto look = [&](DeviceId neighbour, LinkKind kind) {
    if (kind == LinkKind::host && topology.device(neighbour).kind == DeviceKind::accelerator) serves_card = true;
    return topology.device(neighbour).kind != DeviceKind::nic;
  };
  for (const LinkId l : topology.out_links(id)) {
    if (!look(topology.link(l).to, topology.link(l).kind)) return false;
  }
  for (const LinkId l : topology.in_links(id)) {
    if (!look(topology.link(l).from, topology.link(l).kind)) return false;
  }
  return serves_card;
}

bool forwards_in_its_domain(const Topology& topology, DeviceId id) {
  if (topology.device(id).kind != DeviceKind::accelerator) return false;
  const auto links = topology.out_links(id);
  return std::any_of(links.begin(), links.end(), [&](LinkId l) { return topology.link(l).kind == LinkKind::scale_up; });
}

/// Forwarding devices that have a link in the layer; access NICs, and in the scale-out layer cards of a scale-up ring or
/// mesh, are left out.
std::vector<std::uint8_t> transit_devices(const Topology& topology, Layer layer) {
  std::vector<std::uint8_t> transit(topology.devices().size(), 0);
  for (std::uint32_t l = 0; l < topology.links().size(); ++l) {
    const Link& link = topology.links()[l];
    if (!in_layer(link, layer) || !usable(topology, LinkId(l))) continue;
    for (const DeviceId end : {link.from, link.to}) {
      if (topology.device(end).forwards) transit[end.index()] = 1;
    }
  }
  if (layer == Layer::scale_up) return transit;
  for (std::uint32_t d = 0; d < transit.size(); ++d) {
    if (transit[d] != 0 && (is_access_nic(topology, DeviceId(d)) || forwards_in_its_domain(topology, DeviceId(d)))) {
      transit[d] = 0;
    }
  }
  return transit;
}

/// An edge in the making, in the order of edges.
struct Sloped {
  Slope slope;
  Vertex to;
  LinkId link;
  friend auto operator<=>(const Sloped&, const Sloped&) = default;
};

}  // namespace

bool usable(const Topology& topology, LinkId id) {
  const Link& link = topology.link(id);
  return link.up && topology.device(link.from).up && topology.device(link.to).up;
}

TransitGraph::TransitGraph(const Topology& topology, Layer layer, Metric metric) : layer_(layer) {
  find_vertices(topology, transit_devices(topology, layer));
  compile_edges(topology, metric);
  find_access(topology);
  number_exits();
}

void TransitGraph::find_vertices(const Topology& topology, const std::vector<std::uint8_t>& transit) {
  UnionFind sets(transit.size());
  for (std::uint32_t l = 0; l < topology.links().size(); ++l) {
    const Link& link = topology.links()[l];
    if (transit[link.from.index()] == 0 || transit[link.to.index()] == 0) continue;
    if (in_layer(link, layer_) && usable(topology, LinkId(l))) sets.join(link.from.index(), link.to.index());
  }
  // Roots are the smallest device of their set, so components come in order of their first device.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> order;  // (root, device)
  for (std::uint32_t d = 0; d < transit.size(); ++d) {
    if (transit[d] != 0) order.emplace_back(sets.root(d), d);
  }
  std::sort(order.begin(), order.end());
  vertex_of_.assign(transit.size(), kNoVertex);
  std::uint32_t last_root = kNoVertex;
  for (const auto& [root, device] : order) {
    const auto v = static_cast<Vertex>(devices_.size());
    if (root != last_root) components_.push_back({.first = v});
    last_root = root;
    ++components_.back().num_vertices;
    vertex_of_[device] = v;
    devices_.emplace_back(device);
    component_of_.push_back(static_cast<std::uint32_t>(components_.size() - 1));
  }
}

void TransitGraph::compile_edges(const Topology& topology, Metric metric) {
  const auto tiers = topology.tier_names();
  const auto global_tier = metric == Metric::fewest_globals
                               ? static_cast<std::uint32_t>(std::ranges::find(tiers, kGlobalTier) - tiers.begin())
                               : static_cast<std::uint32_t>(tiers.size());
  const std::size_t slots = kSlopes.size() * num_vertices();
  std::vector<Sloped> leaving;
  std::vector<Slope> slopes;
  std::size_t most = 0;
  for (const DeviceId d : devices_) most += topology.out_links(d).size();
  edges_.reserve(most);
  heads_.reserve(most);
  slopes.reserve(most);
  out_first_.assign(slots + 1, 0);
  in_first_.assign(slots + 1, 0);
  for (Vertex v = 0; v < num_vertices(); ++v) {
    leaving.clear();
    const Device& here = topology.device(devices_[v]);
    for (const LinkId l : topology.out_links(devices_[v])) {
      const Link& link = topology.link(l);
      const Vertex to = vertex_of_[link.to.index()];
      if (to == kNoVertex || !in_layer(link, layer_) || !usable(topology, l)) continue;
      const Slope slope = slope_of(here, topology.device(link.to));
      leaving.push_back({slope == Slope::level && link.tier == global_tier ? Slope::global : slope, to, l});
    }
    if (!std::is_sorted(leaving.begin(), leaving.end())) std::sort(leaving.begin(), leaving.end());
    Component& component = components_[component_of_[v]];
    for (const auto& [s, to, l] : leaving) {
      (s == Slope::level || s == Slope::global ? component.level : component.tiered) = true;
      component.global = component.global || s == Slope::global;
      ++component.num_edges;
      ++out_first_[slot(v, s) + 1];
      ++in_first_[slot(to, s) + 1];
      edges_.push_back({.from = v, .to = to, .link = l, .latency = topology.link(l).latency});
      slopes.push_back(s);
      heads_.push_back(to);
    }
  }
  std::partial_sum(out_first_.begin(), out_first_.end(), out_first_.begin());
  std::partial_sum(in_first_.begin(), in_first_.end(), in_first_.begin());
  in_sources_.resize(edges_.size());
  std::vector<std::uint32_t> next(in_first_.begin(), in_first_.end() - 1);
  for (std::size_t e = 0; e < edges_.size(); ++e) in_sources_[next[slot(edges_[e].to, slopes[e])]++] = edges_[e].from;
}

void TransitGraph::find_access(const Topology& topology) {
  const std::size_t cards = topology.accelerators().size();
  entries_.reserve(cards);
  exits_.reserve(cards);
  std::vector<std::uint8_t> is_origin(num_vertices(), 0), is_target(num_vertices(), 0);
  for (const DeviceId card : topology.accelerators()) {
    find_side(topology, card, true, entries_, doors_out_, is_origin);
    find_side(topology, card, false, exits_, doors_in_, is_target);
  }
  for (Vertex v = 0; v < num_vertices(); ++v) {
    if (is_origin[v] != 0) origins_.push_back(v);
    if (is_target[v] != 0) targets_.push_back(v);
  }
}

void TransitGraph::find_side(const Topology& topology, DeviceId card, bool outward, Lists<Access>& accesses,
                             Lists<Door>& doors, std::vector<std::uint8_t>& is_end) const {
  const auto links = [&](DeviceId d) { return outward ? topology.out_links(d) : topology.in_links(d); };
  const auto beyond = [&](LinkId l) { return outward ? topology.link(l).to : topology.link(l).from; };
  const auto live = [&](LinkId l) { return in_layer(topology.link(l), layer_) && usable(topology, l); };
  const auto add = [&](Vertex v, std::initializer_list<LinkId> from_card) {
    Access a{.vertex = v, .component = component_of_[v]};
    for (const LinkId l : from_card) {
      a.links[a.num_links++] = l;
      a.latency += topology.link(l).latency;
    }
    if (!outward && a.num_links == 2) std::swap(a.links[0], a.links[1]);
    accesses.items.push_back(a);
    is_end[v] = 1;
  };
  if (const Vertex self = vertex_of_[card.index()]; self != kNoVertex) {
    add(self, {});
  } else {
    for (const LinkId l : links(card)) {
      if (!live(l)) continue;
      const DeviceId neighbour = beyond(l);
      if (const Vertex v = vertex_of_[neighbour.index()]; v != kNoVertex) {
        add(v, {l});
        continue;
      }
      doors.items.push_back({neighbour, l});
      if (!topology.device(neighbour).forwards) continue;
      for (const LinkId port : links(neighbour)) {
        const Vertex v = vertex_of_[beyond(port).index()];
        if (v != kNoVertex && live(port)) add(v, {l, port});
      }
    }
  }
  accesses.close();
  doors.close();
}

void TransitGraph::number_exits() {
  std::vector<std::uint32_t> order(exits_.items.size());
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const Access& x = exits_.items[a];
    const Access& y = exits_.items[b];
    return std::tuple(x.vertex, x.links, a) < std::tuple(y.vertex, y.links, b);
  });
  std::vector<std::uint32_t> next(components_.size(), 0);
  for (const std::uint32_t i : order) exits_.items[i].number = next[exits_.items[i].component]++;
}

}  // namespace polyplane::topology
