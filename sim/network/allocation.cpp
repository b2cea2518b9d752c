#include "sim/network/allocation.h"

#include <utility>

#include "base/check.h"
#include "sim/network/certificate.h"

namespace polyplane::sim {

Allocation::Allocation(std::vector<BitRate> capacities, std::uint32_t max_flows)
    : capacities_(std::move(capacities)),
      units_(capacities_),
      trunks_(capacities_.size()),
      flows_(max_flows),
      solver_(units_) {
  for (std::size_t t = 0; t < trunks_.size(); ++t) trunks_[t].left = units_.of(capacities_[t]);
}

void Allocation::set_route(std::uint32_t id, std::span<const topology::Hop> hops, std::span<const double> loads,
                           std::uint32_t copies) {
  FlowState& flow = flows_[id];
  CHECK(!flow.here, "a flow that drains changes its route");
  CHECK(loads.empty() || loads.size() == hops.size(), "not one load for each hop");
  CHECK(copies > 0, "a flow that stands for none");
  flow.copies = copies;
  const auto count = static_cast<std::uint32_t>(hops.size());
  if (count == 0) return;
  flow.first_hop = incidences_.reallocate(flow.first_hop, flow.num_hops, count);
  flow.num_hops = count;
  flow.unit = true;
  for (std::uint32_t i = 0; i < count; ++i) {
    incidences_[flow.first_hop + i] = {id, hops[i].trunk.index(), kNone, kNone};
    flow.unit = flow.unit && hops[i].weight == 1.0 && (loads.empty() || loads[i] == 1.0);
  }
  if (flow.unit) return;
  for (std::uint32_t i = 0; i < count; ++i) {
    const double weight = hops[i].weight;
    incidences_.set_load(flow.first_hop + i, loads.empty() ? HopLoad{weight, 1} : HopLoad::of(weight, loads[i]));
  }
}

// The trunks of a flow are far apart in memory: fetches them side by side.
void Allocation::fetch(const FlowState& flow) const {
  for (const Incidence& hop : hops(flow)) __builtin_prefetch(&trunks_[hop.trunk], 1);
}

void Allocation::add(std::uint32_t id) {
  FlowState& flow = flows_[id];
  fetch(flow);
  CHECK(!flow.here && flow.num_hops > 0, "a flow is added twice or has no route");
  flow.here = true;
  stale_ = true;
  flow.rate = 0;
  flow.bottleneck = kNone;
  here_ += flow.copies;
  for (std::uint32_t i = flow.first_hop; i < flow.first_hop + flow.num_hops; ++i) {
    TrunkState& trunk = trunks_[incidences_[i].trunk];
    incidences_.link(i, trunk.head);
    trunk.flows += flow.unit ? 1 : incidences_.load(i).copies;
  }
  added_.push_back(id);
}

void Allocation::remove(std::uint32_t id) {
  FlowState& flow = flows_[id];
  CHECK(flow.here, "a flow is removed that is not here");
  fetch(flow);
  flow.here = false;
  stale_ = true;
  here_ -= flow.copies;
  if (flow.bottleneck != kNone) --trunks_[flow.bottleneck].held;
  std::uint32_t incidence = flow.first_hop;
  for_each_load(flow, [&](std::uint32_t t, std::int64_t load, std::uint32_t copies) {
    TrunkState& trunk = trunks_[t];
    incidences_.unlink(incidence++, trunk.head);
    trunk.flows -= copies;
    trunk.left += load;
    if (trunk.flows == 0) trunk.top = 0;
    if (trunk.held > 0) touch(t);
  });
}

void Allocation::touch(std::uint32_t t) {
  if (trunks_[t].touched != 0) return;
  trunks_[t].touched = 1;
  touched_.push_back(t);
}

void Allocation::set_capacity(std::uint32_t t, BitRate capacity) {
  stale_ = true;
  TrunkState& trunk = trunks_[t];
  trunk.left += units_.of(capacity) - units_.of(capacities_[t]);
  capacities_[t] = capacity;
  for (std::uint32_t i = trunk.head; i != kNone; i = incidences_[i].next) unrated_.push_back(incidences_[i].flow);
}

void Allocation::certify() const {
  Certificate certificate(capacities_);
  for (std::uint32_t id = 0; id < flows_.size(); ++id) {
    const FlowState& flow = flows_[id];
    if (!flow.here) continue;
    certificate.add_flow(id, flow.rate);
    for (std::uint32_t i = flow.first_hop; i < flow.first_hop + flow.num_hops; ++i) {
      certificate.add_hop(incidences_[i].trunk, flow.unit ? HopLoad{} : incidences_.load(i));
    }
  }
  certificate.check();
}

}  // namespace polyplane::sim
