#include "topology/bill_of_materials.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

#include "base/check.h"

namespace polyplane::topology {

namespace {

std::vector<DeviceGroup> group_devices(const Topology& topology) {
  using Key = std::tuple<DeviceKind, std::int32_t, bool, std::string_view>;
  std::map<Key, std::int64_t> counts;
  auto last = counts.end();
  for (const Device& device : topology.devices()) {
    const Key key{device.kind, device.tier, device.node >= 0, device.part};
    if (last == counts.end() || last->first != key) last = counts.try_emplace(key, 0).first;
    ++last->second;
  }
  std::vector<DeviceGroup> groups;
  for (const auto& [key, count] : counts) {
    groups.push_back({.kind = std::get<0>(key),
                      .tier = std::get<1>(key),
                      .in_node = std::get<2>(key),
                      .part = std::string(std::get<3>(key)),
                      .count = count});
  }
  return groups;
}

/// Counts cables, and ends of cables by who holds them: a switch that stands apart, or a node with all in it.
class CableCounter {
 public:
  explicit CableCounter(const Topology& topology) : topology_(topology) {}

  std::vector<CableGroup> count() {
    const std::vector<DeviceId> by_node = devices_by_node();
    std::int32_t node = -1;
    for (const DeviceId id : by_node) {
      const std::int32_t here = topology_.device(id).node;
      if (here < 0 || here != node) close_owner(node >= 0);
      node = here;
      visit(id);
    }
    close_owner(node >= 0);
    return groups();
  }

 private:
  using Key = std::tuple<LinkKind, std::uint32_t, BitRate, bool, bool>;
  struct Tally {
    std::int64_t count = 0;
    std::int64_t ends_of_owner = 0;
    std::map<std::int64_t, std::int64_t> at_switches, at_nodes;
  };

  /// Devices of no node first, then node by node.
  [[nodiscard]] std::vector<DeviceId> devices_by_node() const {
    std::vector<std::size_t> place(static_cast<std::size_t>(topology_.num_nodes()) + 2, 0);
    for (const Device& device : topology_.devices()) ++place[static_cast<std::size_t>(device.node + 2)];
    std::partial_sum(place.begin(), place.end(), place.begin());
    std::vector<DeviceId> order(topology_.devices().size());
    for (std::uint32_t i = 0; i < order.size(); ++i) {
      order[place[static_cast<std::size_t>(topology_.devices()[i].node + 1)]++] = DeviceId(i);
    }
    return order;
  }

  void visit(DeviceId id) {
    for (const LinkId out : topology_.out_links(id)) {
      const Link& link = topology_.link(out);
      Tally& tally = tally_of(link);
      ++tally.ends_of_owner;
      if (!link.reverse.valid() || out < link.reverse) ++tally.count;
    }
    for (const LinkId in : topology_.in_links(id)) {
      const Link& link = topology_.link(in);
      if (!link.reverse.valid()) ++tally_of(link).ends_of_owner;
    }
  }

  Tally& tally_of(const Link& link) {
    const Device &from = topology_.device(link.from), &to = topology_.device(link.to);
    const bool scale_out = link.kind == LinkKind::scale_out;
    const bool same_node = from.node >= 0 && from.node == to.node;
    const Key key{link.kind, link.tier, link.nominal_rate, scale_out && (from.node >= 0 || to.node >= 0),
                  link.kind != LinkKind::host && (scale_out || !same_node)};
    if (last_ == tallies_.end() || last_->first != key) last_ = tallies_.try_emplace(key).first;
    return last_->second;
  }

  void close_owner(bool node) {
    for (auto& [key, tally] : tallies_) {
      if (tally.ends_of_owner > 0) ++(node ? tally.at_nodes : tally.at_switches)[tally.ends_of_owner];
      tally.ends_of_owner = 0;
    }
  }

  static std::vector<EndCount> end_counts(const std::map<std::int64_t, std::int64_t>& owners) {
    std::vector<EndCount> counts;
    for (const auto& [ends, number] : owners) counts.push_back({.ends = ends, .owners = number});
    return counts;
  }

  [[nodiscard]] std::vector<CableGroup> groups() const {
    std::vector<CableGroup> groups;
    for (const auto& [key, tally] : tallies_) {
      groups.push_back({.kind = std::get<0>(key),
                        .tier = std::get<1>(key),
                        .rate = std::get<2>(key),
                        .access = std::get<3>(key),
                        .leaves_node = std::get<4>(key),
                        .count = tally.count,
                        .at_switches = end_counts(tally.at_switches),
                        .at_nodes = end_counts(tally.at_nodes)});
    }
    return groups;
  }

  const Topology& topology_;
  std::map<Key, Tally> tallies_;
  std::map<Key, Tally>::iterator last_ = tallies_.end();
};

}  // namespace

std::int64_t CableGroup::modules(const std::vector<EndCount>& where, std::int64_t per_module) {
  CHECK(per_module >= 1, "a module serves one end of a cable or more");
  std::int64_t modules = 0;
  for (const EndCount& count : where) modules += count.owners * ((count.ends + per_module - 1) / per_module);
  return modules;
}

Materials count_materials(const Topology& topology) {
  return {.devices = group_devices(topology), .cables = CableCounter(topology).count()};
}

}  // namespace polyplane::topology
