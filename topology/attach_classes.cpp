#include "topology/attach_classes.h"

#include <algorithm>
#include <map>

namespace polyplane::topology {

namespace {

void sort_and_keep_nearest(std::vector<Attach>& attaches) {
  std::sort(attaches.begin(), attaches.end());
  const auto same_vertex = [](const Attach& a, const Attach& b) { return a.vertex == b.vertex; };
  attaches.erase(std::unique(attaches.begin(), attaches.end(), same_vertex), attaches.end());
}

void append(std::span<const Access> accesses, std::uint32_t further, std::vector<Attach>& attaches) {
  for (const Access& access : accesses) attaches.push_back({access.vertex, access.num_links + further});
}

}  // namespace

DomainDistances::DomainDistances(const Topology& topology)
    : topology_(topology),
      paths_(topology, Layer::scale_up, Metric::hops),
      position_(topology.devices().size(), kUnreachable) {
  const auto cards = topology.accelerators();
  for (std::uint32_t card = 0; card < cards.size(); ++card) {
    const auto domain = static_cast<std::size_t>(topology.scaleup_domain()[card]);
    members_.resize(std::max(members_.size(), domain + 1));
    members_[domain].push_back(card);
    position_[cards[card].index()] = card;
  }
}

std::span<const std::uint32_t> DomainDistances::domain_of(std::uint32_t accelerator) const {
  return members_[static_cast<std::size_t>(topology_.scaleup_domain()[accelerator])];
}

std::span<const std::uint32_t> DomainDistances::to(std::uint32_t accelerator) {
  const auto domain = domain_of(accelerator);
  const TransitGraph& graph = paths_.graph();
  distances_.assign(domain.size(), kUnreachable);
  for (std::size_t i = 0; i < domain.size(); ++i) {
    if (domain[i] == accelerator) {
      distances_[i] = 0;
      continue;
    }
    for (const Access& entry : graph.entries(domain[i])) {
      for (const Access& exit : graph.exits(accelerator)) {
        const std::uint32_t hops = paths_.distance(entry.vertex, exit.vertex);
        if (hops == DistanceField::kUnreachable) continue;
        distances_[i] = std::min(distances_[i], entry.num_links + hops + exit.num_links);
      }
    }
  }
  for (const Door& door : graph.doors_in(accelerator)) {
    const std::uint32_t neighbour = position_[door.neighbour.index()];
    const auto place = std::lower_bound(domain.begin(), domain.end(), neighbour);
    if (place != domain.end() && *place == neighbour) distances_[static_cast<std::size_t>(place - domain.begin())] = 1;
  }
  return distances_;
}

std::vector<AttachClass> find_attach_classes(const Topology& topology, const TransitGraph& scale_out,
                                             DomainDistances* domains) {
  std::map<AttachClass, std::vector<std::uint32_t>> found;
  for (std::uint32_t card = 0; card < topology.accelerators().size(); ++card) {
    if (!topology.device(topology.accelerators()[card]).up) continue;
    AttachClass key;
    append(scale_out.entries(card), 0, key.entries);
    append(scale_out.exits(card), 0, key.exits);
    if (domains != nullptr) {
      const auto domain = domains->domain_of(card);
      const auto distances = domains->to(card);
      for (std::size_t i = 0; i < domain.size(); ++i) {
        if (domain[i] == card || distances[i] == DomainDistances::kUnreachable) continue;
        append(scale_out.entries(domain[i]), distances[i], key.peer_entries);
        append(scale_out.exits(domain[i]), distances[i], key.peer_exits);
      }
    }
    for (auto* attaches : {&key.entries, &key.exits, &key.peer_entries, &key.peer_exits}) {
      sort_and_keep_nearest(*attaches);
    }
    found[std::move(key)].push_back(card);
  }
  std::vector<AttachClass> classes;
  for (auto& [key, members] : found) {
    classes.push_back(key);
    classes.back().members = std::move(members);
  }
  return classes;
}

}  // namespace polyplane::topology
