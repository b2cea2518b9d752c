// What each rank is to do, for every registered algorithm and by hand for a ring.
#include "mpi/run_plan.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>

#include "base/error.h"
#include "collectives/algorithm.h"
#include "collectives/explicit_schedule.h"
#include "mpi/verify_cases.h"

namespace polyplane::mpi {
namespace {

using collectives::Collective;
using collectives::CollectiveKind;
using collectives::ExplicitSchedule;
using collectives::RankLayout;

std::unique_ptr<collectives::Schedule> ring(std::uint32_t ranks, std::int64_t elements) {
  const Collective contract({.kind = CollectiveKind::all_reduce,
                             .ranks = ranks,
                             .elements_per_block = elements,
                             .root = RankId(0),
                             .matrix = {}});
  return make_schedule(collectives::find_algorithm(CollectiveKind::all_reduce, "ring"),
                       {.collective = contract, .layout = RankLayout::regular(ranks, 1), .channels = 1, .slices = 1});
}

/// Rank r of a ring of four sends piece (r - k) mod 4 at step k; 13 elements are pieces of 16, 12, 12 and 12 bytes.
TEST(RunPlan, Ring) {
  const auto schedule = ring(4, 13);
  const RunPlan plan(*schedule, 1, false);
  EXPECT_EQ(plan.in_bytes(), 52);
  EXPECT_EQ(plan.out_bytes(), 52);
  EXPECT_EQ(plan.work_bytes(), 0);
  ASSERT_EQ(plan.copies().size(), 1U);  // in to out, once
  ASSERT_EQ(plan.lanes().size(), 1U);
  const auto& steps = plan.lanes()[0].steps;
  ASSERT_EQ(steps.size(), 6U);
  EXPECT_EQ(steps[0].send.peer, 2);
  EXPECT_EQ(steps[0].send.stretches, (std::vector<Stretch>{{Memory::out, 16, 12}}));  // piece 1
  EXPECT_EQ(steps[0].receive.peer, 0);
  EXPECT_EQ(steps[0].receive.stretches, (std::vector<Stretch>{{Memory::out, 0, 16}}));  // piece 0
  EXPECT_TRUE(steps[0].reduce);
  EXPECT_FALSE(steps[3].reduce);
  EXPECT_FALSE(steps[0].overlaps);
  for (std::uint32_t k = 0; k < 6; ++k) EXPECT_EQ(steps[k].receive.number, k);
  EXPECT_EQ(plan.numbers(), 6U);
  EXPECT_EQ(plan.step_name(0, 5), "rank 1 lane 0 step 5");
  EXPECT_EQ(steps[5].send.other_end, "rank 2 lane 0 step 5");

  const RunPlan in_place(*schedule, 1, true);
  EXPECT_EQ(in_place.in_bytes(), 0);
  EXPECT_TRUE(in_place.copies().empty());
}

/// Both ends of every message agree on its number and size, and no two of a pair share a number.
TEST(RunPlan, EndsAgreeForEveryAlgorithm) {
  constexpr std::uint32_t kRanks = 4;
  for (const std::string& name : collectives::algorithms().names()) {
    const collectives::Algorithm& algorithm = collectives::algorithms().at(name);
    std::string why;
    for (const VerifyCase& one : verify_cases(algorithm, kRanks, why)) {
      const auto schedule = collectives::make_schedule(algorithm, one.request);
      std::map<std::tuple<int, int, std::uint32_t>, std::int64_t> sent, received;  // from, to, number: bytes
      std::uint32_t numbers = 0;
      for (std::uint32_t rank = 0; rank < kRanks; ++rank) {
        const RunPlan plan(*schedule, rank, one.in_place);
        if (rank > 0) { ASSERT_EQ(plan.numbers(), numbers) << name; }
        numbers = plan.numbers();
        const int me = static_cast<int>(rank);
        for (const PlannedLane& lane : plan.lanes()) {
          for (const PlannedStep& step : lane.steps) {
            if (step.send.exists()) {
              const bool first = sent.emplace(std::tuple(me, step.send.peer, step.send.number), step.send.bytes).second;
              ASSERT_TRUE(first) << name << ", " << one.text;
              ASSERT_LT(step.send.number, numbers) << name;
            }
            if (step.receive.exists()) {
              received.emplace(std::tuple(step.receive.peer, me, step.receive.number), step.receive.bytes);
            }
          }
        }
      }
      ASSERT_EQ(sent, received) << name << ", " << one.text;
    }
  }
}

/// What is held is only copied where it has to be.
TEST(RunPlan, InputIsNeverWritten) {
  std::string why;
  for (const std::string& name : collectives::algorithms().names()) {
    const collectives::Algorithm& algorithm = collectives::algorithms().at(name);
    for (const VerifyCase& one : verify_cases(algorithm, 3, why)) {
      const auto schedule = collectives::make_schedule(algorithm, one.request);
      const RunPlan plan(*schedule, 1, false);
      for (const PlannedLane& lane : plan.lanes()) {
        for (const PlannedStep& step : lane.steps) {
          for (const Stretch& stretch : step.receive.stretches) ASSERT_NE(stretch.memory, Memory::in) << name;
          for (const PlannedMove& move : step.moves) ASSERT_NE(move.to.memory, Memory::in) << name;
        }
      }
    }
  }
}

TEST(RunPlan, AgentsArePlayedByRanks) {
  EXPECT_EQ(player(2, 4), 2U);
  EXPECT_EQ(player(4, 4), 0U);
  EXPECT_EQ(player(9, 4), 1U);
  std::string why;
  const collectives::Algorithm& nvls = collectives::find_algorithm(CollectiveKind::all_reduce, "nvls");
  const auto cases = verify_cases(nvls, 4, why);
  ASSERT_FALSE(cases.empty());
  const auto schedule = collectives::make_schedule(nvls, cases.front().request);
  ASSERT_GT(schedule->num_agents(), 0U);
  const RunPlan plan(*schedule, 0, false);
  EXPECT_EQ(plan.lanes().size(), schedule->num_lanes() * (1 + (schedule->num_agents() + 3) / 4));
  EXPECT_EQ(plan.step_name(schedule->num_lanes(), 0), "agent 0 lane 0 step 0 (played by rank 0)");
  EXPECT_GT(plan.work_bytes(), 0);
}

TEST(RunPlan, WhatCannotRunIsRefused) {
  const auto schedule = ring(3, 6);
  ExplicitSchedule::Steps steps = ExplicitSchedule::copy_steps(*schedule);
  steps[1][0][2].step.receive_from = RankId();  // nobody takes the message of rank 0 any more
  const ExplicitSchedule broken(schedule->collective(), schedule->pieces(), steps);
  try {
    const RunPlan plan(broken, 0, false);
    FAIL() << "accepted";
  } catch (const RunError& error) {
    EXPECT_STREQ(
        error.what(),
        "this schedule cannot run: rank 0 lane 0 step 2 sends to rank 1 lane 0 step 2, which receives nothing");
  }
}

TEST(RunPlan, MessagesOfMoreBytesThanAnIntCounts) {
  // 2^30 elements of 4 bytes in 2 pieces: 2^31 bytes each.
  const auto schedule = ring(2, std::int64_t{1} << 30);
  const RunPlan plan(*schedule, 0, false);
  EXPECT_EQ(plan.lanes()[0].steps[0].send.bytes, std::int64_t{1} << 31);
  EXPECT_EQ(plan.lanes()[0].steps[0].receive.bytes, std::int64_t{1} << 31);
}

}  // namespace
}  // namespace polyplane::mpi
