// Mode timed against mode flows, against perf, and against programs that are told in another way.
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.h"
#include "base/random.h"
#include "sim/simulation.h"
#include "tests/base/error_of.h"
#include "tests/sim/program/programs.h"

namespace polyplane::sim {
namespace {

using namespace literals;

constexpr ProgramMode kFlows = ProgramMode::flows, kTimed = ProgramMode::timed;

/// 20, times POLYPLANE_CASES when that is set in the environment.
std::uint64_t cases() {
  const char* factor = std::getenv("POLYPLANE_CASES");
  return 20 * (factor == nullptr ? 1 : std::strtoull(factor, nullptr, 10));
}

/// All actors enter one call at time zero.
Program one_call(std::uint32_t actors, std::uint32_t cards, Call call) {
  Program program = program_of(actors, {{"s", kInOrder}}, cards);
  program.calls.push_back(std::move(call));
  for (Actor& actor : program.actors) actor.add(enter(0, 0));
  return program;
}

Call call_of(collectives::CollectiveKind kind, std::vector<std::vector<std::uint32_t>> groups, Bytes size) {
  Call call;
  call.kind = kind;
  call.groups = std::move(groups);
  call.size = size;
  call.element_bytes = 4;
  return call;
}

std::vector<std::uint32_t> numbers(std::uint32_t first, std::uint32_t count) {
  std::vector<std::uint32_t> all;
  for (std::uint32_t i = 0; i < count; ++i) all.push_back(first + i);
  return all;
}

Experiment perf(const topology::ClusterSpec& cluster, const Call& call) {
  Experiment experiment = on_cluster(cluster, "spray");
  CollectiveJob job = collective_job(call.kind, "auto", call.size);
  job.groups = call.groups;
  experiment.collectives.push_back(job);
  return experiment;
}

// A program of one call takes what perf says, in both modes, to the picosecond: one actor a card.
TEST(ProgramModes, OneCallIsPerf) {
  const topology::ClusterSpec cluster = topology::nvlink_cluster(2, "single_switch", {});
  using collectives::CollectiveKind;
  for (const CollectiveKind kind :
       {CollectiveKind::all_reduce, CollectiveKind::all_gather, CollectiveKind::reduce_scatter,
        CollectiveKind::alltoall, CollectiveKind::broadcast, CollectiveKind::reduce, CollectiveKind::barrier}) {
    const Call call = call_of(kind, {numbers(0, 16)}, kind == CollectiveKind::barrier ? Bytes(0) : Bytes(3 << 20));
    const CollectiveResult expected = run(perf(cluster, call), {}).collectives.at(0);
    Bench bench(cluster);
    for (const ProgramMode mode : {kFlows, kTimed}) {
      const ProgramOutcome outcome = bench.run(one_call(16, 1, call), mode, false);
      EXPECT_EQ(outcome.makespan.since_start(), expected.time) << to_string(kind);
      EXPECT_EQ(outcome.calls[0].algorithm, expected.algorithm) << to_string(kind);
    }
  }
}

// Groups side by side, as one schedule of which one group stands for all: the same as perf runs them, each as a job.
// The groups of the first fit into a domain, those of the second lie across domains and meet in the fabric.
TEST(ProgramModes, GroupsSideBySideArePerf) {
  const topology::ClusterSpec cluster = topology::nvlink_cluster(4, "fat_tree", {"tiers=2"});
  std::vector<std::vector<std::uint32_t>> inside, across;
  for (std::uint32_t g = 0; g < 4; ++g) inside.push_back(numbers(8 * g, 8));
  for (std::uint32_t g = 0; g < 8; ++g) across.push_back({g, 8 + g, 16 + g, 24 + g});
  for (const auto& groups : {inside, across}) {
    const Call call = call_of(collectives::CollectiveKind::all_reduce, groups, Bytes(5'000'000));
    const CollectiveResult expected = run(perf(cluster, call), {}).collectives.at(0);
    Bench bench(cluster);
    const ProgramOutcome outcome = bench.run(one_call(1, 32, call), kTimed, false);
    EXPECT_EQ(outcome.makespan.since_start(), expected.time);
    EXPECT_EQ(bench.run(one_call(32, 1, call), kFlows, false).makespan.since_start(), expected.time);
    const bool folded = outcome.calls[0].way.text.find("folded: rotation by 8 of 32") != std::string::npos;
    EXPECT_EQ(folded, groups.size() == 4) << outcome.calls[0].way.text;  // rails stay where they are
  }
}

// Neither threads nor short cuts nor explaining change anything.
TEST(ProgramModes, OptionsDoNotChangeResults) {
  const topology::ClusterSpec cluster = topology::nvlink_cluster(2, "single_switch", {});
  Program program = program_of(2, {{"s", kInOrder}}, 8);
  program.calls.push_back(call_of(collectives::CollectiveKind::all_gather, {numbers(0, 16)}, Bytes(1 << 20)));
  program.calls.push_back(
      call_of(collectives::CollectiveKind::all_reduce, {numbers(0, 8), numbers(8, 8)}, Bytes(1 << 22)));
  for (Actor& actor : program.actors) {
    actor.add(enter(0, 0));
    actor.add(enter(0, 1));
  }
  program.actors[0].add(send(0, 1, Bytes(100'000)));
  program.actors[1].add(receive(0, 0, Bytes(100'000)));
  Bench bench(cluster);
  const std::uint64_t expected = bench.run(program, kTimed, false).fingerprint;
  EXPECT_EQ(bench.run(program, kTimed, true).fingerprint, expected);
  ProgramInput input = bench.input(kTimed, false);
  input.threads = 3;
  EXPECT_EQ(run_program(program, input).fingerprint, expected);
  input.symmetry = false;
  EXPECT_EQ(run_program(program, input).fingerprint, expected);
}

// Four stages that lie alike: what is simulated once for all of them is the same as what is simulated for each.
TEST(ProgramModes, StagesThatLieAlikeAreOne) {
  const topology::ClusterSpec cluster =
      topology::nvlink_cluster(4, "fat_tree", {"tiers=2", "placement=rail_optimised"});
  Program program = program_of(4, {{"compute", kInOrder}, {"pp", kInOrder}, {"dp", kInOrder}}, 8);
  for (std::uint32_t a = 0; a < 4; ++a) {
    program.calls.push_back(
        call_of(collectives::CollectiveKind::all_reduce, {numbers(8 * a, 4), numbers(8 * a + 4, 4)}, Bytes(1 << 22)));
    Actor& actor = program.actors[a];
    for (std::uint32_t i = 0; i < 3; ++i) {
      if (a > 0) actor.add(receive(1, a - 1, Bytes(1 << 20), i));
      actor.add(compute(0, 10_us), a > 0 ? std::vector<After>{{static_cast<std::uint32_t>(actor.operations.size() - 1)}}
                                         : std::vector<After>{});
      const auto computed = static_cast<std::uint32_t>(actor.operations.size() - 1);
      actor.add(enter(2, a), {{computed}});
      if (a < 3) actor.add(send(1, a + 1, Bytes(1 << 20), i), {{computed}});
    }
  }
  Bench bench(cluster);
  ProgramInput input = bench.input(kTimed, false);
  const ProgramOutcome once = run_program(program, input);
  input.symmetry = false;
  const ProgramOutcome each = run_program(program, input);
  EXPECT_EQ(once.fingerprint, each.fingerprint);
  EXPECT_LT(once.events, each.events);
}

// Switches that reduce take part in both modes as in perf.
TEST(ProgramModes, AgentsTakePart) {
  topology::ClusterSpec cluster = topology::nvlink_cluster(2, "single_switch", {});
  cluster.node.scale_up.reduces = true;
  Call call = call_of(collectives::CollectiveKind::all_reduce, {numbers(0, 8), numbers(8, 8)}, Bytes(1 << 24));
  call.algorithm = "nvls";
  Stack stack = ideal_stack();
  for (Protocol& protocol : stack.protocols) protocol.costs.push_back({"nvls", 3_us, 1_us, 2_us, {}});
  Experiment experiment = perf(cluster, call);
  experiment.stack = stack;
  experiment.collectives[0].algorithm = "nvls";
  const Duration expected = run(experiment, {}).collectives.at(0).time;
  Bench bench(cluster, "spray", stack);
  EXPECT_EQ(bench.run(one_call(2, 8, call), kTimed).makespan.since_start(), expected);
  EXPECT_EQ(bench.run(one_call(16, 1, call), kFlows).makespan.since_start(), expected);
  Program twice = one_call(16, 1, call);
  for (Actor& actor : twice.actors) {
    for (int i = 0; i < 3; ++i) actor.add(enter(0, 0));
  }
  EXPECT_EQ(bench.run(twice, kFlows).makespan.since_start(), 4 * expected);
}

// Messages of actors of four cards: all four at once, each over its own NIC, as long as one.
TEST(ProgramModes, MessagesOfSeveralCards) {
  Program program = program_of(2, {{"s", kInOrder}}, 4);
  program.actors[0].add(send(0, 1, Bytes(1'000'000)));
  program.actors[1].add(receive(0, 0, Bytes(1'000'000)));
  const ProgramOutcome outcome = Bench(8).run(program, kTimed);
  EXPECT_EQ(outcome.makespan.since_start(), 21'420_ns);
  EXPECT_EQ(outcome.messages, 4U);
  EXPECT_EQ(outcome.sent, Bytes(4'000'000));
}

TEST(ProgramModes, FlowsTakeSingleCardsOnly) {
  Program program = program_of(2, {{"s", kInOrder}}, 4);
  Bench bench(8);
  EXPECT_EQ(error_of([&] { static_cast<void>(bench.run(program, kFlows)); }),
            "\"rank 0\" is 4 cards; in mode flows every actor is one (mode timed takes more)");
}

TEST(ProgramModes, UnknownNamesAreRefused) {
  Bench bench(4);
  const auto error = [&](const char* algorithm, const char* protocol) {
    Call call = call_of(collectives::CollectiveKind::all_reduce, {numbers(0, 4)}, Bytes(8));
    call.algorithm = algorithm;
    call.protocol = protocol;
    return error_of([&] { static_cast<void>(bench.run(one_call(4, 1, call), kFlows)); });
  };
  EXPECT_NE(error("rnig", "Simple").find("did you mean \"ring\""), std::string::npos);
  EXPECT_NE(error("ring", "Smple").find("did you mean \"Simple\""), std::string::npos);
}

// Actor 0 enters a, then b; actor 1 b, then a.
TEST(ProgramModes, StallsSayWhoWaitsForWhom) {
  Program program = program_of(2, {{"s", kInOrder}});
  for (const char* name : {"a", "b"}) {
    program.calls.push_back(ring_call(program, {0, 1}, Bytes(8)));
    program.calls.back().name = name;
  }
  program.actors[0].add(enter(0, 0));
  program.actors[0].add(enter(0, 1));
  program.actors[1].add(enter(0, 1));
  program.actors[1].add(enter(0, 0));
  program.actors[1].add(send(0, 0, Bytes(8)));
  program.actors[0].add(receive(0, 1, Bytes(8)));
  for (const ProgramMode mode : {kFlows, kTimed}) {
    std::string text;
    try {
      static_cast<void>(Bench(2).run(program, mode));
    } catch (const RunError& error) { text = error.what(); }
    EXPECT_NE(
        text.find("operation 0 of \"rank 0\" (collective) waits in call \"a\" for \"rank 1\" (1 of 2 have entered)"),
        std::string::npos)
        << text;
    EXPECT_NE(
        text.find("operation 0 of \"rank 1\" (collective) waits in call \"b\" for \"rank 0\" (1 of 2 have entered)"),
        std::string::npos)
        << text;
    EXPECT_NE(text.find("4 operations have not begun"), std::string::npos) << text;
  }
}

TEST(ProgramModes, StallsOfMessages) {
  Program program = program_of(2, {{"s", kInOrder}});
  for (const std::uint32_t actor : {0U, 1U}) {
    program.actors[actor].add(receive(0, 1 - actor, Bytes(8)));
    program.actors[actor].add(send(0, 1 - actor, Bytes(8)));
  }
  try {
    static_cast<void>(Bench(2).run(program, kFlows));
    ADD_FAILURE();
  } catch (const RunError& error) {
    EXPECT_STREQ(
        error.what(),
        "the program stalled; nothing can happen any more, and these wait:\n"
        "  operation 0 of \"rank 0\" (receive) waits for operation 1 of \"rank 1\" (send), which has not begun\n"
        "  operation 0 of \"rank 1\" (receive) waits for operation 1 of \"rank 0\" (send), which has not begun\n"
        "  2 operations have not begun, behind these");
  }
}

TEST(ProgramModes, Interrupted) {
  Bench bench(4);
  const Program program =
      one_call(4, 1, call_of(collectives::CollectiveKind::all_reduce, {numbers(0, 4)}, Bytes(1 << 20)));
  for (const ProgramMode mode : {kFlows, kTimed}) {
    ProgramInput input = bench.input(mode);
    input.stop = [] { return true; };
    EXPECT_THROW(static_cast<void>(run_program(program, input)), Interrupted);
  }
}

/// Random programs of `cards` actors that cannot stall: rounds in which some pairs exchange messages, some groups enter
/// calls and all compute, each on a stream of its own kind.
class RandomProgram {
 public:
  RandomProgram(std::uint64_t seed, std::uint32_t cards) : random_(seed, 0), cards_(cards) {}

  Program make(bool overlap) {
    Program program = program_of(cards_, {{"compute", kInOrder}, {"messages", kInOrder}, {"calls", kInOrder}});
    program.labels = {"other", "messages", "calls"};
    if (!overlap) {
      for (Actor& actor : program.actors) actor.streams = {{"all", kInOrder}};
    }
    const std::uint32_t messages = overlap ? 1 : 0, calls = overlap ? 2 : 0;
    for (int round = 0; round < 6; ++round) {
      for (Actor& actor : program.actors) actor.add(compute(0, Duration::from_ps(below(20'000'000))));
      switch (below(3)) {
        case 0: {
          const auto shift = static_cast<std::uint32_t>(1 + below(cards_ - 1));
          const Bytes bytes(below(1 << 20));
          for (std::uint32_t a = 0; a < cards_; ++a) {
            program.actors[a].add(send(messages, (a + shift) % cards_, bytes, static_cast<std::uint32_t>(round), 1),
                                  last_of(program.actors[a]));
          }
          for (std::uint32_t a = 0; a < cards_; ++a) {
            program.actors[a].add(
                receive(messages, (a + cards_ - shift) % cards_, bytes, static_cast<std::uint32_t>(round), 1));
          }
          break;
        }
        case 1: {
          program.calls.push_back(ring_call(program, {}, Bytes(below(1 << 20))));
          program.calls.back().groups = {numbers(0, cards_ / 2), numbers(cards_ / 2, cards_ / 2)};
          enter_all(program, calls);
          break;
        }
        default: {
          program.calls.push_back(ring_call(program, {}, Bytes(below(1 << 20))));
          program.calls.back().groups = {numbers(0, cards_)};
          enter_all(program, calls);
        }
      }
    }
    return program;
  }

 private:
  static std::vector<After> last_of(const Actor& actor) {
    return {{static_cast<std::uint32_t>(actor.operations.size() - 1)}};
  }
  void enter_all(Program& program, std::uint32_t stream) {
    const auto call = static_cast<std::uint32_t>(program.calls.size() - 1);
    for (Actor& actor : program.actors) actor.add(enter(stream, call, 2), last_of(actor));
  }
  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(n))); }

  RandomStream random_;
  std::uint32_t cards_;
};

void expect_sums(const ProgramOutcome& outcome) {
  Duration path;
  for (const PathLabel& label : outcome.path_labels) path += label.compute + label.communication;
  EXPECT_EQ(path, outcome.makespan.since_start());
  for (const ActorTime& actor : outcome.actors) {
    Duration sum = actor.busy + actor.idle;
    for (const Exposed& exposed : actor.exposed) sum += exposed.moving + exposed.waiting;
    EXPECT_EQ(sum, outcome.makespan.since_start());
  }
}

// One stream an actor: nothing of one actor overlaps. Then timed differs from flows by how the ranks of a call start
// apart, and by messages that share a card's way in; the same order of magnitude.
TEST(ProgramModes, RandomProgramsAreAlikeInBothModes) {
  for (std::uint64_t seed = 1; seed <= cases(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Bench bench(8);
    for (const bool overlap : {false, true}) {
      const Program program = RandomProgram(seed, 8).make(overlap);
      const ProgramOutcome flows = bench.run(program, kFlows), timed = bench.run(program, kTimed);
      expect_sums(flows);
      expect_sums(timed);
      const double ratio = timed.makespan.since_start().seconds() / flows.makespan.since_start().seconds();
      EXPECT_GT(ratio, 0.8);
      EXPECT_LT(ratio, 1.6);
      EXPECT_EQ(bench.run(program, kFlows).fingerprint, flows.fingerprint);
    }
  }
}

// Rounds that start together and calls of everybody: nobody is late and nothing is shared, so both modes agree to the
// picosecond.
TEST(ProgramModes, WithoutContentionBothModesAgree) {
  for (std::uint64_t seed = 1; seed <= cases(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    RandomStream random(seed, 0);
    Program program = program_of(8, {{"compute", kInOrder}, {"messages", kInOrder}});
    for (std::uint32_t round = 0; round < 6; ++round) {
      const Duration duration = Duration::from_ps(static_cast<std::int64_t>(random.below(30'000'000)));
      const Bytes bytes(static_cast<std::int64_t>(4096 * random.below(1 << 9)));  // pieces of one size
      const auto shift = static_cast<std::uint32_t>(1 + random.below(7));
      program.calls.push_back(ring_call(program, {0, 1, 2, 3, 4, 5, 6, 7}, bytes));
      for (std::uint32_t a = 0; a < 8; ++a) {
        Actor& actor = program.actors[a];
        const std::uint32_t compute_of_round = actor.add(compute(0, duration));
        const std::uint32_t sent = actor.add(send(1, (a + shift) % 8, bytes, round), {{compute_of_round}});
        const std::uint32_t received = actor.add(receive(0, (a + 8 - shift) % 8, bytes, round));
        actor.add(enter(0, round), {{sent}, {received}});
      }
    }
    Bench bench(8);
    const ProgramOutcome flows = bench.run(program, kFlows), timed = bench.run(program, kTimed);
    EXPECT_EQ(flows.makespan, timed.makespan);
    for (std::uint32_t a = 0; a < 8; ++a) EXPECT_EQ(ends_of(flows, a), ends_of(timed, a));
  }
}

TEST(Timed, SaysHowFarATimeQuantumIsOff) {
  // With 3 us: the first byte is due after 1.42 us and waits for 1.58. 50,000 B drain for 1 us and wait for 2 more: 3.58 of 1.
  // 155,000 B drain for 3.1 us and wait for 2.9: 4.48 us.
  Program program = program_of(2, {{"messages", kInOrder}});
  program.actors[0].add(send(0, 1, Bytes(50'000), 0));
  program.actors[0].add(send(0, 1, Bytes(155'000), 1));
  program.actors[1].add(receive(0, 0, Bytes(50'000), 0));
  program.actors[1].add(receive(0, 0, Bytes(155'000), 1));
  Bench bench(4);
  ProgramInput input = bench.input(ProgramMode::timed);
  EXPECT_EQ(run_program(program, input).model_facts.most_put_off, Duration());
  input.quantum = 3_us;
  const ModelFacts facts = run_program(program, input).model_facts;
  EXPECT_EQ(facts.mean_put_off(), 3.58);
  EXPECT_EQ(facts.most_put_off, 4'480_ns);
}

}  // namespace
}  // namespace polyplane::sim
