#include "tests/sim/random_lift.h"

#include <numeric>
#include <string>
#include <utility>

namespace polyplane::sim {

std::vector<std::uint32_t> random_order(std::uint32_t n, RandomStream& random) {
  std::vector<std::uint32_t> order(n);
  std::iota(order.begin(), order.end(), 0U);
  for (std::uint32_t i = n; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  return order;
}

Lift random_lift(std::uint64_t seed, std::uint32_t copies, std::uint64_t most_trunks, std::uint64_t most_flows) {
  RandomStream random(seed, 0);
  const auto below = [&](std::uint64_t bound) { return static_cast<std::uint32_t>(random.below(bound)); };
  const auto rate = [&] { return BitRate::from_bps((below(3) == 0 ? 3 : 4) * std::int64_t{100'000'000'000}); };
  const auto instant = [&] { return TimePoint::from_ps(below(2) == 0 ? 1'000'000 * below(4) : below(4'000'000)); };
  Lift lift;
  lift.copies = copies;
  const auto trunks = static_cast<std::uint32_t>(1 + below(most_trunks));
  for (std::uint32_t t = 0; t < trunks; ++t) {
    const std::uint32_t orbit = below(3) == 0 ? 1 : copies;
    lift.folded.capacities.push_back((orbit == 1 ? 1 + below(copies) : 1U) * rate());
    lift.orbits.emplace_back();
    for (std::uint32_t c = 0; c < orbit; ++c) {
      lift.orbits[t].emplace_back(static_cast<std::uint32_t>(lift.unfolded.capacities.size()));
      lift.unfolded.capacities.push_back(lift.folded.capacities[t]);
    }
  }
  const auto flows = static_cast<std::uint32_t>(1 + below(most_flows));
  const Bytes usual(1 + below(1'000'000));
  for (std::uint32_t f = 0; f < flows; ++f) {
    PlayedFlow flow{
        instant(), below(2) == 0 ? usual : Bytes(below(2'000'000)), Duration::from_ps(below(2) * 500'000), {}};
    flow.copies = copies;
    if (f > 0 && below(2) == 0) flow.after = below(f);
    const std::uint32_t after_shift = below(copies);
    struct Leg {
      std::uint32_t trunk;
      std::vector<std::uint32_t> shifts;
      double weight;
    };
    std::vector<Leg> legs;
    for (const std::uint32_t t : random_order(trunks, random)) {
      if (legs.size() > below(6)) break;
      Leg leg{t, {below(copies)}, below(6) == 0 ? (1 + below(7)) / 3.0 : 1.0};
      if (lift.orbits[t].size() > 1 && below(4) == 0) {
        const std::uint32_t other = below(copies);
        if (other != leg.shifts[0]) leg.shifts.push_back(other);
      }
      legs.push_back(leg);
    }
    for (const Leg& leg : legs) {
      flow.hops.push_back({TrunkId(leg.trunk), leg.weight});
      flow.loads.push_back(leg.weight * static_cast<double>(leg.shifts.size()) *
                           (lift.orbits[leg.trunk].size() == 1 ? copies : 1));
    }
    lift.folded.flows.push_back(flow);
    for (std::uint32_t c = 0; c < copies; ++c) {
      PlayedFlow copy = flow;
      copy.loads.clear();
      copy.copies = 1;
      copy.hops.clear();
      for (const Leg& leg : legs) {
        for (const std::uint32_t shift : leg.shifts) {
          const std::vector<TrunkId>& orbit = lift.orbits[leg.trunk];
          copy.hops.push_back({orbit[(c + shift) % orbit.size()], leg.weight});
        }
      }
      if (flow.after) copy.after = *flow.after * copies + (c + after_shift) % copies;
      lift.unfolded.flows.push_back(copy);
    }
  }
  for (std::uint32_t change = below(4); change > 0; --change) {
    const std::uint32_t t = below(trunks);
    const TimePoint time = instant();
    for (const auto& [at, capacity] : {std::pair{time, below(3) == 0 ? BitRate() : rate()},
                                       std::pair{time + Duration::from_ps(5'000'000), rate()}}) {
      lift.folded.changes.push_back({at, TrunkId(t), capacity});
      for (const TrunkId trunk : lift.orbits[t]) lift.unfolded.changes.push_back({at, trunk, capacity});
    }
  }
  return lift;
}

}  // namespace polyplane::sim
