// The ways to run what has no contention, on stars: rings and their closed form, early messages, folding, random schedules.
#include "sim/uncontended.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "collectives/algorithm.h"
#include "collectives/explicit_schedule.h"
#include "tests/collectives/token_contract.h"
#include "tests/sim/cases.h"
#include "tests/sim/uncontended_scenes.h"

namespace polyplane::sim {
namespace {

using namespace polyplane::literals;
using collectives::CollectiveKind;
using collectives::Step;

/// Every card with a rate of its own.
void make_uneven(StarRouter& router, std::uint64_t seed) {
  RandomStream random(seed, 7);
  for (std::uint32_t t = 0; t < router.trunks().size(); ++t) {
    router.set_rate(TrunkId(t), BitRate::from_bps(10'000'000'000 + static_cast<std::int64_t>(random.below(1'000'000))));
  }
}

// 4 ranks, 4 MiB: chunks of 1 MiB = 8,388,608 bit take 20,971,520 ps at 400 Gb/s, plus 1 us of latency and 2 + 3 us of
// software; 6 steps after a launch of 5 us.
TEST(Uncontended, RingIsItsClosedForm) {
  StarScene scene(CollectiveKind::all_reduce, "ring", 4, 4_MiB);
  for (const UncontendedWay way : kWays) {
    const auto outcome = run_uncontended(scene.router, scene.job, nullptr, true, way, {});
    ASSERT_TRUE(outcome);
    EXPECT_EQ(outcome->makespan.ps(), 5'000'000 + 6 * (20'971'520 + 1'000'000 + 5'000'000));
    EXPECT_EQ(outcome->sends, 24U);
    // 6 chunks of 1 MiB up from each card and down to each.
    EXPECT_EQ(outcome->trunk_bytes, std::vector<double>(8, 6.0 * (1 << 20)));
    EXPECT_EQ(outcome->way.rank_classes, 4U);
    EXPECT_EQ(outcome->way.link_classes, 8U);
  }
}

// Sizes that do not divide, empty parts, cards of all speeds, rings of 1 to 70: longer and shorter messages go around.
TEST(Uncontended, WholeStepsAreTheSendsOneByOne) {
  constexpr std::array<std::pair<bool, std::uint32_t>, 4> kCards{{{true, 1}, {false, 1}, {false, 2}, {false, 8}}};
  for (const char* kind : {"all_reduce", "reduce_scatter", "all_gather"}) {
    for (std::uint32_t ranks = 1; ranks <= 70; ranks += 1 + ranks / 8) {
      for (const std::int64_t elements : {0, 1, 7, 100, 101, 16 * 1024}) {
        for (const auto& [even_cards, under_way] : kCards) {
          SCOPED_TRACE(std::string(kind) + " of " + std::to_string(elements) + " on " + std::to_string(ranks) + ", " +
                       std::to_string(under_way) + " under way");
          StarScene scene(collectives::parse_collective(kind), "ring", ranks, Bytes(4 * elements), 2);
          if (!even_cards) make_uneven(scene.router, ranks);
          scene.job.costs.messages_under_way = under_way;
          const auto by_sends = run_uncontended(scene.router, scene.job, nullptr, false, UncontendedWay::dataflow, {});
          const auto by_steps =
              run_uncontended(scene.router, scene.job, nullptr, false, UncontendedWay::whole_steps, {});
          const auto by_events = run_uncontended(scene.router, scene.job, nullptr, false, UncontendedWay::events, {});
          ASSERT_TRUE(by_sends && by_steps && by_events);
          EXPECT_EQ(by_steps->way.text, "whole steps, no contention");
          expect_same(*by_steps, *by_sends);
          expect_same(*by_events, *by_sends);
          expect_same(*by_sends, by_flows(scene.topology, scene.router, scene.job, "analytic"));
        }
      }
    }
  }
}

// One card that sends a thousand times slower: all others hang on it at last.
TEST(Uncontended, OneSlowCardSetsThePaceOfARing) {
  StarScene scene(CollectiveKind::all_reduce, "ring", 100, Bytes(100 * 4096));
  scene.router.set_rate(TrunkId(2 * 40), BitRate::from_bps(400'000'000));
  for (const std::uint32_t under_way : {1U, 3U}) {
    scene.job.costs.messages_under_way = under_way;
    const RunOutcome expected = by_flows(scene.topology, scene.router, scene.job, "flow");
    for (const UncontendedWay way : kWays) {
      const auto outcome = run_uncontended(scene.router, scene.job, nullptr, true, way, {});
      ASSERT_TRUE(outcome);
      expect_same(*outcome, expected);
    }
  }
}

// Messages that come further ahead than a lane keeps beside it: all to the root at once, and past a slow card.
TEST(Uncontended, EarlyMessagesWait) {
  StarScene gather(CollectiveKind::gather, "linear", 100, Bytes(100 * 4096));
  StarScene pairwise(CollectiveKind::alltoall, "pairwise", 100, Bytes(100 * 4096));
  make_uneven(pairwise.router, 1);
  pairwise.router.set_rate(TrunkId(0), BitRate::from_bps(4'000'000));
  for (StarScene* scene : {&gather, &pairwise}) {
    if (scene == &pairwise) scene->job.costs.messages_under_way = 4;
    const RunOutcome expected = by_flows(scene->topology, scene->router, scene->job, "analytic");
    for (const UncontendedWay way : {UncontendedWay::dataflow, UncontendedWay::events}) {
      const auto outcome = run_uncontended(scene->router, scene->job, nullptr, false, way, {});
      ASSERT_TRUE(outcome);
      expect_same(*outcome, expected);
    }
  }
}

TEST(Uncontended, FoldedIsUnfolded) {
  int folded_runs = 0;
  for (const std::string& name : collectives::algorithms().names()) {
    const collectives::Algorithm& algorithm = collectives::algorithms().at(name);
    if (collectives::is_of_tokens(algorithm.collective)) continue;
    const auto contract = collectives::Collective::sized(algorithm.collective, 16, Bytes(16 * 4096), 4, RankId(0));
    if (!algorithm.cannot({contract, collectives::RankLayout::regular(16, 2)}).empty()) continue;
    StarScene scene(algorithm.collective, algorithm.name, 16, Bytes(16 * 4096), 2);
    for (const collectives::RankSymmetry& symmetry : scene.schedule->symmetries()) {
      if (symmetry.kind != collectives::RankSymmetry::Kind::rotation) continue;
      for (std::uint32_t stride = symmetry.stride; stride < 16; stride *= 2) {
        SCOPED_TRACE(name + " by " + std::to_string(stride));
        const Folding folding = scene.rotation_by(stride);
        scene.job.costs.messages_under_way = stride;
        for (const UncontendedWay way : kWays) {
          const auto folded = run_uncontended(scene.router, scene.job, &folding, false, way, {});
          const auto unfolded = run_uncontended(scene.router, scene.job, nullptr, false, way, {});
          ASSERT_TRUE(folded && unfolded);
          expect_same(*folded, *unfolded);
          EXPECT_EQ(folded->events * (16 / stride), unfolded->events);
          EXPECT_EQ(folded->way.rank_classes, stride);
          EXPECT_EQ(folded->way.text,
                    unfolded->way.text + ", folded: rotation by " + std::to_string(stride) + " of 16 ranks");
          ++folded_runs;
        }
        // All of an orbit send at once, so the bound of the folded run is the tighter one.
        for (const UncontendedWay way : {UncontendedWay::dataflow, UncontendedWay::events}) {
          const auto folded = run_uncontended(scene.router, scene.job, &folding, true, way, {});
          const auto unfolded = run_uncontended(scene.router, scene.job, nullptr, true, way, {});
          EXPECT_TRUE(folded || !unfolded);
          if (folded) expect_same(*folded, by_flows(scene.topology, scene.router, scene.job, "flow"));
        }
      }
    }
  }
  EXPECT_GT(folded_runs, 20);
}

/// Messages one way, exchanges and longer cycles among lanes drawn at random, which also wait for steps of other lanes of
/// their rank. What is drawn later only waits for what was drawn before, so nothing stalls. Few sizes, or all different.
collectives::ExplicitSchedule random_schedule(RandomStream& random, std::uint32_t ranks, std::uint32_t lanes) {
  collectives::Collective::Shape shape;
  shape.kind = CollectiveKind::barrier;
  shape.ranks = ranks;
  collectives::ExplicitSchedule::Steps steps(ranks);
  for (auto& rank : steps) rank.resize(lanes);
  const std::uint64_t sizes = random.below(2) == 0 ? 3 : 1'000'000;
  const auto begin_step = [&](std::uint32_t rank, std::uint32_t lane) {
    Step step;
    for (std::uint32_t other = 0; other < lanes && step.num_after < 4; ++other) {
      const std::size_t there = steps[rank][other].size();
      if (other == lane || there == 0 || random.below(3) > 0) continue;
      step.after[step.num_after++] = {other, static_cast<std::uint32_t>(random.below(there))};
    }
    steps[rank][lane].push_back({step, {}});
  };
  const std::uint64_t rounds = 20 + random.below(200);
  for (std::uint64_t round = 0; round < rounds; ++round) {
    const auto members = static_cast<std::uint32_t>(2 + random.below(std::min(ranks, 4U) - 1));
    const auto first = static_cast<std::uint32_t>(random.below(ranks));
    std::vector<std::pair<std::uint32_t, std::uint32_t>> of;  // (rank, lane)
    for (std::uint32_t i = 0; i < members; ++i) {
      of.emplace_back((first + i) % ranks, static_cast<std::uint32_t>(random.below(lanes)));
      begin_step(of.back().first, of.back().second);
    }
    const bool closed = random.below(2) == 0;
    for (std::uint32_t i = 0; i < members; ++i) {
      if (!closed && i + 1 == members) break;
      const auto [from, from_lane] = of[i];
      const auto [to, to_lane] = of[(i + 1) % members];
      Step& send = steps[from][from_lane].back().step;
      send.send_to = RankId(to);
      send.peer_lane = to_lane;
      send.peer_step = static_cast<std::uint32_t>(steps[to][to_lane].size() - 1);
      send.send_bytes = Bytes(static_cast<std::int64_t>(random.below(sizes)) * (sizes == 3 ? 100'000 : 1));
      steps[to][to_lane].back().step.receive_from = RankId(from);
    }
  }
  return {collectives::Collective(shape), 1, std::move(steps)};
}

TEST(Uncontended, RandomSchedulesAreTheSameInAllWays) {
  int free_of_contention = 0;
  for (std::uint64_t seed = 0; seed < cases(300); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomStream random(seed, 11);
    const auto ranks = static_cast<std::uint32_t>(2 + random.below(9));
    const auto schedule = random_schedule(random, ranks, static_cast<std::uint32_t>(1 + random.below(4)));
    StarScene scene(CollectiveKind::barrier, "dissemination", ranks, Bytes());
    scene.job.schedule = &schedule;
    if (random.below(2) == 0) make_uneven(scene.router, seed);
    if (random.below(2) == 0) scene.job.costs.messages_under_way = static_cast<std::uint32_t>(2 + random.below(4));
    const RunOutcome alone = by_flows(scene.topology, scene.router, scene.job, "analytic");
    const RunOutcome sharing = by_flows(scene.topology, scene.router, scene.job, "flow");
    for (const UncontendedWay way : {UncontendedWay::dataflow, UncontendedWay::events}) {
      const auto outcome = run_uncontended(scene.router, scene.job, nullptr, false, way, {});
      ASSERT_TRUE(outcome);
      expect_same(*outcome, alone);
      EXPECT_EQ(outcome->events, alone.sends);
      const auto presolved = run_uncontended(scene.router, scene.job, nullptr, true, way, {});
      if (presolved) expect_same(*presolved, sharing);
      free_of_contention += presolved ? 1 : 0;
    }
  }
  EXPECT_GT(free_of_contention, 10);
}

}  // namespace
}  // namespace polyplane::sim
