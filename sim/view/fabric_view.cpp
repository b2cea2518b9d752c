#include "sim/view/fabric_view.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <span>
#include <tuple>

#include "base/error.h"
#include "base/utf8.h"
#include "sim/view/columns.h"
#include "sim/view/name_table.h"

namespace polyplane::sim {
namespace {

using topology::Device;
using topology::DeviceKind;
using topology::Link;
using topology::LinkKind;
using topology::Topology;

v1::DeviceTable::Kind kind_of(DeviceKind kind) {
  switch (kind) {
    case DeviceKind::accelerator:
      return v1::DeviceTable::accelerator;
    case DeviceKind::nic:
      return v1::DeviceTable::nic;
    case DeviceKind::scaleup_switch:
      return v1::DeviceTable::scaleup_switch;
    case DeviceKind::network_switch:
      return v1::DeviceTable::network_switch;
  }
  return v1::DeviceTable::accelerator;
}

v1::LinkClass::Kind kind_of(LinkKind kind) {
  switch (kind) {
    case LinkKind::scale_up:
      return v1::LinkClass::scale_up;
    case LinkKind::host:
      return v1::LinkClass::host;
    case LinkKind::scale_out:
      return v1::LinkClass::scale_out;
  }
  return v1::LinkClass::scale_up;
}

template <class Value>
std::vector<std::int32_t> column(std::span<const Device> devices, Value value) {
  std::vector<std::int32_t> values;
  values.reserve(devices.size());
  for (const Device& device : devices) values.push_back(value(device));
  return values;
}

void write_devices(const Topology& topology, v1::DeviceTable& to) {
  const std::span<const Device> devices = topology.devices();
  to.set_count(static_cast<std::uint32_t>(devices.size()));
  write_names(devices.size(), [&](std::size_t i) -> std::string_view { return devices[i].name; }, *to.mutable_names());
  for (const Device& device : devices) to.add_kind(kind_of(device.kind));
  write_optional_delta(column(devices, [](const Device& d) { return d.node; }), *to.mutable_node_delta());
  write_optional_delta(column(devices, [](const Device& d) { return d.plane; }), *to.mutable_plane_delta());
  write_optional_delta(column(devices, [](const Device& d) { return d.pod; }), *to.mutable_pod_delta());
  write_optional_delta(column(devices, [](const Device& d) { return d.rail; }), *to.mutable_rail_delta());
  write_delta(column(devices, [](const Device& d) { return d.tier; }), *to.mutable_tier_delta());
  write_optional_delta(column(devices, [](const Device& d) { return d.member; }), *to.mutable_member_delta());

  std::vector<std::int32_t> domains(devices.size(), -1);
  const auto cards = topology.accelerators();
  for (std::size_t i = 0; i < cards.size(); ++i) domains[cards[i].index()] = topology.scaleup_domain()[i];
  write_optional_delta(domains, *to.mutable_domain_delta());

  std::map<std::string, std::int32_t, std::less<>> parts;
  write_optional_delta(column(devices,
                              [&](const Device& device) {
                                if (device.part.empty()) return -1;
                                const auto next = static_cast<std::int32_t>(parts.size());
                                const auto [part, is_new] = parts.emplace(device.part, next);
                                if (is_new) to.add_parts(valid_utf8(device.part));
                                return part->second;
                              }),
                       *to.mutable_part_delta());
  for (std::uint32_t i = 0; i < devices.size(); ++i) {
    if (!devices[i].up) to.add_down(i);
    if (devices[i].reduces) to.add_reducing_switches(i);
    if (devices[i].forwards && devices[i].kind == DeviceKind::accelerator) to.add_forwarding_cards(i);
  }
}

/// Classes in order of first use.
class LinkClasses {
 public:
  explicit LinkClasses(v1::LinkTable& to) : to_(to) {}

