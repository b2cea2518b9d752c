#include "sim/folding.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/union_find.h"
#include "topology/automorphism.h"

namespace polyplane::sim {
namespace {

using collectives::RankSymmetry;
using topology::Hop;
using topology::Trunk;
using topology::TrunkMember;

RankId moved(RankSymmetry::Kind kind, std::uint32_t ranks, std::uint32_t rank, std::uint32_t by) {
  return RankId(kind == RankSymmetry::Kind::rotation ? (rank + by) % ranks : rank ^ by);
}

/// Does it not matter which of the two comes first: moving to the next channel, or any member of the group?
bool commutes(RankSymmetry group, std::uint32_t ranks, std::span<const RankId> next) {
  const auto generates = [&](std::uint32_t by) {
    for (std::uint32_t r = 0; r < ranks; ++r) {
      const RankId then = moved(group.kind, ranks, next[r].index(), by);
      if (next[moved(group.kind, ranks, r, by).index()] != then) return false;
    }
    return true;
  };
  if (group.kind == RankSymmetry::Kind::rotation) return generates(group.stride % ranks);
  for (std::uint32_t by = group.stride; by < ranks; by *= 2) {
    if (!generates(by)) return false;
  }
  return true;
}

/// Looks for groups of rank permutations that the topology has.
class Search {
 public:
  Search(const topology::Topology& topology, const topology::Router& router, std::span<const DeviceId> devices)
      : topology_(topology),
        router_(router),
        devices_(devices),
        finder_(topology, devices),
        trunk_of_link_(topology.links().size()) {
    for (std::uint32_t t = 0; t < router.trunks().size(); ++t) {
      for (const TrunkMember& member : router.members(TrunkId(t))) trunk_of_link_[member.link.index()] = TrunkId(t);
    }
  }

  /// The finest stride below `limit` that holds, if there is one; trunk_class() is then of its orbits.
  [[nodiscard]] std::optional<std::uint32_t> finest(RankSymmetry group, std::uint32_t limit) {
    return group.kind == RankSymmetry::Kind::rotation ? finest_rotation(group.stride, limit)
                                                      : finest_exclusive_or(group.stride, limit);
  }
  /// The orbits of the trunks under a folding (none: of nothing) and the move to the next channel; none when the topology
  /// does not have that.
  [[nodiscard]] std::optional<std::vector<TrunkId>> with_channels(const std::optional<Folding>& folding,
                                                                  std::span<const RankId> next) {
    split_orbits();
    for (std::uint32_t t = 0; folding && t < router_.trunks().size(); ++t) {
      orbits_.join(t, folding->trunk_class(TrunkId(t)).index());
    }
    std::vector<DeviceId> images;
    images.reserve(devices_.size());
    for (const RankId rank : next) images.push_back(devices_[rank.index()]);
    topology::AutomorphismFinder finder(topology_, devices_, topology::AutomorphismFinder::Rails::may_move);
    if (!join_orbits(finder.find(images))) return std::nullopt;
    return trunk_class();
  }
  [[nodiscard]] std::vector<TrunkId> trunk_class() {
    std::vector<TrunkId> classes;
    classes.reserve(router_.trunks().size());
    for (std::uint32_t t = 0; t < router_.trunks().size(); ++t) classes.emplace_back(orbits_.root(t));
    return classes;
  }

 private:
  /// One step generates all the others.
  std::optional<std::uint32_t> finest_rotation(std::uint32_t declared, std::uint32_t limit) {
    const std::uint32_t ranks = num_ranks();
    for (std::uint32_t stride = declared; stride < std::min(limit, ranks); stride += declared) {
      if (ranks % stride != 0) continue;
      split_orbits();
      if (join_orbits(RankSymmetry::Kind::rotation, stride)) return stride;
    }
    return std::nullopt;
  }

  /// All powers of two from the stride on generate it: from the coarsest down, as far as they hold.
  std::optional<std::uint32_t> finest_exclusive_or(std::uint32_t declared, std::uint32_t limit) {
    std::optional<std::uint32_t> finest;
    split_orbits();
    for (std::uint32_t by = num_ranks() / 2; by >= declared; by /= 2) {
      if (!join_orbits(RankSymmetry::Kind::exclusive_or, by)) break;
      finest = by;
    }
    return finest && *finest < limit ? finest : std::nullopt;
  }

  [[nodiscard]] bool join_orbits(RankSymmetry::Kind kind, std::uint32_t by) {
    std::vector<DeviceId> images;
    images.reserve(devices_.size());
    for (std::uint32_t r = 0; r < num_ranks(); ++r) {
      images.push_back(devices_[moved(kind, num_ranks(), r, by).index()]);
    }
    return join_orbits(finder_.find(images));
  }

  /// Joins the trunks that a map takes to one another; false, and nothing joined, when there is none or it takes a trunk
  /// apart.
  [[nodiscard]] bool join_orbits(const std::optional<topology::Automorphism>& map) {
    if (!map) return false;
    std::vector<TrunkId> image(router_.trunks().size());
    for (std::uint32_t t = 0; t < image.size(); ++t) {
      image[t] = image_of(TrunkId(t), *map);
      if (!image[t].valid()) return false;
    }
    for (std::uint32_t t = 0; t < image.size(); ++t) { orbits_.join(t, image[t].index()); }
    return true;
  }

