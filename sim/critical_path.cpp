#include "sim/critical_path.h"

#include "sim/waiting_messages.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace polyplane::sim {

namespace {
constexpr std::size_t kWaiting = 0, kLaunch = 1, kSoftware = 2, kFirstTier = 3;
constexpr std::size_t kLatency = 0, kSerialisation = 1, kContention = 2, kPartsOfTier = 3;

std::size_t part(std::size_t tier, std::size_t which) { return kFirstTier + tier * kPartsOfTier + which; }
}  // namespace

CriticalPath::CriticalPath(const topology::Topology& topology, topology::Router& router, std::size_t lanes,
                           std::uint32_t slots)
    : topology_(topology),
      router_(router),
      tiers_(topology.tier_names().size()),
      width_(width(topology)),
      lanes_(lanes * width_, 0),
      flights_(lanes * width_, 0),
      put_by_(lanes * (slots - 1) * width_, 0),
      lane_origins_(lanes, 0),
      flight_origins_(lanes, 0),
      put_by_origins_(lanes * (slots - 1), 0),
      places_(slots - 1) {}

std::size_t CriticalPath::width(const topology::Topology& topology) {
  return kFirstTier + topology.tier_names().size() * kPartsOfTier;
}

void CriticalPath::job_started(std::size_t lane, Duration waiting, Duration launch) {
  const auto parts = row(lanes_, lane);
  std::ranges::fill(parts, 0);
  parts[kWaiting] = waiting.ps();
  parts[kLaunch] = launch.ps();
  lane_origins_[lane] = static_cast<std::uint32_t>(lane);
}

void CriticalPath::put_by(std::size_t lane, std::uint32_t place) {
  std::ranges::copy(row(lanes_, lane), row(put_by_, lane * places_ + place).begin());
  put_by_origins_[lane * places_ + place] = lane_origins_[lane];
}

void CriticalPath::sent_behind(std::size_t lane, Duration software) { row(flights_, lane)[kSoftware] += software.ps(); }

void CriticalPath::sent(std::size_t lane, std::uint32_t place, Duration software, const topology::FlowKey& key) {
  const bool has_waited = place != WaitingMessages::kNoPlace;
  const std::size_t waited = lane * places_ + place;
  const auto flight = row(flights_, lane);
  std::ranges::copy(has_waited ? row(put_by_, waited) : row(lanes_, lane), flight.begin());
  flight_origins_[lane] = has_waited ? put_by_origins_[waited] : lane_origins_[lane];
  flight[kSoftware] += software.ps();
  const std::vector<Duration> latency = router_.latency_by_tier(key);
  for (std::size_t tier = 0; tier < tiers_; ++tier) flight[part(tier, kLatency)] += latency[tier].ps();
}

void CriticalPath::works(std::size_t lane, Duration software) {
  std::ranges::copy(row(lanes_, lane), row(flights_, lane).begin());
  flight_origins_[lane] = lane_origins_[lane];
  row(flights_, lane)[kSoftware] += software.ps();
}

void CriticalPath::delivered(std::size_t lane, const DeliveryFacts& facts, TimePoint now) {
  const auto flight = row(flights_, lane);
  flight[kWaiting] += facts.start_put_off.ps();
  if (!facts.narrowest.valid()) return;
  const auto tier_of = [&](TrunkId trunk) { return router_.trunks()[trunk.index()].tier; };
  const std::int64_t drain = (now - facts.drain_start).ps();
  const std::int64_t waited = std::min(facts.waited.ps(), drain);
  const std::int64_t alone = std::min(facts.line_time.ps(), drain - waited);
  flight[kWaiting] += waited;
  flight[part(tier_of(facts.narrowest), kSerialisation)] += alone;
  // Shared out by weight, rounded down; what rounding leaves goes to the trunk that held it longest.
  const std::int64_t shared = drain - waited - alone;
  std::int64_t left = shared;
  double weights = 0;
  for (const auto& [trunk, weight] : facts.held_by) weights += weight;
  TrunkId longest = facts.narrowest;
  double most = 0;
  for (const auto& [trunk, weight] : facts.held_by) {
    const auto share = static_cast<std::int64_t>(static_cast<double>(shared) * (weight / weights));
    flight[part(tier_of(trunk), kContention)] += share;
    left -= share;
    if (weight > most) {
      most = weight;
      longest = trunk;
    }
  }
  flight[part(tier_of(longest), kContention)] += left;
}

void CriticalPath::completed_by(std::size_t lane, std::size_t sender) {
  std::ranges::copy(row(flights_, sender), row(lanes_, lane).begin());
  lane_origins_[lane] = flight_origins_[sender];
}

void CriticalPath::follows(std::size_t lane, std::size_t other) {
  std::ranges::copy(row(lanes_, other), row(lanes_, lane).begin());
  lane_origins_[lane] = lane_origins_[other];
}

Attribution CriticalPath::attribution(std::size_t lane, TimePoint end) const {
  const std::int64_t sum = std::accumulate(parts(lane).begin(), parts(lane).end(), std::int64_t{0});
  CHECK(sum == end.ps(), "attribution sums to " + std::to_string(sum) + " ps, the run to " + std::to_string(end.ps()));
  return attribution(topology_, parts(lane));
}

Attribution CriticalPath::attribution(const topology::Topology& topology, std::span<const std::int64_t> parts) {
  Attribution result;
  result.waiting = Duration::from_ps(parts[kWaiting]);
  result.launch = Duration::from_ps(parts[kLaunch]);
  result.software = Duration::from_ps(parts[kSoftware]);
  Duration most;
  for (std::size_t tier = 0; tier < topology.tier_names().size(); ++tier) {
    Attribution::TierParts of_tier;
    of_tier.tier = topology.tier_names()[tier];
    of_tier.latency = Duration::from_ps(parts[part(tier, kLatency)]);
    of_tier.serialisation = Duration::from_ps(parts[part(tier, kSerialisation)]);
    of_tier.contention = Duration::from_ps(parts[part(tier, kContention)]);
    const Duration held = of_tier.serialisation + of_tier.contention;
    if (held > most) {
      most = held;
      result.binding_tier = of_tier.tier;
    }
    result.tiers.push_back(of_tier);
  }
  return result;
}

std::vector<std::int64_t> CriticalPath::parts_of(const Attribution& attribution) {
  std::vector<std::int64_t> parts{attribution.waiting.ps(), attribution.launch.ps(), attribution.software.ps()};
  for (const Attribution::TierParts& tier : attribution.tiers) {
    parts.insert(parts.end(), {tier.latency.ps(), tier.serialisation.ps(), tier.contention.ps()});
  }
  return parts;
}

}  // namespace polyplane::sim
