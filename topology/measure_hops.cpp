#include <algorithm>
#include <map>
#include <set>

#include "topology/attach_classes.h"
#include "topology/hop_table.h"
#include "topology/metrics.h"

namespace polyplane::topology {

namespace {

constexpr std::uint32_t kNone = DomainDistances::kUnreachable;

/// Adds up, one class of destinations at a time.
class HopSum {
 public:
  HopSum(const Topology& topology, const ShortestPaths& scale_out, DomainDistances& domains,
         const std::vector<AttachClass>& classes)
      : topology_(topology),
        scale_out_(scale_out),
        domains_(domains),
        classes_(classes),
        class_of_(topology.accelerators().size(), kNone),
        position_(topology.devices().size(), kNone),
        table_(scale_out.graph()) {
    for (std::uint32_t c = 0; c < classes.size(); ++c) {
      for (const std::uint32_t card : classes[c].members) class_of_[card] = c;
    }
    for (std::uint32_t i = 0; i < topology.accelerators().size(); ++i) {
      position_[topology.accelerators()[i].index()] = i;
    }
  }

  Hops total() {
    for (std::uint32_t target = 0; target < classes_.size(); ++target) add_destinations(target);
    hops_.mean = pairs_ > 0 ? static_cast<double>(sum_) / static_cast<double>(pairs_) : 0;
    return hops_;
  }

 private:
  void add_destinations(std::uint32_t target) {
    const AttachClass& destinations = classes_[target];
    load_hops(target);
    distances_.clear();
    remaining_.clear();
    for (const AttachClass& sources : classes_) {
      distances_.push_back(distance(sources, destinations));
      remaining_.push_back(static_cast<std::int64_t>(sources.members.size() * destinations.members.size()));
    }
    for (const std::uint32_t card : destinations.members) settle_neighbours_of(card);
    for (std::size_t c = 0; c < classes_.size(); ++c) add(remaining_[c], distances_[c]);
  }

  void add(std::int64_t pairs, std::uint32_t distance) {
    if (pairs == 0) return;
    if (distance == kNone) {
      hops_.unreachable_pairs += pairs;
      return;
    }
    pairs_ += pairs;
    sum_ += static_cast<int128>(pairs) * distance;
    hops_.diameter = std::max(hops_.diameter, static_cast<std::int32_t>(distance));
  }

  /// Pairs whose distance is not that of their classes: the card itself, its scale-up domain, cards with a cable to it or
  /// with a NIC in common.
  void settle_neighbours_of(std::uint32_t card) {
    const auto domain = domains_.domain_of(card);
    const auto inside = domains_.to(card);  // 0 for the card itself
    for (std::size_t i = 0; i < domain.size(); ++i) {
      if (inside[i] != kNone) settle(card, domain[i], inside[i]);
    }
    for (const auto& [other, hops] : cards_at_doors(card)) {
      const auto place = std::lower_bound(domain.begin(), domain.end(), other);
      const bool settled =
          place != domain.end() && *place == other && inside[static_cast<std::size_t>(place - domain.begin())] != kNone;
      if (!settled) settle(card, other, hops);
    }
  }

  /// Takes a pair out of those that its classes decide.
  void settle(std::uint32_t card, std::uint32_t other, std::uint32_t hops) {
    if (class_of_[other] == kNone) return;
    --remaining_[class_of_[other]];
    if (other != card) add(1, hops);
  }

  std::map<std::uint32_t, std::uint32_t> cards_at_doors(std::uint32_t card) const {
    std::map<std::uint32_t, std::uint32_t> near;
    const auto offer = [&](DeviceId other, std::uint32_t hops) {
      const std::uint32_t position = position_[other.index()];
      if (position == card || class_of_[position] == kNone) return;
      const auto [place, fresh] = near.try_emplace(position, distances_[class_of_[position]]);
      place->second = std::min(place->second, hops);
    };
    for (const Door& door : scale_out_.graph().doors_in(card)) {
      if (position_[door.neighbour.index()] != kNone) {
        offer(door.neighbour, 1);
        continue;
      }
      for (const LinkId in : topology_.in_links(door.neighbour)) {
        const DeviceId other = topology_.link(in).from;
        if (usable(topology_, in) && position_[other.index()] != kNone) offer(other, 2);
      }
    }
    return near;
  }

