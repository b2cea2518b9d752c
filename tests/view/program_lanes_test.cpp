#include "sim/view/program_lanes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace polyplane::sim {
namespace {

using collectives::Operation;
using collectives::Program;
using testing::ElementsAre;

TimePoint at(std::int64_t ps) { return TimePoint::from_ps(ps); }

/// So many actors, each with `operations` computations of 10 ps one after the other on stream 0, a send beside the second on
/// stream 1, and a join.
struct Ran {
  Program program;
  ProgramOutcome outcome;
};
Ran ran(std::size_t actors, std::size_t operations) {
  Ran result;
  result.program.labels = {"other", "forward", "pp"};
  result.program.names = {"", "F0"};
  for (std::size_t a = 0; a < actors; ++a) {
    collectives::Actor& actor = result.program.actors.emplace_back();
    actor.name = "rank " + std::to_string(a);
    actor.cards = {static_cast<std::uint32_t>(a)};
    actor.streams = {{"compute"}, {"pp"}};
    std::vector<OperationTime>& times = result.outcome.times.emplace_back();
    for (std::size_t i = 0; i < operations; ++i) {
      Operation compute;
      compute.kind = Operation::Kind::compute;
      compute.label = 1;
      compute.name = 1;
      actor.add(compute);
      const auto begin = static_cast<std::int64_t>(10 * i);
      times.push_back({at(begin), at(begin + 10)});
    }
    Operation send;
    send.kind = Operation::Kind::send;
    send.stream = 1;
    send.label = 2;
    actor.add(send);
    times.push_back({at(10), at(25)});
    actor.add(Operation{});
    times.push_back({at(25), at(25)});
  }
  return result;
}

TEST(ProgramLanes, AreTheTimesOfOperations) {
  const Ran two = ran(2, 3);
  v1::Lanes lanes;
  ASSERT_TRUE(write_lanes(two.program, two.outcome, lanes));
  EXPECT_EQ(lanes.actors(), 2U);
  ASSERT_EQ(lanes.lanes_size(), 4);  // two streams of two actors; joins are left out
  EXPECT_EQ(lanes.lanes(0).actor(), "rank 0");
  EXPECT_EQ(lanes.lanes(0).stream(), "compute");
  EXPECT_EQ(lanes.lanes(0).cards(), 1U);
  EXPECT_THAT(lanes.lanes(0).begin_ps(), ElementsAre(0, 10, 20));
  EXPECT_THAT(lanes.lanes(0).duration_ps(), ElementsAre(10, 10, 10));
  EXPECT_THAT(lanes.lanes(1).begin_ps(), ElementsAre(10));
  EXPECT_THAT(lanes.lanes(1).duration_ps(), ElementsAre(15));
  ASSERT_EQ(lanes.whats_size(), 2);
  EXPECT_THAT(lanes.lanes(3).what(), ElementsAre(1));
  EXPECT_EQ(lanes.whats(0).kind(), v1::Lanes::compute);
  EXPECT_EQ(lanes.whats(0).label(), "forward");
  EXPECT_EQ(lanes.whats(0).name(), "F0");
  EXPECT_EQ(lanes.whats(1).kind(), v1::Lanes::send);
  EXPECT_EQ(lanes.whats(1).label(), "pp");
}

TEST(ProgramLanes, OfManyActorsSomeAtEvenDistances) {
  const Ran many = ran(64, 1);
  v1::Lanes lanes;
  ASSERT_TRUE(write_lanes(many.program, many.outcome, lanes));
  EXPECT_EQ(lanes.actors(), 64U);
  ASSERT_EQ(lanes.lanes_size(), 32);
  EXPECT_EQ(lanes.lanes(0).actor(), "rank 0");
  EXPECT_EQ(lanes.lanes(2).actor(), "rank 4");
  EXPECT_EQ(lanes.lanes(30).actor(), "rank 60");
}

TEST(ProgramLanes, FewerActorsWhereTheyDoALot) {
  // 3 of 15,002 operations are too many, 2 are not.
  const Ran busy = ran(4, 15'000);
  v1::Lanes lanes;
  ASSERT_TRUE(write_lanes(busy.program, busy.outcome, lanes));
  EXPECT_EQ(lanes.lanes_size(), 4);
  EXPECT_EQ(lanes.lanes(2).actor(), "rank 2");
  v1::Lanes none;
  const Ran one = ran(1, kMostLaneIntervals);
  EXPECT_FALSE(write_lanes(one.program, one.outcome, none));
  EXPECT_EQ(none.lanes_size(), 0);
}

}  // namespace
}  // namespace polyplane::sim
