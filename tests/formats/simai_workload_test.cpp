// SimAI workloads written by hand.
#include "collectives/export/exporter.h"
#include "tests/formats/formats.h"

namespace polyplane::collectives {
namespace {

/// "stream: name, time or groups, after ...": what the cards do.
std::vector<std::string> steps_of(const Program& program) {
  const Actor& actor = program.actors.front();
  std::vector<std::string> texts;
  for (const Operation& operation : actor.operations) {
    std::string text = actor.streams[operation.stream].name + ": " + program.names[operation.name];
    if (operation.kind == Operation::Kind::compute) text += " " + to_string(operation.duration);
    text += " [" + program.labels[operation.label] + "]";
    for (std::uint32_t k = 0; k < operation.num_after; ++k) {
      text += " after " + std::to_string(actor.after[operation.first_after + k].operation);
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

TEST(SimaiWorkload, OneStepWithRecomputing) {
  const ImportedProgram read = program_in("simai_workload", input("simai_workload/transformer.txt"));
  ASSERT_EQ(read.program.actors.size(), 1U);
  EXPECT_EQ(read.program.actors[0].cards.size(), 8U);
  // Forward 0, 1, 2, 3. Layer 1 starts the backward pass with layer 0 forward again (4, 5); its experts have no weight
  // compute, so that the all-gather follows the alltoall that is waited for. Then layer 0: input gradient, all-reduce,
  // weight gradient, all-reduce, and the update once that is there.
  EXPECT_THAT(
      steps_of(read.program),
      testing::ElementsAre(
          "compute: attention fwd 1 us [forward]", "tp: attention fwd all_reduce [tp] after 0",
          "compute: experts fwd 700 ns [forward] after 1", "ep: experts fwd alltoall [ep] after 2",
          "compute: attention fwd again 1 us [recompute] after 3", "tp: attention fwd again all_reduce [tp] after 4",
          "compute: experts ig 900 ns [backward] after 5", "ep: experts ig alltoall [ep] after 6",
          "dp_ep: experts wg all_gather [dp_ep] after 7", "compute: attention ig 2 us [backward] after 7",
          "tp: attention ig all_reduce [tp] after 9", "compute: attention wg 500 ns [backward] after 10",
          "dp: attention wg all_reduce [dp] after 11", "update: attention update 100 ns [update] after 12"));
  // TP pairs, EP pairs of neighbours along DP, DP of four.
  ASSERT_EQ(read.program.calls.size(), 4U);
  using Groups = std::vector<std::vector<std::uint32_t>>;
  EXPECT_EQ(read.program.calls[0].groups, (Groups{{0, 1}, {2, 3}, {4, 5}, {6, 7}}));
  EXPECT_EQ(read.program.calls[0].size, Bytes(4096));
  EXPECT_EQ(read.program.calls[1].groups, (Groups{{0, 2}, {1, 3}, {4, 6}, {5, 7}}));
  EXPECT_EQ(read.program.calls[2].groups, (Groups{{0, 4}, {1, 5}, {2, 6}, {3, 7}}));
  EXPECT_EQ(read.program.calls[3].groups, (Groups{{0, 2, 4, 6}, {1, 3, 5, 7}}));
  EXPECT_EQ(read.program.calls[3].kind, CollectiveKind::all_reduce);
  EXPECT_THAT(read.notes.assumed(),
              testing::ElementsAre("layers stand in the file as often as they run: ga repeats none"));
}

TEST(SimaiWorkload, DataParallel) {
  const ImportedProgram read = program_in("simai_workload", input("simai_workload/data.txt"));
  // Weight gradients first, their collectives beside what follows; layer 0 has no input gradient.
  EXPECT_THAT(steps_of(read.program),
              testing::ElementsAre("compute: a fwd 10 ns [forward]", "compute: b fwd 11 ns [forward]",
                                   "compute: b wg 31 ns [backward]", "dp: b wg reduce_scatter [dp] after 2",
                                   "update: b update 5 ns [update] after 3", "compute: b ig 21 ns [backward]",
                                   "compute: a wg 30 ns [backward]", "dp: a wg all_reduce [dp] after 6"));
}

TEST(SimaiWorkload, OtherPolicies) {
  const std::string data = input("simai_workload/data.txt");
  const auto steps = [&](const std::string& head) {
    return steps_of(program_in("simai_workload", replaced(data, "DATA all_gpus: 4", head)).program);
  };
  EXPECT_THAT(steps("MICRO all_gpus: 4"),
              testing::ElementsAre("dp: a wg all_reduce [dp]", "dp: b wg reduce_scatter [dp]"));
  EXPECT_THAT(steps("DISTRIBUTED_INFERENCE all_gpus: 4"),
              testing::ElementsAre("compute: a fwd 10 ns [forward]", "compute: b fwd 11 ns [forward]"));
  const Program inside =
      program_in("simai_workload",
                 replaced(data, "DATA all_gpus: 4", "HYBRID_MODEL_DATA all_gpus: 4 model_parallel_NPU_group: 2"))
          .program;
  EXPECT_EQ(inside.calls[0].groups, (std::vector<std::vector<std::uint32_t>>{{0, 1}, {2, 3}}));  // DP innermost
  const ImportedProgram staged = program_in(
      "simai_workload", replaced(data, "DATA all_gpus: 4", "HYBRID_TRANSFORMER all_gpus: 4 pp: 2 pp_comm: 512"));
  EXPECT_EQ(staged.program.calls[0].groups, (std::vector<std::vector<std::uint32_t>>{{0, 1}, {2, 3}}));
  EXPECT_THAT(warnings_of(staged.notes),
              testing::ElementsAre("1: pp_comm is not read: the file has no schedule of a pipeline, so stages run side "
                                   "by side and send each other nothing"));
}

TEST(SimaiWorkload, WhatIsWrongIsNamed) {
  const std::string text = input("simai_workload/transformer.txt");
  const auto refused = [](const std::string& wrong) {
    return refusal([&] { static_cast<void>(program_in("simai_workload", wrong)); });
  };
  EXPECT_EQ(refused(""), "file: is empty");
  EXPECT_EQ(refused(replaced(text, "HYBRID_TRANSFORMER_FWD_IN_BCKWD", "HYBRID_TRANSFORMERS")).substr(0, 73),
            "file:1: policy: unknown policy \"HYBRID_TRANSFORMERS\"; did you mean \"HYBRI");
  EXPECT_EQ(refused(replaced(text, "all_gpus: 8", "")), "file:1: all_gpus: is missing");
  EXPECT_EQ(refused(replaced(text, "all_gpus: 8", "all_gpus: 7")),
            "file:1: all_gpus: 7 is no multiple of 2 x 1, model_parallel_NPU_group x pp");
  EXPECT_EQ(refused(replaced(text, "ep: 2", "ep: 3")), "file:1: ep: 3 does not divide DP, which is 4");
  EXPECT_EQ(refused(replaced(text, "vpp: 1", "vpp:")), "file:1: vpp: \"ga:\" is not a whole number from 1 to 100000");
  EXPECT_EQ(refused(replaced(text, "vpp:", "vppp:")).substr(0, 55),
            "file:1: policy: unknown key \"vppp\"; did you mean \"vpp\"?");
  EXPECT_EQ(refused(replaced(text, "checkpoints: 1 0", "checkpoints: 1 5")),
            "file:1: checkpoint_initiates: layer 1 has no checkpoint before it");
  EXPECT_EQ(refused(replaced(text, "initiates: 1 1", "initiates: 1 2")),
            "file:1: checkpoints: name layer 2; there are 2");
  EXPECT_EQ(refused(replaced(text, "\n2\n", "\n3\n")), "file: layers: are said to be 3, but the file ends after 2");
  EXPECT_EQ(refused(replaced(text, "\n2\n", "\n1\n")), "file:4: stands after the last layer");
  EXPECT_EQ(refused(replaced(text, "500 ALLREDUCE 8192 100", "500")),
            "file:3: layer: has 9 words; 12 are needed: name, -1, and compute, collective and bytes of forward, input "
            "gradient and "
            "weight gradient, update");
  EXPECT_EQ(refused(replaced(text, "ALLTOALL_EP", "ALL2ALL_EP")).substr(0, 45),
            "file:4: forward: unknown collective \"ALL2ALL_");
  EXPECT_EQ(refused(replaced(text, "1000 ALLREDUCE", "1e3 ALLREDUCE")),
            "file:3: forward: \"1e3\" is not a whole number from 0 to 864000000000000");
}

std::string written(const Program& program) { return export_program("simai_workload", program).front().bytes; }

/// Read, written and read again it is the same program, and written again the same text.
void expect_round_trip(const std::string& text) {
  const Program program = program_in("simai_workload", text).program;
  const std::string again = written(program);
  const Program read = program_in("simai_workload", again).program;
  EXPECT_EQ(steps_of(read), steps_of(program)) << again;
  EXPECT_EQ(read.actors[0].cards, program.actors[0].cards);
  ASSERT_EQ(read.calls.size(), program.calls.size());
  for (std::size_t c = 0; c < read.calls.size(); ++c) {
    EXPECT_EQ(read.calls[c].kind, program.calls[c].kind);
    EXPECT_EQ(read.calls[c].size, program.calls[c].size);
    EXPECT_EQ(read.calls[c].groups, program.calls[c].groups);
  }
  EXPECT_EQ(written(read), again);
}

TEST(SimaiWorkload, RoundTripsOfFilesByHand) {
  expect_round_trip(input("simai_workload/transformer.txt"));
  expect_round_trip(input("simai_workload/data.txt"));
  EXPECT_EQ(written(program_in("simai_workload", input("simai_workload/data.txt")).program),
            "DATA all_gpus: 4\n2\na -1 10 NONE 0 0 NONE 0 30 ALLREDUCE 64 0\n"
            "b -1 11 NONE 0 21 NONE 0 31 REDUCESCATTER 64 5\n");
}

// Layers of equal names, as real workloads have them, layers without a forward or backward pass, two checkpoints.
TEST(SimaiWorkload, RoundTripsOfAllPolicies) {
  const std::string layers =
      "5\nembed -1 5 NONE 0 0 NONE 0 7 ALLREDUCE 128 3\nblock -1 10 ALLREDUCE 64 20 ALLREDUCE 64 30 NONE 0 2\n"
      "block -1 11 ALLGATHER 96 21 REDUCESCATTER 96 31 REDUCESCATTER_DP_EP 64 0\n"
      "experts -1 0 ALLTOALL_EP 80 0 ALLTOALL_EP 80 0 NONE 0 0\nhead -1 0 NONE 0 9 NONE 0 0 ALLGATHER 32 1\n";
  const std::string shares = " model_parallel_NPU_group: 2 ep: 2 pp: 2 vpp: 1 ga: 1 all_gpus: 16";
  for (const std::string head :
       {"HYBRID_TRANSFORMER", "HYBRID_DATA_MODEL", "HYBRID_MODEL_DATA", "HYBRID_TRANSFORMER_FWD_IN_BCKWD"}) {
    expect_round_trip(head + shares + "\n" + layers);
  }
  expect_round_trip("HYBRID_TRANSFORMER_FWD_IN_BCKWD" + shares + " checkpoints: 2 0 2 checkpoint_initiates: 2 1 3\n" +
                    layers);
  for (const std::string head : {"DATA", "MODEL", "MICRO", "DISTRIBUTED_INFERENCE"}) {
    expect_round_trip(replaced(head + " all_gpus: 4\n" + layers, "_DP_EP", ""));
  }
  expect_round_trip(
      "HYBRID_TRANSFORMER model_parallel_NPU_group: 4 all_gpus: 12\n1\na -1 1 NONE 0 2 NONE 0 3 ALLREDUCE 8 0\n");
}

/// All ranks compute, all-reduce and compute again.
Program chain(std::uint32_t ranks) {
  Program program;
  program.names = {"", "my step", "sum"};
  Call call{.name = "sum", .size = Bytes(4096)};
  call.groups.emplace_back();
  for (std::uint32_t r = 0; r < ranks; ++r) call.groups[0].push_back(r);
  program.calls.push_back(call);
  for (std::uint32_t r = 0; r < ranks; ++r) {
    Actor& actor = program.actors.emplace_back();
    actor.cards = {r};
    actor.streams = {{"gpu", Stream::Kind::in_order}, {"net", Stream::Kind::in_order}};
    using Kind = Operation::Kind;
    actor.add({.kind = Kind::compute, .duration = Duration::from_ps(7000), .name = 1});
    actor.add({.kind = Kind::collective, .stream = 1, .call = 0, .name = 2}, {{0, false}});
    actor.add({.kind = Kind::compute, .duration = Duration::from_ps(5000), .name = 0}, {{1, false}});
  }
  return program;
}

TEST(SimaiWorkload, AChainOfAllCardsIsAWorkload) {
  EXPECT_EQ(written(chain(3)),
            "DISTRIBUTED_INFERENCE all_gpus: 3\n2\nmy_step -1 7 ALLREDUCE 4096 0 NONE 0 0 NONE 0 0\n"
            "operation_2 -1 5 NONE 0 0 NONE 0 0 NONE 0 0\n");
  expect_round_trip(written(chain(3)));
}

TEST(SimaiWorkload, WhatItCannotSayIsRefused) {
  const auto refused = [](const Program& program) { return refusal([&] { static_cast<void>(written(program)); }); };
  const std::string whole =
      "; a SimAI workload has steps of layers, or a chain of compute and collectives of all cards";
  Program program = chain(2);
  program.actors[1].operations[0].duration = Duration::from_ps(8000);
  EXPECT_EQ(refused(program), "\"my step\" (operation 0 of actor 1) is not what all cards do" + whole);
  program = chain(2);
  for (Actor& actor : program.actors) actor.operations[0].duration = Duration::from_ps(7500);
  EXPECT_EQ(refused(program), "7.5 ns of compute is no whole number of nanoseconds, which a SimAI workload counts in");
  program = chain(2);
  for (Actor& actor : program.actors) actor.after.pop_back();
  for (Actor& actor : program.actors) actor.operations[2].num_after = 0;
  EXPECT_EQ(refused(program), "operation 2 of actor 0 (compute) does not come after the operation before it" + whole);
  program = chain(2);
  program.calls[0].kind = CollectiveKind::broadcast;
  EXPECT_EQ(refused(program), "\"sum\" is an broadcast, which a SimAI workload does not have");
  program = chain(2);
  program.actors[1].operations.pop_back();
  EXPECT_EQ(refused(program), "operation 2 of actor 0 (compute) is not of all cards" + whole);
  program = chain(2);
  for (Actor& actor : program.actors) actor.operations[1].kind = Operation::Kind::send;
  EXPECT_EQ(refused(program), "\"sum\" (operation 1 of actor 0) is no compute and no collective" + whole);
  program = chain(2);
  program.actors.pop_back();
  EXPECT_EQ(refused(program), "\"sum\" (operation 1 of actor 0) is not of all cards, in order" + whole);
  // A step that waits for one thing more than layers do.
  program = program_in("simai_workload", input("simai_workload/data.txt")).program;
  Actor& actor = program.actors[0];
  Operation last = actor.operations.back();
  actor.operations.pop_back();
  actor.add(last, {{0, false}});
  EXPECT_EQ(
      refused(program),
      "\"a wg all_reduce\" (operation 7 of \"all cards\") is not what a step of layers of a SimAI workload has here");
  EXPECT_EQ(refusal([] { static_cast<void>(export_program("simai_workload", Program{})); }),
            "the program has no actors");
}

}  // namespace
}  // namespace polyplane::collectives
