// What streams, dependencies and messages mean, by hand, in both modes: with one card an actor and nothing that
// contends they are the same.
#include <gtest/gtest.h>

#include "tests/sim/program/programs.h"

namespace polyplane::sim {
namespace {

using namespace literals;
using testing::TestWithParam;
using Times = std::vector<Duration>;

class Programs : public TestWithParam<ProgramMode> {
 protected:
  ProgramOutcome run(const Program& program) {
    Bench bench(8);
    return bench.run(program, GetParam());
  }
};

INSTANTIATE_TEST_SUITE_P(Modes, Programs, testing::Values(ProgramMode::flows, ProgramMode::timed),
                         [](const auto& mode) { return mode.param == ProgramMode::flows ? "flows" : "timed"; });

// One after the other as listed, whatever was ready first.
TEST_P(Programs, InOrderStreamsKeepTheirOrder) {
  Program program = program_of(1, {{"a", kInOrder}, {"b", kInOrder}});
  Actor& actor = program.actors[0];
  actor.add(compute(0, 10_us));
  actor.add(compute(1, 1_us), {{0}});  // holds up the next of its stream, which waits for nothing
  actor.add(compute(1, 2_us));
  actor.add(compute(0, 4_us));
  const ProgramOutcome outcome = run(program);
  EXPECT_EQ(begins_of(outcome, 0), (Times{0_us, 10_us, 11_us, 10_us}));
  EXPECT_EQ(ends_of(outcome, 0), (Times{10_us, 11_us, 13_us, 14_us}));
  EXPECT_EQ(outcome.makespan.since_start(), 14_us);
}

// Operation 3 is ready at 3 us, 2 at 4 us, 1 at 5 us; the stream is free at 6 us and takes them as they became ready.
TEST_P(Programs, OneAtATimeTakesWhatWasReadyFirst) {
  Program program = program_of(1, {{"cpu", kOneAtATime}, {"clock", kConcurrent}});
  Actor& actor = program.actors[0];
  actor.add(compute(0, 6_us));
  actor.add(compute(0, 1_us), {{6}});
  actor.add(compute(0, 1_us), {{5}});
  actor.add(compute(0, 1_us), {{4}});
  actor.add(compute(1, 3_us));
  actor.add(compute(1, 4_us));
  actor.add(compute(1, 5_us));
  EXPECT_EQ(begins_of(run(program), 0), (Times{0_us, 8_us, 7_us, 6_us, 0_us, 0_us, 0_us}));
}

// Of those that are ready at one moment the lowest goes first, also when the stream gets free at that very moment.
TEST_P(Programs, OneAtATimeTakesTheLowestOfThoseThatTie) {
  Program program = program_of(1, {{"cpu", kOneAtATime}, {"clock", kConcurrent}});
  Actor& actor = program.actors[0];
  actor.add(compute(0, 2_us));
  actor.add(compute(0, 3_us), {{4}});
  actor.add(compute(0, 4_us), {{4}});
  actor.add(compute(0, 5_us), {{4}});
  actor.add(compute(1, 2_us));
  EXPECT_EQ(begins_of(run(program), 0), (Times{0_us, 2_us, 5_us, 9_us, 0_us}));
}

TEST_P(Programs, ConcurrentStreamsTakeAnyNumber) {
  Program program = program_of(1, {{"any", kConcurrent}});
  for (int i = 0; i < 3; ++i) program.actors[0].add(compute(0, 5_us));
  program.actors[0].add(join(0), {{0}, {1}, {2}});
  EXPECT_EQ(ends_of(run(program), 0), (Times{5_us, 5_us, 5_us, 5_us}));
}

// irequires: 1 may start when 0 starts, at 3 us, not when it ends at 10 us.
TEST_P(Programs, AfterAStartIsNotAfterAnEnd) {
  Program program = program_of(1, {{"any", kConcurrent}});
  Actor& actor = program.actors[0];
  actor.add(compute(0, 7_us), {{3}});
  actor.add(compute(0, 1_us), {{0, true}});
  actor.add(compute(0, 1_us), {{0, false}});
  actor.add(compute(0, 3_us));
  EXPECT_EQ(begins_of(run(program), 0), (Times{3_us, 3_us, 10_us, 0_us}));
}

// A send holds its stream until its last byte is there: 1 MB, 20 us, after 1.42 us. The receive that asks early waits,
// the one that asks late has it at once.
TEST_P(Programs, MessagesMayBeEarly) {
  Program program = program_of(2, {{"s", kInOrder}});
  program.actors[0].add(compute(0, 2_us));
  program.actors[0].add(send(0, 1, Bytes(1'000'000)));
  program.actors[0].add(send(0, 1, Bytes(1'000'000)));
  program.actors[0].add(compute(0, 1_us));
  program.actors[1].add(receive(0, 0, Bytes(1'000'000)));
  program.actors[1].add(compute(0, 50_us));
  program.actors[1].add(receive(0, 0, Bytes(1'000'000)));
  const ProgramOutcome outcome = run(program);
  EXPECT_EQ(ends_of(outcome, 0), (Times{2_us, 23'420_ns, 44'840_ns, 45'840_ns}));
  EXPECT_EQ(ends_of(outcome, 1), (Times{23'420_ns, 73'420_ns, 73'420_ns}));
  EXPECT_EQ(outcome.messages, 2U);
  EXPECT_EQ(outcome.sent, Bytes(2'000'000));
}

// Tags keep messages apart: the first receive takes the second message.
TEST_P(Programs, TagsKeepMessagesApart) {
  Program program = program_of(2, {{"s", kInOrder}});
  program.actors[0].add(send(0, 1, Bytes(0), 5));
  program.actors[0].add(compute(0, 10_us));
  program.actors[0].add(send(0, 1, Bytes(0), 7));
  program.actors[1].add(receive(0, 0, Bytes(0), 7));
  program.actors[1].add(receive(0, 0, Bytes(0), 5));
  EXPECT_EQ(ends_of(run(program), 1), (Times{12'840_ns, 12'840_ns}));
}

// Two sends of one pair and tag at once, the first of 1 MB, the second of none: the receives get them in the order in
// which they are listed, in both modes. (The second message is over in 1.42 us; what the first takes does not depend on
// it.)
TEST_P(Programs, MessagesOfOneTagMeetInOrder) {
  Program program = program_of(2, {{"s", kConcurrent}});
  program.actors[0].add(send(0, 1, Bytes(1'000'000)));
  program.actors[0].add(send(0, 1, Bytes(0)));
  program.actors[1].add(receive(0, 0, Bytes(1'000'000)));
  program.actors[1].add(receive(0, 0, Bytes(0)));
  EXPECT_EQ(ends_of(run(program), 1), (Times{21'420_ns, 1'420_ns}));
}

// Messages come at 11.42 us from 2, at 6.42 us from 1. Who asks first for anything gets what comes first; one who asks
// for 2 in particular waits for that.
TEST_P(Programs, AnySourceTakesWhatComesFirst) {
  Program program = program_of(3, {{"s", kConcurrent}});
  for (const std::uint32_t sender : {1U, 2U}) {
    program.actors[sender].add(compute(0, sender == 1 ? 5_us : 10_us));
    program.actors[sender].add(send(0, 0, Bytes(0), 3), {{0}});
  }
  program.actors[0].add(receive(0, Operation::kAny, Bytes(0), 3));
  program.actors[0].add(receive(0, Operation::kAny, Bytes(0), Operation::kAny));
  EXPECT_EQ(ends_of(run(program), 0), (Times{6'420_ns, 11'420_ns}));

  program.actors[0].operations[0].peer = 2;
  EXPECT_EQ(ends_of(run(program), 0), (Times{11'420_ns, 6'420_ns}));
}

// The receive of anything asks at 20 us and takes the message that was there first, of 1; then the other.
TEST_P(Programs, AnySourceTakesEarlyMessagesInOrder) {
  Program program = program_of(3, {{"s", kInOrder}});
  for (const std::uint32_t sender : {1U, 2U}) {
    program.actors[sender].add(compute(0, sender == 1 ? 5_us : 3_us));
    program.actors[sender].add(send(0, 0, Bytes(0), sender));
  }
  program.actors[0].add(compute(0, 20_us));
  program.actors[0].add(receive(0, Operation::kAny, Bytes(0), Operation::kAny));
  program.actors[0].add(compute(0, 1_us));
  program.actors[0].add(receive(0, 1, Bytes(0), 1));
  EXPECT_EQ(ends_of(run(program), 0), (Times{20_us, 20_us, 21_us, 21_us}));
}

// A message that overtakes another of its pair and tag waits for it where receives are matched as they come.
TEST_P(Programs, AnySourceKeepsTheOrderOfASender) {
  Program program = program_of(2, {{"s", kConcurrent}});
  program.actors[0].add(send(0, 1, Bytes(1'000'000)));
  program.actors[0].add(send(0, 1, Bytes(0)));
  program.actors[1].add(receive(0, Operation::kAny, Bytes(0)));
  program.actors[1].add(receive(0, Operation::kAny, Bytes(0)));
  EXPECT_EQ(ends_of(run(program), 1), (Times{21'420_ns, 21'420_ns}));
}

// Ring of 2 over 2 MB: 2 steps of 1 MB each way, 21.42 us each; the second actor enters at 5 us.
TEST_P(Programs, ACallTakesItsTimeFromTheLastEntry) {
  Program program = program_of(2, {{"s", kInOrder}});
  program.calls.push_back(ring_call(program, {0, 1}, Bytes(2'000'000)));
  program.actors[0].add(enter(0, 0));
  program.actors[1].add(compute(0, 5_us));
  program.actors[1].add(enter(0, 0));
  const ProgramOutcome outcome = run(program);
  EXPECT_EQ(ends_of(outcome, 1)[1], 47'840_ns);
  EXPECT_EQ(outcome.makespan.since_start(), 47'840_ns);
  EXPECT_EQ(outcome.calls[0].instances, 1U);
  EXPECT_EQ(outcome.calls[0].algorithm, "ring");
}

// The second entry of one meets the second of the other: 42.84 us each, 1 us of compute in between.
TEST_P(Programs, EntriesOfACallMeetInOrder) {
  Program program = program_of(2, {{"s", kInOrder}});
  program.calls.push_back(ring_call(program, {0, 1}, Bytes(2'000'000)));
  for (Actor& actor : program.actors) {
    for (int i = 0; i < 5; ++i) {
      actor.add(enter(0, 0));
      actor.add(compute(0, 1_us));
    }
  }
  EXPECT_EQ(run(program).makespan.since_start(), 5 * 43'840_ns);
}

// Two instances of one call under way at once, on different streams.
TEST_P(Programs, InstancesOfACallMayOverlap) {
  Program program = program_of(2, {{"a", kInOrder}, {"b", kInOrder}});
  program.calls.push_back(ring_call(program, {0, 1}, Bytes(0)));
  for (Actor& actor : program.actors) {
    actor.add(enter(0, 0));
    actor.add(enter(1, 0));
  }
  EXPECT_EQ(ends_of(run(program), 0), (Times{2'840_ns, 2'840_ns}));
}

// A call of one card is over after its launch, which is none here.
TEST_P(Programs, ACallOfOneCardIsOverAtOnce) {
  Program program = program_of(1, {{"a", kInOrder}});
  program.calls.push_back(ring_call(program, {0}, Bytes(1'000'000)));
  program.actors[0].add(enter(0, 0));
  program.actors[0].add(compute(0, 1_us));
  EXPECT_EQ(ends_of(run(program), 0), (Times{0_us, 1_us}));
}

TEST_P(Programs, NothingToDoTakesNoTime) {
  Program program = program_of(2, {{"a", kInOrder}});
  program.actors[0].add(join(0));
  const ProgramOutcome outcome = run(program);
  EXPECT_EQ(outcome.makespan, TimePoint());
  EXPECT_TRUE(outcome.critical_path.empty());
}

}  // namespace
}  // namespace polyplane::sim
