#include "sim/fabric_reach.h"

#include <algorithm>
#include <map>
#include <numeric>

#include "base/units.h"
#include "sim/card_ports.h"

namespace polyplane::sim {
namespace {

using topology::DeviceKind;
using topology::Link;
using topology::Topology;

/// The switch that the first port of a card or of its NICs is on.
DeviceId leaf_of(const Topology& topology, DeviceId card) {
  DeviceId leaf;
  for_each_port(topology, card, [&](const Link& port, const Link*) {
    if (!leaf.valid() && topology.device(port.to).kind == DeviceKind::network_switch) leaf = port.to;
  });
  return leaf;
}

struct Port {
  std::int32_t plane = -1;
  std::int64_t bps = 0;  // 0 where it is down
};

/// One of each plane, with what all of that plane have, by plane; a NIC's have no more than its link to the card.
void find_ports(const Topology& topology, DeviceId card, std::vector<Port>& ports) {
  ports.clear();
  for_each_port(topology, card, [&](const Link& port, const Link* host) {
    const bool up = port.up && (host == nullptr || host->up);
    const std::int64_t most = host == nullptr ? INT64_MAX : host->rate.bps();
    ports.push_back({port.plane, up ? std::min(port.rate.bps(), most) : 0});
  });
  std::ranges::stable_sort(ports, {}, &Port::plane);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    if (kept > 0 && ports[kept - 1].plane == ports[i].plane) {
      ports[kept - 1].bps += ports[i].bps;
    } else {
      ports[kept++] = ports[i];
    }
  }
  ports.resize(kept);
}

/// In sixteenths of the highest, in lowest terms. REQUIRES: some above 0.
std::vector<std::uint32_t> in_proportion(const std::vector<std::int64_t>& rates) {
  constexpr std::int64_t kParts = 16;
  const std::int64_t most = *std::ranges::max_element(rates);
  std::vector<std::uint32_t> shares;
  std::uint32_t common = 0;
  for (const std::int64_t rate : rates) {
    const int128 doubled = (static_cast<int128>(rate) * 2 * kParts + most) / most;  // rounded to the nearest
    shares.push_back(static_cast<std::uint32_t>(doubled / 2));
    common = std::gcd(common, shares.back());
  }
  for (std::uint32_t& share : shares) share /= common;
  return shares;
}

}  // namespace

std::vector<std::vector<std::uint32_t>> groups_in_fabric(const Topology& topology, const std::vector<DeviceId>& devices,
                                                         const collectives::RankLayout& layout) {
  std::map<DeviceId, std::uint32_t> leaves;
  std::map<std::int32_t, std::uint32_t> pods;
  std::vector<std::vector<std::uint32_t>> groups(2);
  for (std::uint32_t domain = 0; domain < layout.num_domains(); ++domain) {
    const DeviceId leaf = leaf_of(topology, devices[layout.members(domain).front().index()]);
    if (!leaf.valid()) return {};
    groups[0].push_back(leaves.emplace(leaf, static_cast<std::uint32_t>(leaves.size())).first->second);
    const std::int32_t pod = topology.device(leaf).pod;
    if (pod < 0) groups.resize(1);
    if (groups.size() > 1) {
      groups[1].push_back(pods.emplace(pod, static_cast<std::uint32_t>(pods.size())).first->second);
    }
  }
  return groups;
}

std::optional<collectives::PlaneShares> plane_shares(const Topology& topology, const std::vector<DeviceId>& devices,
                                                     const collectives::RankLayout& layout) {
  using collectives::PlaneShares;
  const std::uint32_t locals = layout.uniform_domain_size();
  if (layout.num_domains() == 1 || locals == 0) return std::nullopt;
  std::vector<Port> ports;
  find_ports(topology, devices.front(), ports);
  PlaneShares result;
  for (const Port& port : ports) result.planes.push_back(port.plane);
  bool by_plane = result.planes.size() > 1 && result.planes.front() >= 0;  // ports of plain graphs may be in none
  std::vector<std::int64_t> of_local(locals, INT64_MAX), of_plane(result.planes.size() * locals, INT64_MAX);
  for (std::uint32_t rank = 0; rank < layout.num_ranks(); ++rank) {
    find_ports(topology, devices[rank], ports);
    const std::uint32_t local = layout.place(RankId(rank)).local;
    by_plane = by_plane && std::ranges::equal(ports, result.planes, {}, &Port::plane);
    std::int64_t all = 0;
    for (std::size_t i = 0; i < ports.size(); ++i) {
      all += ports[i].bps;
      if (by_plane) of_plane[i * locals + local] = std::min(of_plane[i * locals + local], ports[i].bps);
    }
    of_local[local] = std::min(of_local[local], all);
  }
  if (!by_plane) result.planes = {PlaneShares::kAnyPlane};
  const std::vector<std::int64_t>& rates = by_plane ? of_plane : of_local;
  if (*std::ranges::max_element(rates) == 0) return std::nullopt;
  result.shares = in_proportion(rates);
  if (!by_plane && result.even()) return std::nullopt;
  return result;
}

}  // namespace polyplane::sim
