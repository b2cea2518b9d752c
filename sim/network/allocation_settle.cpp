// Allocation::settle(): the affected set, solved, checked and grown until the bottleneck condition holds.
#include <algorithm>

#include "base/check.h"
#include "sim/network/allocation.h"

namespace polyplane::sim {

namespace {

constexpr std::uint64_t kSmallSet = 64;  // copies of flows; affected sets up to here never fall back to a full solve
constexpr double kTolerance = 1e-10;     // of saturation and of "faster", relative
constexpr double kSameRate = 1e-12;      // a re-solve that moves a rate by less leaves it alone
constexpr std::uint32_t kCrowded = kNone - 1;

bool faster(double rate, double than) { return rate > than * (1 + kTolerance); }

}  // namespace

bool Allocation::is_full(const TrunkState& trunk, std::size_t index, std::int64_t left) const {
  const auto slack = static_cast<std::int64_t>(static_cast<double>(units_.of(capacities_[index])) * kTolerance);
  return left <= slack + trunk.flows;
}

std::span<const Allocation::Rerated> Allocation::settle() {
  rerated_.clear();
  if (!stale_) return {};
  stale_ = false;
  settles_ += 1;
  if (added_.empty() && unrated_.empty() && touched_.empty()) return {};
  start_added();
  affected_ = 0;
  num_taken_ = rerated_.size();
  for (const std::uint32_t t : touched_) {
    TrunkState& trunk = trunks_[t];
    trunk.touched = 0;
    if (trunk.held > 0 && (trunk.squeezed != 0 || !is_full(trunk, t, trunk.left))) join_held(t);
    trunk.squeezed = 0;
  }
  for (const std::uint32_t id : unrated_) {
    if (flows_[id].here) joining_.push_back(id);
  }
  touched_.clear();
  unrated_.clear();
  affect_joining();
  if (affected_ > 0) {
    while (true) {
      solve_affected();
      find_violations();
      if (joining_.empty()) break;
      affect_joining();
      if (affected_ > kSmallSet && affected_ > here_ / 20) affect_everything();
    }
    commit();
    std::erase_if(rerated_, [](const Rerated& rerated) { return rerated.flow == kNone; });
  }
  return rerated_;
}

// Flows that have just come take what is left for them, or join the affected set with those that hold them back.
void Allocation::start_added() {
  std::uint64_t copies = 0;
  for (const std::uint32_t id : added_) copies += flows_[id].copies;
  const bool few = copies <= kSmallSet;
  const bool meet = copies > 1;
  if (few && meet) mark_crowds();
  for (const std::uint32_t id : added_) {
    const FlowState& flow = flows_[id];
    if (!flow.here || flow.bottleneck != kNone) continue;
    if (few && !(meet && is_crowded(flow)) && take_residual(id)) continue;
    joining_.push_back(id);
    squeeze_tightest(flow);
  }
  if (few && meet) {
    for (const std::uint32_t id : added_) {
      for (const Incidence& hop : hops(flows_[id])) trunks_[hop.trunk].local = kNone;
    }
  }
  added_.clear();
}

// Trunks on which several flows start at once.
void Allocation::mark_crowds() {
  for (const std::uint32_t id : added_) {
    const FlowState& flow = flows_[id];
    for (std::uint32_t i = flow.first_hop; i < flow.first_hop + flow.num_hops; ++i) {
      TrunkState& trunk = trunks_[incidences_[i].trunk];
      const bool one = flow.unit || incidences_.load(i).copies == 1;
      trunk.local = trunk.local == kNone && one ? id : kCrowded;
    }
  }
}

bool Allocation::is_crowded(const FlowState& flow) const {
  return std::ranges::any_of(hops(flow), [&](const Incidence& hop) { return trunks_[hop.trunk].local == kCrowded; });
}

// The smallest residual of the path, when the bottleneck condition then holds for this flow and still for all others.
bool Allocation::take_residual(std::uint32_t id) {
  FlowState& flow = flows_[id];
  Rate best;
  for (std::uint32_t i = flow.first_hop; i < flow.first_hop + flow.num_hops; ++i) {
    const std::uint32_t t = incidences_[i].trunk;
    const TrunkState& trunk = trunks_[t];
    if (trunk.held > 0) return false;
    const WeightSum weight = flow.unit ? WeightSum::one() : WeightSum(incidences_.load(i));
    const double share = units_.share(trunk.left, weight.value());
    if (best.trunk.valid() && (share > best.bps || (share == best.bps && best.sharers == 1))) continue;
    const std::int64_t sharers = units_.is_all(trunk.left, capacities_[t]) ? weight.sharers() : 0;
    if (!best.trunk.valid() || share < best.bps) {
      best = {share, capacities_[t], sharers, TrunkId(t)};
    } else {
      prefer_exact(best, sharers, capacities_[t]);
    }
  }
  const std::uint32_t narrowest = best.trunk.index();
  if (best.bps <= static_cast<double>(capacities_[narrowest].bps()) * kTolerance) return false;
  if (faster(trunks_[narrowest].top, best.bps)) return false;
  flow.rate = best.bps;
  flow.bottleneck = narrowest;
  for_each_load(flow, [&](std::uint32_t t, std::int64_t load, std::uint32_t) {
    trunks_[t].left -= load;
    trunks_[t].top = std::max(trunks_[t].top, best.bps);
  });
  ++trunks_[narrowest].held;
  trunks_[narrowest].top = best.bps;
  rerated_.push_back({id, 0.0, best.capacity, best.sharers});
  return true;
}

// Without this the first solve would find next to nothing left for the flow.
void Allocation::squeeze_tightest(const FlowState& flow) {
  std::uint32_t tightest = kNone;
  for (const Incidence& hop : hops(flow)) {
    const TrunkState& trunk = trunks_[hop.trunk];
    if (trunk.held > 0 && (tightest == kNone || trunk.top < trunks_[tightest].top)) tightest = hop.trunk;
  }
  if (tightest == kNone) return;
  trunks_[tightest].squeezed = 1;
  touch(tightest);
}

// A flow of this instant that took a residual and joins the affected set after all: that entry is void.
bool Allocation::was_taken(std::uint32_t id) {
  const auto taken = std::span<Rerated>(rerated_).first(num_taken_);
  const auto place = std::ranges::find(taken, id, &Rerated::flow);
  if (place == taken.end()) return false;
  place->flow = kNone;
  return true;
}

// Joins the affected set: its load leaves its trunks until the set is solved.
void Allocation::affect(std::uint32_t id) {
  FlowState& flow = flows_[id];
  if (flow.solving) return;
  flow.solving = true;
  fetch(flow);
  affected_ += flow.copies;
  rerated_.push_back({id, was_taken(id) ? 0.0 : flow.rate, {}, 0});
  if (flow.bottleneck != kNone) --trunks_[flow.bottleneck].held;
  if (flow.rate > 0) {
    for_each_load(flow, [&](std::uint32_t t, std::int64_t load, std::uint32_t) { trunks_[t].left += load; });
  }
}

void Allocation::affect_joining() {
  for (const std::uint32_t id : joining_) affect(id);
  joining_.clear();
}

void Allocation::join_held(std::uint32_t t) {
  std::uint32_t missing = trunks_[t].held;
  for (std::uint32_t i = trunks_[t].head; missing > 0; i = incidences_[i].next) {
    CHECK(i != kNone, "a trunk holds back flows that are not on it");
    const FlowState& flow = flows_[incidences_[i].flow];
    if (flow.solving || flow.bottleneck != t) continue;
    joining_.push_back(incidences_[i].flow);
    --missing;
  }
}

void Allocation::join_faster(std::uint32_t t, double level) {
  double top = 0;
  for (std::uint32_t i = trunks_[t].head; i != kNone; i = incidences_[i].next) {
    const FlowState& flow = flows_[incidences_[i].flow];
    if (flow.solving) continue;
    top = std::max(top, flow.rate);
    if (faster(flow.rate, level)) joining_.push_back(incidences_[i].flow);
  }
  if (trunks_[t].held == 0) trunks_[t].top = top;
}

void Allocation::affect_everything() {
  for (std::uint32_t id = 0; id < flows_.size(); ++id) {
    if (flows_[id].here) affect(id);
  }
}

void Allocation::solve_affected() {
  solver_.clear();
  for (const Local& local : locals_) trunks_[local.trunk].local = kNone;
  locals_.clear();
  const auto affected = std::span<Rerated>(rerated_).subspan(num_taken_);
  for (const Rerated& rerated : affected) {
    const FlowState& flow = flows_[rerated.flow];
    solver_.add_flow();
    for (std::uint32_t i = flow.first_hop; i < flow.first_hop + flow.num_hops; ++i) {
      const std::uint32_t t = incidences_[i].trunk;
      TrunkState& trunk = trunks_[t];
      if (trunk.flows == 1) {
        solver_.add_hop_alone(trunk.left, capacities_[t], flow.unit ? HopLoad{} : incidences_.load(i));
        continue;
      }
      if (trunk.local == kNone) {
        trunk.local = solver_.add_trunk(trunk.left, capacities_[t]);
        locals_.push_back({t, 0, 0, 0.0, -1.0});
      }
      if (flow.unit) {
        solver_.add_hop(trunk.local);
        locals_[trunk.local].flows += 1;
      } else {
        solver_.add_hop(trunk.local, incidences_.load(i));
        locals_[trunk.local].flows += incidences_.load(i).copies;
      }
    }
  }
  solver_.solve();
  for (std::uint32_t f = 0; f < affected.size(); ++f) {
    Rerated& rerated = affected[f];
    FlowState& flow = flows_[rerated.flow];
    const Rate& rate = solver_.rate(f);
    const double change = rate.bps - rerated.old_rate, same = rerated.old_rate * kSameRate;
    flow.rate = rerated.old_rate > 0 && change <= same && -change <= same ? rerated.old_rate : rate.bps;
    rerated.capacity = rate.capacity;
    rerated.sharers = rate.sharers;
    flow.bottleneck = incidences_[flow.first_hop + solver_.bottleneck(f)].trunk;
    const std::uint32_t bottleneck = trunks_[flow.bottleneck].local;
    if (bottleneck != kNone) locals_[bottleneck].level = std::max(locals_[bottleneck].level, flow.rate);
    for_each_load(flow, [&](std::uint32_t t, std::int64_t load, std::uint32_t) {
      if (trunks_[t].flows == 1) return;
      Local& local = locals_[trunks_[t].local];
      local.load += load;
      local.fastest = std::max(local.fastest, flow.rate);
    });
  }
}

// Flows outside the set whose bottleneck condition no longer holds, or that break one inside: they join.
void Allocation::find_violations() {
  for (const Local& local : locals_) {
    const TrunkState& trunk = trunks_[local.trunk];
    if (trunk.flows == local.flows) continue;  // all are in the set
    if (trunk.held > 0 && (!is_full(trunk, local.trunk, trunk.left - local.load) || faster(local.fastest, trunk.top))) {
      join_held(local.trunk);
    }
    if (local.level >= 0 && faster(trunk.top, local.level)) join_faster(local.trunk, local.level);
  }
}

void Allocation::commit() {
  for (const Local& local : locals_) {
    TrunkState& trunk = trunks_[local.trunk];
    trunk.left -= local.load;
    trunk.local = kNone;
    if (trunk.held > 0) continue;  // their rate stands
    if (local.level >= 0) {
      trunk.top = local.level;
    } else {
      trunk.top = trunk.flows == local.flows ? local.fastest : std::max(trunk.top, local.fastest);
    }
  }
  locals_.clear();
  for (const Rerated& rerated : std::span<Rerated>(rerated_).subspan(num_taken_)) {
    FlowState& flow = flows_[rerated.flow];
    flow.solving = false;
    ++trunks_[flow.bottleneck].held;
    for_each_load(flow, [&](std::uint32_t t, std::int64_t load, std::uint32_t) {
      if (trunks_[t].flows > 1) return;
      trunks_[t].left -= load;
      trunks_[t].top = flow.rate;
    });
  }
}

}  // namespace polyplane::sim
