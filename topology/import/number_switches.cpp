#include <algorithm>
#include <deque>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "base/union_find.h"
#include "topology/import/fabric_builder.h"

namespace polyplane::topology {

namespace {

bool is_switch(const Device& device) { return device.kind == DeviceKind::network_switch; }

using Neighbours = std::vector<std::vector<std::uint32_t>>;

Neighbours switch_neighbours(const ImportedFabric& fabric) {
  Neighbours neighbours(fabric.devices.size());
  for (const ImportedFabric::Edge& edge : fabric.edges) {
    if (edge.kind != LinkKind::scale_out || !is_switch(fabric.devices[edge.from]) ||
        !is_switch(fabric.devices[edge.to])) {
      continue;
    }
    neighbours[edge.from].push_back(edge.to);
    neighbours[edge.to].push_back(edge.from);
  }
  return neighbours;
}

void number_tiers(ImportedFabric& fabric) {
  const Neighbours neighbours = switch_neighbours(fabric);
  std::deque<std::uint32_t> wave;
  const auto reach = [&](std::uint32_t device, std::int32_t tier) {
    if (!is_switch(fabric.devices[device]) || fabric.devices[device].tier != 0) return;
    fabric.devices[device].tier = tier;
    wave.push_back(device);
  };
  for (const ImportedFabric::Edge& edge : fabric.edges) {
    if (edge.kind != LinkKind::scale_out) continue;
    if (!is_switch(fabric.devices[edge.from])) reach(edge.to, 1);
    if (!is_switch(fabric.devices[edge.to])) reach(edge.from, 1);
  }
  for (; !wave.empty(); wave.pop_front()) {
    for (const std::uint32_t next : neighbours[wave.front()]) reach(next, fabric.devices[wave.front()].tier + 1);
  }
}

void number_planes(ImportedFabric& fabric) {
  UnionFind sets(fabric.devices.size());
  for (const ImportedFabric::Edge& edge : fabric.edges) {
    const bool inner = is_switch(fabric.devices[edge.from]) && is_switch(fabric.devices[edge.to]);
    if (edge.kind == LinkKind::scale_out && inner) sets.join(edge.from, edge.to);
  }
  std::map<std::uint32_t, std::int32_t> plane_of;  // by root
  for (std::uint32_t d = 0; d < fabric.devices.size(); ++d) {
    Device& device = fabric.devices[d];
    if (!is_switch(device)) continue;
    device.plane = plane_of.emplace(sets.root(d), static_cast<std::int32_t>(plane_of.size())).first->second;
  }
  if (plane_of.size() > kMaxImportedPlanes) {
    throw LimitError("the scale-out fabric of " + printable(fabric.name) + " falls into " +
                     std::to_string(plane_of.size()) + " parts that no cable joins; at most " +
                     std::to_string(kMaxImportedPlanes) + " are read");
  }
  for (ImportedFabric::Edge& edge : fabric.edges) {
    if (edge.kind != LinkKind::scale_out) continue;
    edge.plane = std::max(fabric.devices[edge.from].plane, fabric.devices[edge.to].plane);
  }
}

std::string tier_between(std::int32_t low, std::int32_t high) {
  if (low > high) std::swap(low, high);
  const auto name = [](std::int32_t tier) -> std::string {
    constexpr const char* kNames[] = {"gpu", "leaf", "spine", "core"};
    return tier < 4 ? kNames[tier] : "tier" + std::to_string(tier);
  };
  return name(low) + "-" + name(high);
}

}  // namespace

void number_switches(ImportedFabric& fabric) {
  number_tiers(fabric);
  number_planes(fabric);
  for (ImportedFabric::Edge& edge : fabric.edges) {
    if (edge.kind != LinkKind::scale_out) continue;
    edge.tier = tier_between(fabric.devices[edge.from].tier, fabric.devices[edge.to].tier);
  }
}

}  // namespace polyplane::topology