  std::uint32_t of(const Link& link) {
    const Key key{link.tier, link.plane, link.kind, link.rate.bps(), link.nominal_rate.bps(), link.latency.ps()};
    const auto [place, is_new] = known_.emplace(key, static_cast<std::uint32_t>(known_.size()));
    if (is_new) {
      v1::LinkClass& added = *to_.add_classes();
      added.set_tier(link.tier);
      added.set_plane(link.plane);
      added.set_kind(kind_of(link.kind));
      added.set_rate_bps(static_cast<double>(link.rate.bps()));
      added.set_nominal_rate_bps(static_cast<double>(link.nominal_rate.bps()));
      added.set_latency_ps(static_cast<double>(link.latency.ps()));
    }
    return place->second;
  }

 private:
  using Key = std::tuple<std::uint32_t, std::int32_t, LinkKind, std::int64_t, std::int64_t, std::int64_t>;
  v1::LinkTable& to_;
  std::map<Key, std::uint32_t> known_;
};

void write_links(const Topology& topology, v1::LinkTable& to) {
  const std::span<const Link> links = topology.links();
  to.set_count(static_cast<std::uint32_t>(links.size()));
  LinkClasses classes(to);
  std::vector<std::int32_t> begins, ends;
  for (std::uint32_t i = 0; i < links.size(); ++i) {
    to.add_class_(classes.of(links[i]));
    if (!links[i].up) to.add_down(i);
  }
  for (std::size_t i = 0; i < links.size();) {
    const Link& link = links[i];
    const bool two_way = i + 1 < links.size() && link.reverse.valid() && link.reverse.index() == i + 1 &&
                         links[i + 1].from == link.to && links[i + 1].to == link.from;
    if (!two_way) to.add_one_way(static_cast<std::uint32_t>(begins.size()));
    begins.push_back(static_cast<std::int32_t>(link.from.index()));
    ends.push_back(static_cast<std::int32_t>(link.to.index()));
    i += two_way ? 2 : 1;
  }
  write_delta(begins, *to.mutable_from_delta());
  write_delta(ends, *to.mutable_to_delta());
  if (std::ranges::any_of(links, [](const Link& link) { return !link.name.empty(); })) {
    write_names(links.size(), [&](std::size_t i) -> std::string_view { return links[i].name; }, *to.mutable_names());
  }
}

}  // namespace

void write_fabric(const Topology& topology, v1::FabricView& fabric) {
  fabric.set_cluster(valid_utf8(topology.name()));
  for (const std::string& tier : topology.tier_names()) fabric.add_tiers(valid_utf8(tier));
  fabric.set_planes(static_cast<std::uint32_t>(topology.num_planes()));
  fabric.set_nodes(static_cast<std::uint32_t>(topology.num_nodes()));
  write_devices(topology, *fabric.mutable_devices());
  write_links(topology, *fabric.mutable_links());
}

LinkEnds read_link_ends(const v1::LinkTable& links) {
  const auto cables = static_cast<std::size_t>(links.from_delta_size());
  if (std::ranges::adjacent_find(links.one_way(), std::greater_equal<>()) != links.one_way().end() ||
      (links.one_way_size() > 0 && *links.one_way().rbegin() >= cables)) {
    throw InputError("cables that lead one way are no ascending list of cables");
  }
  if (2 * cables - static_cast<std::size_t>(links.one_way_size()) != links.count()) {
    throw InputError("cables do not come to the number of links");
  }
  if (cables == 0) return {};
  const std::vector<std::int32_t> from = read_delta(links.from_delta(), cables);
  const std::vector<std::int32_t> to = read_delta(links.to_delta(), cables);
  LinkEnds ends;
  int next = 0;
  for (std::size_t cable = 0; cable < cables; ++cable) {
    ends.from.push_back(from[cable]);
    ends.to.push_back(to[cable]);
    if (next < links.one_way_size() && links.one_way(next) == cable) {
      ++next;
      continue;
    }
    ends.from.push_back(to[cable]);
    ends.to.push_back(from[cable]);
  }
  return ends;
}

}  // namespace polyplane::sim
