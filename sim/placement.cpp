#include "sim/placement.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>

#include "base/check.h"
#include "base/error.h"
#include "base/union_find.h"
#include "sim/card_ports.h"
#include "sim/fabric_reach.h"
#include "sim/find_reducers.h"

namespace polyplane::sim {

namespace {

using topology::Link;
using topology::Topology;

/// Planes that a card reaches by its own NICs, ascending.
std::vector<std::int32_t> planes_of(const Topology& topology, DeviceId card) {
  std::vector<std::int32_t> planes;
  for_each_port(topology, card, [&](const Link& port, const Link* host) {
    if (port.up && (host == nullptr || host->up)) planes.push_back(port.plane);
  });
  std::sort(planes.begin(), planes.end());
  planes.erase(std::unique(planes.begin(), planes.end()), planes.end());
  return planes;
}

/// Of cards that pass on what is meant for others, on one grid.
std::optional<collectives::RankGrid> grid_of(const Topology& topology, const std::vector<DeviceId>& devices) {
  std::vector<std::vector<std::int32_t>> coordinates;
  for (const DeviceId device : devices) {
    const auto at = topology.coordinates(device);
    if (at.empty() || !topology.device(device).forwards) return std::nullopt;
    coordinates.emplace_back(at.begin(), at.end());
  }
  return collectives::RankGrid::fill(coordinates);
}

/// The one of the locals of all domains alike.
std::optional<collectives::RankGrid> domain_grid_of(const Topology& topology, const std::vector<DeviceId>& devices,
                                                    const collectives::RankLayout& layout) {
  std::optional<collectives::RankGrid> common;
  if (layout.uniform_domain_size() == 0) return common;
  for (std::uint32_t domain = 0; domain < layout.num_domains(); ++domain) {
    std::vector<DeviceId> members;
    for (const RankId rank : layout.members(domain)) members.push_back(devices[rank.index()]);
    std::optional<collectives::RankGrid> grid = grid_of(topology, members);
    if (!grid || (domain > 0 && grid != common)) return std::nullopt;
    common = std::move(grid);
  }
  return common;
}

FoundReducers reducers_of(const Topology& topology, const std::vector<DeviceId>& devices,
                          const collectives::RankLayout& layout) {
  std::vector<std::uint32_t> domain_of;
  for (std::uint32_t rank = 0; rank < layout.num_ranks(); ++rank) {
    domain_of.push_back(layout.place(RankId(rank)).domain);
  }
  return find_reducers(topology, devices, domain_of, layout.num_domains());
}

}  // namespace

collectives::RankLayout make_layout(const Topology& topology, const std::vector<DeviceId>& devices) {
  std::vector<std::int32_t> domain_of(topology.devices().size(), -1);
  for (std::size_t i = 0; i < topology.accelerators().size(); ++i) {
    domain_of[topology.accelerators()[i].index()] = topology.scaleup_domain()[i];
  }
  std::map<std::int32_t, std::uint32_t> dense_domain, members, dense_site;
  std::map<std::int32_t, std::map<std::int32_t, std::uint32_t>> dense_node;  // by domain
  std::vector<bool> taken(topology.devices().size(), false);
  std::vector<collectives::RankPlace> places;
  std::vector<std::int32_t> common;
  for (const DeviceId device : devices) {
    if (taken[device.index()]) throw InputError("card " + topology.device(device).name + " is given to two ranks");
    taken[device.index()] = true;
    const std::int32_t domain = domain_of[device.index()];
    CHECK(domain >= 0, "a rank on a device that is no accelerator");
    const auto dense = dense_domain.emplace(domain, static_cast<std::uint32_t>(dense_domain.size())).first->second;
    const std::uint32_t local = members[domain]++;
    const std::int32_t rail = topology.device(device).rail;
    const std::int32_t member = topology.device(device).member;
    const auto site = dense_site.emplace(member, static_cast<std::uint32_t>(dense_site.size())).first->second;
    auto& nodes = dense_node[domain];
    const auto node =
        nodes.emplace(topology.device(device).node, static_cast<std::uint32_t>(nodes.size())).first->second;
    places.push_back({dense, local, rail < 0 ? local : static_cast<std::uint32_t>(rail), site, node});

    const std::vector<std::int32_t> planes = planes_of(topology, device);
    if (places.size() == 1) {
      common = planes;
    } else {
      std::vector<std::int32_t> both;
      std::set_intersection(common.begin(), common.end(), planes.begin(), planes.end(), std::back_inserter(both));
      common = std::move(both);
    }
  }
  const bool rails_meet = dense_domain.size() < 2 || !common.empty();
  collectives::RankLayout layout(std::move(places), rails_meet);
  layout.set_reducers(reducers_of(topology, devices, layout).reducers);
  if (layout.num_domains() == 1) layout.set_grid(grid_of(topology, devices));
  layout.set_domain_grid(domain_grid_of(topology, devices, layout));
  layout.set_groups(groups_in_fabric(topology, devices, layout));
  layout.set_plane_shares(plane_shares(topology, devices, layout));
  return layout;
}

std::vector<DeviceId> agent_devices(const Topology& topology, const std::vector<DeviceId>& devices,
                                    const collectives::RankLayout& layout) {
  return reducers_of(topology, devices, layout).devices;
}

std::vector<DeviceId> participant_devices(const Topology& topology, const std::vector<DeviceId>& devices,
                                          const collectives::RankLayout& layout,
                                          const collectives::Schedule& schedule) {
  std::vector<DeviceId> all = devices;
  if (schedule.num_agents() == 0) return all;
  for (auto group = devices.begin(); group != devices.end(); group += layout.num_ranks()) {
    const std::vector<DeviceId> agents = agent_devices(topology, {group, group + layout.num_ranks()}, layout);
    all.insert(all.end(), agents.begin(), agents.end());
  }
  CHECK(all.size() == schedule.num_participants(), "a schedule of another layout");
  return all;
}

void refuse_islands(const Topology& topology, const std::vector<DeviceId>& devices) {
  const auto member = [&](DeviceId id) { return topology.device(id).member; };
  const auto other =
      std::find_if(devices.begin(), devices.end(), [&](DeviceId id) { return member(id) != member(devices.front()); });
  if (other == devices.end()) return;
  UnionFind joined(topology.devices().size());
  for (const Link& link : topology.links()) {
    if (link.up) joined.join(link.from.index(), link.to.index());
  }
  for (const DeviceId id : devices) {
    if (joined.root(id.index()) == joined.root(devices.front().index())) continue;
    if (member(id) == member(devices.front())) continue;  // cut off by faults inside: the router says how
    throw InputError("no link joins the clusters of " + topology.device(devices.front()).name + " and " +
                     topology.device(id).name + ": " + topology.name() +
                     " is made of islands; give it an interconnect, or a group of ranks to each island");
  }
}

}  // namespace polyplane::sim
