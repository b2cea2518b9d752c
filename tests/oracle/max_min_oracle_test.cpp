#include "tests/oracle/max_min_oracle.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace polyplane::oracle {
namespace {

constexpr std::int64_t kGbps = 1'000'000'000;
constexpr std::int64_t kUs = 1'000'000;  // ps

std::vector<Hop> over(std::initializer_list<std::size_t> links) {
  std::vector<Hop> hops;
  for (const std::size_t link : links) hops.push_back({.link = link});
  return hops;
}

Flow flow(std::int64_t size_bits, std::vector<Hop> hops, std::int64_t start_ps = 0, std::int64_t latency_ps = 0) {
  return {.start_ps = start_ps, .latency_ps = latency_ps, .size_bits = size_bits, .hops = std::move(hops)};
}

// Both arithmetics on one problem; the exact answers are compared with `expected`.
void expect_completions(const Problem& problem, const std::vector<Rational>& expected) {
  const ExactCompletions exact = solve_exactly(problem);
  const FloatCompletions rounded = solve_in_long_double(problem);
  ASSERT_EQ(exact.size(), expected.size());
  ASSERT_EQ(rounded.size(), expected.size());
  for (std::size_t f = 0; f < expected.size(); ++f) {
    SCOPED_TRACE("flow " + std::to_string(f));
    ASSERT_TRUE(exact[f].has_value());
    ASSERT_TRUE(rounded[f].has_value());
    EXPECT_EQ(*exact[f], expected[f]);
    const long double truth = expected[f].convert_to<long double>();
    EXPECT_LE(std::abs(*rounded[f] - truth), 1e-16L * truth);
  }
}

TEST(MaxMinOracle, LoneFlowPaysLatencyThenSizeOverRate) {
  // 8,000 bit over 400 Gb/s = 20 ns; 5 us start + 1.5 us latency + 0.02 us = 6.52 us.
  expect_completions({.links = {{400 * kGbps}}, .flows = {flow(8000, over({0}), 5 * kUs, 1'500'000)}}, {6'520'000});
}

TEST(MaxMinOracle, CompletionIsAnExactFraction) {
  // 1 bit over 3 Gb/s = 1000/3 ps = 333.33.. ps, rounded up 334.
  const Problem problem{.links = {{3 * kGbps}}, .flows = {flow(1, over({0}))}};
  expect_completions(problem, {Rational(1000, 3)});
  EXPECT_EQ(round_up(*solve_exactly(problem)[0]), 334);
  EXPECT_EQ(round_up(Rational(334)), 334);
  EXPECT_EQ(round_up(Rational(0)), 0);
}

TEST(MaxMinOracle, ThreeFlowsShareOneLink) {
  // 6 Gb/s; 1, 2, 3 Mbit. All at 2 Gb/s until 500 us (first ends); 1 and 2 Mbit left at 3 Gb/s: +333.33 us (second
  // ends at 2500/3 us); 1 Mbit left at 6 Gb/s: +166.67 us = 1000 us, which is 6 Mbit / 6 Gb/s.
  expect_completions({.links = {{6 * kGbps}},
                      .flows = {flow(1'000'000, over({0})), flow(2'000'000, over({0})), flow(3'000'000, over({0}))}},
                     {500 * kUs, Rational(2500 * kUs, 3), 1000 * kUs});
}

TEST(MaxMinOracle, ArrivalHalvesTheRate) {
  // 10 Gb/s; A 1 Mbit at 0, B 1 Mbit at 40 us. A alone: 0.4 Mbit by 40 us; then 5 Gb/s each: A's 0.6 Mbit take 120 us
  // (160 us). B has 0.4 Mbit left, alone at 10 Gb/s: 40 us (200 us).
  expect_completions(
      {.links = {{10 * kGbps}}, .flows = {flow(1'000'000, over({0})), flow(1'000'000, over({0}), 40 * kUs)}},
      {160 * kUs, 200 * kUs});
}

TEST(MaxMinOracle, LatencyDelaysButUsesNoBandwidth) {
  // As above, but B starts at 0 with 40 us of latency: the same.
  expect_completions(
      {.links = {{10 * kGbps}}, .flows = {flow(1'000'000, over({0})), flow(1'000'000, over({0}), 0, 40 * kUs)}},
      {160 * kUs, 200 * kUs});
}

TEST(MaxMinOracle, ProgressiveFillingOverThreeRounds) {
  // Links a, b, c, d of 12 Gb/s. f0 on a; f1 on a, b; f2 on b, c, d; f3 on b; f4 on d.
  // b is first: 12/3 = 4 for f1, f2, f3. Then a: 12 - 4 = 8 for f0; d: 12 - 4 = 8 for f4.
  const Problem problem{.links = {{12 * kGbps}, {12 * kGbps}, {12 * kGbps}, {12 * kGbps}},
                        .flows = {flow(1, over({0})), flow(1, over({0, 1})), flow(1, over({1, 2, 3})),
                                  flow(1, over({1})), flow(1, over({3}))}};
  const std::vector<Rational> expected{8 * kGbps, 4 * kGbps, 4 * kGbps, 4 * kGbps, 8 * kGbps};
  EXPECT_EQ(max_min_rates(problem), expected);
}

TEST(MaxMinOracle, WeightsScaleWhatAFlowPutsOnALink) {
  // One link of 9 Gb/s, weights 1, 1/2 and 3: equal rates x with 4.5 x = 9 Gb/s, so x = 2 Gb/s each.
  const Problem problem{.links = {{9 * kGbps}},
                        .flows = {flow(1, {{.link = 0}}), flow(1, {{.link = 0, .weight = {1, 2}}}),
                                  flow(1, {{.link = 0, .weight = {3, 1}}})}};
  const std::vector<Rational> expected{2 * kGbps, 2 * kGbps, 2 * kGbps};
  EXPECT_EQ(max_min_rates(problem), expected);
}

TEST(MaxMinOracle, FatPipeLimitsEachFlowAlone) {
  // Link 0: fat pipe of 3 Gb/s; link 1: shared, 10 Gb/s. f0 and f1 on both, f2 on link 1 only: f0 and f1 stop at 3
  // although 10/3 each would fit; f2 takes the other 4. Weight 2 on the fat pipe halves it: f3 alone gets 1.5.
  const Problem problem{.links = {{.capacity_bps = 3 * kGbps, .shared = false}, {10 * kGbps}},
                        .flows = {flow(1, over({0, 1})), flow(1, over({0, 1})), flow(1, over({1})),
                                  flow(1, {{.link = 0, .weight = {2, 1}}})}};
  const std::vector<Rational> expected{3 * kGbps, 3 * kGbps, 4 * kGbps, Rational(3 * kGbps, 2)};
  EXPECT_EQ(max_min_rates(problem), expected);
}

TEST(MaxMinOracle, RateCapsLeaveTheRestToTheOthers) {
  // 50 Gb/s, five flows, caps 4 and 7 Gb/s: (50 - 11) / 3 = 13 Gb/s for each of the others.
  Problem problem{.links = {{50 * kGbps}}, .flows = std::vector<Flow>(5, flow(1, over({0})))};
  problem.flows[0].cap_bps = 4 * kGbps;
  problem.flows[1].cap_bps = 7 * kGbps;
  const std::vector<Rational> expected{4 * kGbps, 7 * kGbps, 13 * kGbps, 13 * kGbps, 13 * kGbps};
  EXPECT_EQ(max_min_rates(problem), expected);
}

TEST(MaxMinOracle, CapacityFallsAndRises) {
  // 1 Mbit on 10 Gb/s; 2 Gb/s from 50 us, 10 Gb/s again from 150 us. 0.5 Mbit by 50 us, 0.2 Mbit by 150 us, 0.3 Mbit
  // left at 10 Gb/s: 30 us more = 180 us.
  expect_completions({.links = {{10 * kGbps}},
                      .flows = {flow(1'000'000, over({0}))},
                      .capacity_events = {{150 * kUs, 0, 10 * kGbps}, {50 * kUs, 0, 2 * kGbps}}},
                     {180 * kUs});
}

TEST(MaxMinOracle, FlowStandsStillAtCapacityZero) {
  // 1 Mbit on 10 Gb/s: half done at 50 us, nothing until 90 us, the rest by 140 us.
  Problem problem{.links = {{10 * kGbps}},
                  .flows = {flow(1'000'000, over({0}))},
                  .capacity_events = {{50 * kUs, 0, 0}, {90 * kUs, 0, 10 * kGbps}}};
  expect_completions(problem, {140 * kUs});

  problem.capacity_events.pop_back();
  EXPECT_FALSE(solve_exactly(problem)[0].has_value());
  EXPECT_FALSE(solve_in_long_double(problem)[0].has_value());
}

TEST(MaxMinOracle, EmptyFlowEndsAfterItsLatencyEvenOnADeadLink) {
  expect_completions({.links = {{0}}, .flows = {flow(0, over({0}), 7, 5)}}, {12});
}

TEST(MaxMinOracle, EmptyFlowLeavesTheOthersAlone) {
  expect_completions({.links = {{10 * kGbps}}, .flows = {flow(1'000'000, over({0})), flow(0, over({0}), 50 * kUs)}},
                     {100 * kUs, 50 * kUs});
}

TEST(MaxMinOracle, PicosecondClockLetsEndsTakeEffectLate) {
  // 1.5 Tb/s = 1.5 bit/ps, A has 1 bit, B has 10 bit. Truth: 0.75 bit/ps each; A ends at 4/3 ps; B has 9 bit left at
  // 1.5 bit/ps: 6 ps more = 22/3 ps. On the clock: A goes on until 2 ps; B has 8.5 bit left: 17/3 ps more = 23/3, up 8.
  const Problem problem{.links = {{1500 * kGbps}}, .flows = {flow(1, over({0})), flow(10, over({0}))}};
  expect_completions(problem, {Rational(4, 3), Rational(22, 3)});
  const ExactCompletions exact = solve_exactly(problem, Clock::picosecond);
  EXPECT_EQ(exact[0], Rational(2));
  EXPECT_EQ(exact[1], Rational(8));
  const FloatCompletions rounded = solve_in_long_double(problem, Clock::picosecond);
  EXPECT_EQ(rounded[0], 2.0L);
  EXPECT_EQ(rounded[1], 8.0L);
}

// The definition itself, which no filling order can get wrong: no link is overloaded, and each flow is at its cap, at
// its limit on a fat pipe, or crosses a full link on which no flow is faster (its bottleneck).
TEST(MaxMinOracle, RatesSatisfyTheBottleneckConditionOnRandomProblems) {
  std::mt19937_64 random(20261122);  // its output is fixed by the standard
  const auto below = [&random](std::uint64_t bound) { return static_cast<std::int64_t>(random() % bound); };
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    Problem problem;
    for (std::int64_t l = 1 + below(7); l > 0; --l) {
      problem.links.push_back({.capacity_bps = below(20) * kGbps, .shared = below(5) != 0});
    }
    for (std::int64_t f = 1 + below(12); f > 0; --f) {
      Flow next = flow(1, {});
      for (std::size_t l = 0; l < problem.links.size(); ++l) {
        if (below(2) == 0) next.hops.push_back({.link = l, .weight = {1 + below(4), 1 + below(4)}});
      }
      if (next.hops.empty() || below(4) == 0) next.cap_bps = 1 + below(6 * kGbps);
      problem.flows.push_back(next);
    }
    const std::vector<Rational> rates = max_min_rates(problem);
    std::vector<Rational> load(problem.links.size()), fastest(problem.links.size());
    for (std::size_t f = 0; f < rates.size(); ++f) {
      for (const Hop& hop : problem.flows[f].hops) {
        load[hop.link] += Rational(hop.weight.numerator, hop.weight.denominator) * rates[f];
        if (rates[f] > fastest[hop.link]) fastest[hop.link] = rates[f];
      }
    }
    for (std::size_t l = 0; l < load.size(); ++l) {
      if (problem.links[l].shared) { EXPECT_LE(load[l], problem.links[l].capacity_bps); }
    }
    for (std::size_t f = 0; f < rates.size(); ++f) {
      const Flow& here = problem.flows[f];
      bool bound = here.cap_bps.has_value() && rates[f] == *here.cap_bps;
      if (here.cap_bps.has_value()) { EXPECT_LE(rates[f], *here.cap_bps); }
      for (const Hop& hop : here.hops) {
        const Link& link = problem.links[hop.link];
        const Rational own = Rational(hop.weight.numerator, hop.weight.denominator) * rates[f];
        if (!link.shared) { EXPECT_LE(own, link.capacity_bps); }
        bound = bound || (link.shared ? load[hop.link] == link.capacity_bps && rates[f] == fastest[hop.link]
                                      : own == link.capacity_bps);
      }
      EXPECT_TRUE(bound) << "flow " << f << " could go faster";
    }
  }
}

TEST(MaxMinOracle, RefusesProblemsThatBreakItsConditions) {
  const auto solve = [](const Problem& problem) { return solve_exactly(problem); };
  EXPECT_THROW(solve({.links = {{-1}}}), std::invalid_argument);
  EXPECT_THROW(solve({.links = {{1}}, .flows = {flow(1, over({1}))}}), std::invalid_argument);
  EXPECT_THROW(solve({.links = {{1}}, .flows = {flow(1, over({0, 0}))}}), std::invalid_argument);
  EXPECT_THROW(solve({.links = {{1}}, .flows = {flow(-1, over({0}))}}), std::invalid_argument);
  EXPECT_THROW(solve({.links = {{1}}, .flows = {flow(1, {})}}), std::invalid_argument);
  EXPECT_THROW(solve({.links = {{1}}, .flows = {flow(1, {{.link = 0, .weight = {0, 1}}})}}), std::invalid_argument);
  EXPECT_THROW(solve({.links = {{1}}, .capacity_events = {{0, 1, 1}}}), std::invalid_argument);
  EXPECT_THROW((void)round_up(Rational(-1)), std::invalid_argument);
}

}  // namespace
}  // namespace polyplane::oracle
