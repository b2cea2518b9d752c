#include "topology/join_clusters.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "base/check.h"
#include "base/error.h"
#include "base/suggest.h"
#include "base/union_find.h"
#include "topology/cluster_spec.h"

namespace polyplane::topology {
namespace {

bool is_switch(const Topology& topology, DeviceId id) { return topology.device(id).kind == DeviceKind::network_switch; }

/// Devices of one member that one gateway serves.
struct Border {
  std::vector<DeviceId> devices;
  std::int32_t plane = -1;
  bool of_switches = false;
};

/// Of one set of joined switches: those of the highest tier, or the first of them where they are joined level.
Border border_of(const Topology& topology, const std::vector<DeviceId>& set) {
  Border border{.devices = {}, .plane = topology.device(set.front()).plane, .of_switches = true};
  std::int32_t top = 0;
  for (const DeviceId id : set) top = std::max(top, topology.device(id).tier);
  bool level = false;
  for (const DeviceId id : set) {
    if (topology.device(id).tier != top) continue;
    border.devices.push_back(id);
    for (const LinkId out : topology.out_links(id)) {
      const DeviceId to = topology.link(out).to;
      level = level || (is_switch(topology, to) && topology.device(to).tier == top);
    }
  }
  if (level) border.devices.resize(1);
  return border;
}

/// By set of joined switches, in the order of their first device; of a member without switches, its NICs or its cards.
std::vector<Border> borders_of(const Topology& topology) {
  UnionFind sets(topology.devices().size());
  for (const Link& link : topology.links()) {
    if (is_switch(topology, link.from) && is_switch(topology, link.to)) sets.join(link.from.index(), link.to.index());
  }
  std::vector<std::vector<DeviceId>> of_root(topology.devices().size());
  std::vector<DeviceId> nics;
  for (std::uint32_t d = 0; d < topology.devices().size(); ++d) {
    if (is_switch(topology, DeviceId(d))) of_root[sets.root(d)].emplace_back(d);
    if (topology.device(DeviceId(d)).kind == DeviceKind::nic) nics.emplace_back(d);
  }
  std::vector<Border> borders;
  for (const std::vector<DeviceId>& set : of_root) {
    if (!set.empty()) borders.push_back(border_of(topology, set));
  }
  if (!borders.empty()) return borders;
  const auto cards = topology.accelerators();
  if (nics.empty()) nics.assign(cards.begin(), cards.end());
  return {{.devices = std::move(nics), .plane = 0, .of_switches = false}};
}

std::string numbered(std::string_view name, std::size_t index, std::size_t count) {
  return std::string(name) + (count > 1 ? std::to_string(index) : "");
}

class Joiner {
 public:
  Joiner(const std::string& name, std::span<const JoinedMember> members, const std::optional<InterconnectSpec>& between)
      : name_(name), members_(members), between_(between), builder_(name) {}

  Topology join() && {
    CHECK(!members_.empty(), "a cluster of no members");
    if (between_) find_borders();
    reserve();
    bool lossless = false;
    std::uint32_t channels = topology(0).virtual_channels();
    for (std::size_t m = 0; m < members_.size(); ++m) {
      first_device_.push_back(builder_.num_devices());
      copy_devices(m);
      copy_links(m);
      lossless = lossless || topology(m).lossless();
      channels = std::min(channels, topology(m).virtual_channels());
    }
    builder_.set_lossless(lossless);
    builder_.set_virtual_channels(channels);
    if (between_) add_interconnect();
    return std::move(builder_).build();
  }

 private:
  [[nodiscard]] const Topology& topology(std::size_t member) const { return *members_[member].topology; }

  void find_borders() {
    for (std::size_t m = 0; m < members_.size(); ++m) {
      const auto same = std::find_if(members_.begin(), members_.begin() + static_cast<std::ptrdiff_t>(m),
                                     [&](const JoinedMember& other) { return other.topology == members_[m].topology; });
      const auto index = static_cast<std::size_t>(same - members_.begin());
      borders_.push_back(index < m ? borders_[index] : borders_of(topology(m)));
      const auto sets = static_cast<std::int64_t>(borders_.back().size());
      if (between_->rate.bps() < sets) {
        throw InputError("cluster \"" + printable(name_) + "\": an interconnect of " + to_string(between_->rate) +
                         " cannot be shared by the " + std::to_string(sets) + " gateways of member " +
                         printable(members_[m].name));
      }
      apart_ = apart_ && borders_.back().size() == borders_.front().size();
    }
  }

  void reserve() {
    std::size_t devices = 0, links = 0;
    for (std::size_t m = 0; m < members_.size(); ++m) {
      devices += topology(m).devices().size();
      links += topology(m).links().size();
    }
    for (const std::vector<Border>& borders : borders_) {
      devices += borders.size() + 1;
      for (const Border& border : borders) links += 2 * (border.devices.size() + 1);
    }
    if (devices > static_cast<std::size_t>(kMaxDevices) || links > static_cast<std::size_t>(kMaxLinks)) {
      throw LimitError("cluster \"" + printable(name_) + "\" would have " + std::to_string(devices) + " devices and " +
                       std::to_string(links) + " directed links; the limits are " + std::to_string(kMaxDevices) +
                       " and " + std::to_string(kMaxLinks));
    }
    builder_.reserve(devices, links);
  }