  /// Makes sure that the table has all places where the class leaves the fabric, and those of the classes after it as far
  /// as they fit one search.
  void load_hops(std::uint32_t target) {
    std::set<Vertex> wanted;
    for (std::size_t c = target; c < classes_.size(); ++c) {
      std::set<Vertex> exits;
      for (const auto* ends : {&classes_[c].exits, &classes_[c].peer_exits}) {
        for (const Attach& exit : *ends) exits.insert(exit.vertex);
      }
      if (c == target && std::all_of(exits.begin(), exits.end(), [&](Vertex v) { return table_.has(v); })) return;
      exits.insert(wanted.begin(), wanted.end());
      if (c > target && exits.size() > HopTable::kBatch) break;
      wanted = std::move(exits);
    }
    table_.fill({wanted.begin(), wanted.end()});
  }

  std::uint32_t shortest(const std::vector<Attach>& entries, const std::vector<Attach>& exits) const {
    std::uint32_t best = kNone;
    for (const Attach& exit : exits) {
      const std::uint32_t component = scale_out_.graph().component_of(exit.vertex);
      for (const Attach& entry : entries) {
        if (scale_out_.graph().component_of(entry.vertex) != component) continue;
        const std::uint32_t hops = table_.hops(entry.vertex, exit.vertex);
        if (hops != HopTable::kUnreachable) best = std::min(best, entry.hops + hops + exit.hops);
      }
    }
    return best;
  }

  std::uint32_t distance(const AttachClass& from, const AttachClass& to) const {
    std::uint32_t best = shortest(from.entries, to.exits);
    if (best == kNone) best = shortest(from.peer_entries, to.exits);
    if (best == kNone) best = shortest(from.entries, to.peer_exits);
    if (best == kNone) best = shortest(from.peer_entries, to.peer_exits);
    return best;
  }

  const Topology& topology_;
  const ShortestPaths& scale_out_;
  DomainDistances& domains_;
  const std::vector<AttachClass>& classes_;
  std::vector<std::uint32_t> class_of_;  // by accelerator; none: down
  std::vector<std::uint32_t> position_;  // by DeviceId: index into accelerators()
  // Of the destinations at hand.
  HopTable table_;
  std::vector<std::uint32_t> distances_;  // by class of sources
  std::vector<std::int64_t> remaining_;   // pairs that the class decides

  Hops hops_;
  int128 sum_ = 0;
  std::int64_t pairs_ = 0;
};

bool affordable(const ShortestPaths& scale_out, const std::vector<AttachClass>& classes) {
  const auto count = static_cast<double>(classes.size());
  return count * (static_cast<double>(scale_out.graph().edges().size()) + count) <= kMaxHopWork;
}

}  // namespace

std::optional<Hops> measure_hops(const Topology& topology) {
  if (topology.accelerators().size() < 2) return std::nullopt;
  const ShortestPaths scale_out(topology, Layer::scale_out, Metric::hops);
  DomainDistances domains(topology);
  std::vector<AttachClass> classes = find_attach_classes(topology, scale_out.graph(), nullptr);
  if (!affordable(scale_out, classes)) return std::nullopt;
  Hops hops = HopSum(topology, scale_out, domains, classes).total();
  if (hops.unreachable_pairs == 0) return hops;
  classes = find_attach_classes(topology, scale_out.graph(), &domains);
  if (!affordable(scale_out, classes)) return std::nullopt;
  return HopSum(topology, scale_out, domains, classes).total();
}

}  // namespace polyplane::topology
