// SimAI workloads written by hand.
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

}  // namespace
}  // namespace polyplane::collectives
