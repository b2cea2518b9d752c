// Critical paths and exposed time of small programs, by hand.
#include <gtest/gtest.h>

#include "tests/sim/program/programs.h"

namespace polyplane::sim {
namespace {

using namespace literals;

constexpr std::uint32_t kForward = 1, kPipeline = 2, kTensor = 3;

struct Piece {
  std::uint32_t actor, operation;
  Duration begin, end;
  friend bool operator==(const Piece&, const Piece&) = default;
  friend void PrintTo(const Piece& piece, std::ostream* out) {
    *out << piece.actor << "." << piece.operation << " " << to_string(piece.begin) << " to " << to_string(piece.end);
  }
};

std::vector<Piece> pieces(const ProgramOutcome& outcome) {
  std::vector<Piece> all;
  for (const PathPiece& piece : outcome.critical_path) {
    all.push_back({piece.actor, piece.operation, piece.begin.since_start(), piece.end.since_start()});
  }
  return all;
}

Duration sum(const Attribution& parts) {
  Duration total = parts.launch + parts.software + parts.waiting;
  for (const Attribution::TierParts& tier : parts.tiers) total += tier.latency + tier.serialisation + tier.contention;
  return total;
}

Duration communication(const ProgramOutcome& outcome) {
  Duration total;
  for (const PathLabel& label : outcome.path_labels) total += label.communication;
  return total;
}

void expect_exposed(const ActorTime& time, std::uint32_t label, Duration moving, Duration waiting) {
  for (const Exposed& exposed : time.exposed) {
    if (exposed.label != label) continue;
    EXPECT_EQ(exposed.moving, moving);
    EXPECT_EQ(exposed.waiting, waiting);
    return;
  }
  ADD_FAILURE() << "nothing under label " << label;
}

class Explained : public testing::TestWithParam<ProgramMode> {
 protected:
  ProgramOutcome run(const Program& program) { return Bench(8).run(program, GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Modes, Explained, testing::Values(ProgramMode::flows, ProgramMode::timed),
                         [](const auto& mode) { return mode.param == ProgramMode::flows ? "flows" : "timed"; });

/// Two stages of a pipeline: 10 us of compute, 1 MB (21.42 us), 7 us of compute at the other end.
Program pipeline() {
  Program program = program_of(2, {{"compute", kInOrder}, {"pp", kInOrder}});
  program.labels = {"other", "forward", "pp", "tp"};
  program.actors[0].add(compute(0, 10_us, kForward));
  program.actors[0].add(send(1, 1, Bytes(1'000'000), 0, kPipeline), {{0}});
  program.actors[1].add(receive(1, 0, Bytes(1'000'000), 0, kPipeline));
  program.actors[1].add(compute(0, 7_us, kForward), {{0}});
  return program;
}

TEST_P(Explained, ThePathGoesThroughTheSender) {
  const ProgramOutcome outcome = run(pipeline());
  EXPECT_EQ(pieces(outcome),
            (std::vector<Piece>{{0, 0, 0_us, 10_us}, {0, 1, 10_us, 31'420_ns}, {1, 1, 31'420_ns, 38'420_ns}}));
  ASSERT_EQ(outcome.path_labels.size(), 2U);
  EXPECT_EQ(outcome.path_labels[0].compute, 17_us);
  EXPECT_EQ(outcome.path_labels[1].communication, 21'420_ns);
  EXPECT_EQ(sum(outcome.communication), 21'420_ns);
  EXPECT_EQ(outcome.communication.tiers[0].serialisation + outcome.communication.tiers[0].latency, 21'420_ns);
  EXPECT_EQ(outcome.overlap, 0_us);
}

// Actor 1 waits 10 us until the message is sent, then 21.42 us while it moves. Actor 0 computes 10 us, sends 21.42 us,
// has nothing to do for the 7 us at the end.
TEST_P(Explained, ExposedTimeIsMovingOrWaiting) {
  const ProgramOutcome outcome = run(pipeline());
  EXPECT_EQ(outcome.actors[0].busy, 10_us);
  expect_exposed(outcome.actors[0], kPipeline, 21'420_ns, 0_us);
  EXPECT_EQ(outcome.actors[0].idle, 7_us);
  EXPECT_EQ(outcome.actors[1].busy, 7_us);
  expect_exposed(outcome.actors[1], kPipeline, 21'420_ns, 10_us);
  EXPECT_EQ(outcome.actors[1].idle, 0_us);
}

// The receive is posted 15 us late: of the message's time from 10 us to 31.42 us, only what is left at 15 us is
// exposed.
TEST_P(Explained, WhatComputeCoversIsNotExposed) {
  Program program = pipeline();
  Actor& actor = program.actors[1];
  actor.operations.clear();
  actor.after.clear();
  actor.add(compute(0, 15_us, kForward));
  actor.add(receive(1, 0, Bytes(1'000'000), 0, kPipeline));
  actor.add(compute(0, 7_us, kForward), {{1}});
  const ProgramOutcome outcome = run(program);
  EXPECT_EQ(outcome.actors[1].busy, 22_us);
  expect_exposed(outcome.actors[1], kPipeline, 16'420_ns, 0_us);
}

// A ring of 2 over 2 MB takes 42.84 us from the entry of actor 1 at 5 us. The path goes back to the late actor.
TEST_P(Explained, ThePathOfACallGoesToTheLastEntry) {
  Program program = program_of(2, {{"s", kInOrder}});
  program.labels = {"other", "forward", "pp", "tp"};
  program.calls.push_back(ring_call(program, {0, 1}, Bytes(2'000'000)));
  program.actors[0].add(compute(0, 1_us, kForward));
  program.actors[0].add(enter(0, 0, kTensor));
  program.actors[0].add(compute(0, 3_us, kForward));
  program.actors[1].add(compute(0, 5_us, kForward));
  program.actors[1].add(enter(0, 0, kTensor));
  program.actors[1].add(compute(0, 2_us, kForward));
  const ProgramOutcome outcome = run(program);
  EXPECT_EQ(pieces(outcome),
            (std::vector<Piece>{{1, 0, 0_us, 5_us}, {0, 1, 5_us, 47'840_ns}, {0, 2, 47'840_ns, 50'840_ns}}));
  expect_exposed(outcome.actors[0], kTensor, 42'840_ns, 4_us);
  expect_exposed(outcome.actors[1], kTensor, 42'840_ns, 0_us);
  EXPECT_EQ(outcome.actors[1].idle, 1_us);
  EXPECT_EQ(sum(outcome.communication), communication(outcome));
}

// A chain without compute in a gap is booked link by link: the call under tp, then the message under pp.
TEST_P(Explained, GapsAreBookedLinkByLink) {
  Program program = program_of(2, {{"s", kInOrder}});
  program.labels = {"other", "forward", "pp", "tp"};
  program.calls.push_back(ring_call(program, {0, 1}, Bytes(2'000'000)));
  program.actors[0].add(enter(0, 0, kTensor));
  program.actors[0].add(send(0, 1, Bytes(1'000'000), 0, kPipeline));
  program.actors[0].add(compute(0, 3_us, kForward));
  program.actors[1].add(enter(0, 0, kTensor));
  program.actors[1].add(receive(0, 0, Bytes(1'000'000), 0, kPipeline));
  const ProgramOutcome outcome = run(program);
  for (const ActorTime& actor : outcome.actors) {
    expect_exposed(actor, kTensor, 42'840_ns, 0_us);
    expect_exposed(actor, kPipeline, 21'420_ns, 0_us);
  }
  EXPECT_EQ(outcome.actors[1].busy, 0_us);
}

// Of two streams with compute, time during which either runs is busy.
TEST_P(Explained, ComputeOfSeveralStreamsIsOneTime) {
  Program program = program_of(1, {{"a", kInOrder}, {"b", kInOrder}});
  program.actors[0].add(compute(0, 10_us));
  program.actors[0].add(compute(1, 4_us));
  program.actors[0].add(compute(1, 9_us));
  EXPECT_EQ(run(program).actors[0].busy, 13_us);
}

// Two messages over one NIC at once: in mode flows each gets half the rate all the time, 40 us for 1 MB; 20 of these
// are contention. In mode timed each keeps the port busy 20 / 21.42 of its time alone, 0.933707 after rounding: both go
// by 1 / 1.867414, so 21.42 us take 40.00000788 us, and what is more than 21.42 us is overlap.
TEST_P(Explained, SharingIsToldApart) {
  Program program = program_of(3, {{"s", kConcurrent}});
  for (const std::uint32_t to : {1U, 2U}) {
    program.actors[0].add(send(0, to, Bytes(1'000'000)));
    program.actors[to].add(receive(0, 0, Bytes(1'000'000)));
  }
  const ProgramOutcome outcome = run(program);
  if (GetParam() == ProgramMode::flows) {
    EXPECT_EQ(outcome.makespan.since_start(), 41'420_ns);
    Duration contention;
    for (const Attribution::TierParts& tier : outcome.communication.tiers) contention += tier.contention;
    EXPECT_EQ(contention, 20_us);
    EXPECT_EQ(outcome.overlap, 0_us);
  } else {
    EXPECT_EQ(outcome.makespan.since_start(), 40'000'008_ps);
    EXPECT_EQ(outcome.overlap, 18'580'008_ps);
    EXPECT_EQ(sum(outcome.communication), 21'420_ns);
  }
  EXPECT_EQ(sum(outcome.communication) + outcome.overlap, communication(outcome));
}

// Software of the stack: launch 5 us, 1 us a step, 0.5 us a message, half of the bytes are payload.
TEST_P(Explained, SoftwareOfMessages) {
  Stack stack = ideal_stack();
  stack.protocols[0].efficiency = {1, 2};
  stack.protocols[0].costs[0] = {"ring", 5_us, 3_us, 1_us, 500_ns};
  Bench bench(topology::plain_cluster(2, 64, "single_switch", {}), "spray", stack);
  Program program = program_of(2, {{"s", kInOrder}});
  program.actors[0].add(send(0, 1, Bytes(1'000'000)));
  program.actors[1].add(receive(0, 0, Bytes(1'000'000)));
  const ProgramOutcome outcome = bench.run(program, GetParam());
  // 5 + 1 + 0.5 + 1.42 + 2 x 20 us.
  EXPECT_EQ(outcome.makespan.since_start(), 47'920_ns);
  EXPECT_EQ(outcome.communication.launch, 5_us);
  EXPECT_EQ(outcome.communication.software, 1'500_ns);
}

// The protocol that is quickest for a message alone: LL, at half the rate, below the size at which the launch makes up
// for it.
TEST_P(Explained, MessagesTakeTheQuickestProtocol) {
  Stack stack = ideal_stack();
  stack.protocols.push_back(stack.protocols[0]);
  stack.protocols[0].costs[0].launch = 10_us;
  stack.protocols[1].name = "LL";
  stack.protocols[1].efficiency = {1, 2};
  Bench bench(topology::plain_cluster(2, 64, "single_switch", {}), "spray", stack);
  const auto time = [&](Bytes bytes) {
    Program program = program_of(2, {{"s", kInOrder}});
    program.actors[0].add(send(0, 1, bytes));
    program.actors[1].add(receive(0, 0, bytes));
    return bench.run(program, GetParam()).makespan.since_start();
  };
  EXPECT_EQ(time(Bytes(400'000)), 17'420_ns);  // LL: 1.42 + 16; Simple: 10 + 1.42 + 8
  EXPECT_EQ(time(Bytes(600'000)), 23'420_ns);  // Simple: 10 + 1.42 + 12; LL: 1.42 + 24
}

// Not explained in mode timed: the path is the same, its communication is not split.
TEST(Explained, WithoutExplainCommunicationIsNotSplit) {
  Bench bench(2);
  const ProgramOutcome outcome = bench.run(pipeline(), ProgramMode::timed, false);
  EXPECT_EQ(outcome.makespan.since_start(), 38'420_ns);
  EXPECT_EQ(communication(outcome), 21'420_ns);
  EXPECT_EQ(sum(outcome.communication), 0_us);
}

}  // namespace
}  // namespace polyplane::sim
