#include "sim/network/max_min.h"

#include <algorithm>

#include "base/check.h"

namespace polyplane::sim {

namespace {

constexpr double kNoCap = -1;

}  // namespace

void MaxMin::clear() {
  trunks_.clear();
  flows_.clear();
  hops_.clear();
  loads_.clear();
  rates_.clear();
}

std::uint32_t MaxMin::add_trunk(std::int64_t available, BitRate capacity) {
  trunks_.push_back({available, capacity});
  return static_cast<std::uint32_t>(trunks_.size() - 1);
}

std::uint32_t MaxMin::add_flow() {
  const auto first = static_cast<std::uint32_t>(hops_.size());
  flows_.push_back({first, first, 0, 0, false});
  rates_.push_back({kNoCap, {}, 0, {}});
  return static_cast<std::uint32_t>(flows_.size() - 1);
}

void MaxMin::add_hop(std::uint32_t trunk) {
  Flow& flow = flows_.back();
  hops_.push_back({trunk, flow.hops++});
  flow.end += 1;
  trunks_[trunk].flows += 1;
  if (!loads_.empty()) loads_.emplace_back();
}

void MaxMin::add_hop(std::uint32_t trunk, const HopLoad& load) {
  if (loads_.empty()) loads_.resize(hops_.size());
  Flow& flow = flows_.back();
  hops_.push_back({trunk, flow.hops++});
  flow.end += 1;
  trunks_[trunk].flows += 1;
  loads_.push_back(load);
}

void MaxMin::add_hop_alone(std::int64_t available, BitRate capacity, const HopLoad& load) {
  const WeightSum weight = load.is_one() ? WeightSum::one() : WeightSum(load);
  cap(static_cast<std::uint32_t>(flows_.size() - 1), flows_.back().hops++, available, capacity, weight);
}

// Nobody else is on this trunk: its share for the flow stays what it is.
void MaxMin::cap(std::uint32_t flow, std::uint32_t place, std::int64_t available, BitRate capacity,
                 const WeightSum& weight) {
  const double share = units_.share(available, weight.value());
  Rate& rate = rates_[flow];
  if (rate.bps != kNoCap && share > rate.bps) return;
  const std::int64_t sharers = units_.is_all(available, capacity) ? weight.sharers() : 0;
  if (share == rate.bps) {
    flows_[flow].bottleneck = std::min(flows_[flow].bottleneck, place);
    prefer_exact(rate, sharers, capacity);
    return;
  }
  flows_[flow].bottleneck = place;
  rate = {share, capacity, sharers, {}};
}

void MaxMin::find_shared() {
  shared_.clear();
  std::uint32_t next = 0;
  for (std::uint32_t t = 0; t < trunks_.size(); ++t) {
    Trunk& trunk = trunks_[t];
    if (trunk.flows < 2) continue;
    trunk.shared = static_cast<std::uint32_t>(shared_.size());
    shared_.push_back({trunk.available, 0.0, {}, next, next, t, 0});
    next += trunk.flows;
  }
  flows_of_shared_.resize(next);
}

// Keeps, of the hops, those over shared trunks; the others become caps.
void MaxMin::index_shared() {
  const bool weighted = !loads_.empty();
  std::uint32_t kept = 0;
  for (std::uint32_t index = 0; index < flows_.size(); ++index) {
    Flow& flow = flows_[index];
    const std::uint32_t first = kept;
    for (std::uint32_t i = flow.first; i < flow.end; ++i) {
      const Hop hop = hops_[i];
      const Trunk& trunk = trunks_[hop.trunk];
      const WeightSum weight = weighted ? WeightSum(loads_[i]) : WeightSum::one();
      if (trunk.flows == 1) {
        cap(index, hop.place, trunk.available, trunk.capacity, weight);
        continue;
      }
      Shared& shared = shared_[trunk.shared];
      flows_of_shared_[shared.end++] = index;
      shared.weight += weight;
      hops_[kept] = {trunk.shared, hop.place};
      if (weighted) loads_[kept] = loads_[i];
      ++kept;
    }
    flow.first = first;
    flow.end = kept;
  }
}

void MaxMin::solve() {
  find_shared();
  index_shared();
  if (shared_.empty()) return;  // every flow at its cap
  queue_.clear();
  const auto num_shared = static_cast<std::uint32_t>(shared_.size());
  for (std::uint32_t s = 0; s < num_shared; ++s) {
    shared_[s].share = units_.share(shared_[s].available, shared_[s].weight.value());
    queue_.push(shared_[s].share, s);
  }
  for (std::uint32_t flow = 0; flow < num_flows(); ++flow) {
    if (rates_[flow].bps != kNoCap) queue_.push(rates_[flow].bps, num_shared + flow);
  }
  unfrozen_ = num_flows();
  double level = 0;
  while (unfrozen_ > 0) {
    CHECK(queue_.pop(level, due_), "a flow without a bottleneck");
    full_.clear();
    for (const std::uint32_t item : due_) {
      if (item < num_shared) look_at(item, level);
    }
    for (const std::uint32_t s : full_) {
      for (std::uint32_t i = shared_[s].first; i < shared_[s].end; ++i) freeze(flows_of_shared_[i], level);
    }
    for (const std::uint32_t item : due_) {
      if (item >= num_shared) freeze(item - num_shared, level);
    }
  }
}

// Full at this level, unless flows have frozen meanwhile that left it more than they would have taken.
void MaxMin::look_at(std::uint32_t s, double level) {
  Shared& shared = shared_[s];
  if (shared.weight.empty()) return;
  const double share = units_.share(shared.available, shared.weight.value());
  if (share > level) {
    shared.share = share;
    queue_.push(share, s);
    return;
  }
  const bool exact = units_.is_all(shared.available, trunks_[shared.trunk].capacity);
  const std::int64_t sharers = exact ? shared.weight.sharers() : 0;
  shared.sharers = sharers <= UINT32_MAX ? static_cast<std::uint32_t>(sharers) : 0;
  full_.push_back(s);
}

void MaxMin::freeze(std::uint32_t index, double level) {
  Flow& flow = flows_[index];
  if (flow.frozen) return;
  flow.frozen = true;
  unfrozen_ -= 1;
  Rate& rate = rates_[index];
  if (rate.bps != level) {
    rate = {level, {}, 0, {}};
    flow.bottleneck = flow.hops;
  }
  const std::int64_t one = units_.of(level);
  for (std::uint32_t i = flow.first; i < flow.end; ++i) {
    Shared& shared = shared_[hops_[i].trunk];
    if (shared.share == level) {
      flow.bottleneck = std::min(flow.bottleneck, hops_[i].place);
      prefer_exact(rate, shared.sharers, trunks_[shared.trunk].capacity);
    }
    if (loads_.empty()) {
      shared.available -= one;
      shared.weight -= WeightSum::one();
    } else {
      shared.available -= units_.of(level, loads_[i]);
      shared.weight -= WeightSum(loads_[i]);
    }
  }
}

}  // namespace polyplane::sim