  /// The trunk that all members go to, with the same shares and capacity; else none.
  [[nodiscard]] TrunkId image_of(TrunkId id, const topology::Automorphism& map) const {
    const auto members = router_.members(id);
    const TrunkId image = trunk_of_link_[map.link[members.front().link.index()].index()];
    const Trunk& from = router_.trunks()[id.index()];
    const Trunk& to = router_.trunks()[image.index()];
    if (from.capacity != to.capacity || from.num_members != to.num_members) return {};
    const auto image_members = router_.members(image);
    for (const TrunkMember& member : members) {
      const LinkId link = map.link[member.link.index()];
      const auto place = std::ranges::lower_bound(image_members, link, {}, &TrunkMember::link);
      if (place == image_members.end() || place->link != link || place->share != member.share) return {};
    }
    return image;
  }

  void split_orbits() { orbits_ = UnionFind(router_.trunks().size()); }
  [[nodiscard]] std::uint32_t num_ranks() const { return static_cast<std::uint32_t>(devices_.size()); }

  const topology::Topology& topology_;
  const topology::Router& router_;
  std::span<const DeviceId> devices_;
  topology::AutomorphismFinder finder_;
  std::vector<TrunkId> trunk_of_link_;  // by LinkId
  UnionFind orbits_{0};                 // by TrunkId
};

}  // namespace

Folding::Folding(RankSymmetry group, std::uint32_t ranks, std::vector<TrunkId> trunk_class, std::uint32_t channels)
    : group_(group),
      channels_(channels),
      copies_(ranks / group.stride * channels),
      trunk_class_(std::move(trunk_class)),
      orbit_size_(trunk_class_.size(), 0) {
  CHECK(copies_ > 1 && ranks % group.stride == 0, "the stride of a group divides the number of ranks");
  for (std::uint32_t t = 0; t < trunk_class_.size(); ++t) {
    const std::uint32_t lowest = trunk_class_[t].index();
    CHECK(lowest <= t && trunk_class_[lowest] == trunk_class_[t], "the class of a trunk is the lowest of its orbit");
    num_classes_ += orbit_size_[lowest] == 0 ? 1 : 0;
    orbit_size_[lowest] += 1;
  }
  copies_a_trunk_.reserve(orbit_size_.size());
  for (const std::uint32_t size : orbit_size_) {
    copies_a_trunk_.push_back(size > 0 && copies_ % size == 0 ? copies_ / size : 0);
  }
}

void Folding::fold(std::span<const Hop> route, std::vector<Hop>& hops, std::vector<double>& loads) const {
  hops.clear();
  loads.clear();
  for (const Hop& hop : route) {
    const TrunkId trunk = trunk_class(hop.trunk);
    const auto place = std::ranges::find(hops, trunk, &Hop::trunk);
    if (place == hops.end()) {
      hops.push_back({trunk, hop.weight});
      loads.push_back(hop.weight);
      continue;
    }
    place->weight = std::max(place->weight, hop.weight);
    loads[static_cast<std::size_t>(place - hops.begin())] += hop.weight;
  }
  for (std::size_t i = 0; i < hops.size(); ++i) {
    const std::uint32_t trunk = hops[i].trunk.index();
    loads[i] = copies_a_trunk_[trunk] > 0 ? loads[i] * copies_a_trunk_[trunk] : loads[i] * copies_ / orbit_size_[trunk];
  }
}

std::string Folding::text() const {
  const std::uint32_t ranks = stride() * (copies_ / channels_);
  std::string text;
  if (ranks > stride()) {
    text = group_.kind == RankSymmetry::Kind::rotation ? "rotation by " : "exclusive or by ";
    text += std::to_string(stride()) + " of " + std::to_string(ranks) + " ranks";
  }
  if (channels_ > 1) text += (text.empty() ? "" : ", ") + std::to_string(channels_) + " channels as one";
  return text;
}

std::optional<Folding> find_folding(const topology::Topology& topology, const topology::Router& router,
                                    std::span<const DeviceId> devices, const collectives::Schedule& schedule) {
  if (!router.follows_shape()) return std::nullopt;
  const std::vector<RankSymmetry> declared = schedule.symmetries();
  const std::optional<collectives::ChannelSymmetry> channels = schedule.channel_symmetry();
  if (declared.empty() && !channels) return std::nullopt;
  const auto ranks = static_cast<std::uint32_t>(devices.size());
  CHECK(ranks == schedule.collective().ranks(), "a device for each rank");
  Search search(topology, router, devices);
  std::optional<Folding> best;
  RankSymmetry of_ranks{RankSymmetry::Kind::rotation, ranks};
  for (const RankSymmetry group : declared) {
    CHECK(group.stride > 0 && group.stride < ranks && ranks % group.stride == 0, "a declared stride divides the ranks");
    if (const auto stride = search.finest(group, of_ranks.stride)) {
      of_ranks = {group.kind, *stride};
      best.emplace(of_ranks, ranks, search.trunk_class());
    }
  }
  if (!channels) return best;
  // Each alone halves the work or better; together only when it does not matter which comes first.
  const bool commute = commutes(of_ranks, ranks, channels->next);
  if (best && !commute && best->copies() >= channels->channels) return best;
  if (!commute) of_ranks = {RankSymmetry::Kind::rotation, ranks};
  if (std::optional<std::vector<TrunkId>> classes =
          search.with_channels(commute ? best : std::nullopt, channels->next)) {
    best.emplace(of_ranks, ranks, *std::move(classes), channels->channels);
  }
  return best;
}

}  // namespace polyplane::sim