  void copy_devices(std::size_t member) {
    const Topology& from = topology(member);
    std::int32_t pods = 0;
    for (std::uint32_t d = 0; d < from.devices().size(); ++d) {
      Device device = from.devices()[d];
      CHECK(device.member < 0, "a member that is joined itself");
      CHECK(device.tier < kGatewayTier, "a switch above the gateways");
      device.name = members_[member].name + "/" + device.name;
      device.member = static_cast<std::int32_t>(member);
      if (device.node >= 0) device.node += first_node_;
      pods = std::max(pods, device.pod + 1);
      if (device.pod >= 0) device.pod += first_pod_;
      const DeviceId id = builder_.add_device(std::move(device));
      const auto coordinates = from.coordinates(DeviceId(d));
      if (!coordinates.empty() && !between_) builder_.set_coordinates(id, coordinates);
    }
    first_node_ += from.num_nodes();
    first_pod_ += pods;
  }

  void copy_links(std::size_t member) {
    const Topology& from = topology(member);
    const auto first_device = static_cast<std::uint32_t>(first_device_.back());
    const auto first_link = static_cast<std::uint32_t>(builder_.num_links());
    const auto at = [&](DeviceId id) { return DeviceId(id.index() + first_device); };
    for (const Link& link : from.links()) {
      std::string name = link.name.empty() ? "" : members_[member].name + "/" + link.name;
      Link& copy = builder_.link(builder_.add_link(at(link.from), at(link.to), link.rate, link.latency, link.kind,
                                                   from.tier_names()[link.tier], std::move(name)));
      copy.nominal_rate = link.nominal_rate;
      copy.plane = link.plane;
      copy.up = link.up;
      if (link.reverse.valid()) copy.reverse = LinkId(link.reverse.index() + first_link);
    }
  }

  DeviceId add_box(std::string name, std::int32_t member, std::int32_t tier, std::int32_t plane) {
    return builder_.add_device({.name = std::move(name),
                                .kind = DeviceKind::network_switch,
                                .node = -1,
                                .plane = plane,
                                .rail = -1,
                                .tier = tier,
                                .pod = -1,
                                .part = {},
                                .forwards = true,
                                .up = true,
                                .member = member});
  }

  void add_interconnect() {
    const std::size_t exchanges = apart_ ? borders_.front().size() : 1;
    std::vector<DeviceId> exchange;
    for (std::size_t i = 0; i < exchanges; ++i) {
      const std::int32_t plane = apart_ ? borders_.front()[i].plane : -1;
      exchange.push_back(add_box(numbered("interconnect", i, exchanges), -1, kExchangeTier, plane));
    }
    for (std::size_t m = 0; m < members_.size(); ++m) {
      const std::vector<Border>& borders = borders_[m];
      const BitRate share = BitRate::from_bps(between_->rate.bps() / static_cast<std::int64_t>(borders.size()));
      for (std::size_t i = 0; i < borders.size(); ++i) {
        const DeviceId gateway = add_box(members_[m].name + "/" + numbered("gateway", i, borders.size()),
                                         static_cast<std::int32_t>(m), kGatewayTier, borders[i].plane);
        const Duration way_out = Duration::from_ps(between_->latency.ps() / 2);
        const LinkId out = builder_.add_cable(gateway, exchange[apart_ ? i : 0], share, way_out, LinkKind::scale_out,
                                              kInterconnectLinks, borders[i].plane);
        builder_.link(builder_.link(out).reverse).latency = between_->latency - way_out;
        attach(m, borders[i], gateway, share);
      }
    }
  }

  void attach(std::size_t member, const Border& border, DeviceId gateway, BitRate share) {
    const JoinedMember& from = members_[member];
    const BitRate rate = border.of_switches ? share : from.port_rate.value_or(share);
    const Duration latency = border.of_switches ? Duration() : from.port_latency;
    for (const DeviceId id : border.devices) {
      const DeviceId device(id.index() + static_cast<std::uint32_t>(first_device_[member]));
      builder_.add_cable(device, gateway, rate, latency, LinkKind::scale_out, kGatewayLinks, border.plane);
    }
  }

  const std::string& name_;
  std::span<const JoinedMember> members_;
  const std::optional<InterconnectSpec>& between_;
  TopologyBuilder builder_;
  std::vector<std::vector<Border>> borders_;  // by member
  std::vector<std::size_t> first_device_;     // by member
  std::int32_t first_node_ = 0, first_pod_ = 0;
  bool apart_ = true;  // all members have the same number of borders
};

}  // namespace

Topology join_clusters(const std::string& name, std::span<const JoinedMember> members,
                       const std::optional<InterconnectSpec>& interconnect) {
  return Joiner(name, members, interconnect).join();
}

}  // namespace polyplane::topology
