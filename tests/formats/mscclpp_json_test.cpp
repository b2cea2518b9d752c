// A plan of MSCCL++ written by hand: two gpus put halves into each other's scratch, add, and put the sums.
#include "collectives/verify.h"
#include "tests/formats/formats.h"

namespace polyplane::collectives {
namespace {

std::string pair() { return input("mscclpp_json/pair.json"); }

TEST(MscclppJson, PutsBecomeMessages) {
  const ImportedSchedule read = schedule_of("mscclpp_json", pair());
  EXPECT_EQ(read.name, "pair");
  EXPECT_EQ(read.ranks, 2U);
  EXPECT_EQ(read.kind, CollectiveKind::all_reduce);
  const Collective contract({.kind = read.kind, .ranks = 2, .elements_per_block = 5, .element_bytes = 1, .matrix = {}});
  const auto schedule = read.make(contract);
  EXPECT_EQ(verify(*schedule).problem, "");
  // Gpu 0, 5 bytes in chunks of 3 and 2: puts chunk 1, waits, adds, arrives at the barrier and passes it; the second
  // threadblock passes it after that and puts chunk 0.
  ASSERT_EQ(schedule->num_steps(RankId(0), 0), 5U);
  EXPECT_EQ(schedule->step(RankId(0), 0, 0).send_bytes, Bytes(2));
  EXPECT_EQ(schedule->step(RankId(0), 0, 1).receive_from, RankId(1));
  std::vector<LocalMove> moves;
  schedule->local_moves(RankId(0), 0, 2, moves);
  EXPECT_THAT(moves, testing::ElementsAre(LocalMove{ChunkId(2), ChunkId(0), true}));
  ASSERT_EQ(schedule->num_steps(RankId(0), 1), 4U);
  EXPECT_EQ(schedule->step(RankId(0), 1, 1).after[0], (Dependency{0, 3}));
  EXPECT_EQ(schedule->step(RankId(0), 0, 4).after[0], (Dependency{1, 0}));
  EXPECT_EQ(schedule->step(RankId(0), 1, 2).send_bytes, Bytes(3));
}

TEST(MscclppJson, WhatIsWrongIsNamed) {
  const auto refused = [](const std::string& text) {
    return refusal([&] { static_cast<void>(schedule_of("mscclpp_json", text)); });
  };
  const std::string plan = pair();
  EXPECT_EQ(refused("{"), "file:2: is not YAML: did not find expected node content");
  EXPECT_EQ(refused(replaced(plan, "\"allreduce\"", "\"allreduc\"")).substr(0, 73),
            "file:3: collective: unknown collective \"allreduc\"; did you mean \"allreduc");
  EXPECT_EQ(refused(replaced(plan, "\"name\": \"put\"", "\"name\": \"get\"")),
            "file:18: gpus[0].threadblocks[0].ops[0].name: \"get\" is not read: only plans of messages are (put, pws, "
            "pwsf, signal, "
            "wait, copy, re, res, barrier, nop, flush)");
  EXPECT_NE(refused(replaced(plan, "\"name\": \"signal\"", "\"name\": \"nop\"")).find("is never signalled"),
            std::string::npos);
  EXPECT_NE(refused(replaced(plan, "\"name\": \"wait\"", "\"name\": \"nop\"")).find("is never received"),
            std::string::npos);
  EXPECT_NE(refused(replaced(plan, "\"buffer_id\": 0", "\"buffer_id\": 2"))
                .find("2 is no remote buffer of the threadblock; there are 2"),
            std::string::npos);
  EXPECT_NE(refused(replaced(plan, "\"index\": 1", "\"index\": 2")).find("leaves the buffer, which has 2 chunks"),
            std::string::npos);
  EXPECT_NE(refused(replaced(plan, "\"channel_type\": \"memory\"", "\"channel_type\": \"switch\""))
                .find("\"switch\" is not read"),
            std::string::npos);
  EXPECT_NE(refused(replaced(plan, "\"num_threadblocks\": 2", "\"num_threadblocks\": 3")).find("2 have it"),
            std::string::npos);
}

TEST(MscclppJson, AnAddThatIsMissingIsFoundByTheProof) {
  const ImportedSchedule read = schedule_of("mscclpp_json", replaced(pair(), "\"name\": \"re\"", "\"name\": \"nop\""));
  const Collective contract({.kind = read.kind, .ranks = 2, .elements_per_block = 5, .matrix = {}});
  EXPECT_NE(verify(*read.make(contract)).problem.find("without the contribution of rank"), std::string::npos);
}

}  // namespace
}  // namespace polyplane::collectives
