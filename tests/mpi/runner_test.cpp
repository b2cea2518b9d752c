// Schedules carried out by real ranks: what goes wrong is found and named, and what MPI makes hard goes well. Under mpirun.
#include "mpi/schedule_runner.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/error.h"
#include "collectives/algorithm.h"
#include "collectives/explicit_schedule.h"
#include "collectives/verify.h"
#include "mpi/check_run.h"
#include "mpi/mpi_error.h"
#include "mpi/verify_cases.h"

namespace polyplane::mpi {
namespace {

using collectives::Collective;
using collectives::CollectiveKind;
using collectives::ExplicitSchedule;
using collectives::RankLayout;
using collectives::StoredStep;
using Steps = ExplicitSchedule::Steps;

std::uint32_t num_ranks() { return static_cast<std::uint32_t>(Communicator::world().size()); }

Collective contract(CollectiveKind kind, std::int64_t elements) {
  return Collective({.kind = kind, .ranks = num_ranks(), .elements_per_block = elements, .matrix = {}});
}

ExplicitSchedule planted(CollectiveKind kind, const std::string& name, std::int64_t elements,
                         const std::function<void(Steps&)>& plant) {
  const auto schedule = make_schedule(
      collectives::find_algorithm(kind, name),
      {.collective = contract(kind, elements), .layout = RankLayout::regular(num_ranks(), 1), .channels = 1});
  Steps steps = ExplicitSchedule::copy_steps(*schedule);
  plant(steps);
  return {schedule->collective(), schedule->pieces(), std::move(steps), schedule->scratch()};
}

std::string defect(const ExplicitSchedule& schedule, bool in_place = false) {
  MessageSpace space(Communicator::world());
  return check_run(space, schedule, {.in_place = in_place, .patience_seconds = 20}, 3);
}

/// Ring of n: 10 n elements are pieces of 10, of 40 bytes each.
ExplicitSchedule planted_ring(const std::function<void(Steps&)>& plant) {
  return planted(CollectiveKind::all_reduce, "ring", 10 * std::int64_t{num_ranks()}, plant);
}

TEST(PlantedDefect, NoneIsNoDefect) {
  EXPECT_EQ(defect(planted_ring([](Steps&) {})), "");
}

/// Rank 1 overwrites instead of adding when it first receives piece 0: everybody's piece 0 lacks a contribution.
TEST(PlantedDefect, ReplacedInsteadOfAdded) {
  const ExplicitSchedule schedule = planted_ring([](Steps& steps) { steps[1][0][0].step.reduce = false; });
  EXPECT_FALSE(collectives::verify(schedule).proven);
  const std::string text = defect(schedule);
  EXPECT_TRUE(text.starts_with("rank 0 offset 0 (block 0, element 0) has ")) << text;
  EXPECT_NE(text.find(", and MPI_Allreduce "), std::string::npos) << text;
  EXPECT_FALSE(defect(schedule, true).empty());
}

/// The last step of the all-gather brings rank r piece r + 2; its sender r - 1 sends another one of the same size. Only that
/// rank and that piece are wrong.
TEST(PlantedDefect, WrongPieceSentInTheLastStep) {
  const std::uint32_t n = num_ranks(), bad = n - 1, piece = (bad + 2) % n;
  const ExplicitSchedule schedule = planted_ring([&](Steps& steps) {
    StoredStep& receive = steps[bad][0].back();
    receive.landing = {ChunkId(piece)};
    StoredStep& send = steps[bad - 1][0].back();
    send.payload = {ChunkId((piece + 1) % n)};
  });
  const std::string text = defect(schedule);
  EXPECT_TRUE(text.starts_with("rank " + std::to_string(bad) + " offset " + std::to_string(40 * piece) +
                               " (block 0, element " + std::to_string(10 * piece) + ") has "))
      << text;
}

/// A copy too few: the gather of n blocks of 10 elements misses what the last rank sends at last.
TEST(PlantedDefect, NothingSentWhereSomethingIsDue) {
  const std::uint32_t last = num_ranks() - 1;
  const ExplicitSchedule schedule = planted(CollectiveKind::all_gather, "ring", 10, [&](Steps& steps) {
    steps[last][0].back().payload.clear();
    steps[last][0].back().step.send_bytes = Bytes(0);
  });
  const std::string text = defect(schedule);
  // To rank 0, in the last of n - 1 steps: block (last - (n - 2)) = 1. Unwritten memory of the test is 0x5A5A5A5A.
  EXPECT_TRUE(text.starts_with("rank 0 offset 40 (block 1, element 0) has 1515870810, and MPI_Allgather ")) << text;
}

/// Each rank's first step waits for its own second one.
TEST(PlantedDefect, StallNamesWhoWaitsForWhom) {
  const ExplicitSchedule schedule = planted_ring([](Steps& steps) {
    for (std::uint32_t rank = 0; rank < steps.size(); ++rank) {
      auto& first = steps[rank][0][0].step;
      first.num_after = 1;
      first.after[0] = {0, 1};
    }
  });
  MessageSpace space(Communicator::world());
  ScheduleRunner runner(space, schedule, {.patience_seconds = 1});
  std::vector<std::byte> in(static_cast<std::size_t>(runner.in_bytes())),
      out(static_cast<std::size_t>(runner.out_bytes()));
  try {
    runner.run(in.data(), out.data());
    FAIL() << "it ran";
  } catch (const StallError& error) {
    const std::string me = "rank " + std::to_string(space.ranks().rank()) + " lane 0 step ";
    EXPECT_NE(std::string(error.what()).find(me + "0 waits for " + me + "1"), std::string::npos) << error.what();
  }
  Communicator::world().barrier();
}

/// Every rank sends two large messages before it receives any, and the second receive comes first. Without a rendezvous, as
/// schedules are meant, nothing waits; MPI's own would wait forever.
TEST(Runner, LargeMessagesNeedNoRendezvous) {
  const std::uint32_t n = num_ranks();
  constexpr std::int64_t kElements = 100'000;
  const Collective gather = contract(CollectiveKind::all_gather, kElements);
  if (n < 2) GTEST_SKIP();
  // Lane 0: step k < n - 1 sends the own block to rank r + k + 1; then n - 1 receives, the last sender first.
  Steps steps(n, std::vector<std::vector<StoredStep>>(1));
  for (std::uint32_t rank = 0; rank < n; ++rank) {
    auto& lane = steps[rank][0];
    lane.resize(2 * std::size_t{n - 1});
    for (std::uint32_t k = 0; k + 1 < n; ++k) {
      const std::uint32_t to = (rank + k + 1) % n;
      // `to` receives from to - (k + 1); it takes the largest k first, at step n - 1 + (n - 2 - k).
      lane[k].step.send_to = RankId(to);
      lane[k].step.peer_step = n - 1 + (n - 2 - k);
      lane[k].step.send_bytes = Bytes(4 * kElements);
      lane[k].payload = {ChunkId(rank)};
      lane[n - 1 + (n - 2 - k)].step.receive_from = RankId((rank + n - k - 1) % n);
    }
  }
  const ExplicitSchedule schedule(gather, 1, std::move(steps));
  ASSERT_EQ(collectives::verify(schedule).problem, "");
  EXPECT_EQ(defect(schedule), "");
  EXPECT_EQ(defect(schedule, true), "");
}

/// With two tags only, messages go by many communicators, and none is taken for another.
TEST(Runner, FewTagsAreEnough) {
  const std::uint32_t n = num_ranks();
  std::string why;
  for (const char* name :
       {"all_reduce/ring", "all_gather/ring", "alltoall/pairwise", "all_reduce/double_binary_tree"}) {
    const collectives::Algorithm& algorithm = collectives::algorithms().at(name);
    MessageSpace space(Communicator::world(), 1);
    for (const VerifyCase& one : verify_cases(algorithm, n, why)) {
      if (one.kind != ElementKind::int32) continue;
      const auto schedule = collectives::make_schedule(algorithm, one.request);
      ASSERT_EQ(
          check_run(space, *schedule, {.kind = one.kind, .reduction = one.reduction, .in_place = one.in_place}, 7), "")
          << name << ", " << one.text;
    }
  }
}

/// MPI is asked to count to 100 at a time: all longer messages, and the blocks of MPI's own collectives, are of larger types.
TEST(Runner, MessagesOfMoreThanMpiCounts) {
  const std::uint32_t n = num_ranks();
  std::string why;
  std::size_t judged = 0;
  MessageSpace space(Communicator::world(100));
  for (const char* name : {"all_reduce/ring", "all_gather/ring", "reduce_scatter/ring", "broadcast/ring", "reduce/ring",
                           "alltoall/pairwise", "alltoallv/pairwise", "gather/direct", "scatter/direct",
                           "sendrecv/direct", "dispatch/direct", "combine/direct"}) {
    const collectives::Algorithm& algorithm = collectives::algorithms().at(name);
    for (const VerifyCase& one : verify_cases(algorithm, n, why)) {
      const auto schedule = collectives::make_schedule(algorithm, one.request);
      try {
        ASSERT_EQ(
            check_run(space, *schedule, {.kind = one.kind, .reduction = one.reduction, .in_place = one.in_place}, 7),
            "")
            << name << ", " << one.text;
        ++judged;
      } catch (const LimitError& error) {  // on all ranks alike
        EXPECT_NE(std::string(error.what()).find("MPI_Alltoallv counts"), std::string::npos) << error.what();
      }
    }
  }
  EXPECT_GT(judged, 100U);
}

/// Runs follow each other without a barrier, and rank 0 is far ahead: it only sends.
TEST(Runner, RunsMayOverlap) {
  const std::uint32_t n = num_ranks();
  const auto schedule = make_schedule(collectives::find_algorithm(CollectiveKind::broadcast, "ring"),
                                      {.collective = contract(CollectiveKind::broadcast, 3'000),
                                       .layout = RankLayout::regular(n, 1),
                                       .channels = 2,
                                       .slices = 3});
  MessageSpace space(Communicator::world());
  ScheduleRunner runner(space, *schedule, {});
  std::vector<std::int32_t> in(static_cast<std::size_t>(runner.in_bytes() / 4)), out(3'000);
  for (int run = 0; run < 50; ++run) {
    for (std::int32_t& value : in) value = run;
    runner.run(std::as_bytes(std::span(in)).data(), std::as_writable_bytes(std::span(out)).data());
    for (const std::int32_t value : out) ASSERT_EQ(value, run);
  }
  Communicator::world().barrier();
}

TEST(Runner, CombineAddsUp) {
  const Collective combine = verify_contract(CollectiveKind::combine, num_ranks(), 8, ElementKind::byte, 0, false);
  const auto schedule = make_schedule(collectives::find_algorithm(CollectiveKind::combine, "direct"),
                                      {.collective = combine, .layout = RankLayout::regular(num_ranks(), 1)});
  MessageSpace space(Communicator::world());
  const RunnerOptions maximum{.kind = ElementKind::byte, .reduction = Reduction::max};
  EXPECT_THROW(ScheduleRunner(space, *schedule, maximum), InputError);
}

}  // namespace
}  // namespace polyplane::mpi
