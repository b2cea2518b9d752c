#include "sim/network/certificate.h"

#include <algorithm>
#include <string>

#include "base/check.h"

namespace polyplane::sim {

namespace {

constexpr double kTolerance = 1e-9;
constexpr double kUnitBps = 0x1p-10;  // loads are whole units: up to one a flow may be missing

BitRate shown(double bps) { return BitRate::from_bps(static_cast<std::int64_t>(bps)); }

}  // namespace

void Certificate::add_flow(std::uint32_t id, double rate_bps) { flows_.push_back({id, rate_bps, hops_.size()}); }

void Certificate::add_hop(std::uint32_t trunk, const HopLoad& load) {
  hops_.push_back(trunk);
  Trunk& at = trunks_[trunk];
  const double rate = flows_.back().rate;
  at.load += rate * load.weight * load.copies;
  at.fastest = std::max(at.fastest, rate);
  at.flows += load.copies;
}

double Certificate::slack(std::uint32_t trunk) const {
  return capacity(trunk) * kTolerance + trunks_[trunk].flows * kUnitBps;
}

bool Certificate::holds_back(std::uint32_t trunk, double rate) const {
  return trunks_[trunk].load >= capacity(trunk) - slack(trunk) && rate >= trunks_[trunk].fastest * (1 - kTolerance);
}

void Certificate::check() const {
  for (std::uint32_t t = 0; t < trunks_.size(); ++t) {
    CHECK(trunks_[t].load <= capacity(t) + slack(t), "trunk " + std::to_string(t) + " carries " +
                                                         to_string(shown(trunks_[t].load)) + " of " +
                                                         to_string(capacities_[t]));
  }
  for (std::size_t f = 0; f < flows_.size(); ++f) {
    const Flow& flow = flows_[f];
    const std::size_t end = f + 1 < flows_.size() ? flows_[f + 1].first_hop : hops_.size();
    const auto hops = std::span<const std::uint32_t>(hops_).subspan(flow.first_hop, end - flow.first_hop);
    CHECK(std::ranges::any_of(hops, [&](std::uint32_t trunk) { return holds_back(trunk, flow.rate); }),
          "flow " + std::to_string(flow.id) + " at " + to_string(shown(flow.rate)) +
              " could be faster: on none of its " + std::to_string(hops.size()) + " trunks, the first being trunk " +
              std::to_string(hops[0]) + ", is it among the fastest while the trunk is full");
  }
}

}  // namespace polyplane::sim
