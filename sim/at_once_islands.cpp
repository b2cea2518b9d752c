#include "sim/at_once_islands.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/random.h"
#include "base/union_find.h"

namespace polyplane::sim {

namespace {

using topology::Access;
using topology::Door;
using topology::Layer;
using topology::PathFinder;
using topology::Slope;
using topology::Topology;
using topology::TransitGraph;
using topology::Vertex;

constexpr std::array kLayers{Layer::scale_up, Layer::scale_out};

using Words = std::vector<std::uint64_t>;

/// Cards joined into islands, as lists of accelerators by their first one.
class Joining {
 public:
  explicit Joining(const PathFinder& finder)
      : finder_(finder), topology_(finder.topology()), joined_(topology_.accelerators().size()) {
    const auto cards = static_cast<std::uint32_t>(topology_.accelerators().size());
    owner_.assign(topology_.devices().size(), kNoIndex);
    std::vector<std::uint32_t> first_of_domain;
    for (std::uint32_t card = 0; card < cards; ++card) {
      owner_[topology_.accelerators()[card].index()] = card;
      const auto domain = static_cast<std::size_t>(topology_.scaleup_domain()[card]);
      if (first_of_domain.size() <= domain) first_of_domain.resize(domain + 1, kNoIndex);
      if (first_of_domain[domain] == kNoIndex) first_of_domain[domain] = card;
      joined_.join(card, first_of_domain[domain]);
    }
    for (std::uint32_t card = 0; card < cards; ++card) {
      for (const Layer layer : kLayers) join_neighbours(card, finder_.paths(layer).graph());
    }
  }

  [[nodiscard]] std::vector<std::vector<std::uint32_t>> islands() {
    std::vector<std::vector<std::uint32_t>> found;
    std::vector<std::uint32_t> number(topology_.accelerators().size(), kNoIndex);
    for (std::uint32_t card = 0; card < number.size(); ++card) {
      const std::uint32_t first = joined_.root(card);
      if (number[first] == kNoIndex) {
        number[first] = static_cast<std::uint32_t>(found.size());
        found.emplace_back();
      }
      found[number[first]].push_back(card);
    }
    return found;
  }

 private:
  void share(std::uint32_t card, DeviceId device) {
    std::uint32_t& owner = owner_[device.index()];
    if (owner == kNoIndex) owner = card;
    joined_.join(card, owner);
  }
  void join_neighbours(std::uint32_t card, const TransitGraph& graph) {
    for (const Access& a : graph.entries(card)) {
      if (a.num_links == 2) share(card, topology_.link(a.links[0]).to);
    }
    for (const Access& a : graph.exits(card)) {
      if (a.num_links == 2) share(card, topology_.link(a.links[1]).from);
    }
    for (const Door& door : graph.doors_out(card)) share(card, door.neighbour);
    for (const Door& door : graph.doors_in(card)) share(card, door.neighbour);
  }

  const PathFinder& finder_;
  const Topology& topology_;
  UnionFind joined_;                  // by accelerator
  std::vector<std::uint32_t> owner_;  // by device
};

/// Equal words get equal numbers.
class WordTable {
 public:
  std::pair<std::uint32_t, bool> number(const Words& words) {
    std::uint64_t hash = words.size();
    for (const std::uint64_t word : words) hash = mix64(hash ^ word);
    std::vector<std::uint32_t>& alike = by_hash_[hash];
    for (const std::uint32_t i : alike) {
      if (all_[i] == words) return {i, false};
    }
    alike.push_back(static_cast<std::uint32_t>(all_.size()));
    all_.push_back(words);
    return {alike.back(), true};
  }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(all_.size()); }

 private:
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> by_hash_;  // looked up, never walked
  std::vector<Words> all_;
};

}  // namespace

/// Describes each island in words that do not depend on ids within it.
class Islands::Builder {
 public:
  Builder(Islands& islands, const PathFinder& finder)
      : islands_(islands), finder_(finder), topology_(finder.topology()) {}

  void build() {
    const auto edges = finder_.paths(Layer::scale_out).graph().edges();
    islands_.slot_of_link_.assign(topology_.links().size(), kNoIndex);
    for (std::uint32_t e = 0; e < edges.size(); ++e) {
      islands_.slot_of_link_[edges[e].link.index()] = e;
      islands_.slots_.push_back({topology_.link(edges[e].link).rate, edges[e].latency});
    }
    for (const std::vector<std::uint32_t>& cards : Joining(finder_).islands()) add(cards);
    islands_.num_shapes_ = shapes_.size();
  }

 private:
  void add(const std::vector<std::uint32_t>& cards) {
    shape_.assign(1, cards.size());
    place_.clear();
    links_.clear();
    devices_.clear();
    components_.clear();
    for (const std::uint32_t card : cards) describe(card, cards);
    for (std::size_t c = 0; c < components_.size(); ++c) describe_component(components_[c]);
    const std::uint32_t shape = shapes_.number(shape_).first;
    place_.push_back(shape);
    const auto [number, is_new] = classes_.number(place_);
    if (is_new) islands_.classes_.emplace_back();
    IslandClass& own = islands_.classes_[number];
    own.islands += 1;
    if (is_new) {
      own.shape = shape;
      own.cards = cards;
      own.first_slot = static_cast<std::uint32_t>(islands_.slots_.size());
      for (const LinkId l : links_) islands_.slots_.push_back({topology_.link(l).rate, topology_.link(l).latency, 0});
    } else if (own.islands == 2) {
      own.other = cards;
    }
    for (std::uint32_t i = 0; i < links_.size(); ++i) {
      islands_.slot_of_link_[links_[i].index()] = own.first_slot + i;
      islands_.slots_[own.first_slot + i].links += 1;
    }
    if (is_new) add_ports(own);
  }

