#include "sim/network/max_min.h"

#include "base/check.h"

namespace polyplane::sim {

namespace {

constexpr double kNoCap = -1;

}  // namespace

void MaxMin::clear() {
  trunks_.clear();
  hops_.clear();
  first_hop_.clear();
  loads_.clear();
}

std::uint32_t MaxMin::add_trunk(std::int64_t available, BitRate capacity) {
  trunks_.push_back({available, capacity});
  return static_cast<std::uint32_t>(trunks_.size() - 1);
}

std::uint32_t MaxMin::add_flow() {
  first_hop_.push_back(static_cast<std::uint32_t>(hops_.size()));
  return static_cast<std::uint32_t>(first_hop_.size() - 1);
}

void MaxMin::add_hop(std::uint32_t trunk) {
  hops_.push_back(trunk);
  trunks_[trunk].flows += 1;
  if (!loads_.empty()) loads_.emplace_back();
}

void MaxMin::add_hop(std::uint32_t trunk, const HopLoad& load) {
  if (loads_.empty()) loads_.resize(hops_.size());
  hops_.push_back(trunk);
  trunks_[trunk].flows += 1;
  loads_.push_back(load);
}

std::span<const std::uint32_t> MaxMin::hops(std::uint32_t flow) const {
  const std::size_t begin = first_hop_[flow];
  const std::size_t end = flow + 1 < first_hop_.size() ? first_hop_[flow + 1] : hops_.size();
  return std::span<const std::uint32_t>(hops_).subspan(begin, end - begin);
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

void MaxMin::index_flows() {
  flows_.clear();
  shared_hops_.clear();
  shared_loads_.clear();
  rates_.assign(num_flows(), Rate{kNoCap, {}, 0, {}});
  const bool weighted = !loads_.empty();
  for (std::uint32_t flow = 0; flow < num_flows(); ++flow) {
    const auto first = static_cast<std::uint32_t>(shared_hops_.size());
    flows_.push_back({first, first, 0, false});
    std::size_t hop = first_hop_[flow];
    for (const std::uint32_t t : hops(flow)) {
      const Trunk& trunk = trunks_[t];
      const WeightSum weight = weighted ? WeightSum(loads_[hop]) : WeightSum::one();
      if (trunk.flows > 1) {
        Shared& shared = shared_[trunk.shared];
        flows_of_shared_[shared.end++] = flow;
        shared.weight += weight;
        shared_hops_.push_back(trunk.shared);
        if (weighted) shared_loads_.push_back(loads_[hop]);
      } else {
        cap(flow, t, weight);
      }
      ++hop;
    }
    flows_.back().end = static_cast<std::uint32_t>(shared_hops_.size());
  }
}

// Nobody else is on this trunk: its share for the flow stays what it is.
void MaxMin::cap(std::uint32_t flow, std::uint32_t trunk, const WeightSum& weight) {
  const BitRate capacity = trunks_[trunk].capacity;
  const std::int64_t available = trunks_[trunk].available;
  const double share = units_.share(available, weight.value());
  Rate& rate = rates_[flow];
  if (rate.bps != kNoCap && share > rate.bps) return;
  const std::int64_t sharers = units_.is_all(available, capacity) ? weight.sharers() : 0;
  if (share == rate.bps) {
    prefer_exact(rate, sharers, capacity);
    return;
  }
  rate = {share, capacity, sharers, TrunkId(trunk)};
  flows_[flow].before_cap = static_cast<std::uint32_t>(shared_hops_.size()) - flows_[flow].first;
}

void MaxMin::solve() {
  find_shared();
  index_flows();
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
  const bool capped = rate.bps == level;
  bool found = capped;
  if (!capped) rate = {level, {}, 0, {}};
  for (std::uint32_t hop = flow.first; hop < flow.end; ++hop) {
    Shared& shared = shared_[shared_hops_[hop]];
    if (shared.share == level) {
      const bool first = !found || (capped && hop - flow.first < flow.before_cap);
      if (first) {
        rate.trunk = TrunkId(shared.trunk);
        flow.before_cap = 0;
        found = true;
      }
      prefer_exact(rate, shared.sharers, trunks_[shared.trunk].capacity);
    }
    if (shared_loads_.empty()) {
      shared.available -= units_.of(level);
      shared.weight -= WeightSum::one();
    } else {
      shared.available -= units_.of(level, shared_loads_[hop]);
      shared.weight -= WeightSum(shared_loads_[hop]);
    }
  }
}

}  // namespace polyplane::sim
