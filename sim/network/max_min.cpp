#include "sim/network/max_min.h"

#include <algorithm>

#include "base/check.h"

namespace polyplane::sim {

namespace {

double fair_share(double available, double weight) { return std::max(available, 0.0) / weight; }

}  // namespace

void MaxMin::clear() {
  trunks_.clear();
  hops_.clear();
  first_hop_.clear();
}

std::uint32_t MaxMin::add_trunk(double available_bps, BitRate capacity, bool whole) {
  Trunk trunk;
  trunk.available = whole ? static_cast<double>(capacity.bps()) : available_bps;
  trunk.capacity = capacity;
  trunk.whole = whole;
  trunks_.push_back(trunk);
  return static_cast<std::uint32_t>(trunks_.size() - 1);
}

std::uint32_t MaxMin::add_flow() {
  first_hop_.push_back(static_cast<std::uint32_t>(hops_.size()));
  return static_cast<std::uint32_t>(first_hop_.size() - 1);
}

void MaxMin::add_hop(std::uint32_t trunk, double weight) {
  hops_.push_back({trunk, weight});
  Trunk& at = trunks_[trunk];
  at.weight += weight;
  at.unfrozen += 1;
  at.whole = at.whole && weight == 1.0;
}

std::span<const MaxMin::Hop> MaxMin::hops(std::uint32_t flow) const {
  const std::size_t begin = first_hop_[flow];
  const std::size_t end = flow + 1 < first_hop_.size() ? first_hop_[flow + 1] : hops_.size();
  return std::span<const Hop>(hops_).subspan(begin, end - begin);
}

void MaxMin::index_flows() {
  std::uint32_t next = 0;
  for (Trunk& trunk : trunks_) {
    trunk.first_flow = next;
    next += trunk.unfrozen;
  }
  flows_of_trunk_.resize(next);
  for (std::uint32_t flow = 0; flow < num_flows(); ++flow) {
    for (const Hop& hop : hops(flow)) flows_of_trunk_[trunks_[hop.trunk].first_flow++] = flow;
  }
  for (Trunk& trunk : trunks_) trunk.first_flow -= trunk.unfrozen;
}

void MaxMin::freeze(std::uint32_t flow, const Rate& rate) {
  rates_[flow] = rate;
  frozen_[flow] = 1;
  for (const Hop& hop : hops(flow)) {
    Trunk& trunk = trunks_[hop.trunk];
    trunk.available -= hop.weight * rate.bps;
    trunk.weight -= hop.weight;
    trunk.unfrozen -= 1;
    trunk.whole = false;
  }
}

void MaxMin::solve() {
  index_flows();
  rates_.assign(num_flows(), Rate{});
  frozen_.assign(num_flows(), 0);
  const auto later = [](const Level& a, const Level& b) {
    return a.share != b.share ? a.share > b.share : a.trunk > b.trunk;
  };
  queue_.clear();
  std::vector<std::uint32_t>& flows_of_trunk = flows_of_trunk_;
  for (std::uint32_t t = 0; t < trunks_.size(); ++t) {
    if (trunks_[t].unfrozen > 0) queue_.push_back({fair_share(trunks_[t].available, trunks_[t].weight), t});
  }
  std::make_heap(queue_.begin(), queue_.end(), later);

  std::size_t left = num_flows();
  while (left > 0) {
    CHECK(!queue_.empty(), "a flow without a bottleneck");
    std::pop_heap(queue_.begin(), queue_.end(), later);
    const Level level = queue_.back();
    queue_.pop_back();
    const Trunk trunk = trunks_[level.trunk];
    if (trunk.unfrozen == 0) continue;
    const double share = fair_share(trunk.available, trunk.weight);
    if (share > level.share) {
      queue_.push_back({share, level.trunk});
      std::push_heap(queue_.begin(), queue_.end(), later);
      continue;
    }
    const Rate rate{level.share, trunk.capacity, trunk.whole ? trunk.unfrozen : 0, TrunkId(level.trunk)};
    const std::size_t end =
        level.trunk + 1 < trunks_.size() ? trunks_[level.trunk + 1].first_flow : flows_of_trunk.size();
    for (std::size_t i = trunk.first_flow; i < end; ++i) {
      const std::uint32_t flow = flows_of_trunk[i];
      if (frozen_[flow] != 0) continue;
      freeze(flow, rate);
      --left;
    }
  }
}

}  // namespace polyplane::sim