  void describe(std::uint32_t card, const std::vector<std::uint32_t>& cards) {
    const topology::Device& device = topology_.device(topology_.accelerators()[card]);
    shape_.push_back(static_cast<std::uint64_t>(device.rail));
    shape_.push_back(islands_.role_of_card_[card]);
    shape_.push_back(domain_number(card, cards));
    for (const Layer layer : kLayers) {
      const TransitGraph& graph = finder_.paths(layer).graph();
      for (const auto accesses : {graph.entries(card), graph.exits(card)}) {
        shape_.push_back(accesses.size());
        for (const Access& access : accesses) describe(layer, access);
      }
      for (const auto doors : {graph.doors_out(card), graph.doors_in(card)}) {
        shape_.push_back(doors.size());
        for (const Door& door : doors) {
          shape_.push_back(device_number(door.neighbour, cards));
          shape_.push_back(topology_.device(door.neighbour).forwards ? 1 : 0);
          shape_.push_back(link_number(door.link));
        }
      }
    }
  }

  void describe(Layer layer, const Access& access) {
    shape_.push_back(access.num_links);
    for (std::uint32_t i = 0; i < access.num_links; ++i) shape_.push_back(link_number(access.links[i]));
    if (layer == Layer::scale_out) {
      place_.push_back(access.vertex);
      return;
    }
    const Vertex first = finder_.paths(layer).graph().components()[access.component].first;
    const auto known = std::find(components_.begin(), components_.end(), access.component);
    shape_.push_back(static_cast<std::uint64_t>(known - components_.begin()));
    shape_.push_back(access.vertex - first);
    if (known == components_.end()) components_.push_back(access.component);
  }

  void describe_component(std::uint32_t number) {
    const TransitGraph& graph = finder_.paths(Layer::scale_up).graph();
    const TransitGraph::Component& component = graph.components()[number];
    shape_.push_back(component.num_vertices);
    for (Vertex v = component.first; v < component.first + component.num_vertices; ++v) {
      for (const Slope slope : topology::kSlopes) {
        shape_.push_back(graph.out_end(v, slope) - graph.out_begin(v, slope));
        for (std::uint32_t e = graph.out_begin(v, slope); e < graph.out_end(v, slope); ++e) {
          shape_.push_back(graph.heads()[e] - component.first);
          shape_.push_back(link_number(graph.edges()[e].link));
        }
      }
    }
  }

  std::uint64_t link_number(LinkId link) {
    std::uint32_t& slot = islands_.slot_of_link_[link.index()];
    if (slot == kNoIndex) {
      slot = static_cast<std::uint32_t>(links_.size());
      links_.push_back(link);
      place_.push_back(static_cast<std::uint64_t>(topology_.link(link).rate.bps()));
      place_.push_back(static_cast<std::uint64_t>(topology_.link(link).latency.ps()));
    }
    return slot;
  }

  /// Place of the first card of the same scale-up domain.
  std::uint64_t domain_number(std::uint32_t card, const std::vector<std::uint32_t>& cards) const {
    const auto domains = topology_.scaleup_domain();
    std::uint64_t i = 0;
    while (domains[cards[i]] != domains[card]) ++i;
    return i;
  }

  /// Cards of the island come first.
  std::uint64_t device_number(DeviceId device, const std::vector<std::uint32_t>& cards) {
    if (topology_.device(device).kind == topology::DeviceKind::accelerator) {
      const auto place = std::lower_bound(cards.begin(), cards.end(), finder_.position(device));
      return static_cast<std::uint64_t>(place - cards.begin());
    }
    const auto known = std::find(devices_.begin(), devices_.end(), device);
    const auto number = static_cast<std::uint64_t>(known - devices_.begin());
    if (known == devices_.end()) devices_.push_back(device);
    return cards.size() + number;
  }

  void add_ports(IslandClass& own) const {
    for (const Layer layer : kLayers) {
      const TransitGraph& graph = finder_.paths(layer).graph();
      const auto fill = [&](Ports& ports, bool outward) {
        ports.first.push_back(0);
        for (std::uint32_t i = 0; i < own.size(); ++i) {
          for (const Access& access : outward ? graph.entries(own.cards[i]) : graph.exits(own.cards[i])) {
            Port port{i, access.vertex, access.num_links, {}};
            for (std::uint32_t l = 0; l < access.num_links; ++l) port.slots[l] = islands_.slot_of(access.links[l]);
            ports.all.push_back(port);
          }
          ports.first.push_back(static_cast<std::uint32_t>(ports.all.size()));
        }
      };
      fill(own.entries[static_cast<std::size_t>(layer)], true);
      fill(own.exits[static_cast<std::size_t>(layer)], false);
    }
  }

  Islands& islands_;
  const PathFinder& finder_;
  const Topology& topology_;
  WordTable shapes_, classes_;
  // Of the island at hand: words on its structure, words on its place and rates; links, NICs and scale-up components
  // in order of first mention.
  Words shape_, place_;
  std::vector<LinkId> links_;
  std::vector<DeviceId> devices_;
  std::vector<std::uint32_t> components_;
};

Islands::Islands(const PathFinder& finder, std::vector<std::uint32_t> role_of_card)
    : role_of_card_(std::move(role_of_card)) {
  Builder(*this, finder).build();
}

}  // namespace polyplane::sim
