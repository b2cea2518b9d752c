// Planted defects: each is caught, and the text says where.
#include "collectives/verify.h"

#include <gtest/gtest.h>

#include <functional>

#include "collectives/algorithm.h"
#include "collectives/explicit_schedule.h"
#include "tests/collectives/reducing_layouts.h"
#include "tests/collectives/token_contract.h"

namespace polyplane::collectives {
namespace {

using Steps = ExplicitSchedule::Steps;

/// The verdict on an algorithm's schedule after `plant` edited its steps.
std::string problem(CollectiveKind kind, const std::string& name, const RankLayout& layout,
                    const std::function<void(Steps&)>& plant, std::uint32_t slices = 1) {
  const Collective contract(
      {.kind = kind, .ranks = layout.num_ranks(), .elements_per_block = 13, .root = RankId(0), .matrix = {}});
  const auto schedule = make_schedule(find_algorithm(kind, name),
                                      {.collective = contract, .layout = layout, .channels = 1, .slices = slices});
  Steps steps = ExplicitSchedule::copy_steps(*schedule);
  plant(steps);
  const Verdict verdict = verify(ExplicitSchedule(contract, schedule->pieces(), std::move(steps)));
  EXPECT_EQ(verdict.proven, verdict.problem.empty());
  return verdict.problem;
}

/// Ring all-reduce of four ranks: one lane, rank r sends piece (r - k) mod 4 at step k; 13 elements = 4 3 3 3.
std::string ring_problem(const std::function<void(Steps&)>& plant) {
  return problem(CollectiveKind::all_reduce, "ring", RankLayout::regular(4, 1), plant);
}

TEST(Verify, StoredCopyOfASoundScheduleIsProven) {
  EXPECT_EQ(ring_problem([](Steps&) {}), "");
}

TEST(Verify, DroppedChunk) {
  const std::string text = ring_problem([](Steps& steps) {
    StoredStep& stored = steps[2][0][5];  // the last step: rank 2 sends piece (2 - 5) mod 4 = 1
    stored.payload.clear();
    stored.step.send_bytes = Bytes(0);
  });
  EXPECT_EQ(text,
            "at the end rank 3 has chunk 1 (block 0, piece 1) (last received by rank 3 lane 0 step 1) without the "
            "contribution of rank 0");
}

TEST(Verify, DoubledContribution) {
  // Rank 1 takes the finished piece 0 at step 3 (all-gather) and adds it to its own partial sum of ranks 0 and 1.
  const std::string text = ring_problem([](Steps& steps) { steps[1][0][3].step.reduce = true; });
  EXPECT_NE(text.find("at the end rank 1 has chunk"), std::string::npos) << text;
  EXPECT_NE(text.find("last received by rank 1 lane 0 step 3"), std::string::npos) << text;
  EXPECT_NE(text.find("2 times"), std::string::npos) << text;
}

TEST(Verify, OverwrittenInsteadOfAdded) {
  const std::string text = ring_problem([](Steps& steps) { steps[1][0][0].step.reduce = false; });
  EXPECT_NE(text.find("without the contribution of rank 1"), std::string::npos) << text;
}

TEST(Verify, SwappedPeer) {
  const std::string text = ring_problem([](Steps& steps) { steps[0][0][2].step.send_to = RankId(2); });
  EXPECT_EQ(text, "rank 0 lane 0 step 2 sends to rank 2 lane 0 step 2, which receives from rank 1");
}

TEST(Verify, SendToItself) {
  const std::string text = ring_problem([](Steps& steps) { steps[0][0][2].step.send_to = RankId(0); });
  EXPECT_EQ(text, "rank 0 lane 0 step 2 sends to its own rank");
}

TEST(Verify, SendToAStepThatIsNotThere) {
  EXPECT_EQ(ring_problem([](Steps& steps) { steps[0][0][2].step.peer_step = 6; }),
            "rank 0 lane 0 step 2 sends to rank 1 lane 0 step 6, which does not exist");
  EXPECT_EQ(ring_problem([](Steps& steps) { steps[0][0][2].step.send_to = RankId(4); }),
            "rank 0 lane 0 step 2 sends to rank 4 lane 0 step 2, which does not exist");
}

TEST(Verify, TwoSendsToOneReceive) {
  EXPECT_EQ(ring_problem([](Steps& steps) { steps[0][0][2].step.peer_step = 1; }),
            "rank 0 lane 0 step 2 and rank 0 lane 0 step 1 both send to rank 1 lane 0 step 1");
}

TEST(Verify, UnmatchedReceive) {
  const std::string text = ring_problem([](Steps& steps) { steps[0][0][2].step.send_to = RankId(); });
  EXPECT_EQ(text, "rank 1 lane 0 step 2 receives from rank 0, but no step sends to it");
}

TEST(Verify, SendWithoutAReceive) {
  EXPECT_EQ(ring_problem([](Steps& steps) { steps[1][0][2].step.receive_from = RankId(); }),
            "rank 0 lane 0 step 2 sends to rank 1 lane 0 step 2, which receives nothing");
}

TEST(Verify, WrongByteCount) {
  // Rank 3 sends piece 3 at step 0: 3 elements of 4 bytes.
  EXPECT_EQ(ring_problem([](Steps& steps) { steps[3][0][0].step.send_bytes = Bytes(16); }),
            "rank 3 lane 0 step 0 sends 16 bytes, but its payload (1: chunks from chunk 3 (block 0, piece 3)) has 12");
}

TEST(Verify, ChunkThatIsNotOne) {
  EXPECT_EQ(ring_problem([](Steps& steps) { steps[3][0][0].payload = {ChunkId(4)}; }),
            "rank 3 lane 0 step 0 sends chunk 4, but there are only 4");
  EXPECT_EQ(ring_problem([](Steps& steps) { steps[3][0][0].payload = {ChunkId(3), ChunkId(3)}; }),
            "rank 3 lane 0 step 0 sends chunk 3 (block 0, piece 3) twice or out of order");
}

TEST(Verify, SentBeforeItIsThere) {
  // Ring all-gather: at step 1 rank 1 passes on block 0, which came at step 0. Block 3 has not come yet.
  const std::string text = problem(CollectiveKind::all_gather, "ring", RankLayout::regular(4, 1),
                                   [](Steps& steps) { steps[1][0][1].payload = {ChunkId(3)}; });
  EXPECT_EQ(text, "rank 1 lane 0 step 1 sends chunk 3 (block 3, piece 0), which it does not have");
}

TEST(Verify, WrongBlockDelivered) {
  // Direct alltoall of three: rank 0 sends rank 1 the block for rank 2.
  const std::string text = problem(CollectiveKind::alltoall, "direct", RankLayout::regular(3, 1),
                                   [](Steps& steps) { steps[0][0][0].payload = {ChunkId(2)}; });
  EXPECT_EQ(text, "at the end rank 1 has chunk 1 (block 1, piece 0) (never received) empty, not the data of rank 0");
}

TEST(Verify, CyclicDependencyOnOneRank) {
  // Each lane waits for the other's first step.
  const std::string text = problem(CollectiveKind::alltoall, "direct", RankLayout::regular(3, 1), [](Steps& steps) {
    for (std::uint32_t lane : {0U, 1U}) {
      steps[1][lane][0].step.num_after = 1;
      steps[1][lane][0].step.after[0] = {1 - lane, 0};
    }
  });
  EXPECT_EQ(text,
            "a circle of waiting: rank 1 lane 0 step 0 waits for rank 1 lane 1 step 0 waits for rank 1 lane 0 "
            "step 0");
}

TEST(Verify, StepThatWaitsForItself) {
  EXPECT_EQ(ring_problem([](Steps& steps) {
              steps[2][0][1].step.num_after = 1;
              steps[2][0][1].step.after[0] = {0, 1};
            }),
            "a circle of waiting: rank 2 lane 0 step 1 waits for itself");
}

TEST(Verify, CircleOverRanks) {
  // Two ranks that each receive first and send after: nobody begins.
  const Collective contract({.kind = CollectiveKind::alltoall, .ranks = 2, .elements_per_block = 1, .matrix = {}});
  Steps steps(2, std::vector<std::vector<StoredStep>>(1, std::vector<StoredStep>(2)));
  for (std::uint32_t rank : {0U, 1U}) {
    steps[rank][0][0].step.receive_from = RankId(1 - rank);
    Step& send = steps[rank][0][1].step;
    send.send_to = RankId(1 - rank);
    send.send_bytes = Bytes(4);
    steps[rank][0][1].payload = {ChunkId(rank == 0 ? 1 : 2)};
  }
  const Verdict verdict = verify(ExplicitSchedule(contract, 1, steps));
  EXPECT_EQ(verdict.problem,
            "a circle of waiting: rank 0 lane 0 step 0 waits for rank 1 lane 0 step 1 waits for rank 1 lane 0 step 0 "
            "waits for rank 0 lane 0 step 1 waits for rank 0 lane 0 step 0");
}

TEST(Verify, DependencyOnAStepThatIsNotThere) {
  EXPECT_EQ(ring_problem([](Steps& steps) {
              steps[2][0][1].step.num_after = 1;
              steps[2][0][1].step.after[0] = {3, 0};
            }),
            "rank 2 lane 0 step 1 waits for rank 2 lane 3 step 0, which does not exist");
}

TEST(Verify, MissingDependencyIsARace) {
  // Hierarchical on 2 domains of 2: lane 0 hands half to the peer, lane 1 adds the peer's, lane 2 is the rail. Without
  // its dependency the rail may send before the peer's half is added.
  const std::string text =
      problem(CollectiveKind::all_reduce, "hierarchical", RankLayout::regular(4, 2), [](Steps& steps) {
        EXPECT_EQ(steps[0][2][0].step.num_after, 1);
        steps[0][2][0].step.num_after = 0;
      });
  EXPECT_NE(text.find("rank 0 lane 1 step 0"), std::string::npos) << text;
  EXPECT_NE(text.find("rank 0 lane 2 step 0"), std::string::npos) << text;
  EXPECT_NE(text.find("chunk "), std::string::npos) << text;
  EXPECT_NE(text.find("nothing orders the two"), std::string::npos) << text;
}

TEST(Verify, ConcurrentAddsAreARace) {
  // Two lanes add to one chunk at once.
  const Collective contract({.kind = CollectiveKind::reduce, .ranks = 3, .elements_per_block = 1, .matrix = {}});
  Steps steps(3, std::vector<std::vector<StoredStep>>(2));
  for (std::uint32_t rank : {1U, 2U}) {
    StoredStep send{.step = {}, .payload = {ChunkId(0)}};
    send.step.send_to = RankId(0);
    send.step.peer_lane = rank - 1;
    send.step.send_bytes = Bytes(4);
    steps[rank][0].push_back(send);
    StoredStep add;
    add.step.receive_from = RankId(rank);
    add.step.reduce = true;
    steps[0][rank - 1].push_back(add);
  }
  EXPECT_EQ(verify(ExplicitSchedule(contract, 1, steps)).problem,
            "chunk 0 (block 0, piece 0) is written by rank 0 lane 0 step 0 and written by rank 0 lane 1 step 0, and "
            "nothing orders the two");
  steps[0][1][0].step.num_after = 1;
  steps[0][1][0].step.after[0] = {0, 0};
  EXPECT_EQ(verify(ExplicitSchedule(contract, 1, steps)).problem, "");
}

/// The same two additions of a combine need no order, but the one rank that has no part in a token may not add.
TEST(Verify, ConcurrentAddsOfACombineAreNone) {
  // One token of each of three ranks, to the two others: blocks 0, 1, 2.
  const TokenRouting routing{.tokens = 1, .top_k = 2, .draw = TokenRouting::Draw::even, .histogram = {}};
  const Collective contract = Collective::of_tokens(CollectiveKind::combine, 3, routing, Bytes(4));
  ASSERT_EQ(contract.blocks(), 3U);
  Steps steps(3, std::vector<std::vector<StoredStep>>(2));
  for (std::uint32_t rank = 0; rank < 3; ++rank) {
    for (std::uint32_t lane = 0; lane < 2; ++lane) {
      const std::uint32_t to = (rank + lane + 1) % 3;
      StoredStep step{.step = {}, .payload = {ChunkId(to)}};
      step.step.send_to = RankId(to);
      step.step.peer_lane = lane;
      step.step.send_bytes = Bytes(4);
      step.step.receive_from = RankId((rank + 2 - lane) % 3);
      step.step.reduce = true;
      steps[rank][lane].push_back(step);
    }
  }
  EXPECT_EQ(verify(ExplicitSchedule(contract, 1, steps)).problem, "");
  steps[0][0][0].step.reduce = false;  // what replaces has to be before or after
  EXPECT_EQ(verify(ExplicitSchedule(contract, 1, steps)).problem,
            "chunk 0 (block 0, piece 0) is written by rank 0 lane 1 step 0 and written by rank 0 lane 0 step 0, and "
            "nothing orders the two");
  steps[0][0][0].step.reduce = true;
  steps[2][0].clear();  // rank 2 keeps its part of the token of rank 0
  steps[0][0].front().step.receive_from = RankId();
  EXPECT_EQ(verify(ExplicitSchedule(contract, 1, steps)).problem,
            "rank 1 lane 0 step 0 sends to rank 2 lane 0 step 0, which does not exist");
}

// All-reduce of three ranks by one switch, nvls. Participant 3 adds: lane 0 takes the three arrays, lanes 1 to 3 hand part j to
// rank j. Participant 4 multicasts: lane 0 takes the three sums, lanes 1 to 3 hand all of them to rank j.
std::string nvls_problem(const std::function<void(Steps&)>& plant) {
  return problem(CollectiveKind::all_reduce, "nvls", with_reducers(RankLayout::regular(3, 3), {.switches = 1}), plant);
}

TEST(Verify, AgentsAreSound) {
  EXPECT_EQ(nvls_problem([](Steps& steps) {
              ASSERT_EQ(steps.size(), 5U);
              ASSERT_EQ(steps[3].size(), 4U);
              EXPECT_FALSE(steps[3][0][0].step.reduce);  // it holds nothing before
              EXPECT_TRUE(steps[3][0][1].step.reduce);
            }),
            "");
}

TEST(Verify, AgentForgetsAContribution) {
  const std::string text = nvls_problem([](Steps& steps) { steps[3][0][1].step.reduce = false; });
  EXPECT_NE(text.find("without the contribution of rank 0"), std::string::npos) << text;
}

TEST(Verify, AgentSendsBeforeItHasAdded) {
  // Only after the first array, not after the last.
  const std::string text = nvls_problem([](Steps& steps) {
    ASSERT_EQ(steps[3][1][0].step.after[0], (Dependency{0, 2}));
    steps[3][1][0].step.after[0] = {0, 0};
  });
  EXPECT_NE(text.find("agent 0 lane 0 step"), std::string::npos) << text;
  EXPECT_NE(text.find("agent 0 lane 1 step 0"), std::string::npos) << text;
  EXPECT_NE(text.find("nothing orders the two"), std::string::npos) << text;
}

TEST(Verify, AgentForgetsToWait) {
  EXPECT_NE(nvls_problem([](Steps& steps) { steps[4][1][0].step.num_after = 0; }), "");
}

TEST(Verify, AgentIsNotGivenTheSum) {
  // Rank 2 does not send its sum back up: the agent that multicasts has not kept it.
  const std::string text = nvls_problem([](Steps& steps) {
    for (auto& lane : steps[2]) {
      if (!lane.empty() && lane[0].step.send_to == RankId(4)) {
        lane[0].payload.clear();
        lane[0].step.send_bytes = Bytes();
        return;
      }
    }
  });
  EXPECT_EQ(text, "agent 1 lane 1 step 0 sends chunk 2 (block 0, piece 2), which it does not have");
}

TEST(Verify, ContributionCountedTwiceThroughAnAgent) {
  // Rank 1 adds the sum that is delivered to it to what it has.
  const std::string text = nvls_problem([](Steps& steps) {
    for (auto& lane : steps[1]) {
      if (!lane.empty() && lane[0].step.receive_from == RankId(3)) {
        lane[0].step.reduce = true;
        return;
      }
    }
  });
  EXPECT_NE(text.find("with the contribution of rank 1 2 times"), std::string::npos) << text;
}

TEST(Verify, AgentAddsToNothing) {
  EXPECT_EQ(nvls_problem([](Steps& steps) { steps[3][0][0].step.reduce = true; }),
            "agent 0 lane 0 step 0 adds to chunk 0 (block 0, piece 0), which it does not have");
}

TEST(Verify, NothingIsAskedOfAnAgent) {
  // A broadcast through a switch that keeps the array: only the ranks must hold it.
  const Collective contract({.kind = CollectiveKind::broadcast, .ranks = 2, .elements_per_block = 1, .matrix = {}});
  Steps steps(3, std::vector<std::vector<StoredStep>>(1));
  const auto message = [&](std::uint32_t from, std::uint32_t to) {
    StoredStep send{.step = {}, .payload = {ChunkId(0)}};
    send.step.send_to = RankId(to);
    send.step.peer_step = static_cast<std::uint32_t>(steps[to][0].size());
    send.step.send_bytes = Bytes(4);
    steps[from][0].push_back(send);
    StoredStep receive;
    receive.step.receive_from = RankId(from);
    steps[to][0].push_back(receive);
  };
  message(0, 2);
  EXPECT_NE(verify(ExplicitSchedule(contract, 1, steps)).problem.find("rank 1"), std::string::npos);
  message(2, 1);
  EXPECT_EQ(verify(ExplicitSchedule(contract, 1, steps)).problem, "");
  EXPECT_EQ(ExplicitSchedule(contract, 1, steps).num_agents(), 1U);
}

/// Every algorithm, every step: no dependency, chunk or addition is there for nothing, and verify() misses none.
TEST(Verify, EverySingleDefectOfEveryAlgorithmIsCaught) {
  struct Mutation {
    const char* name;
    std::function<bool(StoredStep&, const Collective&, std::uint32_t pieces)> plant;  // false: does not apply here
  };
  const std::vector<Mutation> mutations = {
      {"a dependency less",
       [](StoredStep& stored, const Collective&, std::uint32_t) {
         if (stored.step.num_after == 0) return false;
         --stored.step.num_after;
         return true;
       }},
      {"the first chunk less",
       [](StoredStep& stored, const Collective& contract, std::uint32_t pieces) {
         if (stored.payload.empty()) return false;
         const std::uint32_t chunk = stored.payload[0].index();
         stored.payload.erase(stored.payload.begin());
         stored.step.send_bytes = stored.step.send_bytes - contract.piece_bytes(chunk / pieces, chunk % pieces, pieces);
         return true;
       }},
      {"added instead of replaced, or the other way round",
       [](StoredStep& stored, const Collective&, std::uint32_t) {
         if (!stored.step.receive_from.valid()) return false;
         stored.step.reduce = !stored.step.reduce;
         return true;
       }},
  };
  for (const std::string& full : algorithms().names()) {
    const Algorithm& algorithm = algorithms().at(full);
    const bool in_one_domain = algorithm.name == "nvls";
    const RankLayout layout =
        with_reducers(RankLayout::regular(6, in_one_domain ? 6 : 2), {.switches = 1, .trees = 1, .ranks_per_leaf = 2});
    // 40 tokens of every rank to 5 of 12 experts: no message is empty, and sums have parts from everywhere.
    const TokenRouting tokens{
        .tokens = 40, .experts = 12, .top_k = 5, .draw = TokenRouting::Draw::sampled, .histogram = {}, .seed = 1};
    const Collective contract =
        is_of_tokens(algorithm.collective)
            ? Collective::of_tokens(algorithm.collective, 6, tokens, Bytes(13))
            : Collective({.kind = algorithm.collective, .ranks = 6, .elements_per_block = 13, .matrix = {}});
    const AlgorithmRequest request{.collective = contract,
                                   .layout = layout,
                                   .channels = algorithm.honours_channels ? 2U : 0U,
                                   .slices = algorithm.honours_slices ? 2U : 0U};
    if (!algorithm.cannot(request).empty()) continue;
    const auto schedule = make_schedule(algorithm, request);
    const Steps sound = ExplicitSchedule::copy_steps(*schedule);
    for (const Mutation& mutation : mutations) {
      for (std::uint32_t rank = 0; rank < schedule->num_participants(); ++rank) {
        for (std::uint32_t lane = 0; lane < schedule->num_lanes(); ++lane) {
          for (std::uint32_t step = 0; step < sound[rank][lane].size(); ++step) {
            // A multicast over NVLink gives its sender back what it has.
            const StoredStep& original = sound[rank][lane][step];
            if (rank >= 6 && in_one_domain && original.step.send_to == RankId(0) && original.payload.size() == 6)
              continue;
            Steps steps = sound;
            if (!mutation.plant(steps[rank][lane][step], contract, schedule->pieces())) continue;
            EXPECT_FALSE(verify(ExplicitSchedule(contract, schedule->pieces(), std::move(steps))).proven)
                << full << ", " << mutation.name << ": rank " << rank << " lane " << lane << " step " << step;
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace polyplane::collectives
