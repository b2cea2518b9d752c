#include "sim/busiest_links.h"

#include <algorithm>
#include <cstdint>

namespace polyplane::sim {

namespace {

constexpr std::size_t kShown = 10;

}  // namespace

std::vector<LinkLoad> busiest_links(const topology::Topology& topology, const std::vector<double>& bytes,
                                    TimePoint makespan) {
  std::vector<LinkLoad> loads;
  for (std::uint32_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] <= 0) continue;
    const topology::Link& link = topology.links()[i];
    LinkLoad load;
    load.link = LinkId(i);
    load.bytes = bytes[i];
    load.utilisation = bytes[i] * 8.0 / (static_cast<double>(link.rate.bps()) * makespan.since_start().seconds());
    loads.push_back(load);
  }
  const std::size_t shown = std::min(kShown, loads.size());
  std::partial_sort(loads.begin(), loads.begin() + static_cast<std::ptrdiff_t>(shown), loads.end(),
                    [](const LinkLoad& a, const LinkLoad& b) {
                      return a.utilisation != b.utilisation ? a.utilisation > b.utilisation : a.link < b.link;
                    });
  loads.resize(shown);
  for (LinkLoad& load : loads) {
    const topology::Link& link = topology.link(load.link);
    load.name = topology.device(link.from).name + " -> " + topology.device(link.to).name;
    load.tier = topology.tier_names()[link.tier];
  }
  return loads;
}

std::string bottleneck_of(const std::vector<LinkLoad>& busiest) {
  return busiest.empty() || busiest.front().utilisation < 0.5 ? "latency or waiting" : busiest.front().tier;
}

}  // namespace polyplane::sim
