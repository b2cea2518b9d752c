#include "topology/switch_routes.h"

#include <algorithm>
#include <tuple>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "topology/transit_graph.h"

namespace polyplane::topology {
namespace {

bool is_end(const Device& device) { return device.kind == DeviceKind::accelerator || device.kind == DeviceKind::nic; }

/// Hops over the trunks of `links`. Where a trunk holds links that the flow does not use in proportion, it counts as if the
/// one that is used most were used alike by all.
void fill_hops(const std::vector<std::pair<LinkId, double>>& links, const TrunkTable& trunks, std::vector<Hop>& hops) {
  hops.clear();
  for (const auto& [link, fraction] : links) {
    const TrunkId trunk = trunks.trunk_of_link[link.index()];
    const auto members = trunks.members_of(trunk);
    const auto member = std::ranges::find(members, link, &TrunkMember::link);
    const double weight = members.size() == 1 ? fraction : fraction / member->share;
    const auto hop = std::ranges::find(hops, trunk, &Hop::trunk);
    if (hop == hops.end()) {
      hops.push_back({trunk, weight});
    } else {
      hop->weight = std::max(hop->weight, weight);
    }
  }
}

}  // namespace

bool SwitchRoutes::is_leaf(DeviceId id) const {
  return std::ranges::any_of(topology_.out_links(id),
                             [&](LinkId link) { return is_end(topology_.device(topology_.link(link).to)); });
}

bool SwitchRoutes::is_whole(DeviceId id) const {
  const auto works = [&](LinkId link) { return usable(topology_, link); };
  return topology_.device(id).up && std::ranges::all_of(topology_.out_links(id), works) &&
         std::ranges::all_of(topology_.in_links(id), works);
}

void SwitchRoutes::find_stripe_sets() {
  std::map<std::tuple<std::int32_t, std::int32_t, std::int32_t, std::int32_t>, std::uint32_t> set_of;
  set_of_.assign(topology_.devices().size(), 0);
  stripe_sets_.resize(1);
  for (std::uint32_t i = 0; i < topology_.devices().size(); ++i) {
    const DeviceId id(i);
    const Device& device = topology_.device(id);
    if (!is_switch(device)) continue;
    auto set = static_cast<std::uint32_t>(stripe_sets_.size());
    const bool alone = device.kind == DeviceKind::scaleup_switch || is_leaf(id);
    if (!alone) set = set_of.try_emplace({device.plane, device.tier, device.pod, device.member}, set).first->second;
    if (set == stripe_sets_.size()) stripe_sets_.emplace_back();
    set_of_[i] = set;
    if (alone ? device.up : is_whole(id)) stripe_sets_[set].push_back(id);
  }
}

const std::vector<DeviceId>& SwitchRoutes::stripe_set(DeviceId of_switch) {
  if (set_of_.empty()) find_stripe_sets();
  return stripe_sets_[set_of_[of_switch.index()]];
}

std::vector<std::pair<LinkId, double>> SwitchRoutes::access(DeviceId card, DeviceId beside, bool up) const {
  const auto links_of = [&](DeviceId id) { return up ? topology_.out_links(id) : topology_.in_links(id); };
  const auto beyond = [&](LinkId id) { return up ? topology_.link(id).to : topology_.link(id).from; };
  std::vector<std::pair<LinkId, LinkId>>
      ways;  // from the card outward; the first is none where the card has its own NIC
  for (const LinkId first : links_of(card)) {
    if (!usable(topology_, first)) continue;
    if (beyond(first) == beside) ways.emplace_back(LinkId(), first);
    if (topology_.link(first).kind != LinkKind::host || topology_.device(beyond(first)).kind != DeviceKind::nic)
      continue;
    for (const LinkId second : links_of(beyond(first))) {
      if (usable(topology_, second) && beyond(second) == beside) ways.emplace_back(first, second);
    }
  }
  std::vector<std::pair<LinkId, double>> near, far;
  for (const auto& [first, second] : ways) {
    const double part = 1.0 / static_cast<double>(ways.size());
    if (first.valid()) near.emplace_back(first, part);
    far.emplace_back(second, part);
  }
  if (!up) std::swap(near, far);
  near.insert(near.end(), far.begin(), far.end());
  return near;
}

/// The switches of the higher tier share the flow; each takes its part over all its links to the lower ones.
std::vector<std::pair<LinkId, double>> SwitchRoutes::between_tiers(DeviceId src, DeviceId dst) {
  const bool up = topology_.device(src).tier < topology_.device(dst).tier;
  const std::vector<DeviceId>&upper = stripe_set(up ? dst : src), &lower = stripe_set(up ? src : dst);
  std::vector<std::pair<LinkId, double>> links;
  for (const DeviceId one : upper) {
    std::vector<LinkId> own;
    for (const LinkId link : up ? topology_.in_links(one) : topology_.out_links(one)) {
      const DeviceId other = up ? topology_.link(link).from : topology_.link(link).to;
      if (usable(topology_, link) && std::ranges::binary_search(lower, other)) own.push_back(link);
    }
    if (own.empty()) return {};
    for (const LinkId link : own) {
      links.emplace_back(link, 1.0 / (static_cast<double>(upper.size()) * static_cast<double>(own.size())));
    }
  }
  std::ranges::sort(links, {}, &std::pair<LinkId, double>::first);
  return links;
}

std::vector<std::pair<LinkId, double>> SwitchRoutes::links_between(DeviceId src, DeviceId dst) {
  const Device &from = topology_.device(src), &to = topology_.device(dst);
  CHECK(src != dst && (is_switch(from) || is_switch(to)), "a route of switches joins a switch with something else");
  if (from.kind == DeviceKind::accelerator) return access(src, dst, true);
  if (to.kind == DeviceKind::accelerator) return access(dst, src, false);
  if (from.kind != DeviceKind::network_switch || to.kind != DeviceKind::network_switch || from.tier == to.tier)
    return {};
  return between_tiers(src, dst);
}

std::vector<std::pair<LinkId, double>> SwitchRoutes::links(const FlowKey& key) {
  std::vector<std::pair<LinkId, double>> links = links_between(key.src, key.dst);
  if (links.empty()) {
    const auto name = [&](DeviceId id) { return printable(topology_.device(id).name); };
    throw InputError(name(key.src) + " cannot reach " + name(key.dst) +
                     ": no links of theirs that are up join them in \"" + printable(topology_.name()) + "\"");
  }
  return links;
}

void SwitchRoutes::route(const FlowKey& key, const TrunkTable& trunks, Route& route) {
  if (const auto known = routes_.find({key.src, key.dst}); known != routes_.end()) {
    route = known->second;
    return;
  }
  const std::vector<std::pair<LinkId, double>> links = this->links(key);
  fill_hops(links, trunks, route.hops);
  route.latency = Duration{};
  for (const Duration tier : latency_by_tier(key)) route.latency += tier;
  route.scale_out = topology_.link(links[0].first).kind != LinkKind::scale_up;
  double fractions = 0;
  for (const auto& [link, fraction] : links) fractions += fraction;
  route.num_links = static_cast<std::uint32_t>(fractions + 0.5);
  routes_.emplace(std::pair(key.src, key.dst), route);
}

std::vector<Duration> SwitchRoutes::latency_by_tier(const FlowKey& key) {
  // Links of one stage are of one tier: of those side by side the slowest counts.
  std::vector<Duration> tiers(topology_.tier_names().size());
  for (const auto& [link, fraction] : links(key)) {
    Duration& slowest = tiers[topology_.link(link).tier];
    slowest = std::max(slowest, topology_.link(link).latency);
  }
  return tiers;
}

}  // namespace polyplane::topology
