#include "sim/network/max_min.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace polyplane::sim {
namespace {

using namespace polyplane::literals;

std::uint32_t whole_trunk(MaxMin& problem, BitRate rate) { return problem.add_trunk(LoadUnits().of(rate), rate); }

void flow_over(MaxMin& problem, std::initializer_list<std::uint32_t> trunks) {
  problem.add_flow();
  for (const std::uint32_t trunk : trunks) problem.add_hop(trunk);
}

// a: x0 + x1 + x2 <= 90 Gb/s and nothing else binds: 30 each, an exact third.
TEST(MaxMin, EqualSharesOfOneTrunkAreExact) {
  MaxMin problem{LoadUnits()};
  const auto a = whole_trunk(problem, 90_Gbps);
  const auto wide = whole_trunk(problem, 400_Gbps);
  for (int i = 0; i < 3; ++i) flow_over(problem, {wide, a});
  problem.solve();
  for (std::uint32_t f = 0; f < 3; ++f) {
    EXPECT_EQ(problem.rate(f).bps, 30e9);
    EXPECT_EQ(problem.rate(f).sharers, 3);
    EXPECT_EQ(problem.rate(f).capacity, 90_Gbps);
    EXPECT_EQ(problem.bottleneck(f), 1U);
  }
}

// Parking lot: l0 and l1 of 10; long flow over both, one flow on each. l0: x0 + x1 <= 10, l1: x0 + x2 <= 10 => all 5.
// A second flow on l1 makes it 10/3 there; x1 then gets the rest of l0, 20/3, which is no equal share.
TEST(MaxMin, ParkingLot) {
  MaxMin problem{LoadUnits()};
  const auto l0 = whole_trunk(problem, 10_Gbps), l1 = whole_trunk(problem, 10_Gbps);
  flow_over(problem, {l0, l1});
  flow_over(problem, {l0});
  flow_over(problem, {l1});
  flow_over(problem, {l1});
  problem.solve();
  EXPECT_EQ(problem.rate(0).bps, 10e9 / 3);
  EXPECT_EQ(problem.rate(0).sharers, 3);
  EXPECT_NEAR(problem.rate(1).bps, 20e9 / 3, 1e-3);
  EXPECT_EQ(problem.rate(1).sharers, 0);
  EXPECT_EQ(problem.bottleneck(1), 0U);
}

// Weights: 0.5 x0 + x1 <= 30, one level for both: x = 30 / 1.5 = 20.
TEST(MaxMin, WeightsCountAgainstTheTrunk) {
  MaxMin problem{LoadUnits()};
  const auto a = whole_trunk(problem, 30_Gbps);
  problem.add_flow();
  problem.add_hop(a, HopLoad{0.5, 1});
  problem.add_flow();
  problem.add_hop(a);
  problem.solve();
  EXPECT_DOUBLE_EQ(problem.rate(0).bps, 20e9);
  EXPECT_DOUBLE_EQ(problem.rate(1).bps, 20e9);
  EXPECT_EQ(problem.rate(0).sharers, 0);
}

TEST(MaxMin, ATrunkThatOthersFillGivesWhatIsLeftAndIsNotExact) {
  MaxMin problem{LoadUnits()};
  const auto a = problem.add_trunk(LoadUnits().of(12_Gbps), 40_Gbps);
  flow_over(problem, {a});
  flow_over(problem, {a});
  problem.solve();
  EXPECT_DOUBLE_EQ(problem.rate(0).bps, 6e9);
  EXPECT_EQ(problem.rate(1).sharers, 0);
}

TEST(MaxMin, NothingAvailableMeansRateZero) {
  MaxMin problem{LoadUnits()};
  const auto a = problem.add_trunk(-3, 40_Gbps);
  flow_over(problem, {a});
  problem.solve();
  EXPECT_EQ(problem.rate(0).bps, 0.0);
}

// The certificate, on random problems: feasible, and every flow has a full trunk on which it is among the fastest.
TEST(MaxMin, BottleneckConditionHoldsOnRandomProblems) {
  MaxMin problem{LoadUnits()};
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomStream random(seed, 1);
    problem.clear();
    const std::size_t num_trunks = 1 + random.below(12), num_flows = 1 + random.below(40);
    std::vector<double> capacity;
    for (std::size_t t = 0; t < num_trunks; ++t) {
      const BitRate rate = BitRate::from_bps(static_cast<std::int64_t>(1 + random.below(50)) * 1'000'000'000);
      capacity.push_back(static_cast<double>(rate.bps()));
      whole_trunk(problem, rate);
    }
    struct Hop {
      std::uint32_t trunk;
      double weight;
    };
    std::vector<std::vector<Hop>> hops(num_flows);
    for (auto& path : hops) {
      problem.add_flow();
      for (std::uint32_t t = 0; t < num_trunks; ++t) {
        if (random.below(3) != 0 && !(path.empty() && t + 1 == num_trunks)) continue;
        const double weight = random.below(2) == 0 ? 1.0 : 0.25 + random.unit();
        path.push_back({t, weight});
        problem.add_hop(t, HopLoad{weight, 1});
      }
    }
    problem.solve();
    std::vector<double> load(num_trunks, 0), fastest(num_trunks, 0);
    for (std::uint32_t f = 0; f < num_flows; ++f) {
      for (const Hop& hop : hops[f]) {
        load[hop.trunk] += hop.weight * problem.rate(f).bps;
        fastest[hop.trunk] = std::max(fastest[hop.trunk], problem.rate(f).bps);
      }
    }
    for (std::size_t t = 0; t < num_trunks; ++t) ASSERT_LE(load[t], capacity[t] * (1 + 1e-9));
    for (std::uint32_t f = 0; f < num_flows; ++f) {
      bool bottleneck = false;
      for (const Hop& hop : hops[f]) {
        bottleneck = bottleneck || (load[hop.trunk] >= capacity[hop.trunk] * (1 - 1e-9) &&
                                    problem.rate(f).bps >= fastest[hop.trunk] * (1 - 1e-9));
      }
      ASSERT_TRUE(bottleneck) << "flow " << f;
    }
  }
}

}  // namespace
}  // namespace polyplane::sim
